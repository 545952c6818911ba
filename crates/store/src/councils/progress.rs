//! What a council came to, step by step. Nothing is kept for an employee who was erased.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{Error, Transaction, executions::slots::Key, people::erasure};

/// Whose candidate was chosen, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The seat.
    pub winner: String,
    /// `full`, or `below_quorum` if too few seats answered.
    pub standing: &'static str,
    /// Every score, order and dissent.
    pub verdict: Value,
    /// Every question to a judge with its whole answer.
    pub judgings: Value,
    /// The chosen candidate.
    pub draft: Value,
}

/// Keeps the decision, unless there is one. Answers whether it did.
///
/// # Errors
/// If Postgres does not take it.
pub async fn decide(
    transaction: &mut Transaction,
    key: Key,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if !erasure::hold_off(transaction, key.employee_id).await? {
        return Ok(false);
    }
    let decided = sqlx::query!(
        "UPDATE councils SET winner = $5, standing = $6, verdict = $7, judgings = $8, draft = $9, updated_at = $10
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4 AND winner IS NULL",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        decision.winner,
        decision.standing,
        decision.verdict,
        decision.judgings,
        decision.draft,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(decided.rows_affected() == 1)
}

/// Keeps what came of the refinement and the draft that it left, unless that is known already. Answers whether it did.
///
/// # Errors
/// If Postgres does not take it, or nothing is decided yet.
pub async fn keep_refinement(
    transaction: &mut Transaction,
    key: Key,
    refinement: &Value,
    draft: &Value,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if !erasure::hold_off(transaction, key.employee_id).await? {
        return Ok(false);
    }
    let kept = sqlx::query!(
        "UPDATE councils SET refinement = $5, draft = $6, updated_at = $7
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4 AND refinement IS NULL",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        refinement,
        draft,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Keeps the picture, or why there is none, unless that is known already. Answers whether it did. The transaction holds the
/// picture's object since before it was written ([`hold`](crate::posts::objects::hold)).
///
/// # Errors
/// If Postgres does not take it, or nothing is decided yet.
pub async fn keep_image(
    transaction: &mut Transaction,
    key: Key,
    image: &Value,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if !erasure::hold_off(transaction, key.employee_id).await? {
        return Ok(false);
    }
    let kept = sqlx::query!(
        "UPDATE councils SET image = $5, updated_at = $6
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4 AND image IS NULL",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        image,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Keeps what the checks found, unless that is known already. Answers whether it did.
///
/// # Errors
/// If Postgres does not take it, or nothing is decided yet.
pub async fn keep_findings(
    transaction: &mut Transaction,
    key: Key,
    findings: &Value,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if !erasure::hold_off(transaction, key.employee_id).await? {
        return Ok(false);
    }
    let kept = sqlx::query!(
        "UPDATE councils SET findings = $5, updated_at = $6
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4 AND findings IS NULL",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        findings,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(kept.rows_affected() == 1)
}
