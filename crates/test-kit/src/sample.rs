//! A small workspace for tests: people, a campaign, and what a test changes of them.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, SampleId, UserId, WorkspaceId};
use rostrum_lambda_kit::Ambient;
use sqlx::PgPool;

/// The time at which the tests take place.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).expect("a valid time")
}

/// A workspace with one campaign and its employees.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The workspace.
    pub id: WorkspaceId,
    /// A LinkedIn campaign of two posts per employee.
    pub campaign_id: CampaignId,
    /// The employees, all assigned to the campaign, with one writing sample each.
    pub employees: Vec<UserId>,
}

/// Writes a workspace with this many employees.
pub async fn workspace(admin: &PgPool, ambient: &Ambient, employees: usize) -> Workspace {
    let now = ambient.now();
    let mut random = ambient.random();
    let id = WorkspaceId::new(now, &mut random);
    let campaign_id = CampaignId::new(now, &mut random);
    sqlx::query("INSERT INTO workspaces (id, slug, name, created_at, updated_at) VALUES ($1, $2, 'Test', $3, $3)")
        .bind(id.uuid())
        .bind(format!("test-{}", id.uuid().simple()))
        .bind(now)
        .execute(admin)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO campaigns (id, workspace_id, name, platform, brief, posts_per_employee, workflow_config, created_at, updated_at)
         VALUES ($1, $2, 'Autumn', 'linkedin', 'Tell what we learned.', 2, '{\"model\": \"claude-sonnet-5-5\"}', $3, $3)",
    )
    .bind(campaign_id.uuid())
    .bind(id.uuid())
    .bind(now)
    .execute(admin)
    .await
    .unwrap();
    let mut workspace = Workspace { id, campaign_id, employees: Vec::new() };
    for number in 0..employees {
        let user = UserId::new(now, &mut random);
        let sample = SampleId::new(now, &mut random);
        sqlx::query(
            "WITH person AS (
               INSERT INTO users (id, email, name, created_at, updated_at) VALUES ($1, $2, $3, $6, $6) RETURNING id
             ), membership AS (
               INSERT INTO memberships (workspace_id, user_id, role, created_at)
               SELECT $4, id, 'content_creator', $6 FROM person RETURNING workspace_id, user_id
             ), profile AS (
               INSERT INTO employee_profiles (workspace_id, user_id, display_name, voice, created_at, updated_at)
               SELECT workspace_id, user_id, $3, 'Dry.', $6, $6 FROM membership RETURNING workspace_id, user_id
             ), assignment AS (
               INSERT INTO campaign_employees (id, workspace_id, campaign_id, user_id, created_at)
               SELECT gen_random_uuid(), workspace_id, $5, user_id, $6 FROM profile
             )
             INSERT INTO writing_samples (id, workspace_id, user_id, content, created_at, updated_at)
             SELECT $7, workspace_id, user_id, 'Sample of ' || $3, $6, $6 FROM profile",
        )
        .bind(user.uuid())
        .bind(format!("{}@example.com", user.uuid().simple()))
        .bind(format!("Person {number}"))
        .bind(id.uuid())
        .bind(campaign_id.uuid())
        .bind(now)
        .bind(sample.uuid())
        .execute(admin)
        .await
        .unwrap();
        workspace.employees.push(user);
    }
    workspace
}
