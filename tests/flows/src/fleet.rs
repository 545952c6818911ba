//! The fleet, as its users reach it.

use std::{env, fs, future::Future, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use reqwest::{Client, Method};
use serde::Deserialize;
use serde_json::Value;
use sqlx::PgPool;
use tokio::time::Instant;

/// A running fleet and somebody signed in to it.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// What `up` wrote about it.
    pub description: Description,
    /// The database, as its owner sees it.
    pub database: PgPool,
    http: Client,
    token: String,
}

/// `fleet.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Description {
    /// The address of the API.
    pub api: String,
    /// The emulator.
    pub aws_endpoint: String,
    /// The database, as its owner.
    pub database_url: String,
    /// The simulated providers.
    pub model_url: String,
    /// The simulated identity providers.
    pub oidc: String,
    /// The web app.
    pub web: String,
    /// The sample's admin.
    pub login: Login,
    /// The name of the stack.
    pub stack: String,
    /// Its region.
    pub region: String,
    /// A key that the emulator takes.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: String,
}

/// Who may sign in.
#[derive(Debug, Clone, Deserialize)]
pub struct Login {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, `null` if there is none.
    pub body: Value,
}

impl Fleet {
    /// The fleet that `ROSTRUM_FLEET` names, with its admin signed in.
    ///
    /// # Errors
    /// If there is none or it does not answer.
    pub async fn connect() -> Result<Self> {
        let path = env::var("ROSTRUM_FLEET").context("ROSTRUM_FLEET is not set: run `cargo xtask test flows`")?;
        let description: Description = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let database = PgPool::connect(&description.database_url).await?;
        let http = Client::builder().timeout(Duration::from_secs(30)).build()?;
        let mut fleet = Self { description, database, http, token: String::new() };
        let login = serde_json::json!({
            "email": fleet.description.login.email,
            "password": fleet.description.login.password,
        });
        let answer = fleet.send(Method::POST, "/v1/auth/login", Some(login)).await?;
        ensure!(answer.status == 200, "the admin cannot sign in: {answer:?}");
        answer.body["access_token"].as_str().context("sign-in answers no token")?.clone_into(&mut fleet.token);
        Ok(fleet)
    }

    /// Asks the API.
    ///
    /// # Errors
    /// If it does not answer, or not with JSON.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Answer> {
        let mut request = self.http.request(method, format!("{}{path}", self.description.api));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? };
        Ok(Answer { status, body })
    }

    /// The same fleet, asked with this token; with none if it is empty.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The newest mail to this address, once there is one.
    ///
    /// # Errors
    /// If none comes within a minute and a half: the outbox is swept every minute.
    pub async fn mail(&self, to: &str) -> Result<String> {
        let address = format!("{}/_ministack/ses/messages", self.description.aws_endpoint);
        until("a mail", Duration::from_secs(90), || async {
            let mailbox: Value = self.http.get(&address).send().await?.json().await?;
            Ok(newest(&mailbox, to))
        })
        .await
    }

    /// What the functions, all of them, logged in the time until now, as they logged it.
    ///
    /// # Errors
    /// If the logs cannot be read.
    pub fn logs(&self, time: Duration) -> Result<String> {
        let python = env::var("ROSTRUM_EMULATOR_PYTHON")
            .context("ROSTRUM_EMULATOR_PYTHON is not set: run `cargo xtask test flows`, which installs the emulator")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/local/logs.py");
        let Description { aws_endpoint, region, access_key_id, secret_access_key, .. } = &self.description;
        let output = Command::new(python)
            .arg("-B")
            .arg(script)
            .args(["--endpoint", aws_endpoint, "--region", region, "--once", "--raw", "--since"])
            .arg(time.as_secs().saturating_add(1).to_string())
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            .env("AWS_ACCESS_KEY_ID", access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", secret_access_key)
            .output()?;
        ensure!(output.status.success(), "logs.py: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Reads a resource that must be there.
    ///
    /// # Errors
    /// If it is not.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let answer = self.send(Method::GET, path, None).await?;
        ensure!(answer.status == 200, "GET {path}: {answer:?}");
        Ok(answer.body)
    }

    /// Posts what must be accepted.
    ///
    /// # Errors
    /// If it is not.
    pub async fn post(&self, path: &str, body: Value) -> Result<Value> {
        let answer = self.send(Method::POST, path, Some(body)).await?;
        ensure!((200..300).contains(&answer.status), "POST {path}: {answer:?}");
        Ok(answer.body)
    }

    /// Tells the simulated providers how to behave.
    ///
    /// # Errors
    /// If they do not take it.
    pub async fn control(&self, method: Method, path: &str, body: Option<Value>) -> Result<()> {
        let mut request = self.http.request(method, format!("{}/_control/{path}", self.description.model_url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        ensure!(response.status().is_success(), "the simulator answers {}", response.status());
        Ok(())
    }

    /// How clients of AWS's SDKs reach the fleet's emulator.
    pub fn aws(&self) -> SdkConfig {
        let Description { aws_endpoint, region, access_key_id, secret_access_key, .. } = &self.description;
        let credentials = Credentials::from_keys(access_key_id.clone(), secret_access_key.clone(), None);
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .endpoint_url(aws_endpoint)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build()
    }

    /// What the simulated providers were asked since that was last forgotten, and are being asked.
    ///
    /// # Errors
    /// If they do not tell.
    pub async fn calls(&self) -> Result<Value> {
        let address = format!("{}/_control/calls?last=200", self.description.model_url);
        Ok(self.http.get(address).send().await?.error_for_status()?.json().await?)
    }
}

/// The text of the last mail to this address, wherever in the mailbox it lies.
fn newest(mailbox: &Value, to: &str) -> Option<String> {
    match mailbox {
        Value::Object(fields) => {
            let is_to = fields.get("To").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == to));
            let text = fields.get("BodyText").and_then(Value::as_str).filter(|_| is_to);
            text.map(str::to_owned).or_else(|| fields.values().rev().find_map(|inner| newest(inner, to)))
        }
        Value::Array(items) => items.iter().rev().find_map(|inner| newest(inner, to)),
        _ => None,
    }
}

/// Asks until there is an answer or `bound` is over, and says what was waited for.
///
/// # Errors
/// If asking fails or the time is over.
pub async fn until<T, F, Fut>(what: &str, bound: Duration, ask: F) -> Result<T>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<Option<T>>>,
{
    let end = Instant::now() + bound;
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if Instant::now() > end {
            bail!("{what} did not happen within {} s", bound.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
