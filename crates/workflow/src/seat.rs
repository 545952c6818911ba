//! One seat of a council: the use case of every `llm-…` function.

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_contracts::council::{SeatAnswer, SeatInput, SeatOutcome};
use rostrum_store::{
    councils::candidates::{self, Outcome},
    executions::slots::FailureKind,
};

use crate::{Council, Steps, Stop, council};

/// What keeping a candidate takes at most.
const TO_KEEP: TimeDelta = TimeDelta::seconds(5);

/// Lets a seat write its candidate, unless it has one. A seat that cannot is no error: its failure is its answer. `deadline`
/// is when this invocation is over.
///
/// # Errors
/// If Postgres does not answer, or the council or the seat does not exist.
pub async fn answer(steps: &Steps, input: &SeatInput, deadline: DateTime<Utc>) -> Result<SeatAnswer, Stop> {
    let council = Council::load(&steps.database, &input.slot).await?;
    let seat = council
        .config
        .seats
        .iter()
        .find(|seat| seat.name == input.seat)
        .ok_or_else(|| Stop::Failed(FailureKind::Internal, format!("The council has no seat {:?}.", input.seat)))?;
    let key = council.assignment.subject.key;
    let known = candidates::list(&steps.database, key).await?;
    if let Some(kept) = known.into_iter().find(|candidate| candidate.seat == seat.name) {
        let outcome = match kept.draft {
            Some(_) => SeatOutcome::Answered,
            None => failed(&kept.failure_message.unwrap_or_default()),
        };
        return Ok(SeatAnswer { seat: kept.seat, outcome });
    }
    let written = steps.write(&council.assignment, &seat.model, Some(&seat.name), deadline - TO_KEEP).await;
    let (outcome, answered) = match written {
        Ok(written) => (Outcome::Answered(council::json(&written)?), SeatOutcome::Answered),
        Err(Stop::Failed(kind, message)) => (Outcome::Failed { kind, message: message.clone() }, failed(&message)),
        Err(Stop::Provider { reason, .. }) => {
            (Outcome::Failed { kind: FailureKind::Provider, message: reason.clone() }, failed(&reason))
        }
        Err(Stop::Store(error)) => return Err(Stop::Store(error)),
    };
    if let SeatOutcome::Failed { error } = &answered {
        tracing::warn!(seat = seat.name, model = seat.model, error, "the seat has no candidate");
    }
    let mut transaction = steps.database.begin().await?;
    candidates::record(&mut transaction, key, &seat.name, &seat.model, &outcome, steps.ambient.now()).await?;
    steps.effects.perform("commit", transaction.commit()).await?;
    Ok(SeatAnswer { seat: seat.name.clone(), outcome: answered })
}

/// The machine carries 500 characters of a reason; all of it is in the database.
fn failed(reason: &str) -> SeatOutcome {
    SeatOutcome::Failed { error: reason.chars().take(500).collect() }
}
