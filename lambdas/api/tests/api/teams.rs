//! Teams: who is in them, and what that lets somebody see and do who is nothing but a user otherwise.

use std::collections::BTreeSet;

use http::Method;
use rostrum_core::{access::Role, ids::UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, Call, Reply, campaign};

async fn create(api: &Api, name: &str) -> Uuid {
    api.post("/api/v1/teams", &json!({ "name": name })).await.expect(201).id()
}

async fn set(api: &Api, team: Uuid, user: impl Into<Uuid>, role: &str) -> Reply {
    let path = format!("/api/v1/teams/{team}/members/{}", user.into());
    api.admin(Method::PUT, &path).json(&json!({ "role": role })).send().await
}

async fn remove(api: &Api, team: Uuid, user: UserId) -> Reply {
    api.admin(Method::DELETE, &format!("/api/v1/teams/{team}/members/{user}")).send().await
}

async fn campaign_of(api: &Api, team: Uuid) -> Uuid {
    let mut body = campaign();
    body["team_id"] = json!(team);
    let created = api.post("/api/campaigns", &body).await.expect(201);
    assert_eq!(created.json["team_id"], json!(team));
    created.id()
}

/// A request of the workspace's plain user.
fn user<'a>(api: &'a Api, method: Method, path: &str) -> Call<'a> {
    api.anonymous(method, path).token(&api.token(Role::User))
}

fn ids(reply: &Reply) -> Vec<Uuid> {
    let items = reply.json["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_team_is_created_read_renamed_and_archived() {
    let api = Api::new().await;
    let created = api.post("/api/v1/teams", &json!({ "name": " Brand " })).await.expect(201);
    let id = created.id();
    let path = format!("/api/v1/teams/{id}");
    assert_eq!((created.header("location"), created.header("etag")), (Some(path.as_str()), Some("\"1\"")));
    assert_eq!((&created.json["name"], &created.json["archived_at"]), (&json!("Brand"), &Value::Null));
    api.post("/api/v1/teams", &json!({ "name": "Brand" })).await.problem(409, "conflict");
    let other = create(&api, "Events").await;
    assert_eq!(ids(&api.get("/api/v1/teams").await.expect(200)).len(), 2);
    let first = api.get("/api/v1/teams?limit=1").await.expect(200);
    let cursor = first.json["next_cursor"].as_str().unwrap().to_owned();
    let second = api.get(&format!("/api/v1/teams?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!(BTreeSet::from([ids(&first)[0], ids(&second)[0]]), BTreeSet::from([id, other]));
    assert_eq!(second.json["next_cursor"], Value::Null);

    api.patch(&path, 1, &json!({ "name": "Events" })).await.problem(409, "conflict");
    let renamed = api.patch(&path, 1, &json!({ "name": "Brands" })).await.expect(200);
    assert_eq!((renamed.header("etag"), renamed.json["name"].as_str()), (Some("\"2\""), Some("Brands")));
    api.patch(&path, 1, &json!({ "name": "Late" })).await.problem(412, "version-stale");
    api.admin(Method::PATCH, &path).json(&json!({ "name": "Any" })).send().await.problem(428, "version-missing");
    let stale = api.admin(Method::POST, &format!("{path}/archive")).header("if-match", "\"1\"").send().await;
    stale.problem(412, "version-stale");

    let archive = || api.admin(Method::POST, &format!("{path}/archive")).send();
    let archived = archive().await.expect(200);
    assert!(archived.json["archived_at"].is_string());
    assert_eq!(archive().await.expect(200).json, archived.json);
    api.patch(&path, 3, &json!({ "name": "Gone" })).await.problem(409, "conflict");
    create(&api, "Brands").await;
    assert_eq!(api.audited(id).await, ["team.archived", "team.created", "team.renamed"]);
}

#[tokio::test]
async fn a_team_that_cannot_be_is_refused_by_field() {
    let api = Api::new().await;
    let check = async |body: Value, fields: &[&str]| {
        api.post("/api/v1/teams", &body).await.invalid(fields);
    };
    check(json!({ "name": " " }), &["name"]).await;
    check(json!({ "name": "x".repeat(201) }), &["name"]).await;
    check(json!({ "name": "two\nlines" }), &["name"]).await;
    check(json!({}), &["name"]).await;
    check(json!({ "name": "Brand", "nmae": "Brand" }), &["nmae"]).await;
    let path = format!("/api/v1/teams/{}", create(&api, "Brand").await);
    api.patch(&path, 1, &json!({ "name": null })).await.invalid(&["name"]);
    api.patch(&path, 1, &json!({ "archived_at": null, "version": 7 })).await.invalid(&["version"]);
    api.get("/api/v1/teams?archived=true").await.invalid(&["archived"]);
}

#[tokio::test]
async fn members_of_the_workspace_join_and_leave() {
    let api = Api::new().await;
    let (team, me) = (create(&api, "Brand").await, api.user(Role::User));
    let path = format!("/api/v1/teams/{team}");
    let joined = set(&api, team, me, "reviewer").await.expect(200);
    assert_eq!(joined.json["role"], "reviewer");
    set(&api, team, me, "reviewer").await.expect(200);
    set(&api, team, me, "publisher").await.expect(200);
    let shown = api.get(&path).await.expect(200).json;
    assert_eq!(shown["members"].as_array().unwrap().len(), 1);
    assert_eq!((&shown["members"][0]["user_id"], &shown["members"][0]["role"]), (&json!(me), &json!("publisher")));

    for role in ["admin", "super_admin", "user", "premium_user", "", "Reviewer"] {
        set(&api, team, me, role).await.invalid(&["role"]);
    }
    set(&api, team, Uuid::from_u128(1), "reviewer").await.problem(404, "not-found");
    set(&api, team, api.other.employees[0], "reviewer").await.problem(404, "not-found");
    set(&api, Uuid::from_u128(1), me, "reviewer").await.problem(404, "not-found");
    remove(&api, team, api.user(Role::Reviewer)).await.problem(404, "not-found");

    // Whoever is in it sees it, and nobody else who sees only what is their own.
    assert_eq!(ids(&user(&api, Method::GET, "/api/v1/teams").send().await.expect(200)), [team]);
    user(&api, Method::GET, &path).send().await.expect(200);
    let publisher = |path: &str| api.anonymous(Method::GET, path).token(&api.token(Role::Publisher)).send();
    assert!(ids(&publisher("/api/v1/teams").await.expect(200)).is_empty());
    publisher(&path).await.problem(404, "not-found");
    user(&api, Method::DELETE, &format!("{path}/members/{me}")).send().await.problem(403, "forbidden");

    remove(&api, team, me).await.expect(204);
    remove(&api, team, me).await.problem(404, "not-found");
    user(&api, Method::GET, &path).send().await.problem(404, "not-found");
    let expected = ["team.created", "team.member_removed", "team.member_set", "team.member_set"];
    assert_eq!(api.audited(team).await, expected);
}

#[tokio::test]
async fn brand_managers_of_the_workspace_look_after_teams() {
    let api = Api::new().await;
    let (team, me) = (create(&api, "Brand").await, api.user(Role::User));
    let path = format!("/api/v1/teams/{team}/members/{me}");
    let put = |role: Role| {
        let call = api.anonymous(Method::PUT, &path).token(&api.token(role));
        call.json(&json!({ "role": "brand_manager" })).send()
    };
    put(Role::BrandManager).await.expect(200);
    for role in [Role::User, Role::ContentCreator, Role::Publisher, Role::Reviewer] {
        put(role).await.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn a_role_in_a_team_holds_for_its_campaigns_alone() {
    let api = Api::new().await;
    let (team, me) = (create(&api, "Brand").await, api.user(Role::User));
    let (ours, others) = (campaign_of(&api, team).await, api.workspace.campaign_id);
    let (path, foreign) = (format!("/api/campaigns/{ours}"), format!("/api/campaigns/{others}"));
    user(&api, Method::GET, "/api/campaigns").send().await.problem(403, "forbidden");

    set(&api, team, me, "content_creator").await.expect(200);
    assert_eq!(ids(&user(&api, Method::GET, "/api/campaigns").send().await.expect(200)), [ours]);
    user(&api, Method::GET, &path).send().await.expect(200);
    user(&api, Method::GET, &foreign).send().await.problem(404, "not-found");
    user(&api, Method::POST, &format!("{path}/run")).send().await.problem(403, "forbidden");

    set(&api, team, me, "brand_manager").await.expect(200);
    let run = user(&api, Method::POST, &format!("{path}/run")).send().await.expect(202);
    user(&api, Method::GET, run.header("location").unwrap()).send().await.expect(200);
    user(&api, Method::POST, &format!("{foreign}/run")).send().await.problem(404, "not-found");
    let change = |version: i32, body: Value| {
        user(&api, Method::PATCH, &path).header("if-match", &format!("\"{version}\"")).json(&body).send()
    };
    change(1, json!({ "name": "Winter" })).await.expect(200);

    // Out of their teams they move nothing, and make nothing.
    let second = create(&api, "Events").await;
    set(&api, second, me, "reviewer").await.expect(200);
    for team_id in [json!(null), json!(second), json!(Uuid::from_u128(1))] {
        change(2, json!({ "team_id": team_id })).await.invalid(&["team_id"]);
    }
    let make = |team_id: Value| {
        let mut body = campaign();
        body["team_id"] = team_id;
        user(&api, Method::POST, "/api/campaigns").json(&body).send()
    };
    for team_id in [json!(null), json!(second), json!(Uuid::from_u128(1))] {
        make(team_id).await.invalid(&["team_id"]);
    }
    make(json!(team)).await.expect(201);
    set(&api, second, me, "brand_manager").await.expect(200);
    let moved = change(2, json!({ "team_id": second })).await.expect(200);
    assert_eq!((moved.json["team_id"].as_str(), moved.header("etag")), (Some(&*second.to_string()), Some("\"3\"")));

    remove(&api, second, me).await.expect(204);
    user(&api, Method::GET, &path).send().await.problem(404, "not-found");
    remove(&api, team, me).await.expect(204);
    user(&api, Method::GET, &path).send().await.problem(403, "forbidden");
}

/// Another process changed it, and this one still believes that somebody is in a team.
#[tokio::test]
async fn whoever_left_a_team_elsewhere_sees_and_changes_nothing_of_it() {
    let api = Api::new().await;
    let (team, me) = (create(&api, "Brand").await, api.user(Role::User));
    let path = format!("/api/campaigns/{}", campaign_of(&api, team).await);
    set(&api, team, me, "brand_manager").await.expect(200);
    user(&api, Method::GET, &path).send().await.expect(200);
    api.change("DELETE FROM team_members").await;
    user(&api, Method::GET, &path).send().await.problem(404, "not-found");
    assert!(ids(&user(&api, Method::GET, "/api/campaigns").send().await.expect(200)).is_empty());
    user(&api, Method::POST, &format!("{path}/run")).send().await.problem(403, "forbidden");
}

#[tokio::test]
async fn an_archived_team_keeps_its_campaigns_and_nobody() {
    let api = Api::new().await;
    let (team, me) = (create(&api, "Brand").await, api.user(Role::User));
    let ours = campaign_of(&api, team).await;
    let path = format!("/api/campaigns/{ours}");
    set(&api, team, me, "brand_manager").await.expect(200);
    user(&api, Method::GET, &path).send().await.expect(200);
    api.admin(Method::POST, &format!("/api/v1/teams/{team}/archive")).send().await.expect(200);
    user(&api, Method::GET, &path).send().await.problem(403, "forbidden");
    let shown = api.get(&format!("/api/v1/teams/{team}")).await.expect(200).json;
    assert_eq!(shown["members"], json!([]));
    set(&api, team, me, "reviewer").await.problem(409, "conflict");

    let kept = api.patch(&path, 1, &json!({ "name": "Winter" })).await.expect(200);
    assert_eq!(kept.json["team_id"], json!(team));
    let mut body = campaign();
    body["team_id"] = json!(team);
    api.post("/api/campaigns", &body).await.invalid(&["team_id"]);
    let freed = api.patch(&path, 2, &json!({ "team_id": null })).await.expect(200);
    assert_eq!(freed.json["team_id"], Value::Null);
    api.patch(&path, 3, &json!({ "team_id": team })).await.invalid(&["team_id"]);
    api.patch(&path, 3, &json!({ "team_id": "Brand" })).await.invalid(&["team_id"]);
}

async fn post(api: &Api, campaign: Uuid, employee: UserId, status: &str) -> Uuid {
    let workspace = api.workspace.id;
    let sql = format!(
        "WITH execution AS (
           INSERT INTO executions (id, workspace_id, campaign_id, trigger, status, created_at)
           VALUES (gen_random_uuid(), '{workspace}', '{campaign}', 'manual', 'running', now()) RETURNING id
         )
         INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                            original_content, created_at, updated_at)
         SELECT gen_random_uuid(), '{workspace}', '{campaign}', '{employee}', id, 1, 'linkedin', '{status}', 'x', 'x', now(), now()
         FROM execution RETURNING id"
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&api.database.admin).await.unwrap()
}

#[tokio::test]
async fn a_member_sees_their_own_posts_and_the_teams_each_once() {
    let api = Api::new().await;
    let (team, me, colleague) = (create(&api, "Brand").await, api.user(Role::User), api.workspace.employees[0]);
    api.change(&format!(
        "INSERT INTO employee_profiles (workspace_id, user_id, display_name, created_at, updated_at)
         VALUES ('{}', '{me}', 'Me', now(), now())",
        api.workspace.id
    ))
    .await;
    let (ours, others) = (campaign_of(&api, team).await, api.workspace.campaign_id.uuid());
    let teams = post(&api, ours, colleague, "approved").await;
    let both = post(&api, ours, me, "pending_review").await;
    let own = post(&api, others, me, "pending_review").await;
    let neither = post(&api, others, colleague, "approved").await;
    let check = async |query: &str, expected: &[Uuid]| {
        let reply = user(&api, Method::GET, &format!("/api/posts{query}")).send().await.expect(200);
        let shown = ids(&reply);
        assert!(shown.is_sorted_by(|newer, older| newer > older), "{query}: {shown:?}");
        let (shown, expected): (BTreeSet<Uuid>, BTreeSet<Uuid>) =
            (shown.into_iter().collect(), expected.iter().copied().collect());
        assert_eq!(shown, expected, "{query}");
    };
    check("", &[both, own]).await;
    set(&api, team, me, "content_creator").await.expect(200);
    check("", &[teams, both, own]).await;
    check("?status=approved", &[teams]).await;
    check("?status=pending_review", &[both, own]).await;
    check("?platform=linkedin", &[teams, both, own]).await;
    check("?platform=x", &[]).await;
    check(&format!("?campaign_id={ours}"), &[teams, both]).await;
    check(&format!("?campaign_id={others}"), &[own]).await;
    check(&format!("?employee_id={me}"), &[both, own]).await;
    check(&format!("?employee_id={colleague}"), &[teams]).await;
    check(&format!("?employee_id={colleague}&campaign_id={others}"), &[]).await;
    check(&format!("?employee_id={me}&campaign_id={ours}&status=pending_review&platform=linkedin"), &[both]).await;

    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let reply = user(&api, Method::GET, &format!("/api/posts?limit=1{cursor}")).send().await.expect(200);
        seen.extend(ids(&reply));
        match reply.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 3);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([teams, both, own]));
    for (id, status) in [(teams, 200), (both, 200), (own, 200), (neither, 404)] {
        user(&api, Method::GET, &format!("/api/posts/{id}")).send().await.expect(status);
    }
}

#[tokio::test]
async fn a_key_has_what_the_teams_of_its_account_give() {
    let api = Api::new().await;
    let team = create(&api, "Brand").await;
    let ours = campaign_of(&api, team).await;
    let body = json!({ "name": "Robot", "role": "publisher", "permissions": ["campaigns.read"], "expires_in_days": 1 });
    let made = api.post("/api/v1/api-keys", &body).await.expect(201).json;
    let (key, account) = (made["key"].as_str().unwrap(), made["user_id"].as_str().unwrap());
    let account: Uuid = account.parse().unwrap();
    let demote = format!("/api/v1/members/{account}/role");
    api.admin(Method::PUT, &demote).json(&json!({ "role": "user" })).send().await.expect(200);
    let list = || api.anonymous(Method::GET, "/api/campaigns").token(key).send();
    list().await.problem(403, "forbidden");
    set(&api, team, account, "publisher").await.expect(200);
    assert_eq!(ids(&list().await.expect(200)), [ours]);
    // Not what the key was not made for.
    api.anonymous(Method::GET, "/api/posts").token(key).send().await.problem(403, "forbidden");
}

#[tokio::test]
async fn whoever_leaves_the_workspace_or_is_forgotten_leaves_its_teams() {
    let api = Api::new().await;
    let team = create(&api, "Brand").await;
    for role in [Role::User, Role::Publisher] {
        set(&api, team, api.user(role), "reviewer").await.expect(200);
    }
    let members = "SELECT count(*) FROM team_members";
    let removed = format!("/api/v1/members/{}", api.user(Role::Publisher));
    api.admin(Method::DELETE, &removed).send().await.expect(204);
    assert_eq!(api.count(members).await, 1);
    let data = user(&api, Method::POST, "/api/v1/user/export").send().await.expect(200);
    assert_eq!(data.json["team_members"][0]["team_id"], json!(team));
    user(&api, Method::DELETE, "/api/v1/user").send().await.expect(204);
    assert_eq!(api.count(members).await, 0);
}
