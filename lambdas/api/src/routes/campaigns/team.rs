//! Which team looks after a campaign.

use rostrum_core::ids::TeamId;
use rostrum_store::{Scope, teams};
use uuid::Uuid;

use crate::{authentication::Caller, error::ApiError, work::Work};

/// The team that the caller wants for a campaign, if they may choose it. It is not archived meanwhile.
///
/// Whoever may change all campaigns of the workspace chooses any team or none; whoever may do so in teams, one of those.
pub(super) async fn chosen(
    work: &mut Work,
    caller: &Caller,
    team_id: Option<Uuid>,
) -> Result<Option<TeamId>, ApiError> {
    let scope = caller.scope();
    let Some(team_id) = team_id.map(TeamId::from) else {
        return match scope {
            Scope::Workspace => Ok(None),
            Scope::Person { .. } => Err(ApiError::field("team_id", "must be one of your teams")),
        };
    };
    if teams::lock_living(&mut work.transaction, caller.workspace_id, team_id, scope).await? {
        return Ok(Some(team_id));
    }
    let message = match scope {
        Scope::Workspace => "is no team of this workspace, or is archived",
        Scope::Person { .. } => "is none of your teams in which you may do this",
    };
    Err(ApiError::field("team_id", message))
}
