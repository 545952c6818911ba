//! Making the chosen post better: critique and rewrite, kept only if the judge prefers it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    candidate::Candidate,
    deliberation::{self, Deliberation, Failure, Step, Terms},
    judge::{JudgeCall, Judging},
    points::Points,
    rules::Yardstick,
    seed::Seed,
    verdict::{DecidedBy, Verdict},
};
use crate::{
    campaign::{Aggregation, BelowQuorum},
    checks::Finding,
    generation::{
        answer::{self, Unusable, Wishes},
        prompt::{CampaignContext, EmployeeContext, PlatformContext, PromptContext},
    },
    platform::{FitRules, Fitted},
};

/// The seat of the draft in the comparison.
pub const DRAFT: &str = "draft";

/// The seat of the refinement in the comparison.
pub const REFINEMENT: &str = "refinement";

/// The most demonstrations that a prompt holds.
pub const MOST_DEMONSTRATIONS: usize = 3;

/// What the templates of the refinement may speak of. Its fields are the templates' variables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefineContext {
    /// What is written about.
    pub campaign: CampaignContext,
    /// In whose name.
    pub employee: EmployeeContext,
    /// Where it appears.
    pub platform: PlatformContext,
    /// Texts that the employee wrote.
    pub samples: Vec<String>,
    /// The post as it is.
    pub draft: String,
    /// What the checks say about it, one sentence each.
    pub findings: Vec<String>,
    /// What people made of earlier posts of the campaign.
    pub demonstrations: Vec<Demonstration>,
}

/// An earlier post that was approved after a person had changed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demonstration {
    /// As it was generated.
    pub before: String,
    /// As it was approved.
    pub after: String,
}

impl RefineContext {
    /// The prompt's variables for `draft`. Demonstrations that changed nothing show nothing and are left out; of the
    /// others the first [`MOST_DEMONSTRATIONS`] are shown.
    pub fn new(slot: &PromptContext, draft: &str, findings: &[Finding], demonstrations: &[Demonstration]) -> Self {
        let changed = demonstrations.iter().filter(|one| one.before.trim() != one.after.trim());
        Self {
            campaign: slot.campaign.clone(),
            employee: slot.employee.clone(),
            platform: slot.platform.clone(),
            samples: slot.samples.clone(),
            draft: draft.to_owned(),
            findings: findings.iter().map(|finding| finding.message.clone()).collect(),
            demonstrations: changed.take(MOST_DEMONSTRATIONS).cloned().collect(),
        }
    }
}

/// The JSON Schema of the answer: that of a post, and the critique, which a model writes before the post because it stands
/// first in the order of the names.
pub fn schema() -> Value {
    let mut schema = answer::schema();
    let critique = json!({ "type": "string", "description": "What keeps the draft from being better." });
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(CRITIQUE.to_owned(), critique);
        let names: Vec<Value> = properties.keys().map(|name| name.as_str().into()).collect();
        schema["required"] = Value::Array(names);
    }
    schema
}

/// The field of the critique, by a name that comes before `body` in the alphabet.
const CRITIQUE: &str = "assessment";

/// A post that may be better than the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refinement {
    /// What was wrong with the draft.
    pub critique: String,
    /// The post.
    pub fitted: Fitted,
}

/// Reads the answer into a post that fits its platform, as [`answer::read`] does. `complete` is false if the model stopped
/// because it ran out of tokens.
///
/// # Errors
/// If the answer cannot be used; then the draft stays.
pub fn read(raw: &str, complete: bool, wishes: &Wishes, rules: &FitRules) -> Result<Refinement, Unusable> {
    let mut object: Map<String, Value> = match serde_json::from_str(raw.trim()) {
        Ok(object) => object,
        Err(error) if error.is_eof() && !raw.trim().is_empty() => return Err(Unusable::Cut),
        Err(error) => {
            // The reading of posts tells in which way it is no object.
            let problem = answer::read(raw, complete, wishes, rules).err();
            return Err(problem.unwrap_or_else(|| Unusable::NotTheSchema(error.to_string())));
        }
    };
    let critique = match object.remove(CRITIQUE) {
        Some(Value::String(critique)) => critique.trim().to_owned(),
        Some(_) => return Err(Unusable::NotTheSchema(format!("`{CRITIQUE}` is no text"))),
        None => return Err(Unusable::NotTheSchema(format!("`{CRITIQUE}` is missing"))),
    };
    let fitted = answer::read(&Value::Object(object).to_string(), complete, wishes, rules)?;
    Ok(Refinement { critique, fitted })
}

/// The draft and its refinement.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// How the council decides; decides who compares.
    pub terms: &'a Terms,
    /// The seed of the council.
    pub seed: Seed,
    /// The text of the draft and the model that wrote it.
    pub draft: (&'a str, &'a str),
    /// The text of the refinement and the model that wrote it.
    pub refinement: (&'a str, &'a str),
    /// What the rules measure against.
    pub yardstick: &'a Yardstick,
    /// The questions to judges about this comparison so far; their rounds count from 1 again.
    pub judgings: &'a [Judging],
}

/// What is to be done next about a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Better {
    /// Ask this judge about the two, record what came of it, and ask again.
    Judge(JudgeCall),
    /// It is decided.
    Decided {
        /// Which of the two is taken.
        keep: Keep,
        /// Why, if there was anything to decide.
        verdict: Option<Box<Verdict>>,
    },
}

/// Which text is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The one that was there.
    Draft,
    /// The new one.
    Refinement,
}

/// Compares the two as a council of two anonymous candidates by the judges of the council, or by the rules where the
/// council has no judge.
///
/// The draft has stood its trial already, so the refinement must win: it is taken only if it is ahead of the draft by more
/// than zero points, and by the judge's word where there is a judge. If the judge and its successor fail, or the
/// refinement talks to the judge, or says the same as the draft, the draft stays.
pub fn better(comparison: &Comparison<'_>) -> Better {
    let candidates = comparison.candidates();
    if comparison.draft.0.trim() == comparison.refinement.0.trim() {
        return Better::Decided { keep: Keep::Draft, verdict: None };
    }
    let terms = comparison.own_terms();
    let step = deliberation::next(&Deliberation {
        terms: &terms,
        seed: comparison.seed,
        candidates: &candidates,
        yardstick: comparison.yardstick,
        judgings: comparison.judgings,
        ballots: &[],
    });
    match step {
        Step::Judge(call) => Better::Judge(call),
        Step::Decided(verdict) => Better::Decided { keep: keep(&terms, &verdict), verdict: Some(verdict) },
        // Rules and judges ask no voters, and the draft has not become less by failing here.
        Step::Vote(_) | Step::Failed(Failure::NoCandidate { .. } | Failure::BelowQuorum { .. }) => {
            Better::Decided { keep: Keep::Draft, verdict: None }
        }
    }
}

fn keep(terms: &Terms, verdict: &Verdict) -> Keep {
    let decider = match terms.aggregation {
        Aggregation::Judge { .. } => DecidedBy::Judge,
        Aggregation::Rules | Aggregation::Vote => DecidedBy::Rules,
    };
    let is_ahead = verdict.margin.is_some_and(|margin| margin > Points::ZERO);
    let wins = verdict.winner == REFINEMENT && verdict.decided_by == decider && is_ahead;
    if wins { Keep::Refinement } else { Keep::Draft }
}

impl Comparison<'_> {
    /// The two as candidates, for [`AskContext::new`](super::ask::AskContext::new).
    pub fn candidates(&self) -> [Candidate; 2] {
        [
            Candidate::answered(DRAFT, self.draft.1, self.draft.0),
            Candidate::answered(REFINEMENT, self.refinement.1, self.refinement.0),
        ]
    }

    fn own_terms(&self) -> Terms {
        let aggregation = match &self.terms.aggregation {
            judge @ Aggregation::Judge { .. } => judge.clone(),
            Aggregation::Rules | Aggregation::Vote => Aggregation::Rules,
        };
        Terms { quorum: 2, below_quorum: BelowQuorum::BestSingle, aggregation }
    }
}

#[cfg(test)]
mod tests;
