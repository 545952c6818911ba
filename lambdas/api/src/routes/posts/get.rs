//! `GET /api/posts/{id}`

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rostrum_core::{access::Permission, ids::PostId};
use rostrum_store::posts::{media, view};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::Path,
    routes::{
        findings::{self, Finding},
        media::link,
        names::{PlatformName, PostStatus},
    },
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::PostsRead, route!(get_post))
}

/// A post with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
struct Post {
    /// The id.
    id: Uuid,
    /// The campaign that it was written for.
    campaign_id: Uuid,
    /// Who it is by.
    employee_id: Uuid,
    /// The run that it came of; its logs hold every call that it took.
    execution_id: Uuid,
    /// Which of the employee's posts of that run, from 1.
    slot: i32,
    /// The network that it is for.
    #[schema(value_type = PlatformName)]
    platform: String,
    /// Where it stands.
    #[schema(value_type = PostStatus)]
    status: String,
    /// The text; of a thread all parts, a blank line between.
    content: String,
    /// The parts of a thread in order; empty unless there are at least two.
    thread: Vec<String>,
    /// The hashtags of the text, without `#`.
    hashtags: Vec<String>,
    /// Who the text mentions, without `@`.
    mentions: Vec<String>,
    /// What the text asks of its reader.
    call_to_action: String,
    /// The text as it was generated.
    original_content: String,
    /// How far people moved it from that; null as long as nobody did.
    edit_distance: Option<i32>,
    /// How long it took until it was approved.
    time_to_approve_seconds: Option<i32>,
    /// When it is to be published.
    scheduled_for: Option<DateTime<Utc>>,
    /// Its id on the network.
    external_post_id: Option<String>,
    /// How it was generated: model, prompt version, tokens, what was changed to make it fit.
    #[schema(value_type = Object)]
    generation_metadata: Value,
    /// What the checks found, the worst first; a blocking finding keeps every automatic approval away.
    findings: Vec<Finding>,
    /// Its pictures.
    media: Vec<Medium>,
    /// Counts the changes; the ETag is the same number.
    version: i32,
    /// When it was written.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
}

/// A picture of a post.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PostMedium)]
struct Medium {
    /// The SHA-256 of its bytes.
    sha256: String,
    /// `image/jpeg` or `image/png`.
    content_type: String,
    /// In pixels.
    width: i32,
    /// In pixels.
    height: i32,
    /// How many bytes it has.
    bytes: i32,
    /// What somebody is told who cannot see it.
    alt_text: String,
    /// Where it can be seen without signing in, for a short time.
    url: String,
    /// Until when; read the post again for another address.
    url_expires_at: DateTime<Utc>,
}

/// Read a post
#[utoipa::path(
    get, path = "/api/posts/{id}", tag = "posts",
    params(("id" = Uuid, Path, description = "The post.")),
    responses((status = 200, description = "The post.", body = Post, headers(
        ("ETag" = String, description = "Its version."),
    ))),
)]
async fn get_post(State(app): State<App>, caller: Caller, Path(id): Path<PostId>) -> Result<Answer, ApiError> {
    let database = app.database().await?;
    let post = view::get(database, caller.workspace_id, id, caller.scope()).await?.ok_or(ApiError::NotFound)?;
    let version = post.version;
    let mut shown = Vec::new();
    for medium in media::list(database, caller.workspace_id, id).await? {
        shown.push(Medium::new(&app, medium).await?);
    }
    Ok(Answer::new(StatusCode::OK, &Post::new(post, shown)?)?.version(version))
}

impl Medium {
    /// The picture with an address.
    async fn new(app: &App, stored: media::Medium) -> Result<Self, ApiError> {
        let (url, url_expires_at) = link(app, &stored.sha256, &stored.content_type).await?;
        let media::Medium { sha256, content_type, width, height, bytes, alt_text } = stored;
        Ok(Self { sha256, content_type, width, height, bytes, alt_text, url, url_expires_at })
    }
}

impl Post {
    fn new(stored: view::Post, media: Vec<Medium>) -> Result<Self, ApiError> {
        Ok(Self {
            id: stored.id,
            campaign_id: stored.campaign_id,
            employee_id: stored.employee_id,
            execution_id: stored.execution_id,
            slot: stored.slot,
            platform: stored.platform,
            status: stored.status,
            content: stored.content,
            thread: stored.thread,
            hashtags: stored.hashtags,
            mentions: stored.mentions,
            call_to_action: stored.call_to_action,
            original_content: stored.original_content,
            edit_distance: stored.edit_distance,
            time_to_approve_seconds: stored.time_to_approve_seconds,
            scheduled_for: stored.scheduled_for,
            external_post_id: stored.external_post_id,
            generation_metadata: stored.generation_metadata,
            findings: findings::read(stored.findings)?,
            media,
            version: stored.version,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
        })
    }
}
