//! Working off the slots of a run. A slot is claimed before it is worked on and finished only by who holds the claim,
//! so that a message delivered twice makes one post.

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_core::ids::{ClaimId, ExecutionId, PostId, UserId, WorkspaceId};
use sqlx::PgExecutor;

use crate::{Error, Transaction};

/// The identity of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The workspace of the run.
    pub workspace_id: WorkspaceId,
    /// The run.
    pub execution_id: ExecutionId,
    /// Who the post is by.
    pub employee_id: UserId,
    /// Which of the employee's posts, from 1.
    pub slot: i32,
}

/// What came of the wish to work on a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// There is no such slot.
    Unknown,
    /// It is done, one way or the other.
    Finished,
    /// Somebody works on it, until this time at the latest.
    Busy(DateTime<Utc>),
    /// A council works on it and will end it.
    HandedOver,
    /// It is ours.
    Held,
}

/// Claims a slot until `expires_at`, when whoever claims it is certainly no longer running.
///
/// # Errors
/// If Postgres does not take it.
pub async fn claim(
    transaction: &mut Transaction,
    key: Key,
    claim_id: ClaimId,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Claim, Error> {
    let row = sqlx::query!(
        "SELECT status, claim_expires_at, council_started_at FROM execution_slots
         WHERE execution_id = $1 AND employee_id = $2 AND slot = $3 AND workspace_id = $4
         FOR UPDATE",
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        key.workspace_id.uuid(),
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(row) = row else { return Ok(Claim::Unknown) };
    match (row.status.as_str(), row.claim_expires_at) {
        ("stored" | "failed", _) => return Ok(Claim::Finished),
        ("running", Some(until)) if until > now => {
            return Ok(if row.council_started_at.is_some() { Claim::HandedOver } else { Claim::Busy(until) });
        }
        _ => {}
    }
    sqlx::query!(
        "UPDATE execution_slots
         SET status = 'running', claimed_by = $5, claim_expires_at = $6, attempts = attempts + 1, updated_at = $7
         WHERE execution_id = $1 AND employee_id = $2 AND slot = $3 AND workspace_id = $4",
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        key.workspace_id.uuid(),
        claim_id.uuid(),
        expires_at,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(Claim::Held)
}

/// Whether somebody still waits for the slot's post.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn is_open(executor: impl PgExecutor<'_>, key: Key) -> Result<bool, Error> {
    let status = sqlx::query_scalar!(
        "SELECT status FROM execution_slots
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
    )
    .fetch_optional(executor)
    .await?;
    Ok(status.is_some_and(|status| matches!(status.as_str(), "planned" | "running")))
}

/// Why a slot has no post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The model declined to write it.
    Refused,
    /// The model's answer could not be used, nor could its repair.
    InvalidOutput,
    /// The model's provider did not answer.
    Provider,
    /// The campaign, its prompt or its model is not set up as it must be.
    Configuration,
    /// Its worker died each time.
    Abandoned,
    /// Too few seats of its council answered.
    NoQuorum,
    /// A part of the fleet failed, not the model.
    Internal,
}

impl FailureKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Refused,
        Self::InvalidOutput,
        Self::Provider,
        Self::Configuration,
        Self::Abandoned,
        Self::NoQuorum,
        Self::Internal,
    ];

    /// As the database spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::InvalidOutput => "invalid_output",
            Self::Provider => "provider",
            Self::Configuration => "configuration",
            Self::Abandoned => "abandoned",
            Self::NoQuorum => "no_quorum",
            Self::Internal => "internal",
        }
    }
}

/// How a slot ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With this post.
    Stored(PostId),
    /// Without one.
    Failed {
        /// Why, for a program.
        kind: FailureKind,
        /// Why, for a person.
        message: String,
    },
}

/// Who ends a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The worker that holds this claim.
    Worker(ClaimId),
    /// The council. There is one for a slot at most, whoever claimed the slot for it.
    Council,
}

/// Ends a slot, and the execution with its last one. Answers whether it did: it does not if `holder` no longer holds
/// the slot, and then the caller must keep nothing of what it did.
///
/// # Errors
/// If Postgres does not take it.
pub async fn finish(
    transaction: &mut Transaction,
    key: Key,
    holder: Holder,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    // Locked first, so that of two last slots that end at once the second sees the first.
    lock_execution(transaction, key.workspace_id, key.execution_id).await?;
    let claim_id = match holder {
        Holder::Worker(claim_id) => Some(claim_id.uuid()),
        Holder::Council => None,
    };
    let (status, post_id, kind, message) = match outcome {
        Outcome::Stored(post_id) => ("stored", Some(post_id.uuid()), None, None),
        Outcome::Failed { kind, message } => ("failed", None, Some(kind.as_str()), Some(message.as_str())),
    };
    let ended = sqlx::query!(
        "UPDATE execution_slots
         SET status = $6, post_id = $7, failure_kind = $8, failure_message = $9,
             claimed_by = NULL, claim_expires_at = NULL, updated_at = $10
         WHERE execution_id = $1 AND employee_id = $2 AND slot = $3 AND workspace_id = $4 AND (
             -- The council's worker may have given the slot back because it did not hear that the council had started.
             (status = 'running' AND claimed_by = $5) OR ($5::uuid IS NULL AND status IN ('planned', 'running')))",
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        key.workspace_id.uuid(),
        claim_id,
        status,
        post_id,
        kind,
        message,
        now,
    )
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if ended == 0 {
        return Ok(false);
    }
    close_execution(transaction, key.workspace_id, key.execution_id, now).await?;
    Ok(true)
}

/// Ends every open slot of the employee without a post, for this reason, and each execution with its last one. Whoever works
/// on one of them does it in vain.
///
/// # Errors
/// If Postgres does not take it.
pub async fn give_up(
    transaction: &mut Transaction,
    employee_id: UserId,
    message: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let rows = sqlx::query!(
        "SELECT DISTINCT execution_id, workspace_id FROM execution_slots
         WHERE employee_id = $1 AND status IN ('planned', 'running')
         ORDER BY execution_id",
        employee_id.uuid(),
    )
    .fetch_all(&mut *transaction)
    .await?;
    for row in rows {
        let (workspace_id, execution_id) = (row.workspace_id.into(), row.execution_id.into());
        lock_execution(transaction, workspace_id, execution_id).await?;
        sqlx::query!(
            "UPDATE execution_slots
             SET status = 'failed', failure_kind = $4, failure_message = $5,
                 claimed_by = NULL, claim_expires_at = NULL, updated_at = $6
             WHERE execution_id = $1 AND employee_id = $2 AND workspace_id = $3 AND status IN ('planned', 'running')",
            row.execution_id,
            employee_id.uuid(),
            row.workspace_id,
            FailureKind::Configuration.as_str(),
            message,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        close_execution(transaction, workspace_id, execution_id, now).await?;
    }
    Ok(())
}

/// Leaves the slot to its council until `expires_at`. Answers whether it did: it does not if `claim_id` no longer holds
/// the slot, because the council has ended it already or somebody else hands it over.
///
/// # Errors
/// If Postgres does not take it.
pub async fn hand_over(
    transaction: &mut Transaction,
    key: Key,
    claim_id: ClaimId,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let handed_over = sqlx::query!(
        "UPDATE execution_slots SET claim_expires_at = $6, council_started_at = $7, updated_at = $7
         WHERE execution_id = $1 AND employee_id = $2 AND slot = $3 AND workspace_id = $4 AND claimed_by = $5",
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        key.workspace_id.uuid(),
        claim_id.uuid(),
        expires_at,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(handed_over.rows_affected() == 1)
}

/// Gives a slot back that could not be worked on now. Nothing happens if the claim no longer holds it.
///
/// # Errors
/// If Postgres does not take it.
pub async fn release(
    transaction: &mut Transaction,
    key: Key,
    claim_id: ClaimId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE execution_slots SET status = 'planned', claimed_by = NULL, claim_expires_at = NULL, updated_at = $6
         WHERE execution_id = $1 AND employee_id = $2 AND slot = $3 AND workspace_id = $4 AND claimed_by = $5",
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        key.workspace_id.uuid(),
        claim_id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// How long after the end of its claim a slot counts as abandoned: all three deliveries of its message are over then.
const ABANDONED_CLAIM: TimeDelta = TimeDelta::minutes(20);
/// How long a slot may wait for a worker before its message counts as lost.
const ABANDONED_WAIT: TimeDelta = TimeDelta::hours(12);

/// Ends up to `limit` slots whose workers died each time or whose message is lost, so that their executions end.
/// Answers how many.
///
/// # Errors
/// If Postgres does not take it.
pub async fn fail_abandoned(transaction: &mut Transaction, limit: i64, now: DateTime<Utc>) -> Result<u64, Error> {
    let rows = sqlx::query!(
        "SELECT execution_id, workspace_id, employee_id, slot FROM execution_slots
         WHERE (status = 'running' AND claim_expires_at < $1) OR (status = 'planned' AND updated_at < $2)
         ORDER BY execution_id
         LIMIT $3",
        now - ABANDONED_CLAIM,
        now - ABANDONED_WAIT,
        limit,
    )
    .fetch_all(&mut *transaction)
    .await?;
    let mut ended = 0;
    for row in rows {
        let (workspace_id, execution_id) = (row.workspace_id.into(), row.execution_id.into());
        lock_execution(transaction, workspace_id, execution_id).await?;
        ended += sqlx::query!(
            "UPDATE execution_slots
             SET status = 'failed', failure_kind = $4, failure_message = $5,
                 claimed_by = NULL, claim_expires_at = NULL, updated_at = $6
             WHERE execution_id = $1 AND employee_id = $2 AND slot = $3
               AND ((status = 'running' AND claim_expires_at < $7) OR (status = 'planned' AND updated_at < $8))",
            row.execution_id,
            row.employee_id,
            row.slot,
            FailureKind::Abandoned.as_str(),
            "No worker finished this post. Run the campaign again; its message may be among the dead letters.",
            now,
            now - ABANDONED_CLAIM,
            now - ABANDONED_WAIT,
        )
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        close_execution(transaction, workspace_id, execution_id, now).await?;
    }
    Ok(ended)
}

/// Lets one transaction at a time end slots of the execution. The lock is the weakest that does: a stronger one would wait
/// for the key share that inserting a post takes on its execution, and two posts would wait for each other.
async fn lock_execution(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    execution_id: ExecutionId,
) -> Result<(), Error> {
    sqlx::query!(
        "SELECT id FROM executions WHERE id = $1 AND workspace_id = $2 FOR NO KEY UPDATE",
        execution_id.uuid(),
        workspace_id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(())
}

/// Ends the execution if none of its slots is open any more.
async fn close_execution(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    execution_id: ExecutionId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE executions
         SET finished_at = $3,
             status = CASE
               WHEN tally.failed = 0 THEN 'completed'
               WHEN tally.stored = 0 THEN 'failed'
               ELSE 'completed_with_failures'
             END
         FROM (
           SELECT count(*) FILTER (WHERE status = 'failed') AS failed,
                  count(*) FILTER (WHERE status = 'stored') AS stored,
                  count(*) FILTER (WHERE status IN ('planned', 'running')) AS open
           FROM execution_slots WHERE execution_id = $1
         ) AS tally
         WHERE id = $1 AND workspace_id = $2 AND executions.status = 'running' AND tally.open = 0",
        execution_id.uuid(),
        workspace_id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
