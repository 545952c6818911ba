//! Which rows of a workspace somebody may see. Queries take it along, so that being in a team is decided where the rows
//! are read, and ends with the row that says so.

use rostrum_core::{access::TeamRoles, ids::UserId};
use uuid::Uuid;

/// Which rows somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of the workspace.
    Workspace,
    /// Those that are this person's own, and those of the teams in which they have one of the roles.
    Person {
        /// Who it is.
        user_id: UserId,
        /// What they must be in a team for its rows to count; with none, their own rows are all.
        teams: TeamRoles,
    },
}

impl Scope {
    /// Whose rows they must be; `None` if all count.
    pub(crate) fn person(self) -> Option<Uuid> {
        match self {
            Self::Workspace => None,
            Self::Person { user_id, .. } => Some(user_id.uuid()),
        }
    }

    /// The names of the roles in a team for which its rows count.
    pub(crate) fn roles(self) -> Vec<String> {
        match self {
            Self::Workspace => Vec::new(),
            Self::Person { teams, .. } => teams.iter().map(|role| role.as_str().to_owned()).collect(),
        }
    }
}
