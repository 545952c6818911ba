//! Who is chosen when seats answer, fail or die.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod world;

use rostrum_contracts::council::{AggregateInput, Aggregated, SeatAnswer, SeatOutcome};
use rostrum_core::council::verdict::{DecidedBy, Place, RoundResult, Standing};
use rostrum_lambda_kit::Effects;
use rostrum_test_kit::council::{Script, World, post, ranked, said};
use rostrum_workflow::seat;
use serde_json::json;
use world::{
    ALL, CLAUDE,
    Came::{To, ToAnEnd, ToNothing},
    GPT, GROK, aggregate, council, decided, liking,
};

/// The seats write by themselves here, so that the log has their rows.
#[tokio::test]
async fn the_judges_favourite_is_chosen_and_all_of_it_is_kept() {
    let model = Script::default()
        .post(|request| match request.model.as_str() {
            "claude-sonnet-5-5" => said(request, &post(CLAUDE)),
            "gpt-6.1-sol" if request.turns[0].text.contains("<answer>") => said(request, &post(GPT)),
            "gpt-6.1-sol" => said(request, "Sure!"),
            _ => said(request, &post(GROK)),
        })
        .judge(liking("everybody"));
    let world = World::new(json!({}), model.model()).await;
    world.open(&world.start, 1).await;
    let mut input = AggregateInput { slot: world.start, seats: Vec::new() };
    for seat in ["claude", "gpt", "grok"] {
        let answer = seat::answer(&world.steps(Effects::live()), &world.seat(seat), world.deadline()).await;
        input.seats.push(answer.unwrap());
    }
    let aggregated = aggregate(&world, &input, Effects::live()).await;
    assert_eq!(aggregated, Ok(Aggregated { winner: "gpt".to_owned(), quorum: true }));

    assert_eq!(
        world.logs().await,
        [
            "aggregate/1 success",
            "generate:claude/1 claude-sonnet-5-5 success final passed over",
            "generate:gpt/1 gpt-6.1-sol success final passed over",
            "generate:grok/1 grok-4.7 success final passed over",
            "judge:1/1 claude-sonnet-5-5 success final",
            "repair:gpt/1 gpt-6.1-sol success final selected",
        ]
    );
    assert_eq!(
        world.candidates().await,
        ["claude claude-sonnet-5-5 answered", "gpt gpt-6.1-sol answered selected", "grok grok-4.7 answered"]
    );
    // 800 tokens at 2 dollars and 120 at 10 dollars per million, 120 at 6 dollars for Grok.
    let costs = "SELECT step_name || ' ' || cost_microusd FROM workflow_logs WHERE model IS NOT NULL ORDER BY id";
    let mut costs = world.look(costs).await;
    costs.sort();
    assert_eq!(
        costs,
        ["generate:claude 2800", "generate:gpt 2800", "generate:grok 2320", "judge:1 2800", "repair:gpt 2800"]
    );

    let council = world.council().await;
    assert_eq!(council.draft.unwrap().fitted.content(), GPT);
    let verdict = council.verdict.unwrap();
    assert_eq!(verdict.standing, Standing::Full { answered: 3, quorum: 2 });
    assert_eq!(verdict.decided_by, DecidedBy::Judge);
    assert_eq!(verdict.margin.unwrap().to_string(), "4");
    assert!(verdict.dissent.is_empty());
    let [round] = verdict.rounds.as_slice() else { unreachable!("one judging was enough: {verdict:?}") };
    assert_eq!(round.judge, "claude-sonnet-5-5");
    assert_eq!(round.order.seats(), council.seed.order(["claude", "gpt", "grok"]));
    let RoundResult::Valid { preferred, totals, .. } = &round.result else { unreachable!("{round:?}") };
    assert_eq!((preferred.as_str(), totals["grok"].to_string().as_str()), ("gpt", "5"));
    assert_eq!(world.look("SELECT standing FROM councils").await, ["full"]);
}

#[tokio::test]
async fn the_judge_does_not_learn_whose_texts_it_reads() {
    let (world, _) = decided(json!({}), &ALL, Script::default().judge(liking("everybody")).model(), "gpt").await;
    let request = &world.model.requests()[0];
    let told = format!("{}\n{}", request.system, request.turns[0].text);
    for name in ["claude", "gpt", "grok", "sonnet", "seat"] {
        assert!(!told.to_lowercase().contains(name), "{name}: {told}");
    }
    for text in [CLAUDE, GPT, GROK] {
        assert!(told.contains(text), "{told}");
    }
}

#[tokio::test]
async fn a_seat_that_failed_leaves_a_full_council_of_the_others() {
    let seats = [("claude", To(CLAUDE)), ("gpt", ToNothing("the provider is down")), ("grok", To(GROK))];
    let (world, verdict) = decided(json!({}), &seats, Script::default().judge(liking("Steel")).model(), "grok").await;
    assert_eq!(verdict.standing, Standing::Full { answered: 2, quorum: 2 });
    let error = "the provider is down".to_owned();
    assert_eq!(verdict.of("gpt").unwrap().place, Place::Failed { error });
    assert_eq!(world.look("SELECT standing FROM councils").await, ["full"]);
}

#[tokio::test]
async fn below_the_quorum_the_best_single_answer_is_taken_and_never_called_a_full_councils() {
    let seats = [("claude", ToNothing("down")), ("gpt", To(GPT)), ("grok", ToNothing("refused"))];
    let (world, input) = council(json!({}), &seats, Script::default().model()).await;
    let aggregated = aggregate(&world, &input, Effects::live()).await;
    assert_eq!(aggregated, Ok(Aggregated { winner: "gpt".to_owned(), quorum: false }));
    let verdict = world.council().await.verdict.unwrap();
    assert_eq!(verdict.standing, Standing::BelowQuorum { answered: 1, quorum: 2 });
    assert_eq!(verdict.decided_by, DecidedBy::OnlyCandidate);
    assert_eq!(world.look("SELECT standing FROM councils").await, ["below_quorum"]);
    assert_eq!(world.candidates().await[1], "gpt gpt-6.1-sol answered selected");
    let again = aggregate(&world, &input, Effects::live()).await;
    assert_eq!(again, Ok(Aggregated { winner: "gpt".to_owned(), quorum: false }), "it stays below the quorum");

    // Of two below a quorum of three, the rules choose; a judge is not asked.
    let seats = [("claude", To("Buy now!!! BUY NOW!!!")), ("gpt", To(GPT)), ("grok", ToNothing("refused"))];
    let (world, verdict) = decided(json!({ "quorum": 3 }), &seats, Script::default().model(), "gpt").await;
    assert_eq!(verdict.standing, Standing::BelowQuorum { answered: 2, quorum: 3 });
    assert_eq!(verdict.decided_by, DecidedBy::Rules);
    assert_eq!(world.look("SELECT standing FROM councils").await, ["below_quorum"]);
}

async fn check_no_quorum(below_quorum: &str, seats: &[(&str, world::Came<'_>)], expected: &str) {
    let config = json!({ "below_quorum": below_quorum });
    let (world, input) = council(config, seats, Script::default().model()).await;
    for _ in 0..2 {
        let error = aggregate(&world, &input, Effects::live()).await.unwrap_err();
        assert_eq!(error.name, "no_quorum");
        assert_eq!(error.message, expected);
    }
    assert_eq!(world.council().await.winner, None);
}

#[tokio::test]
async fn a_council_without_quorum_fails_with_what_its_seats_said() {
    let two = [("claude", ToNothing("it is down")), ("gpt", To(GPT)), ("grok", ToNothing("it declined"))];
    check_no_quorum(
        "fail",
        &two,
        "Only 1 of the council's seats wrote a post that can be used, where the quorum is 2. claude: it is down; grok: \
         it declined",
    )
    .await;
    let all = [("claude", ToNothing("it is down")), ("gpt", ToAnEnd("States.Timeout: ")), ("grok", ToNothing("no"))];
    for below_quorum in ["fail", "best_single"] {
        check_no_quorum(
            below_quorum,
            &all,
            "No seat of the council wrote a post that can be used. claude: it is down; gpt: States.Timeout: ; grok: no",
        )
        .await;
    }
}

#[tokio::test]
async fn a_seat_whose_function_died_gets_its_row_from_the_machine() {
    let seats = [("claude", To(CLAUDE)), ("gpt", To(GPT)), ("grok", ToAnEnd("Runtime.ExitError: exit \0 status 137"))];
    let (world, verdict) =
        decided(json!({}), &seats, Script::default().judge(liking("everybody")).model(), "gpt").await;
    assert_eq!(
        world.candidates().await[2],
        "grok grok-4.7 failed internal Runtime.ExitError: exit \u{fffd} status 137"
    );
    assert!(matches!(verdict.of("grok").unwrap().place, Place::Failed { .. }));

    // It may also be missing from the input, or be said to have answered.
    let (world, mut input) = council(json!({}), &ALL[..2], Script::default().judge(liking("everybody")).model()).await;
    input.seats.push(SeatAnswer { seat: "grok".to_owned(), outcome: SeatOutcome::Answered });
    aggregate(&world, &input, Effects::live()).await.unwrap();
    assert_eq!(world.candidates().await[2], "grok grok-4.7 failed internal The seat's function left no answer.");
}

#[tokio::test]
async fn rules_choose_without_asking_anybody() {
    let config = json!({ "aggregation": { "mode": "rules" } });
    let seats = [("claude", To("Buy now!!! BUY NOW!!!")), ("gpt", To(GPT)), ("grok", To("Wow. \"Best bridge ever\"!"))];
    let (world, verdict) = decided(config, &seats, Script::default().model(), "gpt").await;
    assert_eq!(verdict.decided_by, DecidedBy::Rules);
    assert!(world.model.requests().is_empty());
    let Place::Contender { total, rules_total, .. } = verdict.of("gpt").unwrap().place.clone() else {
        unreachable!("{verdict:?}")
    };
    assert_eq!(total, rules_total);
}

#[tokio::test]
async fn seats_vote_on_each_others_answers() {
    let config = json!({ "aggregation": { "mode": "vote" } });
    let favour = |text: &str| if text.contains("Steel") { 9.0 } else { text.len() as f64 / 100.0 };
    let model = Script::default().vote(move |request| said(request, &ranked(request, favour))).model();
    let (world, verdict) = decided(config.clone(), &ALL, model, "grok").await;
    assert_eq!(verdict.decided_by, DecidedBy::Vote);
    assert_eq!(
        world.logs().await,
        [
            "aggregate/1 success",
            "vote:claude/1 claude-sonnet-5-5 success final",
            "vote:gpt/1 gpt-6.1-sol success final",
            "vote:grok/1 grok-4.7 success final",
        ]
    );
    let own = verdict.ballots.iter().filter(|ballot| ballot.order.seats().contains(&ballot.voter));
    assert_eq!(own.count(), 0, "nobody ranks its own");
    assert_eq!(verdict.ballots.len(), 3);

    // A voter that answers nonsense is one voter less; one vote alone decides nothing.
    for (silent, decided_by) in [(&["grok-4.7"][..], DecidedBy::Vote), (&["grok-4.7", "gpt-6.1-sol"], DecidedBy::Rules)]
    {
        let model = Script::default().vote(move |request| {
            if silent.contains(&request.model.as_str()) {
                return said(request, r#"{"comparison": "", "ranking": ["A", "Z"]}"#);
            }
            said(request, &ranked(request, favour))
        });
        let (world, input) = council(config.clone(), &ALL, model.model()).await;
        aggregate(&world, &input, Effects::live()).await.unwrap();
        let verdict = world.council().await.verdict.unwrap();
        assert_eq!(verdict.decided_by, decided_by, "{verdict:?}");
        assert_eq!((world.model.requests().len(), verdict.ballots.len()), (3, 3));
    }
}

#[tokio::test]
async fn a_second_invocation_answers_from_what_is_kept() {
    let (world, input) = council(json!({}), &ALL, Script::default().judge(liking("everybody")).model()).await;
    let first = aggregate(&world, &input, Effects::live()).await;
    let (asked, kept) =
        (world.model.requests().len(), world.look("SELECT to_jsonb(councils)::text FROM councils").await);
    world.ambient.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(aggregate(&world, &input, Effects::live()).await, first);
    assert_eq!(world.model.requests().len(), asked);
    assert_eq!(world.look("SELECT to_jsonb(councils)::text FROM councils").await, kept);
}
