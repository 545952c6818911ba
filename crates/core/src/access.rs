//! Who may do what: one table of roles and permissions.

use std::{fmt, str::FromStr};

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
    /// To everything in the workspace.
    Workspace,
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal [$($reach:ident)*]),+ $(,)?) => {
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
permissions! {
    /// One's own account: sessions, password, second factor, preferences, personal data.
    Account = "account" [O O O O O O O O],
    /// See campaigns, their schedules and who writes for them.
    CampaignsRead = "campaigns.read" [N N W W W W W W],
    /// Create, change and archive campaigns, their schedules and assignments.
    CampaignsWrite = "campaigns.write" [N N N N N W W W],
    /// Make a campaign run now, which costs money.
    CampaignsRun = "campaigns.run" [N N N N N W W W],
    /// See employees.
    EmployeesRead = "employees.read" [O O W N W W W W],
    /// Create, change and archive employees.
    EmployeesWrite = "employees.write" [N N N N N W W W],
    /// See writing samples.
    SamplesRead = "samples.read" [O O W N W W W W],
    /// Create, change and archive writing samples.
    SamplesWrite = "samples.write" [O O W N N W W W],
    /// See runs, with every model call and its raw output.
    ExecutionsRead = "executions.read" [N N N N W W W W],
    /// See posts.
    PostsRead = "posts.read" [O O W W W W W W],
    /// See what holds for the whole workspace, such as the words that it prohibits.
    WorkspaceRead = "workspace.read" [W W W W W W W W],
    /// Change that.
    WorkspaceWrite = "workspace.write" [N N N N N W W W],
    /// See who is in the workspace, what they are, and who is invited.
    MembersRead = "members.read" [N N N N W W W W],
    /// Invite people, change what they are and remove them.
    MembersWrite = "members.write" [N N N N N N W W],
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

/// How far `permission` reaches for `role`.
pub const fn reach(role: Role, permission: Permission) -> Reach {
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
        format!("| permission | {} |", Role::ALL.map(Role::as_str).join(" | ")),
        format!("| --- |{}", " --- |".repeat(Role::ALL.len())),
    ];
    for permission in Permission::ALL {
        let cells = Role::ALL.map(|role| match reach(role, permission) {
            Reach::Nothing => "",
            Reach::Own => "own",
            Reach::Workspace => "all",
        });
        lines.push(format!("| `{permission}` | {} |", cells.join(" | ")));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/permissions.md` is what this table says. `ROSTRUM_ACCEPT=1` writes it anew.
    #[test]
    fn the_documentation_shows_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        let (before, rest) = written.split_once("<!-- table -->\n").expect("the page has a place for the table");
        let (shown, after) = rest.split_once("<!-- end of table -->").expect("the table has an end");
        if std::env::var_os("ROSTRUM_ACCEPT").is_some() {
            let page = format!("{before}<!-- table -->\n{}<!-- end of table -->{after}", table());
            std::fs::write(path, page).unwrap();
        } else {
            assert_eq!(shown, table(), "run this test with ROSTRUM_ACCEPT=1");
        }
    }

    #[test]
    fn each_role_may_do_what_the_one_before_may() {
        // A publisher sees nothing of the people who write, a content creator nothing of approval: they stand side by side.
        let ladder =
            [Role::User, Role::PremiumUser, Role::ContentCreator, Role::BrandManager, Role::Admin, Role::SuperAdmin];
        for pair in ladder.windows(2) {
            for permission in Permission::ALL {
                assert!(reach(pair[0], permission) <= reach(pair[1], permission), "{} {permission}", pair[0]);
            }
        }
    }

    #[test]
    fn only_those_who_run_a_workspace_hand_out_roles_and_nobody_the_installation() {
        for giver in Role::ALL {
            for given in Role::ALL {
                let expected = matches!(giver, Role::Admin | Role::SuperAdmin) && given != Role::SuperAdmin;
                assert_eq!(giver.may_grant(given), expected, "{giver} {given}");
                assert_eq!(
                    giver.may_grant(given),
                    reach(giver, Permission::MembersWrite) == Reach::Workspace && given != Role::SuperAdmin
                );
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(permission));
        }
        assert!(
            "owner"
                .parse::<Role>()
                .unwrap_err()
                .to_string()
                .starts_with("`owner` is not a role; it must be one of user,")
        );
        assert!("posts.burn".parse::<Permission>().is_err());
    }
}
