//! Lets models choose among candidates: the core says what to ask next, and this asks it.

use chrono::{DateTime, Utc};
use futures::future::try_join_all;
use rostrum_core::{
    council::{
        ask::{AskContext, Order},
        candidate::Candidate,
        deliberation::{self, Deliberation, Failure, Terms},
        judge::{self, JudgeCall, Judging},
        refine::{self, Better, Comparison, Keep},
        rules::Yardstick,
        seed::Seed,
        verdict::Verdict,
        vote::{self, Ballot, BallotOutcome, VoteCall},
    },
    generation::prompt,
};
use rostrum_llm::{Schema, Turn};
use rostrum_store::prompts::Purpose;
use serde_json::Value;

use crate::{Council, Said, Step, Steps, Stop};

/// Candidates among which one is to be chosen.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// Whose candidates they are.
    pub council: &'a Council,
    /// How one is chosen.
    pub terms: &'a Terms,
    /// Decides who is shown where.
    pub seed: Seed,
    /// The candidates.
    pub candidates: &'a [Candidate],
    /// What the rules measure them against.
    pub yardstick: &'a Yardstick,
    /// Tells the steps of this choice from those of another.
    pub name: &'static str,
    /// When no model may be asked any more.
    pub deadline: DateTime<Utc>,
}

/// What a choice came to.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The decision.
    pub verdict: Verdict,
    /// Every question to a judge with its whole answer.
    pub judgings: Vec<Judging>,
}

/// What a comparison came to.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Which of the two is taken.
    pub keep: Keep,
    /// Why, if there was anything to decide.
    pub verdict: Option<Verdict>,
    /// Every question to a judge with its whole answer.
    pub judgings: Vec<Judging>,
}

/// A question about candidates.
struct Question<'a> {
    purpose: Purpose,
    name: String,
    model: &'a str,
    order: &'a Order,
    round: u32,
    schema: Value,
    max_output_tokens: u32,
}

impl Steps {
    /// Asks judges or voters until it is decided. What was asked before a crash is not asked again.
    ///
    /// # Errors
    /// If Postgres does not answer, or a template is not one. A model that does not answer is no error.
    pub async fn deliberate(&self, choice: &Choice<'_>) -> Result<Result<Chosen, Failure>, Stop> {
        let (mut judgings, mut ballots) = (Vec::new(), Vec::new());
        loop {
            let next = deliberation::next(&Deliberation {
                terms: choice.terms,
                seed: choice.seed,
                candidates: choice.candidates,
                yardstick: choice.yardstick,
                judgings: &judgings,
                ballots: &ballots,
            });
            match next {
                deliberation::Step::Judge(call) => judgings.push(self.judge(choice, call).await?),
                deliberation::Step::Vote(calls) => {
                    ballots.extend(try_join_all(calls.into_iter().map(|call| self.vote(choice, call))).await?);
                }
                deliberation::Step::Decided(verdict) => return Ok(Ok(Chosen { verdict: *verdict, judgings })),
                deliberation::Step::Failed(failure) => return Ok(Err(failure)),
            }
        }
    }

    /// Asks the council's judges whether the refinement is better than the draft; both are a text and its model.
    ///
    /// # Errors
    /// As [`Steps::deliberate`].
    pub async fn compare(
        &self,
        council: &Council,
        [draft, refinement]: [(&str, &str); 2],
        deadline: DateTime<Utc>,
    ) -> Result<Compared, Stop> {
        let (terms, yardstick) = (Terms::from(&council.config), yardstick(council));
        let mut judgings = Vec::new();
        loop {
            let comparison = Comparison {
                terms: &terms,
                seed: council.seed,
                draft,
                refinement,
                yardstick: &yardstick,
                judgings: &judgings,
            };
            let call = match refine::better(&comparison) {
                Better::Judge(call) => call,
                Better::Decided { keep, verdict } => {
                    return Ok(Compared { keep, verdict: verdict.map(|verdict| *verdict), judgings });
                }
            };
            let choice = Choice {
                council,
                terms: &terms,
                seed: council.seed,
                candidates: &comparison.candidates(),
                yardstick: &yardstick,
                name: "refine-judge",
                deadline,
            };
            let judging = self.judge(&choice, call).await?;
            judgings.push(judging);
        }
    }

    async fn judge(&self, choice: &Choice<'_>, call: JudgeCall) -> Result<Judging, Stop> {
        let question = Question {
            purpose: Purpose::Judge,
            name: step_name(choice.name, &call),
            model: &call.judge,
            order: &call.order,
            round: call.round,
            schema: judge::schema(&call.order),
            max_output_tokens: judge::MAX_OUTPUT_TOKENS,
        };
        let outcome = match self.put(choice, question).await? {
            Err(error) => judge::Outcome::CallFailed { error },
            Ok(said) => match judge::read(&said.raw, said.complete, &call.order, choice.candidates) {
                Ok(judgement) => judge::Outcome::Valid { judgement },
                Err(problem) => {
                    tracing::warn!(judge = call.judge, round = call.round, %problem, "the judgement does not count");
                    judge::Outcome::Nonsense { problem }
                }
            },
        };
        Ok(Judging { call, outcome })
    }

    async fn vote(&self, choice: &Choice<'_>, call: VoteCall) -> Result<Ballot, Stop> {
        let question = Question {
            purpose: Purpose::Vote,
            name: format!("vote:{}", call.voter),
            model: &call.model,
            order: &call.order,
            round: call.round,
            schema: vote::schema(&call.order),
            max_output_tokens: vote::MAX_OUTPUT_TOKENS,
        };
        let outcome = match self.put(choice, question).await? {
            Err(error) => BallotOutcome::CallFailed { error },
            Ok(said) => match vote::read(&said.raw, said.complete, &call.order) {
                Ok(ranking) => BallotOutcome::Valid { ranking },
                Err(problem) => {
                    tracing::warn!(voter = call.voter, %problem, "the ballot does not count");
                    BallotOutcome::Nonsense { problem }
                }
            },
        };
        Ok(Ballot { call, outcome })
    }

    /// The answer, or why there is none.
    async fn put(&self, choice: &Choice<'_>, question: Question<'_>) -> Result<Result<Said, String>, Stop> {
        let assignment = &choice.council.assignment;
        let version = self.templates(assignment.subject, question.purpose).await?;
        let context =
            AskContext::new(&choice.council.context, choice.candidates, question.order, choice.seed, question.round);
        let prompt = prompt::render(&version.system_template, &version.prompt_template, &context)
            .map_err(|error| Stop::configuration(error.to_string()))?;
        let step = Step {
            subject: assignment.subject,
            name: question.name,
            model: question.model.to_owned(),
            prompt_version: version.version,
            system: prompt.system,
            turns: vec![Turn::user(prompt.user)],
            schema: Schema { name: question.purpose.as_str().to_owned(), json: question.schema },
            max_output_tokens: question.max_output_tokens,
            deadline: choice.deadline,
        };
        self.ask_or_reason(&step).await
    }
}

/// The same whenever the same judge is asked the same. A first round is always the same question; a later one follows from how
/// the earlier ones came out, and a judge that did not answer before a crash may answer after it.
fn step_name(choice: &str, call: &JudgeCall) -> String {
    match call.round {
        1 => format!("{choice}:1"),
        round => format!("{choice}:{round}:{}:{}", call.judge, call.order.seats().join(",")),
    }
}

/// What the rules measure the council's candidates against.
pub fn yardstick(council: &Council) -> Yardstick {
    let campaign = &council.context.campaign;
    let known = [&campaign.name, &campaign.brief, &campaign.audience, &campaign.call_to_action];
    let known: Vec<&str> = known.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    Yardstick {
        platform: council.assignment.rules.platform,
        brief: known.join("\n"),
        samples: council.context.samples.clone(),
    }
}
