//! `GET /api/v1/audit-log`

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rostrum_core::access::Permission;
use rostrum_store::audit;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::Query,
    page::Page,
};

pub(super) fn endpoint() -> Endpoint {
    needs(Permission::AuditRead, route!(list_audit_log))
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEntry {
    /// Its id.
    id: Uuid,
    /// `user` or `system`.
    actor_kind: String,
    /// Who did it, unless it was the fleet itself.
    actor_id: Option<Uuid>,
    /// What was done, for example `campaign.archived`.
    action: String,
    /// The kind of thing that it was done to.
    subject_type: String,
    /// The thing.
    subject_id: Uuid,
    /// What a reader needs besides.
    detail: Value,
    /// When.
    created_at: DateTime<Utc>,
}

impl From<audit::Recorded> for AuditEntry {
    fn from(stored: audit::Recorded) -> Self {
        let audit::Recorded { id, actor_kind, actor_id, action, subject_type, subject_id, detail, created_at } = stored;
        Self { id, actor_kind, actor_id, action, subject_type, subject_id, detail, created_at }
    }
}

/// List who changed what, newest first
///
/// To export all of it, ask for page after page.
#[utoipa::path(
    get, path = "/api/v1/audit-log", tag = "people",
    params(
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<AuditEntry>)),
)]
async fn list_audit_log(State(app): State<App>, caller: Caller, mut query: Query) -> Result<Answer, ApiError> {
    let request = query.page();
    query.finish()?;
    let rows = audit::list(app.database().await?, caller.workspace_id, request.before(), request.rows()).await?;
    Answer::new(StatusCode::OK, &request.page(rows, |row| row.id, AuditEntry::from))
}
