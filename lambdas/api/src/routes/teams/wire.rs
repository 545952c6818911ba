//! Teams as JSON.

use chrono::{DateTime, Utc};
use rostrum_store::teams;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{extract::Patch, routes::names::TeamRoleName};

/// What somebody says about a team.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TeamBody {
    /// What it is called: one line, unlike the other teams of the workspace that are not archived.
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: String,
}

/// A change of that.
pub(super) type TeamPatch = Patch<TeamBody>;

/// A team.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Team {
    /// The id.
    id: Uuid,
    /// What it is called.
    name: String,
    /// Since when it is only kept for its campaigns; null if it is not archived.
    archived_at: Option<DateTime<Utc>>,
    /// Counts the changes of the team itself, not of who is in it; the ETag is the same number.
    version: i32,
    /// When it was created.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
}

/// A team and who is in it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamDetails {
    #[serde(flatten)]
    pub(super) team: Team,
    /// Who is in it, at most 1,000; nobody if it is archived.
    pub(super) members: Vec<TeamMember>,
}

/// Somebody in a team.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamMember {
    /// Who.
    user_id: Uuid,
    /// Their name.
    name: String,
    /// What they are in the team.
    #[schema(value_type = TeamRoleName)]
    role: &'static str,
    /// Since when they are in it.
    created_at: DateTime<Utc>,
}

impl From<teams::Team> for Team {
    fn from(stored: teams::Team) -> Self {
        let teams::Team { id, name, version, archived_at, created_at, updated_at } = stored;
        Self { id, name, archived_at, version, created_at, updated_at }
    }
}

impl From<teams::members::Member> for TeamMember {
    fn from(stored: teams::members::Member) -> Self {
        let teams::members::Member { user_id, name, role, created_at } = stored;
        Self { user_id, name, role: role.as_str(), created_at }
    }
}
