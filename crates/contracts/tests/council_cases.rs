//! The stand-ins of the state machine's cases speak as the real functions do, and what the machine sends them is what the
//! real functions read.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test stops at its first surprise")]

use rostrum_contracts::{
    Contract, CouncilStart, Unreadable,
    council::{
        AggregateInput, Aggregated, ContextFetched, RefineInput, Refined, RenderInput, Rendered, ResultAnswer,
        ResultJob, SeatAnswer, SeatInput,
    },
    read,
};
use serde_json::{Map, Value, json};

const CASES: &str = include_str!("../../../statemachines/council.cases.yaml");
const SLOT: &str = include_str!("../fixtures/council/start.json");

fn check<T: Contract>(what: &str, payload: Value) {
    let shown = payload.to_string();
    let done: Result<T, Unreadable> = read(payload);
    assert!(done.is_ok(), "{what}: {}: {shown}", done.err().map(|error| error.to_string()).unwrap_or_default());
}

fn check_answer(role: &str, answer: &Value) {
    let answer = answer.clone();
    match role {
        "context-fetcher" => check::<ContextFetched>(role, answer),
        "llm-claude" | "llm-openai" | "llm-grok" => check::<SeatAnswer>(role, answer),
        "aggregator" => check::<Aggregated>(role, answer),
        "refiner" => check::<Refined>(role, answer),
        "meme-renderer" => check::<Rendered>(role, answer),
        "result-store check" | "result-store store" | "result-store record_failure" => {
            check::<ResultAnswer>(role, answer);
        }
        _ => panic!("no function is called {role:?}"),
    }
}

fn check_call(role: &str, call: &Value) {
    let slot: Value = serde_json::from_str(SLOT).unwrap();
    let mut payload = call.clone();
    payload["version"] = json!(1);
    payload["slot"] = slot.clone();
    match role {
        "context-fetcher" => check::<CouncilStart>(role, slot),
        "llm-claude" | "llm-openai" | "llm-grok" => check::<SeatInput>(role, payload),
        "aggregator" => check::<AggregateInput>(role, payload),
        "refiner" => check::<RefineInput>(role, payload),
        "meme-renderer" => check::<RenderInput>(role, payload),
        "result-store check" | "result-store store" | "result-store record_failure" => {
            assert_eq!(role.split_once(' ').unwrap().1, call["job"]);
            check::<ResultJob>(role, payload);
        }
        _ => panic!("no function is called {role:?}"),
    }
}

fn functions(node: &Value) -> impl Iterator<Item = (&String, &Value)> {
    node["functions"].as_object().into_iter().flatten()
}

#[test]
fn stand_ins_and_machine_keep_to_the_contracts() {
    let book: Value = serde_saphyr::from_str(CASES).unwrap();
    let cases = book["cases"].as_array().unwrap();
    assert!(cases.len() > 10);
    for (role, behaviour) in functions(&book) {
        check_answer(role, &behaviour["answer"]);
    }
    for case in cases {
        // Some cases are about a function that does not keep to it.
        if case["unlike_the_contract"] != true {
            functions(case)
                .filter_map(|(role, behaviour)| Some((role, behaviour.get("answer")?)))
                .for_each(|(role, answer)| check_answer(role, answer));
        }
        for call in
            case["calls"].as_array().unwrap().iter().flat_map(|call| call.as_object().into_iter().flat_map(Map::iter))
        {
            check_call(call.0, call.1);
        }
    }
}
