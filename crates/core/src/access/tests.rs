use proptest::prelude::*;

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
            assert!(reach_of(pair[0], permission) <= reach_of(pair[1], permission), "{} {permission}", pair[0]);
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
                reach_of(giver, Permission::MembersWrite) == Reach::Workspace && given != Role::SuperAdmin
            );
        }
    }
}

#[test]
fn those_who_run_campaigns_say_who_is_in_a_team() {
    for giver in Role::ALL {
        for given in TeamRole::ALL {
            let expected = matches!(giver, Role::BrandManager | Role::Admin | Role::SuperAdmin);
            assert_eq!(giver.may_grant_in_team(given), expected, "{giver} {given}");
        }
    }
}

#[test]
fn names_are_read_back() {
    for role in Role::ALL {
        assert_eq!(role.as_str().parse(), Ok(role));
    }
    for role in TeamRole::ALL {
        assert_eq!(role.as_str().parse(), Ok(role));
    }
    for permission in Permission::ALL {
        assert_eq!(permission.as_str().parse(), Ok(permission));
    }
    assert!(
        "owner".parse::<Role>().unwrap_err().to_string().starts_with("`owner` is not a role; it must be one of user,")
    );
    assert!("admin".parse::<TeamRole>().unwrap_err().to_string().starts_with("`admin` is not a role of a team;"));
    assert!("posts.burn".parse::<Permission>().is_err());
}

/// What a role in a team gives, alone.
#[test]
fn a_team_gives_what_the_role_of_that_name_gives_for_campaigns() {
    let check = |role: TeamRole, expected: &[&str]| {
        let given: Vec<&str> =
            Permission::ALL.into_iter().filter(|one| role.gives(*one)).map(Permission::as_str).collect();
        assert_eq!(given, expected, "{role}");
    };
    check(TeamRole::ContentCreator, &["campaigns.read", "posts.read"]);
    check(TeamRole::Publisher, &["campaigns.read", "posts.read"]);
    check(TeamRole::Reviewer, &["campaigns.read", "executions.read", "posts.read"]);
    check(
        TeamRole::BrandManager,
        &["campaigns.read", "campaigns.write", "campaigns.run", "executions.read", "posts.read"],
    );
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(Role::ALL.to_vec())
}

fn permission() -> impl Strategy<Value = Permission> {
    prop::sample::select(Permission::ALL.to_vec())
}

fn teams() -> impl Strategy<Value = Vec<TeamRole>> {
    prop::collection::vec(prop::sample::select(TeamRole::ALL.to_vec()), 0..6)
}

proptest! {
    #[test]
    fn a_set_holds_what_was_put_in(roles in teams()) {
        let set: TeamRoles = roles.iter().copied().collect();
        for role in TeamRole::ALL {
            prop_assert_eq!(set.contains(role), roles.contains(&role));
        }
        prop_assert_eq!(set.iter().collect::<TeamRoles>(), set);
        prop_assert_eq!(set.is_empty(), roles.is_empty());
    }

    #[test]
    fn more_roles_in_teams_never_reach_less(role in role(), permission in permission(), fewer in teams(), more in teams()) {
        let few: TeamRoles = fewer.iter().copied().collect();
        let all: TeamRoles = fewer.into_iter().chain(more).collect();
        prop_assert!(reach(role, few, permission) <= reach(role, all, permission));
    }

    #[test]
    fn a_team_never_gives_what_is_not_a_teams(role in role(), permission in permission(), roles in teams()) {
        let with = reach(role, roles.iter().copied().collect(), permission);
        let without = reach(role, TeamRoles::NONE, permission);
        prop_assert!(with == without || (with == Reach::Team && permission.is_given_by_teams()));
        // And of what is a team's no more than the role of that name has in the whole workspace.
        let somebody_has = roles.iter().any(|one| reach_of(one.role(), permission) == Reach::Workspace);
        prop_assert!(with == without || somebody_has);
    }

    #[test]
    fn what_a_role_reaches_in_the_workspace_is_never_reduced(role in role(), permission in permission(), roles in teams()) {
        let alone = reach(role, TeamRoles::NONE, permission);
        let with = reach(role, roles.into_iter().collect(), permission);
        prop_assert!(alone <= with);
        prop_assert_eq!(alone == Reach::Workspace, with == Reach::Workspace);
    }
}
