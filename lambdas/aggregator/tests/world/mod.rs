//! Shared by the aggregator's tests: a council whose seats have written, and judges of the test's making.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "a part of tests")]

use aggregator::Aggregator;
use rostrum_contracts::council::{AggregateInput, Aggregated, SeatAnswer, SeatOutcome};
use rostrum_core::council::verdict::Verdict;
use rostrum_lambda_kit::{Effects, TaskError};
use rostrum_llm::{Error, Reply, Request};
use rostrum_test_kit::{
    council::{World, said, scored},
    model::ScriptedModel,
};
use serde_json::Value;

pub const CLAUDE: &str = "A bridge teaches patience. We moved ours an inch and learned to listen to the steel.";
pub const GPT: &str = "What we learned this autumn: a bridge moves only when everybody moves with it.";
pub const GROK: &str = "Steel remembers. Our bridge moved an inch, and so did we.";

/// What a seat came to.
#[derive(Clone, Copy)]
pub enum Came<'a> {
    /// It wrote this.
    To(&'a str),
    /// It said that it wrote nothing, and why.
    ToNothing(&'a str),
    /// Its function died; the machine says this about it.
    ToAnEnd(&'a str),
}

use Came::To;

pub const ALL: [(&str, Came<'static>); 3] = [("claude", To(CLAUDE)), ("gpt", To(GPT)), ("grok", To(GROK))];

/// A council of these seats.
pub async fn council(config: Value, seats: &[(&str, Came<'_>)], model: ScriptedModel) -> (World, AggregateInput) {
    let world = World::new(config, model).await;
    world.open(&world.start, 1).await;
    let mut input = AggregateInput { slot: world.start, seats: Vec::new() };
    for (seat, came) in seats {
        input.seats.push(match came {
            Came::To(body) => world.answered(seat, body).await,
            Came::ToNothing(message) => world.failed(seat, message).await,
            Came::ToAnEnd(error) => {
                SeatAnswer { seat: (*seat).to_owned(), outcome: SeatOutcome::Failed { error: (*error).to_owned() } }
            }
        });
    }
    (world, input)
}

pub async fn aggregate(world: &World, input: &AggregateInput, effects: Effects) -> Result<Aggregated, TaskError> {
    Aggregator { steps: world.steps(effects) }.handle(input, world.deadline()).await
}

/// The decision about a council of these seats, which is `expected`'s.
pub async fn decided(
    config: Value,
    seats: &[(&str, Came<'_>)],
    model: ScriptedModel,
    expected: &str,
) -> (World, Verdict) {
    let (world, input) = council(config, seats, model).await;
    let aggregated = aggregate(&world, &input, Effects::live()).await.unwrap();
    assert_eq!(aggregated.winner, expected);
    let council = world.council().await;
    assert_eq!(council.winner.as_deref(), Some(expected));
    let verdict = council.verdict.unwrap();
    assert_eq!(verdict.winner, expected);
    let told = world.look("SELECT judgings::text FROM councils").await;
    assert_eq!(told[0].matches("\"call\"").count(), verdict.rounds.len(), "every question is kept with its answer");
    (world, verdict)
}

/// A judge that gives nine points to the text with these words and five to all others.
pub fn liking(words: &'static str) -> impl Fn(&Request) -> Result<Reply, Error> + Send + Sync + Clone + 'static {
    move |request| said(request, &scored(request, |text| if text.contains(words) { 9.0 } else { 5.0 }))
}
