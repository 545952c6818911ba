//! Links to the pictures of posts.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rostrum_cloud::Link;
use rostrum_core::media::object_key;

use crate::{App, error::ApiError};

/// How long a link works: long enough to look at a post, too short to be passed on.
const LIFETIME: Duration = Duration::from_mins(5);

/// A link that shows the picture in place, and when it ends to work.
///
/// # Errors
/// If the bucket is not known here, or nothing can be signed.
pub(super) async fn link(app: &App, sha256: &str, content_type: &str) -> Result<(String, DateTime<Utc>), ApiError> {
    let (key, from) = (object_key(sha256, content_type), app.ambient().now());
    let link = Link { key: &key, from, lifetime: LIFETIME, disposition: "inline" };
    let url = app.media().await?.link(&link).await.map_err(|error| ApiError::Unavailable(error.into()))?;
    Ok((url, from + LIFETIME))
}
