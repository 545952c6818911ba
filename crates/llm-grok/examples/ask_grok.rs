//! Asks a model one question: `XAI_API_KEY=… cargo run -p rostrum-llm-grok --example ask_grok "Write one line about rain."`
//!
//! `XAI_BASE_URL` and `MODEL` point it elsewhere.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::env;
use std::time::Duration;

use rostrum_llm::{Model, Request, Turn, http};
use rostrum_llm_grok::{BASE_URL, Grok};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let key = env::var("XAI_API_KEY")?;
    let base_url = env::var("XAI_BASE_URL").unwrap_or_else(|_| BASE_URL.to_owned());
    let request = Request {
        model: env::var("MODEL").unwrap_or_else(|_| "grok-4.7".to_owned()),
        system: "You write short, plain sentences.".to_owned(),
        turns: vec![Turn::user(env::args().nth(1).unwrap_or_else(|| "Write one line about rain.".to_owned()))],
        schema: None,
        max_output_tokens: 1024,
        timeout: Duration::from_mins(1),
    };
    let reply = Grok::new(http::client()?, &base_url, key.into()).complete(&request).await?;
    println!("{}\n\n{:?} in {:?}", reply.text, reply.usage, reply.latency);
    Ok(())
}
