//! The aggregator may be called twice and may die anywhere.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod world;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use chrono::TimeDelta;
use rostrum_contracts::council::{AggregateInput, Aggregated};
use rostrum_core::council::judge::Purpose;
use rostrum_lambda_kit::Effects;
use rostrum_llm::Error;
use rostrum_test_kit::{
    council::{Script, World, ranked, said, scored},
    delivery::{Delivered, Scenario, die_at, kill_at_each_effect, run_twice, together},
    model::ScriptedModel,
};
use serde_json::json;
use world::{ALL, CLAUDE, Came, GPT, GROK, aggregate, council, liking};

/// A way to a decision.
#[derive(Debug, Clone, Copy)]
enum Way {
    OneJudge,
    TwoJudges,
    Vote,
    OneSeatDied,
}

/// A council that is decided again and again.
struct Decided {
    way: Way,
    /// Whether the log has one row for each call. It has not while two decide at once.
    exact: bool,
}

impl Way {
    fn model(self) -> ScriptedModel {
        let script = Script::default()
            .vote(|request| said(request, &ranked(request, |text| text.len() as f64)))
            .judge(liking(if matches!(self, Self::TwoJudges) { "patience" } else { "everybody" }));
        script.model()
    }
}

impl Scenario for Decided {
    type World = (World, AggregateInput);
    type State = (Vec<String>, Vec<String>, Vec<String>);

    async fn world(&self) -> Self::World {
        let config = match self.way {
            Way::Vote => json!({ "aggregation": { "mode": "vote" } }),
            _ => json!({}),
        };
        let died = [("claude", Came::To(CLAUDE)), ("gpt", Came::To(GPT)), ("grok", Came::ToAnEnd("States.Timeout: "))];
        let seats = if matches!(self.way, Way::OneSeatDied) { &died } else { &ALL };
        council(config, seats, self.way.model()).await
    }

    async fn deliver(&self, (world, input): &Self::World, effects: Effects) -> Delivered {
        aggregate(world, input, effects).await.unwrap();
        Delivered::Done
    }

    async fn wait(&self, (world, _): &Self::World) {
        world.ambient.advance(TimeDelta::seconds(10));
    }

    async fn state(&self, (world, _): &Self::World) -> Self::State {
        let council = "SELECT concat_ws(' ', winner, standing, verdict, judgings, draft) FROM councils";
        let log = if self.exact { world.logs().await } else { world.steps_done().await };
        (world.look(council).await, world.candidates().await, log)
    }
}

#[tokio::test]
async fn a_council_is_decided_once_however_often_it_is_asked() {
    for way in [Way::OneJudge, Way::TwoJudges, Way::Vote, Way::OneSeatDied] {
        run_twice(&Decided { way, exact: false }).await;
    }
}

#[tokio::test]
async fn dying_at_any_effect_loses_and_doubles_nothing() {
    let check = async |way, expected: &[&str]| {
        assert_eq!(kill_at_each_effect(&Decided { way, exact: true }).await, expected, "{way:?}");
    };
    check(Way::OneJudge, &["model call", "commit", "commit"]).await;
    check(Way::TwoJudges, &["model call", "commit", "model call", "commit", "commit"]).await;
    check(Way::OneSeatDied, &["commit", "model call", "commit", "commit"]).await;
    // The three voters are asked at once.
    let mut effects = kill_at_each_effect(&Decided { way: Way::Vote, exact: true }).await;
    effects.sort_unstable();
    assert_eq!(effects, ["commit", "commit", "commit", "commit", "model call", "model call", "model call"]);
}

#[tokio::test]
async fn two_at_once_tell_the_same_even_if_their_judges_do_not() {
    let turn = AtomicUsize::new(0);
    let model = Script::default().judge(move |request| {
        let favourite = if turn.fetch_add(1, Ordering::SeqCst) == 0 { "everybody" } else { "Steel" };
        liking(favourite)(request)
    });
    let (world, input) = council(json!({}), &ALL, model.model()).await;
    let effects = together(2, "model call");
    let (first, second) =
        futures::join!(aggregate(&world, &input, effects.clone()), aggregate(&world, &input, effects));
    let winner = world.council().await.winner.unwrap();
    let expected = Ok(Aggregated { winner: winner.clone(), quorum: true });
    assert_eq!((first, second), (expected.clone(), expected));
    let selected = world.look("SELECT seat FROM council_candidates WHERE was_selected").await;
    assert_eq!(selected, [winner]);
    assert_eq!(world.look("SELECT count(*)::text FROM workflow_logs WHERE step_name = 'judge:1'").await, ["2"]);
}

/// The successor was asked in the place of the first judge; afterwards it is asked because that one preferred its own family,
/// and is shown the candidates in another order. Its first answer is none to that.
#[tokio::test]
async fn a_judge_that_is_back_after_the_death_does_not_take_an_answer_to_another_question() {
    let asked = AtomicUsize::new(0);
    let model = Script::default().judge(move |request| match request.model.as_str() {
        "claude-sonnet-5-5" if asked.fetch_add(1, Ordering::SeqCst) < 3 => {
            Err(Error::RateLimited { retry_after: Some(Duration::ZERO) })
        }
        "claude-sonnet-5-5" => liking("patience")(request),
        _ => said(request, &scored(request, |text| if text == GROK { 10.0 } else { 3.0 })),
    });
    let (world, input) = council(json!({}), &ALL, model.model()).await;
    // Four calls are made and logged: three of the first judge and that of its successor.
    assert!(die_at(15, |effects| aggregate(&world, &input, effects)).await);
    assert_eq!(world.model.requests().len(), 4);
    assert_eq!(aggregate(&world, &input, Effects::live()).await.unwrap().winner, "grok");
    assert_eq!(world.model.requests().len(), 6);
    let verdict = world.council().await.verdict.unwrap();
    assert_eq!(verdict.rounds[1].purpose, Purpose::OwnFamily);
    let mut reversed = verdict.rounds[0].order.seats().to_vec();
    reversed.reverse();
    assert_eq!(verdict.rounds[1].order.seats(), reversed);
}
