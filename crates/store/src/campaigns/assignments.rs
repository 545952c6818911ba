//! Who writes for a campaign.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, UserId, WorkspaceId};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction};

/// An employee who writes for a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The employee.
    pub user_id: Uuid,
    /// The name that their posts are written under.
    pub display_name: String,
    /// What they do.
    pub job_title: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// Lets the employees write for the campaign; those who do already are left as they are. `ids` are the ids of the
/// assignments, one for each employee.
///
/// # Errors
/// [`Error::Missing`] if the campaign or an employee is not of the workspace.
pub async fn assign(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    employees: &[(Uuid, UserId)],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let ids: Vec<Uuid> = employees.iter().map(|(id, _)| *id).collect();
    let users: Vec<Uuid> = employees.iter().map(|(_, user)| user.uuid()).collect();
    sqlx::query!(
        "INSERT INTO campaign_employees (id, workspace_id, campaign_id, user_id, created_at)
         SELECT id, $1, $2, user_id, $5 FROM unnest($3::uuid[], $4::uuid[]) AS employee (id, user_id)
         ON CONFLICT (campaign_id, user_id) DO UPDATE SET is_active = true",
        workspace_id.uuid(),
        campaign_id.uuid(),
        &ids,
        &users,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Lets the employee write for the campaign no more. Answers whether they did.
///
/// # Errors
/// If Postgres does not do it.
pub async fn unassign(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    user_id: UserId,
) -> Result<bool, Error> {
    let removed = sqlx::query!(
        "DELETE FROM campaign_employees
         WHERE workspace_id = $1 AND campaign_id = $2 AND user_id = $3 AND is_active",
        workspace_id.uuid(),
        campaign_id.uuid(),
        user_id.uuid(),
    )
    .execute(transaction)
    .await?;
    Ok(removed.rows_affected() == 1)
}

/// Which of `users` are employees of the workspace that are not archived. They stay so until the transaction ends.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn assignable(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    users: &[UserId],
) -> Result<Vec<UserId>, Error> {
    let users: Vec<Uuid> = users.iter().map(|user| user.uuid()).collect();
    let found = sqlx::query_scalar!(
        "SELECT user_id FROM employee_profiles
         WHERE workspace_id = $1 AND user_id = ANY ($2) AND archived_at IS NULL
         ORDER BY user_id
         FOR SHARE",
        workspace_id.uuid(),
        &users,
    )
    .fetch_all(transaction)
    .await?;
    Ok(found.into_iter().map(UserId::from).collect())
}

/// Up to `limit` employees that write for the campaign, with an id below `before`, the youngest id first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Assignment>, Error> {
    let assignments = sqlx::query_as!(
        Assignment,
        "SELECT assignment.user_id, profile.display_name, profile.job_title, assignment.created_at
         FROM campaign_employees AS assignment
         JOIN employee_profiles AS profile
           ON profile.workspace_id = assignment.workspace_id AND profile.user_id = assignment.user_id
         WHERE assignment.workspace_id = $1 AND assignment.campaign_id = $2 AND assignment.is_active
           AND assignment.user_id < $3
         ORDER BY assignment.user_id DESC
         LIMIT $4",
        workspace_id.uuid(),
        campaign_id.uuid(),
        before,
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(assignments)
}
