//! What somebody is in a team, and what of the table that gives them for the campaigns of the team.

use std::{fmt, str::FromStr};

use super::{Permission, Reach, Role, reach_of};

/// What somebody is in a team. It gives what the [`Role`] of the same name gives, but only for what is of the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TeamRole {
    /// Sees the campaigns of the team and what was written for them.
    ContentCreator,
    /// Brings the team's approved posts out.
    Publisher,
    /// Decides about the team's posts and sees how they came about.
    Reviewer,
    /// Runs the campaigns of the team.
    BrandManager,
}

impl TeamRole {
    /// Every role in a team.
    pub const ALL: [Self; 4] = [Self::ContentCreator, Self::Publisher, Self::Reviewer, Self::BrandManager];

    /// The role of a whole workspace that gives the same.
    pub const fn role(self) -> Role {
        match self {
            Self::ContentCreator => Role::ContentCreator,
            Self::Publisher => Role::Publisher,
            Self::Reviewer => Role::Reviewer,
            Self::BrandManager => Role::BrandManager,
        }
    }

    /// The name in the database and in JSON.
    pub const fn as_str(self) -> &'static str {
        self.role().as_str()
    }

    /// Whether it gives `permission` for what is of the team.
    pub fn gives(self, permission: Permission) -> bool {
        permission.is_given_by_teams() && reach_of(self.role(), permission) == Reach::Workspace
    }

    /// Its place in a set.
    const fn bit(self) -> u8 {
        match self {
            Self::ContentCreator => 1,
            Self::Publisher => 2,
            Self::Reviewer => 4,
            Self::BrandManager => 8,
        }
    }
}

impl fmt::Display for TeamRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that names no role of a team.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role of a team; it must be one of content_creator, publisher, reviewer and brand_manager")]
pub struct UnknownTeamRole(String);

impl FromStr for TeamRole {
    type Err = UnknownTeamRole;

    fn from_str(text: &str) -> Result<Self, UnknownTeamRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownTeamRole(text.to_owned()))
    }
}

/// The roles that somebody has in teams of a workspace, whichever these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TeamRoles(u8);

impl TeamRoles {
    /// Of somebody who is in no team.
    pub const NONE: Self = Self(0);

    /// These and `role`.
    pub const fn with(self, role: TeamRole) -> Self {
        Self(self.0 | role.bit())
    }

    /// Whether `role` is among them.
    pub const fn contains(self, role: TeamRole) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The roles, one by one.
    pub fn iter(self) -> impl Iterator<Item = TeamRole> {
        TeamRole::ALL.into_iter().filter(move |role| self.contains(*role))
    }

    /// Those of them that give `permission`.
    pub fn giving(self, permission: Permission) -> Self {
        self.iter().filter(|role| role.gives(permission)).collect()
    }
}

impl FromIterator<TeamRole> for TeamRoles {
    fn from_iter<I: IntoIterator<Item = TeamRole>>(roles: I) -> Self {
        roles.into_iter().fold(Self::NONE, Self::with)
    }
}
