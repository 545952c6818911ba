//! Teams and who is in them.

mod archive;
mod change;
mod create;
mod get;
mod list;
mod members;
mod wire;

use rostrum_core::{field::FieldError, ids::TeamId};
use rostrum_store::{Error, teams};

use crate::{authentication::Caller, endpoint::Endpoint, error::ApiError, work::Work};

/// The routes under `/api/v1/teams`.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        create::endpoint(),
        list::endpoint(),
        get::endpoint(),
        change::endpoint(),
        archive::endpoint(),
        members::set_endpoint(),
        members::remove_endpoint(),
    ]
}

/// The name of a team, if it can be one.
fn name(text: &str) -> Result<String, Vec<FieldError>> {
    rostrum_core::employee::name("name", text)
}

/// The team, kept for this change, or 404.
async fn locked(work: &mut Work, caller: &Caller, id: TeamId) -> Result<teams::Team, ApiError> {
    teams::lock(&mut work.transaction, caller.workspace_id, id).await?.ok_or(ApiError::NotFound)
}

/// As [`locked`], if the team can be changed at all.
async fn to_be_changed(work: &mut Work, caller: &Caller, id: TeamId) -> Result<teams::Team, ApiError> {
    let team = locked(work, caller, id).await?;
    if team.archived_at.is_some() { Err(ApiError::Conflict("The team is archived.")) } else { Ok(team) }
}

/// What went wrong when a name was given.
fn refused(error: Error) -> ApiError {
    match error {
        Error::Duplicate(index) if index == teams::NAME => {
            ApiError::Conflict("Another team is called so. Choose another name, or archive that team.")
        }
        error => error.into(),
    }
}
