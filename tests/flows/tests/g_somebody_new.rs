//! Somebody new, through the API alone: invitation, registration, sign-in, second factor, key, sign-out. What they prove
//! themselves with is nowhere in the database, and in no log.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use flows::{Fleet, Id, fleet::until};
use reqwest::Method;
use rostrum_core::sign_in::second_factor::SecondFactor;
use rostrum_lambda_kit::Ambient;
use rostrum_test_kit::base32;
use serde_json::{Value, json};

const PASSWORD: &str = "verhext-Ziegel-7-Trommel";

fn text(answer: &Value, field: &str) -> Result<String> {
    Ok(answer[field].as_str().with_context(|| format!("no {field} in {answer}"))?.to_owned())
}

#[tokio::test]
async fn somebody_new_comes_in_works_and_leaves() -> Result<()> {
    let began = Instant::now();
    let admin = Fleet::connect().await?;
    let nobody = admin.with_token("");
    let email = format!("{}@example.com", Id::from_u128(u128::from(std::process::id())).simple());

    admin.post("/v1/invitations", json!({ "email": email, "role": "reviewer" })).await?;
    let mail = admin.mail(&email).await?;
    let invitation = mail.split_once('#').and_then(|(_, rest)| rest.split_whitespace().next()).context("no secret")?;
    let body = json!({ "name": "Somebody New", "password": PASSWORD, "invitation": invitation });
    nobody.post("/v1/auth/register", body).await?;

    let credentials = json!({ "email": email, "password": PASSWORD });
    let session = nobody.post("/v1/auth/login", credentials.clone()).await?;
    let me = admin.with_token(&text(&session, "access_token")?);
    assert_eq!(me.get("/v1/user/profile").await?["role"], "reviewer");
    me.get("/posts?limit=1").await?;
    let refused = me.send(Method::GET, "/v1/api-keys", None).await?;
    assert_eq!(refused.status, 403, "{refused:?}");

    let enrolment = me.post("/v1/auth/second-factor", Value::Null).await?;
    let secret = base32::decode(&text(&enrolment, "secret")?);
    let factor = SecondFactor::from_secret(&secret)?;
    let code = factor.code(Ambient::system().now());
    let confirmed = me.send(Method::PUT, "/v1/auth/second-factor", Some(json!({ "code": code }))).await?;
    ensure!(confirmed.status == 200, "{confirmed:?}");
    let recovery = confirmed.body["recovery_codes"][0].as_str().context("no recovery code")?.to_owned();
    let needed = nobody.send(Method::POST, "/v1/auth/login", Some(credentials.clone())).await?;
    assert_eq!((needed.status, &needed.body["type"]), (401, &json!("urn:rostrum:problem:second-factor-needed")));
    let mut with_code = credentials;
    with_code["code"] = json!(recovery);
    let session = nobody.post("/v1/auth/login", with_code).await?;
    let refresh_token = text(&session, "refresh_token")?;
    let session = nobody.post("/v1/auth/refresh", json!({ "refresh_token": refresh_token })).await?;
    let (access, next) = (text(&session, "access_token")?, text(&session, "refresh_token")?);

    let scope = json!({ "name": "Report", "role": "reviewer", "permissions": ["posts.read"], "expires_in_days": 1 });
    let key = text(&admin.post("/v1/api-keys", scope).await?, "key")?;
    let program = admin.with_token(&key);
    program.get("/posts?limit=1").await?;
    assert_eq!(program.send(Method::GET, "/campaigns", None).await?.status, 403);

    admin.with_token(&access).post("/v1/auth/logout", Value::Null).await?;
    let ended = nobody.send(Method::POST, "/v1/auth/refresh", Some(json!({ "refresh_token": next }))).await?;
    assert_eq!((ended.status, &ended.body["type"]), (401, &json!("urn:rostrum:problem:session-ended")));

    let typed = text(&enrolment, "secret")?;
    let log = logged(&admin, &nobody, began).await?;
    for canary in [invitation, PASSWORD, &refresh_token, &access, &next, &recovery, &key, &typed] {
        assert_eq!(tables_with(&admin, canary).await?, Vec::<String>::new());
        ensure!(!log.contains(canary), "a secret of {} letters is in the log", canary.len());
    }
    let kept: Vec<u8> = sqlx::query_scalar("SELECT totp_secret FROM users WHERE email = $1")
        .bind(&email)
        .fetch_one(&admin.database)
        .await?;
    assert!(!kept.windows(secret.len()).any(|window| window == secret));
    Ok(())
}

/// What the functions logged from then until now, which is there once the line of a request of now is.
async fn logged(admin: &Fleet, nobody: &Fleet, began: Instant) -> Result<String> {
    let refused = nobody.send(Method::GET, "/v1/user/profile", None).await?;
    let instance = refused.body["instance"].as_str().context("a refusal names its request")?;
    let request = instance.trim_start_matches("urn:uuid:").to_owned();
    until("the last line of the log", Duration::from_secs(30), || async {
        let log = admin.logs(began.elapsed())?;
        Ok(log.contains(&request).then_some(log))
    })
    .await
}

/// The tables in which some row shows this text.
async fn tables_with(fleet: &Fleet, canary: &str) -> Result<Vec<String>> {
    let tables: Vec<String> = sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        .fetch_all(&fleet.database)
        .await?;
    let mut found = Vec::new();
    for table in tables {
        let sql = format!("SELECT EXISTS (SELECT FROM \"{table}\" AS row WHERE strpos(row::text, $1) > 0)");
        let shows: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(canary).fetch_one(&fleet.database).await?;
        if shows {
            found.push(table);
        }
    }
    Ok(found)
}
