//! The API does what its document says: schemathesis asks every operation, with what the document allows and with what it
//! does not, and compares the answers.

use std::{collections::BTreeSet, env, process::Command};

use anyhow::{Context, Result, ensure};
use flows::{Fleet, Id};
use serde_json::{Map, Value, json};

/// The operations that are not asked, and why. All others are.
const EXCLUDED: [(&str, &str); 4] = [
    ("logout", "ends the session that asks"),
    ("end_session", "ends the session that asks, once it was found in the list"),
    ("set_password", "counts wrong passwords, until the account that asks is locked"),
    ("erase_user", "erases the account that asks"),
];

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
response_headers_conformance,response_schema_conformance";

/// Any number: the same one asks the same again.
const SEED: &str = "20261122";

/// How many requests are made up for each operation unless `ROSTRUM_SCHEMA_EXAMPLES` says otherwise.
const EXAMPLES: &str = "20";

const PASSWORD: &str = "verhext-Ziegel-7-Trommel";

#[tokio::test]
async fn every_operation_answers_as_the_document_says() -> Result<()> {
    let admin = Fleet::connect().await?;
    let program = env::var("ROSTRUM_SCHEMATHESIS")
        .context("ROSTRUM_SCHEMATHESIS is not set: run `cargo xtask test schema`, which installs it")?;
    let examples = env::var("ROSTRUM_SCHEMA_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    let document = admin.get("/openapi.json").await?;
    let known = values(&document, |operation| &operation["operationId"]);
    for (operation, reason) in EXCLUDED {
        ensure!(known.contains(operation), "{operation} ({reason}) is not in the document: exclude it no longer");
    }
    let credentials = somebody_of_no_account(&admin).await?;
    let mut failed = Vec::new();
    // A run of many examples outlasts an access token: each part begins with a new one.
    for tag in values(&document, |operation| &operation["tags"][0]) {
        let session = admin.with_token("").post("/v1/auth/login", credentials.clone()).await?;
        let token = session["access_token"].as_str().context("sign-in answers no token")?;
        let mut run = command(&program, &admin.description.api, token, &examples);
        let output = run.arg("--include-tag").arg(&tag).output().context("schemathesis cannot be started")?;
        if !output.status.success() {
            let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            failed.push(format!("== {tag}\n{said}\n{wrong}"));
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

fn command(program: &str, api: &str, token: &str, examples: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(env!("CARGO_TARGET_TMPDIR")).arg("run").arg(format!("{api}/openapi.json"));
    // The paths of the document begin with the prefix of the API.
    command.arg("--url").arg(api.trim_end_matches("/api"));
    command.arg("--header").arg(format!("Authorization: Bearer {token}"));
    command.args(["--checks", CHECKS, "--max-examples", examples, "--seed", SEED]);
    command.args(["--phases", "examples,coverage,fuzzing,stateful", "--generation-database", "none"]);
    command.args(["--request-timeout", "60", "--continue-on-failure", "--no-color"]);
    for (operation, _) in EXCLUDED {
        command.args(["--exclude-operation-id", operation]);
    }
    command
}

/// What the operations of the document have there, each once.
fn values(document: &Value, of: fn(&Value) -> &Value) -> BTreeSet<String> {
    let items = document["paths"].as_object().into_iter().flat_map(Map::values);
    let operations = items.filter_map(Value::as_object).flat_map(Map::values);
    operations.filter_map(|operation| Some(of(operation).as_str()?.to_owned())).collect()
}

/// Signs up an admin whose account may come to any harm.
async fn somebody_of_no_account(admin: &Fleet) -> Result<Value> {
    let email = format!("schema-{}@example.com", Id::from_u128(u128::from(std::process::id())).simple());
    admin.post("/v1/invitations", json!({ "email": email, "role": "admin" })).await?;
    let mail = admin.mail(&email).await?;
    let invitation = mail.split_once('#').and_then(|(_, rest)| rest.split_whitespace().next()).context("no secret")?;
    let body = json!({ "name": "Somebody", "password": PASSWORD, "invitation": invitation });
    admin.with_token("").post("/v1/auth/register", body).await?;
    Ok(json!({ "email": email, "password": PASSWORD }))
}
