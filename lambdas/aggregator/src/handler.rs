//! One council, one choice.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_contracts::council::{AggregateInput, Aggregated, SeatOutcome};
use rostrum_core::council::{
    candidate::Candidate,
    deliberation::Terms,
    verdict::{DecidedBy, Standing, Verdict},
};
use rostrum_lambda_kit::TaskError;
use rostrum_store::{
    councils::{
        self, Decision,
        candidates::{self, Outcome},
    },
    executions::slots::FailureKind,
};
use rostrum_workflow::{
    Choice, Chosen, Council, Steps, Stop, Written, council,
    note::{Noted, note},
    storable, yardstick,
};
use serde_json::json;

/// The use case and what it needs.
#[derive(Debug, Clone)]
pub struct Aggregator {
    /// Postgres, the models, and the way to them.
    pub steps: Steps,
}

/// What keeping the decision takes at most.
const TO_KEEP: TimeDelta = TimeDelta::seconds(5);

impl Aggregator {
    /// Chooses, unless it has been done. `deadline` is when this invocation is over.
    ///
    /// # Errors
    /// `no_quorum` if too few seats answered; else if Postgres does not answer or the council does not exist.
    pub async fn handle(&self, input: &AggregateInput, deadline: DateTime<Utc>) -> Result<Aggregated, TaskError> {
        Ok(self.aggregate(input, deadline).await?)
    }

    async fn aggregate(&self, input: &AggregateInput, deadline: DateTime<Utc>) -> Result<Aggregated, Stop> {
        let started = Instant::now();
        let council = Council::load(&self.steps.database, &input.slot).await?;
        if let Some(verdict) = &council.verdict {
            return Ok(aggregated(verdict));
        }
        self.record_missing(&council, input).await?;
        let stored = candidates::list(&self.steps.database, council.assignment.subject.key).await?;
        let mut drafts = Vec::new();
        let mut contenders = Vec::new();
        for candidate in stored {
            contenders.push(match candidate.draft {
                Some(draft) => {
                    let draft: Written = council::read(draft)?;
                    let text = draft.fitted.content();
                    drafts.push((candidate.seat.clone(), draft));
                    Candidate::answered(candidate.seat, candidate.model, text)
                }
                None => {
                    Candidate::failed(candidate.seat, candidate.model, candidate.failure_message.unwrap_or_default())
                }
            });
        }
        let choice = Choice {
            council: &council,
            terms: &Terms::from(&council.config),
            seed: council.seed,
            candidates: &contenders,
            yardstick: &yardstick(&council),
            name: "judge",
            deadline: deadline - TO_KEEP,
        };
        let chosen = self.steps.deliberate(&choice).await?;
        let chosen = chosen.map_err(|failure| Stop::Failed(FailureKind::NoQuorum, failure.to_string()))?;
        let draft = drafts.into_iter().find(|(seat, _)| *seat == chosen.verdict.winner);
        let (_, draft) = draft.ok_or_else(|| Stop::internal("The chosen seat has no candidate."))?;
        if self.keep(&council, &chosen, &draft, started.elapsed()).await? {
            return Ok(aggregated(&chosen.verdict));
        }
        // Somebody else decided while we did, perhaps for another.
        let council = Council::load(&self.steps.database, &input.slot).await?;
        council.verdict.as_ref().map(aggregated).ok_or_else(|| Stop::internal("Nothing is decided."))
    }

    /// A seat whose function died left no row; what the machine says about it is kept in its place.
    async fn record_missing(&self, council: &Council, input: &AggregateInput) -> Result<(), Stop> {
        let key = council.assignment.subject.key;
        let known = candidates::list(&self.steps.database, key).await?;
        let missing: Vec<_> =
            council.config.seats.iter().filter(|seat| known.iter().all(|other| other.seat != seat.name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut transaction = self.steps.database.begin().await?;
        for seat in missing {
            let told = input.seats.iter().find(|answer| answer.seat == seat.name).map(|answer| &answer.outcome);
            let message = match told {
                Some(SeatOutcome::Failed { error }) => storable::text(error),
                _ => "The seat's function left no answer.".to_owned(),
            };
            let outcome = Outcome::Failed { kind: FailureKind::Internal, message };
            let now = self.steps.ambient.now();
            candidates::record(&mut transaction, key, &seat.name, &seat.model, &outcome, now).await?;
        }
        self.steps.effects.perform("commit", transaction.commit()).await?;
        Ok(())
    }

    /// Whether it is this decision that is kept.
    async fn keep(&self, council: &Council, chosen: &Chosen, draft: &Written, took: Duration) -> Result<bool, Stop> {
        let verdict = &chosen.verdict;
        let key = council.assignment.subject.key;
        let is_full = is_full(verdict);
        let decision = Decision {
            winner: verdict.winner.clone(),
            standing: if is_full { "full" } else { "below_quorum" },
            verdict: council::json(verdict)?,
            judgings: council::json(&chosen.judgings)?,
            draft: council::json(draft)?,
        };
        let step = if draft.repaired { "repair" } else { "generate" };
        let mut transaction = self.steps.database.begin().await?;
        let is_ours = councils::decide(&mut transaction, key, &decision, self.steps.ambient.now()).await?;
        if is_ours {
            let step_name = format!("{step}:{}", verdict.winner);
            candidates::select(&mut transaction, key, &verdict.winner, &step_name).await?;
            let detail =
                json!({ "winner": verdict.winner, "standing": verdict.standing, "decided_by": verdict.decided_by });
            let step = Noted::done("aggregate", took, detail);
            note(&mut transaction, &self.steps.ambient, council.assignment.subject, &step).await?;
        }
        self.steps.effects.perform("commit", transaction.commit()).await?;
        if verdict.decided_by == DecidedBy::Rules || !is_full {
            tracing::warn!(winner = verdict.winner, decided_by = ?verdict.decided_by, standing = decision.standing, "chosen");
        } else {
            tracing::info!(winner = verdict.winner, decided_by = ?verdict.decided_by, "chosen");
        }
        Ok(is_ours)
    }
}

fn aggregated(verdict: &Verdict) -> Aggregated {
    Aggregated { winner: verdict.winner.clone(), quorum: is_full(verdict) }
}

fn is_full(verdict: &Verdict) -> bool {
    matches!(verdict.standing, Standing::Full { .. })
}
