//! The first run of the sample's campaigns, told post by post.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;

use super::http;
use crate::progress::Progress;
use crate::stop;

const STILL_AT_IT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_secs(1);
/// A small model on two busy cores takes about ten seconds a post.
const BOUND: Duration = Duration::from_mins(15);

/// A signed-in administrator.
struct Client {
    agent: Agent,
    api: String,
    token: String,
}

impl Client {
    fn sign_in(api: &str, email: &str, password: &str) -> Result<Self> {
        let agent = http::agent();
        let body = json!({ "email": email, "password": password });
        let answer = http::json("signing in", agent.post(format!("{api}/v1/auth/login")).send_json(&body))?;
        let token = answer["access_token"].as_str().context("signing in: the answer has no access_token")?;
        Ok(Self { token: format!("Bearer {token}"), agent, api: api.to_owned() })
    }

    fn list(&self, path: &str) -> Result<Vec<Value>> {
        let answer = self.agent.get(format!("{}{path}", self.api)).header("Authorization", &self.token).call();
        match http::json(&format!("GET {path}"), answer)?["items"].take() {
            Value::Array(items) => Ok(items),
            other => bail!("GET {path}: no items in the answer but {other}"),
        }
    }

    /// All pages of a list.
    fn all(&self, path: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let page = cursor.map_or_else(|| path.to_owned(), |cursor| format!("{path}&cursor={cursor}"));
            let answer = self.agent.get(format!("{}{page}", self.api)).header("Authorization", &self.token).call();
            let mut answer = http::json(&format!("GET {page}"), answer)?;
            if let Value::Array(found) = answer["items"].take() {
                items.extend(found);
            }
            match answer["next_cursor"].take() {
                Value::String(next) => cursor = Some(next),
                _ => return Ok(items),
            }
        }
    }

    /// The employees' names by id.
    fn names(&self) -> Result<HashMap<String, String>> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(self.all("/employees?limit=100")?.iter().map(|one| (text(&one["id"]), text(&one["display_name"]))).collect())
    }

    fn run(&self, campaign: &str, key: &str) -> Result<()> {
        let path = format!("/campaigns/{campaign}/run");
        let answer = self
            .agent
            .post(format!("{}{path}", self.api))
            .header("Authorization", &self.token)
            .header("Idempotency-Key", key)
            .send_empty();
        http::json(&format!("POST {path}"), answer).map(drop)
    }
}

/// Runs every campaign of a workspace without posts and prints the posts as they arrive.
///
/// # Errors
/// If the API refuses, or posts do not arrive in time.
pub(crate) fn run(api: &str, email: &str, password: &str, emulator_log: &Path, progress: Progress) -> Result<()> {
    let client = Client::sign_in(api, email, password)?;
    if !client.list("/posts?limit=1")?.is_empty() {
        let waiting = client.all("/posts?status=pending_review&limit=100")?.len();
        progress.say(waiting_text(waiting));
        return Ok(());
    }
    let mut campaigns = client.list("/campaigns?limit=100")?;
    // Those that one model writes first: they are the quick ones.
    campaigns.sort_by_key(|campaign| campaign["workflow_type"] != "simple");
    let names = client.names()?;
    let begin = Instant::now();
    let mut trouble = Trouble::after_now(emulator_log);
    let mut seen = HashSet::new();
    // One after the other: two small models at a time write no more in an hour because more wait for them, and who waits
    // too long is given up.
    for campaign in &campaigns {
        let id = campaign["id"].as_str().context("a campaign has no id")?;
        client.run(id, &super::secrets::random_word()?)?;
        progress.say(format!("running the campaign {:?}", campaign["name"].as_str().unwrap_or(id)));
        let mut spoke = Instant::now();
        loop {
            stop::check()?;
            let finished = is_finished(&client, id)?;
            // Posts are read after the executions, so that a finished execution has shown all of its posts.
            for post in client.all("/posts?status=pending_review&limit=100")? {
                if seen.insert(post["id"].to_string()) {
                    progress.say(shown(&post, &names));
                    spoke = Instant::now();
                }
            }
            if finished {
                break;
            }
            // A function that cannot even start logs nothing itself.
            for line in trouble.new_lines() {
                progress.say(format!("  the emulator complains: {line}"));
            }
            if spoke.elapsed() > STILL_AT_IT {
                spoke = Instant::now();
                progress.say(format!("  still writing: {} posts so far", seen.len()));
            }
            if begin.elapsed() > BOUND {
                bail!(
                    "the campaigns are not finished after {} minutes ({} posts arrived); see `cargo xtask logs`",
                    BOUND.as_secs() / 60,
                    seen.len()
                );
            }
            thread::sleep(POLL);
        }
    }
    if seen.is_empty() && !campaigns.is_empty() {
        bail!("the campaigns are finished but no post arrived; see `cargo xtask logs generation-worker`");
    }
    progress.say(waiting_text(seen.len()));
    Ok(())
}

/// What the emulator complains about while the campaigns run.
struct Trouble<'a> {
    log: &'a Path,
    read: usize,
    known: HashSet<String>,
}

impl<'a> Trouble<'a> {
    fn after_now(log: &'a Path) -> Self {
        let read = fs::metadata(log).map_or(0, |data| data.len() as usize);
        Self { log, read, known: HashSet::new() }
    }

    /// Each complaint once: a message that fails is tried again.
    fn new_lines(&mut self) -> Vec<String> {
        let bytes = fs::read(self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(bytes.get(self.read..).unwrap_or_default()).into_owned();
        self.read = bytes.len();
        let complaints = text
            .lines()
            .filter_map(|line| line.split_once(" ERROR [").map(|(_, what)| what.chars().take(300).collect::<String>()));
        complaints.filter(|line| self.known.insert(line.clone())).collect()
    }
}

fn is_finished(client: &Client, campaign: &str) -> Result<bool> {
    let executions = client.list(&format!("/campaigns/{campaign}/executions"))?;
    let is_open = |execution: &Value| matches!(execution["status"].as_str(), Some("queued" | "running"));
    Ok(!executions.is_empty() && !executions.iter().any(is_open))
}

fn waiting_text(count: usize) -> String {
    if count == 1 { "1 post waits for review".to_owned() } else { format!("{count} posts wait for review") }
}

/// Who wrote for what, and the first lines.
fn shown(post: &Value, names: &HashMap<String, String>) -> String {
    let text = |name: &str| post[name].as_str().unwrap_or_default().to_owned();
    let who = names.get(post["employee_id"].as_str().unwrap_or_default()).map_or("an employee", String::as_str);
    let first: Vec<String> = text("content")
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(2)
        .map(|line| line.chars().take(100).collect())
        .collect();
    format!("post by {} for {}:\n             {}", who, text("platform"), first.join("\n             "))
}
