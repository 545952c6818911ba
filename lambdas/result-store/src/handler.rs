//! One job of the end of a council.

use std::time::Instant;

use rostrum_contracts::council::{
    Checked, CouncilStart, Failure, FailureRecorded, MatchedError, ResultAnswer, ResultJob, Stored,
};
use rostrum_core::{checks::Finding, council::refine::Keep};
use rostrum_lambda_kit::{Ambient, Effects, TaskError};
use rostrum_store::{
    Database, councils,
    executions::slots::{self, Holder, Outcome},
    posts::create,
};
use rostrum_workflow::{
    Council, Stop, Subject, Written, check,
    council::{self, key},
    note::{Noted, note},
    post, storable,
};
use serde_json::{Value, json};

use crate::failure;

/// The use case and what it needs.
#[derive(Debug, Clone)]
pub struct ResultStore {
    /// Postgres.
    pub database: Database,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The way to the outside.
    pub effects: Effects,
}

impl ResultStore {
    /// Does the job.
    ///
    /// # Errors
    /// `SlotFinished` if the slot has ended already; else if Postgres does not answer or the council has no post.
    pub async fn handle(&self, job: &ResultJob) -> Result<ResultAnswer, TaskError> {
        match job {
            ResultJob::Check { slot } => Ok(ResultAnswer::Checked(self.check(slot).await?)),
            ResultJob::Store { slot, refine_error, render_error, .. } => {
                let errors = [refine_error.as_deref(), render_error.as_deref()];
                let stored = self.store(slot, errors).await?;
                stored.map(ResultAnswer::Stored).ok_or_else(finished)
            }
            ResultJob::RecordFailure { slot, failure } => {
                if self.fail(slot, failure).await? {
                    Ok(ResultAnswer::FailureRecorded(FailureRecorded {}))
                } else {
                    Err(finished())
                }
            }
        }
    }

    async fn check(&self, slot: &CouncilStart) -> Result<Checked, Stop> {
        let council = Council::load(&self.database, slot).await?;
        let count = |findings: &[Finding]| Checked { findings: u32::try_from(findings.len()).unwrap_or(u32::MAX) };
        if let Some(findings) = &council.findings {
            return Ok(count(findings));
        }
        let draft = drafted(&council)?;
        let started = Instant::now();
        let findings = check::findings(&self.database, &council.assignment, &council.context, &draft.fitted).await?;
        let mut transaction = self.database.begin().await?;
        let kept = council::json(&findings)?;
        if councils::keep_findings(&mut transaction, key(slot), &kept, self.ambient.now()).await? {
            let step = Noted::done("check", started.elapsed(), json!({ "findings": findings.len() }));
            note(&mut transaction, &self.ambient, council.assignment.subject, &step).await?;
        }
        self.effects.perform("commit", transaction.commit()).await?;
        Ok(count(&findings))
    }

    /// `None` if the slot has ended already.
    async fn store(&self, slot: &CouncilStart, [refine, render]: [Option<&str>; 2]) -> Result<Option<Stored>, Stop> {
        let started = Instant::now();
        let council = Council::load(&self.database, slot).await?;
        let draft = drafted(&council)?;
        let picture = &council.image;
        let mut findings = council.findings.clone().unwrap_or_default();
        // Who died each time, at last after the commit, has failed for the machine, and the post has what was kept all the same.
        let refine = refine.filter(|_| council.refinement.is_none());
        let render = render.filter(|_| picture.is_none());
        findings.extend(render.map(Finding::no_picture));
        findings.extend(picture.iter().flat_map(|picture| picture.cut.iter().map(|field| Finding::caption_cut(field))));
        let (assignment, context) = (&council.assignment, &council.context);
        let mut transaction = self.database.begin().await?;
        let now = self.ambient.now();
        check::compare_again(&mut transaction, assignment, context, &draft.fitted, &mut findings, now).await?;
        let checked =
            check::checked(&findings, context, &draft.fitted).map_err(|error| Stop::internal(error.to_string()))?;
        let generated = post::generated(assignment, draft, metadata(&council, draft, refine), checked);
        let Some(post_id) = post::store(&mut transaction, Holder::Council, &generated, &self.ambient).await? else {
            return Ok(None);
        };
        if let Some(picture) = picture {
            let workspace_id = slot.workspace_id;
            create::attach(&mut transaction, workspace_id, post_id, &picture.medium(), self.ambient.now()).await?;
        }
        let failed = [("refinement", refine), ("render", render)].into_iter();
        let failed = failed.filter_map(|(name, error)| Some(Noted::failed(name, failure::status(error?), error?)));
        let done = Noted::done("store", started.elapsed(), json!({ "post_id": post_id }));
        for step in failed.chain([done]) {
            note(&mut transaction, &self.ambient, assignment.subject, &step).await?;
        }
        self.effects.perform("commit", transaction.commit()).await?;
        tracing::info!(%post_id, execution_id = %slot.execution_id, winner = council.winner, "post stored");
        Ok(Some(Stored { post_id }))
    }

    /// Whether there was a slot to end.
    async fn fail(&self, slot: &CouncilStart, failure: &Failure) -> Result<bool, Stop> {
        let (kind, message) = failure::told(failure);
        let message = storable::text(&message);
        tracing::error!(execution_id = %slot.execution_id, employee_id = %slot.employee_id, slot = slot.slot,
            ?kind, message, "slot failed");
        let outcome = Outcome::Failed { kind, message: message.clone() };
        let mut transaction = self.database.begin().await?;
        let ended = slots::finish(&mut transaction, key(slot), Holder::Council, &outcome, self.ambient.now()).await?;
        if ended {
            let subject = Subject { key: key(slot), campaign_id: slot.campaign_id, workflow_type: "council" };
            let step = Noted::failed(failure::step(failure), failure::status(&failure.error), &message);
            note(&mut transaction, &self.ambient, subject, &step).await?;
            self.effects.perform("commit", transaction.commit()).await?;
        }
        Ok(ended)
    }
}

fn drafted(council: &Council) -> Result<&Written, Stop> {
    council.draft.as_ref().ok_or_else(|| Stop::internal("Nothing is chosen yet."))
}

fn finished() -> TaskError {
    TaskError::new(MatchedError::SlotFinished.name(), "the slot has ended already")
}

/// How the post came to be, in short; the whole way is in the council's own tables.
fn metadata(council: &Council, draft: &Written, refine_error: Option<&str>) -> Value {
    let samples = council.context.samples.len();
    json!({
        "workflow_type": "council",
        "model": draft.model,
        "prompt_version": council.assignment.prompt_version,
        "samples": samples,
        "without_samples": samples == 0,
        "repaired": draft.repaired,
        "adjustments": draft.fitted.adjustments,
        "council": {
            "winner": council.winner,
            "standing": council.verdict.as_ref().map(|verdict| verdict.standing),
            "decided_by": council.verdict.as_ref().map(|verdict| verdict.decided_by),
            "refined": council.refinement.as_ref().is_some_and(|refinement| refinement.kept == Keep::Refinement),
            "refine_error": refine_error,
        },
    })
}
