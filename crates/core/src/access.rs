//! Who may do what: one table of roles and permissions.

mod second_factor;
mod team;

use std::{fmt, str::FromStr};

pub use second_factor::{SecondFactorRule, UnknownSecondFactorRule};
pub use team::{TeamRole, TeamRoles, UnknownTeamRole};

/// What somebody is in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Sees what concerns them: their own posts, profile and writing samples.
    User,
    /// As a user, who may ask for more at a time.
    PremiumUser,
    /// Writes: looks after writing samples.
    ContentCreator,
    /// Brings approved posts out.
    Publisher,
    /// Decides about posts and sees how they came about.
    Reviewer,
    /// Runs the campaigns of a brand and the people who write for it.
    BrandManager,
    /// Runs the workspace: who is in it and what they are.
    Admin,
    /// Runs the installation, and every workspace that they are in.
    SuperAdmin,
}

impl Role {
    /// Every role, from the one that may do least.
    pub const ALL: [Self; 8] = [
        Self::User,
        Self::PremiumUser,
        Self::ContentCreator,
        Self::Publisher,
        Self::Reviewer,
        Self::BrandManager,
        Self::Admin,
        Self::SuperAdmin,
    ];

    /// The name in the database and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::PremiumUser => "premium_user",
            Self::ContentCreator => "content_creator",
            Self::Publisher => "publisher",
            Self::Reviewer => "reviewer",
            Self::BrandManager => "brand_manager",
            Self::Admin => "admin",
            Self::SuperAdmin => "super_admin",
        }
    }

    /// Whether somebody of this role may make somebody else `other`: nobody hands out more than they have, and who runs
    /// the installation is not decided in a workspace.
    pub fn may_grant(self, other: Self) -> bool {
        matches!(self, Self::Admin | Self::SuperAdmin) && other != Self::SuperAdmin
    }

    /// Whether somebody of this role may make somebody `other` in a team: whoever looks after teams, and has in the whole
    /// workspace all that they give.
    pub fn may_grant_in_team(self, other: TeamRole) -> bool {
        let has_all = || Permission::ALL.into_iter().filter(|one| other.gives(*one)).all(|one| self.has(one));
        self.has(Permission::TeamsWrite) && has_all()
    }

    /// Whether `permission` reaches to the whole workspace.
    fn has(self, permission: Permission) -> bool {
        reach_of(self, permission) == Reach::Workspace
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a role; it must be one of user, premium_user, content_creator, publisher, reviewer, brand_manager, admin and super_admin"
)]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Nowhere: the role lacks it.
    Nothing,
    /// To what is one's own: one's posts, one's profile, one's writing samples, one's account.
    Own,
    /// To what is of one's teams (their campaigns, and the runs and posts of those), and to what is one's own.
    Team,
    /// To everything in the workspace.
    Workspace,
}

/// Whether a row of the table is marked `team`.
macro_rules! is_marked {
    () => {
        false
    };
    (team) => {
        true
    };
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal $($team:ident)? [$($reach:ident)*]),+ $(,)?) => {
        /// What a route asks of whoever calls it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $($(#[$doc])* $name,)+
        }

        impl Permission {
            /// Every permission.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$name),+];

            /// The name in the API's document, in API keys and in refusals.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// Whether a team can give it, for what is of the team: it is about campaigns and what comes of them.
            pub const fn is_given_by_teams(self) -> bool {
                match self {
                    $(Self::$name => is_marked!($($team)?),)+
                }
            }

            /// Its row of the table, in the order of [`Role::ALL`].
            const fn reaches(self) -> [Reach; Role::ALL.len()] {
                use Cell::*;
                match self {
                    $(Self::$name => [$($reach.reach()),*],)+
                }
            }
        }
    };
}

/// A cell of the table, short enough to be read as one.
#[derive(Clone, Copy)]
enum Cell {
    /// [`Reach::Nothing`].
    N,
    /// [`Reach::Own`].
    O,
    /// [`Reach::Workspace`].
    W,
}

impl Cell {
    const fn reach(self) -> Reach {
        match self {
            Self::N => Reach::Nothing,
            Self::O => Reach::Own,
            Self::W => Reach::Workspace,
        }
    }
}

// Columns: user, premium_user, content_creator, publisher, reviewer, brand_manager, admin, super_admin.
// `team`: a role in a team gives it for what is of the team, if its column says W.
permissions! {
    /// One's own account: sessions, password, second factor, preferences, personal data.
    Account = "account" [O O O O O O O O],
    /// See campaigns, their schedules and who writes for them.
    CampaignsRead = "campaigns.read" team [N N W W W W W W],
    /// Create, change and archive campaigns, their schedules and assignments.
    CampaignsWrite = "campaigns.write" team [N N N N N W W W],
    /// Make a campaign run now, which costs money.
    CampaignsRun = "campaigns.run" team [N N N N N W W W],
    /// See employees.
    EmployeesRead = "employees.read" [O O W N W W W W],
    /// Create, change and archive employees.
    EmployeesWrite = "employees.write" [N N N N N W W W],
    /// See writing samples.
    SamplesRead = "samples.read" [O O W N W W W W],
    /// Create, change and archive writing samples.
    SamplesWrite = "samples.write" [O O W N N W W W],
    /// See runs, with every model call and its raw output.
    ExecutionsRead = "executions.read" team [N N N N W W W W],
    /// See posts.
    PostsRead = "posts.read" team [O O W W W W W W],
    /// See what holds for the whole workspace, such as the words that it prohibits.
    WorkspaceRead = "workspace.read" [W W W W W W W W],
    /// Change that.
    WorkspaceWrite = "workspace.write" [N N N N N W W W],
    /// See who is in the workspace, what they are, and who is invited.
    MembersRead = "members.read" [N N N N W W W W],
    /// Invite people, change what they are and remove them.
    MembersWrite = "members.write" [N N N N N N W W],
    /// See teams and who is in them.
    TeamsRead = "teams.read" [O O O O W W W W],
    /// Create, rename and archive teams, and say who is in them as what.
    TeamsWrite = "teams.write" [N N N N N W W W],
    /// Say what the workspace is called, whether strangers may register, and whether admins must have a second factor.
    SettingsWrite = "settings.write" [N N N N N N W W],
    /// See, make and revoke the keys by which programs get in.
    ApiKeysWrite = "api_keys.write" [N N N N N N W W],
    /// Read who changed what.
    AuditRead = "audit.read" [N N N N N N W W],
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that names no permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a permission")]
pub struct UnknownPermission(String);

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or_else(|| UnknownPermission(text.to_owned()))
    }
}

/// How far `permission` reaches for somebody who is `role` in the workspace and has `teams` in teams of it. Teams give, and
/// never take away.
pub fn reach(role: Role, teams: TeamRoles, permission: Permission) -> Reach {
    let own = reach_of(role, permission);
    if teams.giving(permission).is_empty() { own } else { own.max(Reach::Team) }
}

/// How far `permission` reaches for `role` alone.
const fn reach_of(role: Role, permission: Permission) -> Reach {
    let [user, premium_user, content_creator, publisher, reviewer, brand_manager, admin, super_admin] =
        permission.reaches();
    match role {
        Role::User => user,
        Role::PremiumUser => premium_user,
        Role::ContentCreator => content_creator,
        Role::Publisher => publisher,
        Role::Reviewer => reviewer,
        Role::BrandManager => brand_manager,
        Role::Admin => admin,
        Role::SuperAdmin => super_admin,
    }
}

/// The table as the documentation shows it, in Markdown.
pub fn table() -> String {
    let mut lines = vec![
        format!("| permission | by teams | {} |", Role::ALL.map(Role::as_str).join(" | ")),
        format!("| --- | --- |{}", " --- |".repeat(Role::ALL.len())),
    ];
    for permission in Permission::ALL {
        let by_teams = if permission.is_given_by_teams() { "yes" } else { "" };
        let cells = Role::ALL.map(|role| match reach_of(role, permission) {
            Reach::Nothing => "",
            Reach::Own => "own",
            Reach::Team => "teams",
            Reach::Workspace => "all",
        });
        lines.push(format!("| `{permission}` | {by_teams} | {} |", cells.join(" | ")));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests;
