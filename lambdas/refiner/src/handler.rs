//! One council, one refinement.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_contracts::council::{Kept, RefineInput, Refined};
use rostrum_core::{
    council::refine::{self, Demonstration, Keep, RefineContext},
    generation::prompt,
};
use rostrum_lambda_kit::TaskError;
use rostrum_llm::{Schema, Turn};
use rostrum_store::{councils, posts::recent, prompts::Purpose};
use rostrum_workflow::{
    Council, Said, Step, Steps, Stop, Written, check, council,
    note::{Noted, note},
    refinement::Refinement,
};
use serde_json::json;

/// The use case and what it needs.
#[derive(Debug, Clone)]
pub struct Refiner {
    /// Postgres, the models, and the way to them.
    pub steps: Steps,
}

/// What keeping the refinement takes at most.
const TO_KEEP: TimeDelta = TimeDelta::seconds(5);

/// Of the time that there is, the rewriting leaves this much to the judges.
const TO_JUDGE: TimeDelta = TimeDelta::seconds(90);

impl Refiner {
    /// Refines the chosen post, unless that has been done. `deadline` is when this invocation is over. A model that does
    /// not answer leaves the draft as it is.
    ///
    /// # Errors
    /// If Postgres does not answer or the council has nothing to refine.
    pub async fn handle(&self, input: &RefineInput, deadline: DateTime<Utc>) -> Result<Refined, TaskError> {
        Ok(self.refine(input, deadline).await?)
    }

    async fn refine(&self, input: &RefineInput, deadline: DateTime<Utc>) -> Result<Refined, Stop> {
        let started = Instant::now();
        let council = Council::load(&self.steps.database, &input.slot).await?;
        if let Some(refinement) = &council.refinement {
            return Ok(refined(refinement));
        }
        let draft = council.draft.as_ref().ok_or_else(|| Stop::internal("Nothing is chosen yet."))?;
        let settings = council.config.refine.as_ref();
        let model = settings.map(|refine| refine.model.as_str()).ok_or_else(|| {
            Stop::configuration("The council refines nothing, because its workflow_config has no `refine`.")
        })?;
        let said = self.rewrite(&council, draft, model, deadline - TO_JUDGE).await?;
        let (refinement, post) = self.weigh(&council, draft, model, said, deadline - TO_KEEP).await?;
        let key = council.assignment.subject.key;
        let mut transaction = self.steps.database.begin().await?;
        let (kept, post) = (council::json(&refinement)?, council::json(&post)?);
        let is_ours = councils::keep_refinement(&mut transaction, key, &kept, &post, self.steps.ambient.now()).await?;
        if is_ours {
            let detail = json!({ "kept": refinement.kept, "problem": refinement.problem });
            let step = Noted::done("refinement", started.elapsed(), detail);
            note(&mut transaction, &self.steps.ambient, council.assignment.subject, &step).await?;
        }
        self.steps.effects.perform("commit", transaction.commit()).await?;
        if is_ours {
            return Ok(refined(&refinement));
        }
        // Somebody else refined it while we did, perhaps with another result.
        let council = Council::load(&self.steps.database, &input.slot).await?;
        council.refinement.as_ref().map(refined).ok_or_else(|| Stop::internal("Nothing is refined."))
    }

    /// The model's answer, or why there is none.
    async fn rewrite(
        &self,
        council: &Council,
        draft: &Written,
        model: &str,
        deadline: DateTime<Utc>,
    ) -> Result<Result<Said, String>, Stop> {
        let (steps, assignment) = (&self.steps, &council.assignment);
        let subject = assignment.subject;
        let findings = check::findings(&steps.database, assignment, &council.context, &draft.fitted).await?;
        let most = i64::try_from(refine::MOST_DEMONSTRATIONS).unwrap_or(i64::MAX);
        let edited = recent::edited(&steps.database, subject.key.workspace_id, subject.campaign_id, most).await?;
        let demonstrations: Vec<Demonstration> = edited
            .into_iter()
            .map(|post| Demonstration { before: post.original_content, after: post.content })
            .collect();
        let context = RefineContext::new(&council.context, &draft.fitted.content(), &findings, &demonstrations);
        let version = steps.templates(subject, Purpose::Refine).await?;
        let prompt = prompt::render(&version.system_template, &version.prompt_template, &context)
            .map_err(|error| Stop::configuration(error.to_string()))?;
        let step = Step {
            subject,
            name: "refine".to_owned(),
            model: model.to_owned(),
            prompt_version: version.version,
            system: prompt.system,
            turns: vec![Turn::user(prompt.user)],
            schema: Schema { name: "refinement".to_owned(), json: refine::schema() },
            max_output_tokens: assignment.max_output_tokens,
            deadline,
        };
        steps.ask_or_reason(&step).await
    }

    /// What is to be kept: the record, and the post.
    async fn weigh(
        &self,
        council: &Council,
        draft: &Written,
        model: &str,
        said: Result<Said, String>,
        deadline: DateTime<Utc>,
    ) -> Result<(Refinement, Written), Stop> {
        let mut record = Refinement {
            kept: Keep::Draft,
            model: model.to_owned(),
            critique: None,
            text: None,
            problem: None,
            verdict: None,
            judgings: Vec::new(),
        };
        let assignment = &council.assignment;
        let rewritten = said.and_then(|said| {
            let read = refine::read(&said.raw, said.complete, &assignment.wishes, &assignment.rules);
            Ok((read.map_err(|problem| problem.to_string())?, said.model))
        });
        let (rewritten, answered_by) = match rewritten {
            Ok(rewritten) => rewritten,
            Err(problem) => {
                tracing::warn!(model, problem, "there is no refinement; the draft stays");
                record.problem = Some(problem);
                return Ok((record, draft.clone()));
            }
        };
        let (before, after) = (draft.fitted.content(), rewritten.fitted.content());
        let compared = self.steps.compare(council, [(&before, &draft.model), (&after, model)], deadline).await?;
        record.critique = Some(rewritten.critique);
        record.text = Some(after);
        record.kept = compared.keep;
        record.verdict = compared.verdict;
        record.judgings = compared.judgings;
        let post = match compared.keep {
            Keep::Draft => draft.clone(),
            Keep::Refinement => Written { fitted: rewritten.fitted, model: answered_by, repaired: draft.repaired },
        };
        Ok((record, post))
    }
}

fn refined(refinement: &Refinement) -> Refined {
    Refined {
        kept: match refinement.kept {
            Keep::Draft => Kept::Draft,
            Keep::Refinement => Kept::Refined,
        },
    }
}
