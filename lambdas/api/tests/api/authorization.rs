//! Every operation of the document, asked by those who may and those who may not.

use http::Method;
use rostrum_core::{
    access::{Permission, Reach, Role, TeamRole, TeamRoles, reach},
    ids::{UserId, WorkspaceId},
};
use rostrum_test_kit::sample::Workspace;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, Call, campaign};

/// An operation as the document has it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    id: String,
    pub(crate) permission: Option<Permission>,
    /// How far the permission must reach at least.
    least: Reach,
}

pub(crate) async fn operations(api: &Api) -> Vec<Operation> {
    let document = api.anonymous(Method::GET, "/api/openapi.json").send().await.expect(200).json;
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let permission = operation["x-permission"].as_str();
            let known = |name: &str| Permission::ALL.into_iter().find(|one| one.as_str() == name).unwrap();
            operations.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                id: operation["operationId"].as_str().unwrap().to_owned(),
                permission: permission.map(known),
                least: match operation["x-reach"].as_str() {
                    Some("own") => Reach::Own,
                    Some("team") => Reach::Team,
                    Some("workspace") => Reach::Workspace,
                    _ => Reach::Nothing,
                },
            });
        }
    }
    assert!(operations.len() >= 55, "{operations:?}");
    operations
}

impl Operation {
    /// A request that would be carried out if its ids were known.
    pub(crate) fn call<'a>(&self, api: &'a Api, ids: impl Fn(&str) -> Uuid) -> Call<'a> {
        let mut segments: Vec<String> = Vec::new();
        for segment in self.path.split('/') {
            let before = segments.last().cloned().unwrap_or_default();
            segments.push(match segment {
                "{id}" => ids(&before).to_string(),
                "{user_id}" | "{employee_id}" => ids("employees").to_string(),
                "{slot}" => "1".to_owned(),
                "{provider}" => "google".to_owned(),
                segment => segment.to_owned(),
            });
        }
        let call = api.anonymous(self.method.clone(), &segments.join("/"));
        let body = match self.id.as_str() {
            "create_campaign" => campaign(),
            "set_campaign_schedule" => json!({ "schedule_cron": "0 9 * * *" }),
            "assign_employees" => json!({ "user_ids": [ids("employees")] }),
            "create_employee" => json!({ "email": "new@example.com", "display_name": "New" }),
            "create_sample" => json!({ "content": "New." }),
            "set_prohibited_words" => json!({ "words": ["cheap"] }),
            "change_campaign" | "change_employee" | "change_sample" | "change_profile" | "change_team"
            | "change_settings" | "begin_sign_in" => json!({}),
            "login" => json!({ "email": "nobody@example.com", "password": "wrong" }),
            "refresh" => json!({ "refresh_token": "unknown" }),
            "register" => json!({ "name": "New", "password": "verhext-Ziegel-7-Trommel", "invitation": "unknown" }),
            "send_verification" | "send_password_reset" => json!({ "email": "nobody@example.com" }),
            "confirm_verification" | "link_identity" => json!({ "token": "unknown" }),
            "confirm_password_reset" => json!({ "token": "unknown", "new_password": "verhext-Ziegel-7-Trommel" }),
            "set_password" => json!({ "password": "wrong", "new_password": "verhext-Ziegel-7-Trommel" }),
            "confirm_second_factor" | "remove_second_factor" => json!({ "code": "000000" }),
            "create_team" => json!({ "name": "New" }),
            "set_member_role" | "set_team_member" => json!({ "role": "reviewer" }),
            "invite" => json!({ "email": "guest@example.com", "role": "reviewer" }),
            "accept_invitation" => json!({ "invitation": "unknown" }),
            "complete_sign_in" => json!({ "code": "unknown", "state": "unknown", "attempt": "unknown" }),
            "create_api_key" => {
                json!({ "name": "Robot", "role": "reviewer", "permissions": ["posts.read"], "expires_in_days": 1 })
            }
            _ => return call,
        };
        call.header("if-match", "*").json(&body)
    }
}

#[tokio::test]
async fn every_operation_but_a_few_needs_a_permission() {
    let api = Api::new().await;
    let operations = operations(&api).await;
    let public: Vec<&str> =
        operations.iter().filter(|one| one.permission.is_none()).map(|one| one.id.as_str()).collect();
    let expected = [
        "begin_sign_in",
        "complete_sign_in",
        "get_keys",
        "confirm_password_reset",
        "confirm_verification",
        "get_health",
        "login",
        "refresh",
        "register",
        "send_password_reset",
        "send_verification",
    ];
    let mut public = public;
    public.sort_unstable();
    let mut expected = expected;
    expected.sort_unstable();
    assert_eq!(public, expected);
    for operation in operations.iter().filter(|one| one.permission.is_some()) {
        let nobody = operation.call(&api, |_| Uuid::from_u128(1));
        let reply = nobody.send().await;
        assert_eq!(reply.status.as_u16(), 401, "{operation:?}");
        assert_eq!(reply.problem(401, "unauthenticated").header("www-authenticate"), Some("Bearer"));
        let stranger = operation.call(&api, |_| Uuid::from_u128(1)).token("e30.e30.e30");
        assert_eq!(stranger.send().await.status.as_u16(), 401, "{operation:?}");
    }
}

/// Whose a thing is that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Their own.
    Own,
    /// Somebody else's in the same workspace.
    Colleagues,
    /// Another workspace's.
    Strangers,
}

/// One of everything.
#[derive(Debug, Clone, Copy)]
struct Things {
    campaign: Uuid,
    employee: UserId,
    sample: Uuid,
    execution: Uuid,
    post: Uuid,
    session: Uuid,
    invitation: Uuid,
    key: Uuid,
    identity: Uuid,
    /// Looks after no campaign, and has no members.
    team: Uuid,
}

/// A new team without members.
async fn team(api: &Api, workspace: WorkspaceId) -> Uuid {
    let sql = "INSERT INTO teams (id, workspace_id, name, created_at, updated_at)
               VALUES (gen_random_uuid(), $1, gen_random_uuid()::text, now(), now()) RETURNING id";
    sqlx::query_scalar(sql).bind(workspace.uuid()).fetch_one(&api.database.admin).await.unwrap()
}

/// Puts a member of the workspace into a team of it.
async fn join_team(api: &Api, workspace: WorkspaceId, team: Uuid, user: UserId, role: TeamRole) {
    api.change(&format!(
        "INSERT INTO team_members (team_id, workspace_id, user_id, role, created_at)
         VALUES ('{team}', '{workspace}', '{user}', '{role}', now())"
    ))
    .await;
}

impl Things {
    /// Written for `employee`, a member of the workspace.
    async fn of(api: &Api, workspace: &Workspace, employee: UserId) -> Self {
        let text = |sql: String| {
            let admin = api.database.admin.clone();
            async move { sqlx::query_scalar::<_, Uuid>(sqlx::AssertSqlSafe(sql)).fetch_one(&admin).await.unwrap() }
        };
        let (workspace_id, campaign) = (workspace.id, workspace.campaign_id.uuid());
        api.change(&format!(
            "INSERT INTO employee_profiles (workspace_id, user_id, display_name, created_at, updated_at)
             VALUES ('{workspace_id}', '{employee}', 'Somebody', now(), now()) ON CONFLICT DO NOTHING"
        ))
        .await;
        api.change(&format!(
            "UPDATE campaigns SET status = 'active', team_id = NULL, schedule_cron = '0 9 * * *', schedule_timezone = 'UTC' WHERE id = '{campaign}'"
        ))
        .await;
        api.change(&format!(
            "INSERT INTO campaign_employees (id, workspace_id, campaign_id, user_id, created_at)
             VALUES (gen_random_uuid(), '{workspace_id}', '{campaign}', '{employee}', now()) ON CONFLICT DO NOTHING"
        ))
        .await;
        let sample = text(format!(
            "INSERT INTO writing_samples (id, workspace_id, user_id, content, created_at, updated_at)
             VALUES (gen_random_uuid(), '{workspace_id}', '{employee}', 'By ' || gen_random_uuid(), now(), now()) RETURNING id"
        ))
        .await;
        let execution = text(format!(
            "INSERT INTO executions (id, workspace_id, campaign_id, trigger, status, created_at)
             VALUES (gen_random_uuid(), '{workspace_id}', '{campaign}', 'manual', 'running', now()) RETURNING id"
        ))
        .await;
        let post = text(format!(
            "INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content, original_content, created_at, updated_at)
             VALUES (gen_random_uuid(), '{workspace_id}', '{campaign}', '{employee}', '{execution}', 1, 'linkedin', 'approved', 'x', 'x', now(), now()) RETURNING id"
        ))
        .await;
        text(format!(
            "WITH slot AS (
               INSERT INTO execution_slots (execution_id, employee_id, slot, workspace_id, status, post_id, created_at, updated_at)
               VALUES ('{execution}', '{employee}', 1, '{workspace_id}', 'stored', '{post}', now(), now())
             ), medium AS (
               INSERT INTO post_media (post_id, position, workspace_id, sha256, content_type, width, height, bytes, alt_text, template, captions, created_at)
               VALUES ('{post}', 1, '{workspace_id}', repeat('a', 64), 'image/png', 1, 1, 1, 'x', 'x', '{{}}', now())
             )
             INSERT INTO councils (execution_id, employee_id, slot, workspace_id, campaign_id, config, context, prompt_version, system_prompt, user_prompt, seed, created_at, updated_at)
             VALUES ('{execution}', '{employee}', 1, '{workspace_id}', '{campaign}', '{{\"seats\": []}}', '{{}}', 'x', 'x', 'x', 1, now(), now()) RETURNING execution_id"
        ))
        .await;
        let session = api.session(employee, workspace.id).await.uuid();
        let invitation = text(format!(
            "INSERT INTO invitations (id, workspace_id, email, role, digest, invited_by, created_at, expires_at)
             VALUES (gen_random_uuid(), '{workspace_id}', gen_random_uuid() || '@example.com', 'reviewer', sha256(gen_random_uuid()::text::bytea), '{employee}', now(), '2100-01-01') RETURNING id"
        ))
        .await;
        let key = text(format!(
            "INSERT INTO api_keys (id, workspace_id, user_id, name, digest, hint, permissions, created_by, created_at, expires_at)
             VALUES (gen_random_uuid(), '{workspace_id}', '{employee}', 'x', sha256(gen_random_uuid()::text::bytea), 'abcd', '{{posts.read}}', '{employee}', now(), '2100-01-01') RETURNING id"
        ))
        .await;
        let identity = text(format!(
            "INSERT INTO foreign_identities (id, user_id, provider, issuer, subject, created_at, last_used_at)
             VALUES (gen_random_uuid(), '{employee}', 'google', 'https://accounts.google.com', gen_random_uuid()::text, now(), now()) RETURNING id"
        ))
        .await;
        let team = team(api, workspace_id).await;
        Self { campaign, employee, sample, execution, post, session, invitation, key, identity, team }
    }

    fn id(&self, kind: &str) -> Uuid {
        match kind {
            "campaigns" => self.campaign,
            "employees" | "members" => self.employee.uuid(),
            "samples" => self.sample,
            "executions" => self.execution,
            "posts" => self.post,
            "sessions" => self.session,
            "invitations" => self.invitation,
            "api-keys" => self.key,
            "identities" => self.identity,
            "teams" => self.team,
            other => unreachable!("no id of {other}"),
        }
    }
}

/// What is to become of a request, by the table alone.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Forbidden,
    NotFound,
    /// Anything but 401, 403 and 404.
    Allowed,
}

impl Expected {
    #[track_caller]
    fn check(&self, status: u16, kind: &str, place: &str) {
        match self {
            Self::Forbidden => assert_eq!(status, 403, "{place}"),
            Self::NotFound => assert_eq!(status, 404, "{place}"),
            Self::Allowed => {
                let is_refused = kind.ends_with(":unauthenticated") || [403, 404].contains(&status);
                assert!(!is_refused && status < 500, "{place}");
            }
        }
    }
}

fn expected(operation: &Operation, role: Role, whose: Whose) -> Expected {
    let permission = operation.permission.unwrap();
    let is_about_something = operation.path.contains('{');
    match reach(role, TeamRoles::NONE, permission) {
        Reach::Nothing => Expected::Forbidden,
        reach if reach < operation.least => Expected::Forbidden,
        Reach::Team => unreachable!("{role} alone is in no team"),
        Reach::Own if is_about_something && whose != Whose::Own => Expected::NotFound,
        Reach::Workspace if is_about_something && whose == Whose::Strangers => Expected::NotFound,
        Reach::Own | Reach::Workspace => Expected::Allowed,
    }
}

/// Every operation, every role, whatever is asked for: the answer is what the table says.
#[tokio::test]
async fn the_matrix_of_operations_roles_and_things_has_no_hole() {
    let api = Api::new().await;
    let strangers = Things::of(&api, &api.other, api.other.employees[0]).await;
    let (mut asked, mut counts) = (0, [0; 3]);
    for operation in operations(&api).await {
        if operation.permission.is_none() {
            continue;
        }
        for role in Role::ALL {
            for whose in [Whose::Own, Whose::Colleagues, Whose::Strangers] {
                // Somebody new each time, because some operations end what the next one needs.
                let me = api.person(&format!("{asked}@example.com"), true).await;
                let membership = if role == Role::SuperAdmin { Role::Admin } else { role };
                api.join(api.workspace.id, me, membership).await;
                if role == Role::SuperAdmin {
                    api.change(&format!("UPDATE users SET is_super_admin = true WHERE id = '{me}'")).await;
                }
                let things = match whose {
                    Whose::Own => Things::of(&api, &api.workspace, me).await,
                    Whose::Colleagues => Things::of(&api, &api.workspace, api.workspace.employees[0]).await,
                    Whose::Strangers => strangers,
                };
                if operation.path.contains("/teams/") && whose != Whose::Strangers {
                    join_team(&api, api.workspace.id, things.team, things.employee, TeamRole::Publisher).await;
                }
                let session = api.session(me, api.workspace.id).await;
                let token = api.token_of(me, api.workspace.id, session);
                let reply = operation.call(&api, |kind| things.id(kind)).token(&token).send().await;
                let status = reply.status.as_u16();
                let kind = reply.json["type"].as_str().unwrap_or_default().to_owned();
                let expected = expected(&operation, role, whose);
                let place = format!("{role} {whose:?} {operation:?}: {status} {}", reply.text);
                expected.check(status, &kind, &place);
                counts[expected as usize] += 1;
                asked += 1;
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 60), "{counts:?} of {asked}");
}

/// Which team looks after the campaign that somebody asks about. Everything else is a colleague's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Team {
    /// The one that they are in.
    Theirs,
    /// Another one.
    Another,
    /// None.
    None,
    /// The campaign is another workspace's, and so is everything else.
    Strangers,
}

fn expected_in_team(operation: &Operation, role: TeamRole, team: Team) -> Expected {
    let is_about_something = operation.path.contains('{');
    match reach(Role::User, TeamRoles::NONE.with(role), operation.permission.unwrap()) {
        Reach::Nothing => Expected::Forbidden,
        reach if reach < operation.least => Expected::Forbidden,
        Reach::Own if is_about_something => Expected::NotFound,
        Reach::Team if is_about_something && team != Team::Theirs => Expected::NotFound,
        Reach::Workspace if is_about_something && team == Team::Strangers => Expected::NotFound,
        Reach::Own | Reach::Team | Reach::Workspace => Expected::Allowed,
    }
}

/// Somebody who is nothing but a user, with each role in a team, asks for what is of that team and of others.
#[tokio::test]
async fn the_matrix_of_operations_and_teams_has_no_hole() {
    let api = Api::new().await;
    let workspace = api.workspace.id;
    let strangers = Things::of(&api, &api.other, api.other.employees[0]).await;
    let theirs = team(&api, api.other.id).await;
    api.change(&format!("UPDATE campaigns SET team_id = '{theirs}' WHERE id = '{}'", strangers.campaign)).await;
    let (mut asked, mut counts) = (0, [0; 3]);
    for operation in operations(&api).await {
        if operation.permission.is_none() {
            continue;
        }
        for role in TeamRole::ALL {
            for which in [Team::Theirs, Team::Another, Team::None, Team::Strangers] {
                if which != Team::Theirs && !operation.path.contains('{') {
                    continue;
                }
                let me = api.person(&format!("{asked}@example.com"), true).await;
                api.join(workspace, me, Role::User).await;
                let mine = team(&api, workspace).await;
                join_team(&api, workspace, mine, me, role).await;
                let things = match which {
                    Team::Strangers => strangers,
                    _ => Things::of(&api, &api.workspace, api.workspace.employees[0]).await,
                };
                let looked_after_by = match which {
                    Team::Theirs => Some(mine),
                    Team::Another => Some(things.team),
                    Team::None | Team::Strangers => None,
                };
                if let Some(team) = looked_after_by {
                    let campaign = things.campaign;
                    api.change(&format!("UPDATE campaigns SET team_id = '{team}' WHERE id = '{campaign}'")).await;
                }
                let session = api.session(me, workspace).await;
                let token = api.token_of(me, workspace, session);
                let reply = operation.call(&api, |kind| things.id(kind)).token(&token).send().await;
                let status = reply.status.as_u16();
                let kind = reply.json["type"].as_str().unwrap_or_default().to_owned();
                let expected = expected_in_team(&operation, role, which);
                expected.check(status, &kind, &format!("{role} {which:?} {operation:?}: {status} {}", reply.text));
                counts[expected as usize] += 1;
                asked += 1;
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 60), "{counts:?} of {asked}");
}

/// A key has what it was made for, and never what only a person has.
#[tokio::test]
async fn the_matrix_of_operations_and_keys_has_no_hole() {
    let api = Api::new().await;
    let things = Things::of(&api, &api.workspace, api.workspace.employees[0]).await;
    for scope in Permission::ALL.into_iter().filter(|one| *one != Permission::Account) {
        let body = json!({ "name": "Robot", "role": "admin", "permissions": [scope.as_str()], "expires_in_days": 1 });
        let key = api.post("/api/v1/api-keys", &body).await.expect(201).json["key"].as_str().unwrap().to_owned();
        for operation in operations(&api).await {
            let Some(permission) = operation.permission else { continue };
            let reply = operation.call(&api, |kind| things.id(kind)).token(&key).send().await;
            let is_forbidden = reply.status.as_u16() == 403;
            assert_eq!(is_forbidden, permission != scope, "{scope} {operation:?}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn what_belongs_to_another_workspace_is_not_found_and_does_not_change() {
    let api = Api::new().await;
    let things = Things::of(&api, &api.other, api.other.employees[0]).await;
    let before = everything(&api).await;
    let token = api.token(Role::Admin);
    let mut asked = 0;
    for operation in operations(&api).await {
        if operation.path.contains('{') {
            let reply = operation.call(&api, |kind| things.id(kind)).token(&token).send().await;
            assert_eq!(reply.status.as_u16(), 404, "{operation:?}: {}", reply.text);
            asked += 1;
        }
    }
    assert!(asked >= 24, "{asked}");
    for (list, kind) in [
        ("/api/campaigns", "campaigns"),
        ("/api/employees", "employees"),
        ("/api/posts", "posts"),
        ("/api/v1/members", "members"),
        ("/api/v1/invitations", "invitations"),
        ("/api/v1/api-keys", "api-keys"),
        ("/api/v1/teams", "teams"),
        ("/api/v1/audit-log", "campaigns"),
    ] {
        let items = api.get(list).await.expect(200).json["items"].clone();
        assert!(!items.to_string().contains(&things.id(kind).to_string()), "{list}");
    }
    assert_eq!(everything(&api).await, before);
}

/// All that the tables hold, to see that nothing changed.
async fn everything(api: &Api) -> Vec<Value> {
    let mut tables = Vec::new();
    for table in [
        "campaigns",
        "campaign_employees",
        "employee_profiles",
        "writing_samples",
        "executions",
        "posts",
        "outbox",
        "audit_log",
        "workspaces",
        "users",
        "memberships",
        "sessions",
        "invitations",
        "api_keys",
        "foreign_identities",
        "teams",
        "team_members",
    ] {
        let sql = format!("SELECT coalesce(jsonb_agg(row ORDER BY row::text), '[]') FROM {table} AS row");
        tables.push(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&api.database.admin).await.unwrap());
    }
    tables
}
