//! Versions of the prompt's templates.

use rostrum_core::ids::{CampaignId, WorkspaceId};
use sqlx::PgExecutor;

use crate::Error;

/// One version of the templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptVersion {
    /// Its name, which every log row of a call repeats.
    pub version: String,
    /// The template of the system prompt.
    pub system_template: String,
    /// The template of the first user turn.
    pub prompt_template: String,
}

/// What templates are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Writing a post.
    Generate,
    /// Judging candidates.
    Judge,
    /// Criticising and rewriting a post.
    Refine,
    /// Writing the captions of a picture.
    Captions,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Judge => "judge",
            Self::Refine => "refine",
            Self::Captions => "captions",
        }
    }
}

/// The newest active version of the campaign for this purpose, or the newest built-in one.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn active(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    purpose: Purpose,
) -> Result<Option<PromptVersion>, Error> {
    let version = sqlx::query_as!(
        PromptVersion,
        "SELECT version, system_template, prompt_template FROM prompt_versions
         WHERE is_active AND purpose = $3 AND ((workspace_id = $1 AND campaign_id = $2) OR campaign_id IS NULL)
         ORDER BY campaign_id IS NULL, created_at DESC, id DESC
         LIMIT 1",
        workspace_id.uuid(),
        campaign_id.uuid(),
        purpose.as_str(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(version)
}
