use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::dice::Dice;
use crate::models::filler;
use crate::models::leash::leashed;
use crate::models::problem::Problem;
use crate::models::question::{Finish, Question, Said, Tokens};
use crate::models::state::Simulator;

/// The most tokens that the local model writes for one call: three candidates with five short reasons each.
const TOKEN_LIMIT: u64 = 900;

/// The longest that the local model may take for one call, the wait for a slot not counted.
const TIME_LIMIT: Duration = Duration::from_mins(5);

/// Writes an answer, in whichever mode the simulator is.
pub(crate) async fn write(simulator: &Simulator, question: &Question) -> Result<Said, Problem> {
    // The lock must not be held over the wait.
    let canned = *simulator.canned();
    match (canned, &simulator.upstream) {
        (None, Some(upstream)) => upstream.write(question).await,
        (latency, _) => {
            tokio::time::sleep(latency.unwrap_or_default()).await;
            Ok(fill(question))
        }
    }
}

fn fill(question: &Question) -> Said {
    let prompt = question.prompt();
    let mut dice = Dice::of(&format!("{}\n{prompt}", question.model));
    let text = match &question.schema {
        Some(schema) => filler::fill(schema, &mut dice).to_string(),
        None => filler::prose(&mut dice),
    };
    let tokens = |text: &str| text.chars().count().div_ceil(4) as u64;
    let mut said =
        Said { finish: Finish::End, usage: Tokens { input: tokens(&prompt), cached: 0, output: tokens(&text) }, text };
    if said.usage.output > question.max_tokens {
        said.text = said.text.chars().take(question.max_tokens as usize * 4).collect();
        said.usage.output = question.max_tokens;
        said.finish = Finish::MaxTokens;
    }
    said
}

/// llama.cpp's server.
pub(crate) struct Upstream {
    client: reqwest::Client,
    url: String,
    slots: Semaphore,
}

impl Upstream {
    pub(crate) fn new(base_url: &str, slots: usize) -> anyhow::Result<Self> {
        Ok(Self {
            // The local model must not be looked for behind a proxy that the environment names.
            client: reqwest::Client::builder().no_proxy().timeout(TIME_LIMIT).build()?,
            url: format!("{}/v1/chat/completions", base_url.trim_end_matches('/')),
            slots: Semaphore::new(slots.max(1)),
        })
    }

    async fn write(&self, question: &Question) -> Result<Said, Problem> {
        let _slot = self.slots.acquire().await.map_err(|_| Problem::Broken)?;
        let sent = self.client.post(&self.url).json(&body(question)).send().await;
        let answer = match sent.and_then(reqwest::Response::error_for_status) {
            Ok(answer) => answer.json::<Completion>().await,
            Err(error) => Err(error),
        };
        let completion = answer.map_err(|error| {
            tracing::warn!(%error, "the local model did not answer");
            Problem::Overloaded(None)
        })?;
        let choice = completion.choices.into_iter().next().ok_or(Problem::Broken)?;
        let cached = completion.usage.prompt_tokens_details;
        Ok(Said {
            text: choice.message.content.unwrap_or_default(),
            finish: match choice.finish_reason.as_str() {
                "length" => Finish::MaxTokens,
                _ => Finish::End,
            },
            usage: Tokens {
                input: completion.usage.prompt_tokens,
                cached: cached.map_or(0, |details| details.cached_tokens),
                output: completion.usage.completion_tokens,
            },
        })
    }
}

fn body(question: &Question) -> Value {
    let system = Some(("system", question.system.as_str())).filter(|(_, text)| !text.is_empty());
    let turns = question.turns.iter().map(|(role, text)| (role.as_str(), text.as_str()));
    let messages: Vec<Value> =
        system.into_iter().chain(turns).map(|(role, text)| json!({"role": role, "content": text})).collect();
    let mut body = json!({
        "messages": messages,
        "max_tokens": question.max_tokens.min(TOKEN_LIMIT),
        "temperature": 0.3,
    });
    if let Some(schema) = &question.schema {
        body["response_format"] = json!({
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": leashed(schema)},
        });
    }
    body
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    usage: Usage,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: String,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    prompt_tokens_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    cached_tokens: u64,
}
