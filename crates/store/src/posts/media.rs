//! The pictures of posts.

use rostrum_core::ids::{PostId, WorkspaceId};
use sqlx::PgExecutor;

use crate::Error;

/// A picture of a post; its bytes are an object under its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medium {
    /// The SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// How many bytes it has.
    pub bytes: i32,
    /// What somebody is told who cannot see it.
    pub alt_text: String,
}

/// The pictures of the post in their order.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    post_id: PostId,
) -> Result<Vec<Medium>, Error> {
    let media = sqlx::query_as!(
        Medium,
        "SELECT sha256, content_type, width, height, bytes, alt_text FROM post_media
         WHERE workspace_id = $1 AND post_id = $2
         ORDER BY position",
        workspace_id.uuid(),
        post_id.uuid(),
    )
    .fetch_all(executor)
    .await?;
    Ok(media)
}
