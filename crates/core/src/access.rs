//! Who may do what: one table from role to permission.

use std::{fmt, str::FromStr};

/// What a person is in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the workspace.
    Admin,
    /// Runs the campaigns of a brand and the people who write for it.
    BrandManager,
    /// Decides about posts and sees how they came about.
    Reviewer,
    /// Brings approved posts out.
    Publisher,
    /// Writes: looks after writing samples.
    ContentCreator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Admin, Self::BrandManager, Self::Reviewer, Self::Publisher, Self::ContentCreator];

    /// The name in the database and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::BrandManager => "brand_manager",
            Self::Reviewer => "reviewer",
            Self::Publisher => "publisher",
            Self::ContentCreator => "content_creator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role; it must be admin, brand_manager, reviewer, publisher or content_creator")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// What a route asks of whoever calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See campaigns, their schedules and who writes for them.
    CampaignsRead,
    /// Create, change and archive campaigns, their schedules and assignments.
    CampaignsWrite,
    /// Make a campaign run now, which costs money.
    CampaignsRun,
    /// See employees.
    EmployeesRead,
    /// Create, change and archive employees.
    EmployeesWrite,
    /// See writing samples.
    SamplesRead,
    /// Create, change and archive writing samples.
    SamplesWrite,
    /// See runs, with every model call and its raw output.
    ExecutionsRead,
    /// See posts.
    PostsRead,
    /// See what holds for the whole workspace, such as the words that it prohibits.
    WorkspaceRead,
    /// Change that.
    WorkspaceWrite,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 11] = [
        Self::CampaignsRead,
        Self::CampaignsWrite,
        Self::CampaignsRun,
        Self::EmployeesRead,
        Self::EmployeesWrite,
        Self::SamplesRead,
        Self::SamplesWrite,
        Self::ExecutionsRead,
        Self::PostsRead,
        Self::WorkspaceRead,
        Self::WorkspaceWrite,
    ];

    /// The name in the API's document and in refusals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CampaignsRead => "campaigns.read",
            Self::CampaignsWrite => "campaigns.write",
            Self::CampaignsRun => "campaigns.run",
            Self::EmployeesRead => "employees.read",
            Self::EmployeesWrite => "employees.write",
            Self::SamplesRead => "samples.read",
            Self::SamplesWrite => "samples.write",
            Self::ExecutionsRead => "executions.read",
            Self::PostsRead => "posts.read",
            Self::WorkspaceRead => "workspace.read",
            Self::WorkspaceWrite => "workspace.write",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Whether `role` has `permission`.
pub const fn allows(role: Role, permission: Permission) -> bool {
    use Permission as P;
    match role {
        Role::Admin | Role::BrandManager => true,
        Role::Reviewer => {
            matches!(
                permission,
                P::CampaignsRead
                    | P::EmployeesRead
                    | P::SamplesRead
                    | P::ExecutionsRead
                    | P::PostsRead
                    | P::WorkspaceRead
            )
        }
        Role::Publisher => matches!(permission, P::CampaignsRead | P::PostsRead | P::WorkspaceRead),
        Role::ContentCreator => {
            matches!(
                permission,
                P::CampaignsRead
                    | P::EmployeesRead
                    | P::SamplesRead
                    | P::SamplesWrite
                    | P::PostsRead
                    | P::WorkspaceRead
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        let table: Vec<String> = Role::ALL
            .into_iter()
            .map(|role| {
                let permissions: Vec<&str> =
                    Permission::ALL.into_iter().filter(|one| allows(role, *one)).map(Permission::as_str).collect();
                format!("{role}: {}", permissions.join(" "))
            })
            .collect();
        let everything = "campaigns.read campaigns.write campaigns.run employees.read employees.write samples.read \
                          samples.write executions.read posts.read workspace.read workspace.write";
        assert_eq!(
            table,
            [
                format!("admin: {everything}"),
                format!("brand_manager: {everything}"),
                "reviewer: campaigns.read employees.read samples.read executions.read posts.read workspace.read"
                    .to_owned(),
                "publisher: campaigns.read posts.read workspace.read".to_owned(),
                "content_creator: campaigns.read employees.read samples.read samples.write posts.read workspace.read"
                    .to_owned(),
            ]
        );
    }

    #[test]
    fn names_are_read_back() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        let message = "`owner` is not a role; it must be admin, brand_manager, reviewer, publisher or content_creator";
        assert_eq!("owner".parse::<Role>().unwrap_err().to_string(), message);
    }
}
