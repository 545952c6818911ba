//! What people prove themselves with is shown once, and is nowhere else: not in the log, not in the database, not in another
//! answer, wherever it was sent to.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use http::Method;
use rostrum_core::{access::Role, sign_in::second_factor::SecondFactor};
use rostrum_test_kit::base32;
use serde_json::{Value, json};

use crate::{
    harness::{Api, Reply},
    watch::Watch,
};

const EMAIL: &str = "canary@example.com";
const FIRST: &str = "verhext-Kanarie-7-Trommel";
const SECOND: &str = "gelber-Zeisig-8-Posaune";
const THIRD: &str = "leiser-Stieglitz-9-Fagott";
const WRONG: &str = "falscher-Dompfaff-6-Oboe";

fn text(reply: &Reply, field: &str) -> String {
    reply.json[field].as_str().unwrap().to_owned()
}

/// As long and of such letters as a real one.
fn invented(prefix: &str, letter: &str) -> String {
    format!("{prefix}{}", letter.repeat(43))
}

/// Keeps the tokens of an answer in mind. Answers them.
fn tokens(watch: &mut Watch<'_>, reply: &Reply) -> (String, String) {
    let (access, refresh) = (text(reply, "access_token"), text(reply, "refresh_token"));
    watch.shown("an access token", &access);
    watch.shown("a refresh token", &refresh);
    (access, refresh)
}

async fn login(watch: &mut Watch<'_>, password: &str, code: Option<&str>) -> Reply {
    let body = json!({ "email": EMAIL, "password": password, "code": code });
    watch.post("/api/v1/auth/login", None, &body).await
}

/// Invites, registers and signs in. Answers the access token.
async fn come_in(api: &Api, watch: &mut Watch<'_>) -> String {
    for (name, password) in
        [("a password", FIRST), ("a password", SECOND), ("a password", THIRD), ("no password", WRONG)]
    {
        watch.hide(name, password);
    }
    let body = json!({ "email": EMAIL, "role": "admin" });
    watch.post("/api/v1/invitations", Some(&api.token(Role::Admin)), &body).await.expect(201);
    let invitation = api.mailed(EMAIL).await;
    watch.hide("an invitation", &invitation);
    let none = invented("rostrum_invite_", "N");
    watch.hide("no invitation", &none);
    let register = |invitation: &str| json!({ "name": "Canary", "password": FIRST, "invitation": invitation });
    watch.post("/api/v1/auth/register", None, &register(&none)).await.invalid(&["invitation"]);
    watch.post("/api/v1/auth/register", None, &register(&invitation)).await.expect(201);
    watch.post("/api/v1/auth/register", None, &register(&invitation)).await.invalid(&["invitation"]);
    login(watch, WRONG, None).await.problem(401, "sign-in-refused");
    let reply = login(watch, FIRST, None).await.expect(200);
    tokens(watch, &reply).0
}

/// Exchanges refresh tokens, in the body and as a cookie, and lets one be replayed.
async fn refresh(api: &Api, watch: &mut Watch<'_>) {
    let path = "/api/v1/auth/refresh";
    let reply = login(watch, FIRST, None).await.expect(200);
    let (_, first) = tokens(watch, &reply);
    let reply = watch.post(path, None, &json!({ "refresh_token": first })).await.expect(200);
    tokens(watch, &reply);
    watch.post(path, None, &json!({ "refresh_token": first })).await.problem(401, "session-ended");
    let none = invented("rostrum_refresh_", "R");
    watch.hide("no refresh token", &none);
    watch.post(path, None, &json!({ "refresh_token": none })).await.problem(401, "session-ended");
    let body = json!({ "email": EMAIL, "password": FIRST, "cookie": true });
    let reply = watch.post("/api/v1/auth/login", None, &body).await.expect(200);
    watch.shown("an access token", text(&reply, "access_token"));
    let (pair, _) = reply.header("set-cookie").unwrap().split_once(';').unwrap();
    watch.shown("a refresh token", pair.split_once('=').unwrap().1);
    let call = api.anonymous(Method::POST, path).header("cookie", pair).json(&json!({}));
    let reply = watch.send(path, call).await.expect(200);
    watch.shown("an access token", text(&reply, "access_token"));
    let (pair, _) = reply.header("set-cookie").unwrap().split_once(';').unwrap();
    watch.shown("a refresh token", pair.split_once('=').unwrap().1);
}

async fn second_factor(api: &Api, watch: &mut Watch<'_>, access: &str) {
    let path = "/api/v1/auth/second-factor";
    let begun = watch.post(path, Some(access), &Value::Null).await.expect(201);
    let typed = text(&begun, "secret");
    let secret = base32::decode(&typed);
    watch.shown("the secret of the second factor", &typed);
    watch.shown("the bytes of that secret", &secret);
    let factor = SecondFactor::from_secret(&secret).unwrap();
    let confirm = |code: &str| api.anonymous(Method::PUT, path).token(access).json(&json!({ "code": code }));
    watch.hide("no code", "kein-Code-4711");
    watch.send(path, confirm("kein-Code-4711")).await.invalid(&["code"]);
    let code = factor.code(api.ambient.now());
    watch.hide("a code", &code);
    let confirmed = watch.send(path, confirm(&code)).await.expect(200);
    let codes: Vec<String> = serde_json::from_value(confirmed.json["recovery_codes"].clone()).unwrap();
    for code in &codes {
        watch.shown("a recovery code", code);
    }
    login(watch, FIRST, None).await.problem(401, "second-factor-needed");
    login(watch, FIRST, Some("kein-Code-4711")).await.problem(401, "sign-in-refused");
    api.ambient.advance(TimeDelta::seconds(30));
    let code = factor.code(api.ambient.now());
    watch.hide("a code", &code);
    let reply = login(watch, FIRST, Some(&code)).await.expect(200);
    tokens(watch, &reply);
    let reply = login(watch, FIRST, Some(&codes[0])).await.expect(200);
    tokens(watch, &reply);
    let path = "/api/v1/auth/second-factor/removal";
    watch.post(path, Some(access), &json!({ "code": "kein-Code-4711" })).await.invalid(&["code"]);
    watch.post(path, Some(access), &json!({ "code": codes[1] })).await.expect(204);
}

async fn passwords_and_mails(api: &Api, watch: &mut Watch<'_>, access: &str) {
    let set = |password: &str| {
        let body = json!({ "password": password, "new_password": SECOND });
        api.anonymous(Method::PUT, "/api/v1/auth/password").token(access).json(&body)
    };
    watch.send("another's password", set(WRONG)).await.problem(401, "sign-in-refused");
    watch.send("a password", set(FIRST)).await.expect(204);

    watch.post("/api/v1/auth/password-reset", None, &json!({ "email": EMAIL })).await.expect(202);
    let mailed = api.mailed(EMAIL).await;
    let none = invented("rostrum_reset_", "P");
    watch.hide("the secret of a mail", &mailed);
    watch.hide("no secret of a mail", &none);
    let reset = |token: &str| json!({ "token": token, "new_password": THIRD });
    let path = "/api/v1/auth/password-reset/confirmation";
    watch.post(path, None, &reset(&none)).await.invalid(&["token"]);
    watch.post(path, None, &reset(&mailed)).await.expect(204);

    api.change(&format!("UPDATE workspaces SET registration = 'open' WHERE id = '{}'", api.workspace.id)).await;
    let slug = format!("test-{}", api.workspace.id.uuid().simple());
    let email = "stranger@example.com";
    let body = json!({ "name": "Stranger", "password": FIRST, "email": email, "workspace": slug });
    watch.post("/api/v1/auth/register", None, &body).await.expect(202);
    // The mail that is sent last holds the secret that counts.
    api.ambient.advance(TimeDelta::seconds(1));
    watch.post("/api/v1/auth/email-verification", None, &json!({ "email": email })).await.expect(202);
    let mailed = api.mailed(email).await;
    let none = invented("rostrum_verify_", "V");
    watch.hide("the secret of a mail", &mailed);
    watch.hide("no secret of a mail", &none);
    let path = "/api/v1/auth/email-verification/confirmation";
    watch.post(path, None, &json!({ "token": none })).await.invalid(&["token"]);
    watch.post(path, None, &json!({ "token": mailed })).await.expect(204);
}

async fn keys(api: &Api, watch: &mut Watch<'_>, access: &str) {
    let body = json!({ "name": "Report", "role": "reviewer", "permissions": ["posts.read"], "expires_in_days": 1 });
    let made = watch.post("/api/v1/api-keys", Some(access), &body).await.expect(201);
    let key = text(&made, "key");
    watch.shown("a key", &key);
    let none = invented("rostrum_key_", "K");
    watch.hide("no key", &none);
    for (key, status) in [(&key, 200), (&none, 401)] {
        watch.send("posts", api.anonymous(Method::GET, "/api/posts?limit=1").token(key)).await.expect(status);
    }
    let path = format!("/api/v1/api-keys/{}", made.id());
    watch.send("a key's end", api.anonymous(Method::DELETE, &path).token(access)).await.expect(204);
    watch.post("/api/v1/invitations", Some(access), &json!({ "email": EMAIL, "role": "reviewer" })).await.expect(201);
    let invitation = api.mailed(EMAIL).await;
    watch.hide("an invitation", &invitation);
    let path = "/api/v1/invitations/acceptance";
    watch.post(path, Some(access), &json!({ "invitation": invitation })).await.expect(204);
}

/// Everything that tells somebody about themselves and others, and the ways out.
async fn read_and_leave(api: &Api, watch: &mut Watch<'_>) {
    let reply = login(watch, THIRD, None).await.expect(200);
    let (access, _) = tokens(watch, &reply);
    for path in ["auth/sessions", "user/profile", "members", "invitations", "api-keys", "audit-log"] {
        let path = format!("/api/v1/{path}");
        watch.send(&path, api.anonymous(Method::GET, &path).token(&access)).await.expect(200);
    }
    watch.post("/api/v1/user/export", Some(&access), &Value::Null).await.expect(200);
    watch.post("/api/v1/auth/logout", Some(&access), &Value::Null).await.expect(204);
    watch.send("nobody", api.anonymous(Method::GET, "/api/v1/user/profile").token(&access)).await.expect(401);
    let reply = login(watch, THIRD, None).await.expect(200);
    let (access, _) = tokens(watch, &reply);
    watch.send("the end", api.anonymous(Method::DELETE, "/api/v1/user").token(&access)).await.expect(204);
}

/// The routes that read a secret from their body.
const READERS: [&str; 9] = [
    "auth/login",
    "auth/register",
    "auth/refresh",
    "auth/email-verification/confirmation",
    "auth/password-reset/confirmation",
    "auth/second-factor/removal",
    "invitations/acceptance",
    "invitations",
    "api-keys",
];

/// What people send where it does not belong. Nothing of it is accepted.
async fn misplace(api: &Api, watch: &mut Watch<'_>) {
    let admin = api.token(Role::Admin);
    let mut number = 0;
    let mut next = || {
        number += 1;
        format!("misplaced-{number}-Nachtigall")
    };
    for route in READERS {
        let path = format!("/api/v1/{route}");
        let post = || api.anonymous(Method::POST, &path).token(&admin);
        let canary = next();
        watch.hide("a value", &canary);
        let json_type = "application/json";
        for body in [
            json!({ "surprise": canary }).to_string(),
            json!({ "email": [canary] }).to_string(),
            json!({ "cookie": canary, "expires_in_days": canary }).to_string(),
            json!({ "role": { canary.as_str(): canary } }).to_string(),
            json!(canary).to_string(),
            json!([canary]).to_string(),
            format!("{{\"password\": \"{canary}"),
            format!("{{\"token\": {canary}}}"),
            canary.clone(),
        ] {
            let reply = watch.ask(&path, post().header("content-type", json_type).body(body)).await;
            assert!(reply.status.is_client_error(), "{path}: {}", reply.text);
        }
        let form = post().header("content-type", "application/x-www-form-urlencoded");
        watch.ask(&path, form.body(format!("password={canary}"))).await.expect(415);
        // Whoever sends a field that is not known is told its name, and nobody else is.
        let canary = next();
        let body = json!({ canary.as_str(): 1 });
        let reply = watch.send(&path, post().json(&body)).await;
        assert!(reply.status.is_client_error(), "{path}: {}", reply.text);
        watch.shown("a name", &canary);
    }
    for (header, scheme) in
        [("authorization", "Bearer "), ("authorization", "Basic "), ("authorization", ""), ("x-api-key", "")]
    {
        let canary = next();
        watch.hide("a header", &canary);
        let call = api.anonymous(Method::GET, "/api/v1/user/profile").header(header, &format!("{scheme}{canary}"));
        watch.send("a header", call).await.problem(401, "unauthenticated");
    }
    let canary = next();
    watch.hide("a cookie", &canary);
    let call =
        api.anonymous(Method::POST, "/api/v1/auth/refresh").header("cookie", &format!("rostrum_refresh={canary}"));
    watch.send("a cookie", call.json(&json!({}))).await.problem(401, "session-ended");
    for (path, status) in [
        ("/api/v1/auth/sessions/CANARY", 405),
        ("/api/campaigns/CANARY", 404),
        ("/api/v1/CANARY", 404),
        ("/CANARY", 404),
        ("/api/posts?status=CANARY", 422),
        ("/api/posts?limit=CANARY", 422),
        ("/api/posts?cursor=CANARY", 422),
        ("/api/posts?access_token=CANARY", 422),
        ("/api/v1/auth/login?password=CANARY", 405),
    ] {
        let canary = next();
        watch.hide("an address", &canary);
        let call = api.anonymous(Method::GET, &path.replace("CANARY", &canary)).token(&admin);
        watch.ask(path, call).await.expect(status);
    }
    watch.look().await;
}

#[tokio::test]
async fn secrets_are_shown_once_and_are_nowhere_else() {
    let api = Api::new().await;
    let mut watch = Watch::new(&api);
    let access = come_in(&api, &mut watch).await;
    refresh(&api, &mut watch).await;
    second_factor(&api, &mut watch, &access).await;
    keys(&api, &mut watch, &access).await;
    passwords_and_mails(&api, &mut watch, &access).await;
    read_and_leave(&api, &mut watch).await;
    misplace(&api, &mut watch).await;
    assert_eq!(watch.findings(), Vec::<String>::new());
}

/// A search that finds nothing proves nothing unless it finds what is there.
#[tokio::test]
async fn the_search_finds_what_is_there() {
    let api = Api::new().await;
    let mut watch = Watch::new(&api);
    let canary = "verirrter-Pirol-5-Harfe";
    let whole = &canary.as_bytes()[..21];
    let (hex, base64) = (hex(canary), STANDARD.encode(whole));
    watch.hide("the canary", canary);
    let id = api.user(Role::Reviewer);
    for change in [
        format!("UPDATE users SET name = 'a {canary}.' WHERE id = '{id}'"),
        format!("UPDATE users SET totp_secret = '\\x00{hex}00' WHERE id = '{id}'"),
        format!("UPDATE campaigns SET workflow_config = '{{\"deep\": [\"{base64}\"]}}'"),
        format!("UPDATE writing_samples SET content = '{hex}' WHERE workspace_id = '{}'", api.workspace.id),
    ] {
        api.change(&change).await;
    }
    tracing::trace!(target: "rostrum_core", secret = %canary.replace('-', "%2D"), "said");
    let token = api.token(Role::Reviewer);
    watch.send("the profile", api.anonymous(Method::GET, "/api/v1/user/profile").token(&token)).await.expect(200);
    let places = [
        "the bytes of users.totp_secret",
        "the log",
        "the profile",
        "the table campaigns",
        "the table users",
        "the table writing_samples",
    ];
    assert_eq!(watch.findings(), places.map(|place| format!("the canary in {place}")));
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}
