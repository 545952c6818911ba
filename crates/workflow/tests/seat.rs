//! A seat of a council: what it makes of its model's answers, and that it writes one candidate however often it is asked.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use chrono::TimeDelta;
use rostrum_contracts::council::{SeatAnswer, SeatOutcome};
use rostrum_lambda_kit::Effects;
use rostrum_llm::{Error, Usage};
use rostrum_store::executions::slots::FailureKind;
use rostrum_test_kit::{
    council::{Script, World, post, said},
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
    model::ScriptedModel,
};
use rostrum_workflow::{Stop, Written, council, seat};
use serde_json::json;

const GOOD: &str = "We moved the bridge an inch.";

/// What the seat's model does.
#[derive(Clone, Copy)]
enum Behaviour {
    Good,
    NeedsRepair,
    NeverGood,
    Refuses(&'static str),
    Down,
}

impl Behaviour {
    fn model(self) -> ScriptedModel {
        let answer = move |request: &rostrum_llm::Request| match self {
            Self::Good => said(request, &post(GOOD)),
            Self::NeedsRepair if request.turns[0].text.contains("<answer>") => said(request, &post(GOOD)),
            Self::NeedsRepair | Self::NeverGood => said(request, "Sure! Here is your post."),
            Self::Refuses(explanation) => Err(Error::Refused {
                explanation: explanation.to_owned(),
                usage: Usage { input_tokens: 700, cached_input_tokens: 0, output_tokens: 9 },
                request_id: None,
            }),
            // So that the test does not wait.
            Self::Down => Err(Error::Overloaded { status: 529, retry_after: Some(Duration::ZERO) }),
        };
        Script::default().post(answer).model()
    }
}

async fn open(model: ScriptedModel) -> World {
    let world = World::new(json!({}), model).await;
    world.open(&world.start, 1).await;
    world
}

async fn ask(world: &World, name: &str) -> SeatAnswer {
    seat::answer(&world.steps(Effects::live()), &world.seat(name), world.deadline()).await.unwrap()
}

fn answered(seat: &str) -> SeatAnswer {
    SeatAnswer { seat: seat.to_owned(), outcome: SeatOutcome::Answered }
}

fn failed(seat: &str, error: &str) -> SeatAnswer {
    SeatAnswer { seat: seat.to_owned(), outcome: SeatOutcome::Failed { error: error.to_owned() } }
}

async fn draft(world: &World) -> Written {
    let draft = &world.look("SELECT draft::text FROM council_candidates").await[0];
    council::read(serde_json::from_str(draft).unwrap()).unwrap()
}

#[tokio::test]
async fn a_good_answer_is_a_candidate() {
    let world = open(Behaviour::Good.model()).await;
    assert_eq!(ask(&world, "gpt").await, answered("gpt"));
    assert_eq!(world.candidates().await, ["gpt gpt-6.1-sol answered"]);
    assert_eq!(world.logs().await, ["generate:gpt/1 gpt-6.1-sol success final"]);
    let written = draft(&world).await;
    assert_eq!((written.fitted.content().as_str(), written.model.as_str()), (GOOD, "gpt-6.1-sol"));
    // 800 tokens at 2 dollars and 120 at 10 dollars per million.
    assert_eq!(world.look("SELECT cost_microusd::text FROM workflow_logs").await, ["2800"]);
    let request = &world.model.requests()[0];
    assert_eq!(request.model, "gpt-6.1-sol");
    assert!(request.system.contains("How you write: Dry."), "{}", request.system);
}

#[tokio::test]
async fn every_seat_is_told_what_was_fixed_when_the_council_began() {
    let world = open(Behaviour::Good.model()).await;
    ask(&world, "gpt").await;
    world.change("UPDATE campaigns SET brief = 'Something else.', status = 'archived'").await;
    ask(&world, "grok").await;
    let requests = world.model.requests();
    assert!(requests[0].turns[0].text.contains("Tell what we learned."), "{}", requests[0].turns[0].text);
    assert_eq!((&requests[0].system, &requests[0].turns), (&requests[1].system, &requests[1].turns));
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_repaired_once() {
    let world = open(Behaviour::NeedsRepair.model()).await;
    assert_eq!(ask(&world, "claude").await, answered("claude"));
    assert_eq!(
        world.logs().await,
        ["generate:claude/1 claude-sonnet-5-5 success final", "repair:claude/1 claude-sonnet-5-5 success final"]
    );
    assert!(draft(&world).await.repaired);

    let world = open(Behaviour::NeverGood.model()).await;
    let message = "The model's answer could not be used, nor could its repair: The answer is not the JSON object that \
                   was asked for: expected value at line 1 column 1.";
    assert_eq!(ask(&world, "claude").await, failed("claude", message));
    assert_eq!(world.candidates().await, [format!("claude claude-sonnet-5-5 failed invalid_output {message}")]);
    assert_eq!(world.model.requests().len(), 2);
}

#[tokio::test]
async fn a_refusal_is_the_seats_answer_and_is_not_asked_again() {
    let world = open(Behaviour::Refuses("I will not.").model()).await;
    let expected = failed("grok", "the model declined: I will not.");
    assert_eq!(ask(&world, "grok").await, expected);
    assert_eq!(world.candidates().await, ["grok grok-4.7 failed refused the model declined: I will not."]);
    world.change("DELETE FROM council_candidates").await;
    assert_eq!(ask(&world, "grok").await, expected, "the logged refusal");
    assert_eq!(world.model.requests().len(), 1);
}

#[tokio::test]
async fn the_machine_gets_the_beginning_of_a_long_reason_and_the_database_all_of_it() {
    let explanation: &str = "I will not. ".repeat(100).leak();
    let world = open(Behaviour::Refuses(explanation).model()).await;
    let SeatOutcome::Failed { error } = ask(&world, "grok").await.outcome else { panic!("expected a failure") };
    assert_eq!(error.chars().count(), 500);
    assert!(world.candidates().await[0].ends_with(explanation));
}

/// Postgres takes no text with a NUL in it; a model may write one.
#[tokio::test]
async fn a_nul_in_what_a_model_says_is_kept_as_a_replacement_character() {
    let world = open(Behaviour::Refuses("I will \0 not.").model()).await;
    ask(&world, "grok").await;
    assert_eq!(world.candidates().await, ["grok grok-4.7 failed refused the model declined: I will \u{fffd} not."]);

    let tagged = json!({ "body": GOOD, "call_to_action": "", "hashtags": ["bri\0dge"], "mentions": [] }).to_string();
    let world = open(Script::default().post(move |request| said(request, &tagged)).model()).await;
    assert_eq!(ask(&world, "grok").await, answered("grok"));
    let adjustments = world.look("SELECT draft -> 'fitted' ->> 'adjustments' FROM council_candidates").await;
    assert!(adjustments[0].contains("bri\u{fffd}dge"), "{adjustments:?}");

    let named = "{\"bo\\u0000dy\": \"x\"}";
    let world = open(Script::default().post(move |request| said(request, named)).model()).await;
    let SeatOutcome::Failed { error } = ask(&world, "grok").await.outcome else { panic!("expected a failure") };
    assert!(error.contains("unknown field `bo\u{fffd}dy`"), "{error}");
}

#[tokio::test]
async fn a_provider_that_is_down_is_asked_three_times_and_then_given_up() {
    let world = open(Behaviour::Down.model()).await;
    let reason = "the provider failed with HTTP status 529, which asks to wait 0 ms";
    assert_eq!(ask(&world, "claude").await, failed("claude", reason));
    assert_eq!(
        world.logs().await,
        [
            "generate:claude/1 claude-sonnet-5-5 error",
            "generate:claude/2 claude-sonnet-5-5 error",
            "generate:claude/3 claude-sonnet-5-5 error"
        ]
    );
    assert_eq!(world.candidates().await, [format!("claude claude-sonnet-5-5 failed provider {reason}")]);

    let asked = world.model.requests().len();
    assert_eq!(ask(&world, "claude").await, failed("claude", reason), "what is kept is what the machine hears again");
    assert_eq!(world.model.requests().len(), asked);

    let recovered = AtomicBool::new(false);
    let model = Script::default().post(move |request| {
        if recovered.swap(true, Ordering::SeqCst) {
            return said(request, &post(GOOD));
        }
        Err(Error::RateLimited { retry_after: Some(Duration::ZERO) })
    });
    let world = open(model.model()).await;
    assert_eq!(ask(&world, "claude").await, answered("claude"));
    assert_eq!(
        world.logs().await,
        ["generate:claude/1 claude-sonnet-5-5 error", "generate:claude/2 claude-sonnet-5-5 success final"]
    );
}

#[tokio::test]
async fn a_seat_that_has_no_time_left_says_so() {
    let world = open(Behaviour::Good.model()).await;
    let deadline = world.ambient.now() + TimeDelta::seconds(6);
    let answer = seat::answer(&world.steps(Effects::live()), &world.seat("gpt"), deadline).await.unwrap();
    assert_eq!(answer, failed("gpt", "the time of this invocation ran out"));
    assert!(world.model.requests().is_empty());
}

#[tokio::test]
async fn a_seat_or_a_council_that_does_not_exist_is_an_error() {
    let check = async |world: &World, seat: &str, expected: &str| {
        let answer = seat::answer(&world.steps(Effects::live()), &world.seat(seat), world.deadline()).await;
        let Err(Stop::Failed(FailureKind::Internal, message)) = answer else { panic!("{answer:?}") };
        assert_eq!(message, expected);
    };
    let world = World::new(json!({}), Behaviour::Good.model()).await;
    check(&world, "gpt", "This slot has no council.").await;
    world.open(&world.start, 1).await;
    check(&world, "mistral", "The council has no seat \"mistral\".").await;
    assert!(world.model.requests().is_empty());
}

/// One seat, asked again and again.
struct Asked {
    behaviour: Behaviour,
    /// Whether the log has one row for each call, however often the seat is asked. It has not while two ask at once, nor of
    /// calls that failed.
    exact: bool,
}

impl Scenario for Asked {
    type World = World;
    type State = (Vec<String>, Vec<String>);

    async fn world(&self) -> World {
        open(self.behaviour.model()).await
    }

    async fn deliver(&self, world: &World, effects: Effects) -> Delivered {
        seat::answer(&world.steps(effects), &world.seat("claude"), world.deadline()).await.unwrap();
        Delivered::Done
    }

    async fn wait(&self, world: &World) {
        world.ambient.advance(TimeDelta::seconds(10));
    }

    async fn state(&self, world: &World) -> Self::State {
        let log = if self.exact { world.logs().await } else { world.steps_done().await };
        (world.candidates().await, log)
    }
}

#[tokio::test]
async fn a_seat_writes_one_candidate_however_often_it_is_asked() {
    for behaviour in [Behaviour::Good, Behaviour::NeedsRepair, Behaviour::Refuses("No."), Behaviour::Down] {
        run_twice(&Asked { behaviour, exact: false }).await;
    }
}

#[tokio::test]
async fn a_seat_that_dies_at_any_effect_writes_one_candidate_and_logs_each_call_once() {
    let check = async |behaviour, exact, expected: &[&str]| {
        assert_eq!(kill_at_each_effect(&Asked { behaviour, exact }).await, expected);
    };
    check(Behaviour::Good, true, &["model call", "commit", "commit"]).await;
    check(Behaviour::NeedsRepair, true, &["model call", "commit", "model call", "commit", "commit"]).await;
    check(Behaviour::Refuses("No."), true, &["model call", "commit", "commit"]).await;
    let three_times = ["model call", "commit", "model call", "commit", "model call", "commit", "commit"];
    check(Behaviour::Down, false, &three_times).await;
}
