//! Campaigns as JSON.

use chrono::{DateTime, Utc};
use rostrum_core::{
    campaign::{self, CampaignFields},
    field::FieldError,
    platform::Platform,
};
use rostrum_store::campaigns;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::workflow::{self, WorkflowConfig};
use crate::{
    error::ApiError,
    extract::Patch,
    routes::names::{CampaignStatus, PlatformName},
};

/// What a person says about a campaign.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CampaignBody {
    /// The team that looks after it; null if everybody does.
    #[serde(default)]
    pub(super) team_id: Option<Uuid>,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: String,
    /// The network that its posts are for.
    #[schema(value_type = PlatformName)]
    pub(super) platform: Platform,
    /// What is to be written about.
    #[schema(min_length = 1, max_length = 10_000)]
    pub(super) brief: String,
    /// Who is to read it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub(super) audience: String,
    /// The language of the posts, a BCP 47 tag.
    #[serde(default = "english")]
    #[schema(default = "en", example = "de-CH")]
    pub(super) language: String,
    /// What the reader is asked to do.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub(super) call_to_action: String,
    /// Hashtags, with or without `#`.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub(super) hashtags: Vec<String>,
    /// Who may be mentioned, with or without `@`.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub(super) mentions: Vec<String>,
    /// How many posts a thread may have; more than 1 only on X.
    #[serde(default = "one")]
    #[schema(default = 1, minimum = 1, maximum = 25)]
    pub(super) max_thread_posts: i32,
    /// How many posts each employee gets per run.
    #[serde(default = "three")]
    #[schema(default = 3, minimum = 1, maximum = 20)]
    pub(super) posts_per_employee: i32,
    /// The way in which a post is written: `simple` or `council`.
    #[serde(default = "simple")]
    #[schema(default = "simple")]
    pub(super) workflow_type: String,
    /// The settings of that way.
    #[serde(default = "empty")]
    #[schema(value_type = WorkflowConfig)]
    pub(super) workflow_config: Value,
    /// When it runs: five Unix cron fields or `cron(…)` of EventBridge; without, it runs only on request.
    #[serde(default)]
    #[schema(example = "0 9 * * 1-5")]
    pub(super) schedule_cron: Option<String>,
    /// The IANA time zone of that.
    #[serde(default = "utc")]
    #[schema(default = "UTC", example = "Europe/Zurich")]
    pub(super) schedule_timezone: String,
}

/// A campaign.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Campaign {
    /// The id.
    id: Uuid,
    /// Whether it runs or is only kept.
    #[schema(value_type = CampaignStatus)]
    status: String,
    /// The team that looks after it; null if everybody does.
    team_id: Option<Uuid>,
    /// What it is called.
    name: String,
    /// The network that its posts are for.
    #[schema(value_type = PlatformName)]
    platform: String,
    /// What is to be written about.
    brief: String,
    /// Who is to read it.
    audience: String,
    /// The language of the posts, a BCP 47 tag.
    language: String,
    /// What the reader is asked to do.
    call_to_action: String,
    /// Hashtags, without `#`.
    hashtags: Vec<String>,
    /// Who may be mentioned, without `@`.
    mentions: Vec<String>,
    /// How many posts a thread may have.
    max_thread_posts: i32,
    /// How many posts each employee gets per run.
    posts_per_employee: i32,
    /// The way in which a post is written.
    workflow_type: String,
    /// The settings of that way.
    #[schema(value_type = WorkflowConfig)]
    workflow_config: Value,
    /// When it runs, as it was written; null if only on request.
    schedule_cron: Option<String>,
    /// The IANA time zone of that.
    schedule_timezone: String,
    /// Counts the changes; the ETag is the same number.
    version: i32,
    /// When it was created.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
}

fn english() -> String {
    "en".to_owned()
}

fn one() -> i32 {
    1
}

fn three() -> i32 {
    3
}

fn simple() -> String {
    "simple".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// A change of that.
pub(super) type CampaignPatch = Patch<CampaignBody>;

impl CampaignBody {
    /// The fields, if all of them can be accepted.
    pub(super) fn validate(self) -> Result<CampaignFields, Vec<FieldError>> {
        CampaignFields::validate(campaign::Campaign {
            name: self.name,
            platform: self.platform,
            brief: self.brief,
            audience: self.audience,
            language: self.language,
            call_to_action: self.call_to_action,
            hashtags: self.hashtags,
            mentions: self.mentions,
            max_thread_posts: self.max_thread_posts,
            posts_per_employee: self.posts_per_employee,
            workflow_type: self.workflow_type,
            workflow_config: self.workflow_config,
            schedule_cron: self.schedule_cron,
            schedule_timezone: self.schedule_timezone,
        })
    }
}

impl CampaignBody {
    /// With the change. Settings of another workflow than before start from its defaults, not from the old one's.
    pub(super) fn changed(self, patch: &CampaignPatch) -> Result<Self, ApiError> {
        let changed = patch.apply(&self)?;
        if changed.workflow_type == self.workflow_type {
            return Ok(changed);
        }
        patch.apply(&Self { workflow_config: empty(), ..self })
    }
}

impl TryFrom<campaigns::Campaign> for CampaignBody {
    type Error = ApiError;

    fn try_from(stored: campaigns::Campaign) -> Result<Self, ApiError> {
        Ok(Self {
            team_id: stored.team_id,
            name: stored.name,
            platform: stored.platform.parse().map_err(|_| ApiError::internal("a platform that nobody knows"))?,
            brief: stored.brief,
            audience: stored.audience,
            language: stored.language,
            call_to_action: stored.call_to_action,
            hashtags: stored.hashtags,
            mentions: stored.mentions,
            max_thread_posts: stored.max_thread_posts,
            posts_per_employee: stored.posts_per_employee,
            workflow_config: workflow::read(&stored.workflow_type, &stored.workflow_config)?,
            workflow_type: stored.workflow_type,
            schedule_cron: stored.schedule_cron,
            schedule_timezone: stored.schedule_timezone,
        })
    }
}

impl TryFrom<campaigns::Campaign> for Campaign {
    type Error = ApiError;

    fn try_from(stored: campaigns::Campaign) -> Result<Self, ApiError> {
        Ok(Self {
            id: stored.id,
            status: stored.status,
            team_id: stored.team_id,
            name: stored.name,
            platform: stored.platform,
            brief: stored.brief,
            audience: stored.audience,
            language: stored.language,
            call_to_action: stored.call_to_action,
            hashtags: stored.hashtags,
            mentions: stored.mentions,
            max_thread_posts: stored.max_thread_posts,
            posts_per_employee: stored.posts_per_employee,
            workflow_config: workflow::read(&stored.workflow_type, &stored.workflow_config)?,
            workflow_type: stored.workflow_type,
            schedule_cron: stored.schedule_cron,
            schedule_timezone: stored.schedule_timezone,
            version: stored.version,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
        })
    }
}
