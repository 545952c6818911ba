//! Starting a run: the execution, and one slot per employee and post.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, ExecutionId, UserId, WorkspaceId};
use uuid::Uuid;

use crate::{Error, Transaction};

/// Writes an execution that a person asked for and that is still to be planned.
///
/// # Errors
/// [`Error::Missing`] if the campaign is not one of the workspace's.
pub async fn queue_manual(
    transaction: &mut Transaction,
    execution_id: ExecutionId,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    triggered_by: UserId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO executions (id, workspace_id, campaign_id, trigger, triggered_by, status, created_at)
         VALUES ($1, $2, $3, 'manual', $4, 'queued', $5)",
        execution_id.uuid(),
        workspace_id.uuid(),
        campaign_id.uuid(),
        triggered_by.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Writes the execution of a scheduled run, unless an earlier delivery of the same minute has.
///
/// # Errors
/// [`Error::Missing`] if the campaign is not one of the workspace's.
pub async fn queue_scheduled(
    transaction: &mut Transaction,
    execution_id: ExecutionId,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    scheduled_for: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<ExecutionId, Error> {
    sqlx::query!(
        "INSERT INTO executions (id, workspace_id, campaign_id, trigger, scheduled_for, status, created_at)
         VALUES ($1, $2, $3, 'schedule', $4, 'queued', $5)
         ON CONFLICT (campaign_id, scheduled_for) DO NOTHING",
        execution_id.uuid(),
        workspace_id.uuid(),
        campaign_id.uuid(),
        scheduled_for,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    let id = sqlx::query_scalar!(
        "SELECT id FROM executions WHERE workspace_id = $1 AND campaign_id = $2 AND scheduled_for = $3",
        workspace_id.uuid(),
        campaign_id.uuid(),
        scheduled_for,
    )
    .fetch_one(transaction)
    .await?;
    Ok(id.into())
}

/// What an execution needs to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplanned {
    /// How many posts each employee gets.
    pub posts_per_employee: i32,
    /// Whether the campaign was archived since the run was asked for.
    pub archived: bool,
}

/// Whether an execution is still to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// There is no such execution of this campaign in this workspace.
    Unknown,
    /// It has been planned; nothing is to be done.
    Planned,
    /// It waits to be planned, and nobody else plans it until the transaction ends.
    Unplanned(Unplanned),
}

/// Looks an execution up and keeps others from planning it until the transaction ends.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    execution_id: ExecutionId,
) -> Result<Lookup, Error> {
    let row = sqlx::query!(
        "SELECT execution.status, campaign.posts_per_employee, campaign.status = 'archived' AS \"archived!\"
         FROM executions AS execution
         JOIN campaigns AS campaign ON campaign.id = execution.campaign_id
         WHERE execution.id = $1 AND execution.workspace_id = $2 AND execution.campaign_id = $3
         FOR NO KEY UPDATE OF execution",
        execution_id.uuid(),
        workspace_id.uuid(),
        campaign_id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(match row {
        None => Lookup::Unknown,
        Some(row) if row.status != "queued" => Lookup::Planned,
        Some(row) => {
            Lookup::Unplanned(Unplanned { posts_per_employee: row.posts_per_employee, archived: row.archived })
        }
    })
}

/// The employees that a run writes for: assigned, active and not archived, in a stable order.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn employees(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
) -> Result<Vec<UserId>, Error> {
    let ids = sqlx::query_scalar!(
        "SELECT assignment.user_id
         FROM campaign_employees AS assignment
         JOIN employee_profiles AS profile
           ON profile.workspace_id = assignment.workspace_id AND profile.user_id = assignment.user_id
         WHERE assignment.workspace_id = $1 AND assignment.campaign_id = $2
           AND assignment.is_active AND profile.archived_at IS NULL
         ORDER BY assignment.user_id",
        workspace_id.uuid(),
        campaign_id.uuid(),
    )
    .fetch_all(transaction)
    .await?;
    Ok(ids.into_iter().map(UserId::from).collect())
}

/// Writes the slots and starts the execution.
///
/// # Errors
/// If Postgres does not take them.
pub async fn start(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    execution_id: ExecutionId,
    slots: &[(UserId, i32)],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let employees: Vec<Uuid> = slots.iter().map(|(employee, _)| employee.uuid()).collect();
    let numbers: Vec<i32> = slots.iter().map(|(_, number)| *number).collect();
    sqlx::query!(
        "INSERT INTO execution_slots (execution_id, employee_id, slot, workspace_id, status, created_at, updated_at)
         SELECT $1, employee_id, slot, $2, 'planned', $5, $5
         FROM unnest($3::uuid[], $4::int[]) AS planned (employee_id, slot)",
        execution_id.uuid(),
        workspace_id.uuid(),
        &employees,
        &numbers,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE executions SET status = 'running', started_at = $3 WHERE id = $1 AND workspace_id = $2",
        execution_id.uuid(),
        workspace_id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Ends an execution that has nothing to do, saying why.
///
/// # Errors
/// If Postgres does not take it.
pub async fn finish_without_slots(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    execution_id: ExecutionId,
    warning: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE executions SET status = 'completed', warning = $3, started_at = $4, finished_at = $4
         WHERE id = $1 AND workspace_id = $2",
        execution_id.uuid(),
        workspace_id.uuid(),
        warning,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
