//! Of whom a workspace requires a second factor, and what is left to those who have none.

use std::{fmt, str::FromStr};

use super::{Permission, Role};

/// Of whom a workspace requires a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecondFactorRule {
    /// Of nobody.
    Optional,
    /// Of those who run it, or the installation.
    RequiredOfAdmins,
}

impl SecondFactorRule {
    /// Every rule.
    pub const ALL: [Self; 2] = [Self::Optional, Self::RequiredOfAdmins];

    /// The name in the database and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::RequiredOfAdmins => "required_of_admins",
        }
    }

    /// Whether people of this role must have one.
    pub const fn is_for(self, role: Role) -> bool {
        match self {
            Self::Optional => false,
            Self::RequiredOfAdmins => matches!(role, Role::Admin | Role::SuperAdmin),
        }
    }

    /// Whether a person of this role must have one and has none.
    pub const fn is_owed_by(self, role: Role, has_one: bool) -> bool {
        self.is_for(role) && !has_one
    }
}

impl Permission {
    /// Whether it is of no use to a person who owes a second factor until they have set one up. Their own account is open
    /// to them, because that is where they do so.
    pub const fn waits_for_second_factor(self) -> bool {
        !matches!(self, Self::Account)
    }
}

impl fmt::Display for SecondFactorRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that names no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of: optional required_of_admins")]
pub struct UnknownSecondFactorRule;

impl FromStr for SecondFactorRule {
    type Err = UnknownSecondFactorRule;

    fn from_str(text: &str) -> Result<Self, UnknownSecondFactorRule> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == text).ok_or(UnknownSecondFactorRule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_factor_is_owed_by_admins_who_have_none_where_it_is_required() {
        for role in Role::ALL {
            let runs_it = matches!(role, Role::Admin | Role::SuperAdmin);
            let check = |rule: SecondFactorRule, has_one: bool, expected: bool| {
                assert_eq!(rule.is_owed_by(role, has_one), expected, "{rule} {role} {has_one}");
            };
            check(SecondFactorRule::Optional, false, false);
            check(SecondFactorRule::Optional, true, false);
            check(SecondFactorRule::RequiredOfAdmins, false, runs_it);
            check(SecondFactorRule::RequiredOfAdmins, true, false);
        }
    }

    #[test]
    fn whoever_owes_one_is_left_their_own_account_and_nothing_else() {
        let left: Vec<Permission> = Permission::ALL.into_iter().filter(|one| !one.waits_for_second_factor()).collect();
        assert_eq!(left, [Permission::Account]);
    }

    #[test]
    fn names_are_read_back() {
        for rule in SecondFactorRule::ALL {
            assert_eq!(rule.as_str().parse(), Ok(rule));
        }
        for text in ["", "required", "Optional"] {
            assert_eq!(text.parse::<SecondFactorRule>(), Err(UnknownSecondFactorRule));
        }
        let names = SecondFactorRule::ALL.map(SecondFactorRule::as_str).join(" ");
        assert!(UnknownSecondFactorRule.to_string().ends_with(&names), "{names}");
    }
}
