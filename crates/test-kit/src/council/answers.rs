//! What models answer to the questions of a council, made from the question itself.

use std::collections::BTreeMap;

use rostrum_core::council::criteria::Criterion;
use rostrum_llm::Request;
use serde_json::{Map, Value, json};

/// The answer of a writer: a post of this body and nothing else.
pub fn post(body: &str) -> String {
    json!({ "body": body, "call_to_action": "", "hashtags": [], "mentions": [] }).to_string()
}

/// The answer of a refiner: a critique and a post of this body.
pub fn refinement(critique: &str, body: &str) -> String {
    let post = json!({
        "assessment": critique, "body": body, "call_to_action": "", "hashtags": [], "mentions": []
    });
    post.to_string()
}

/// The candidates that a judge or a voter is shown, by their labels.
///
/// # Panics
/// If the question shows none, or not each of those whose labels its form allows.
pub fn shown(request: &Request) -> BTreeMap<String, String> {
    let form = &request.schema.as_ref().expect("the question asks for a form").json;
    let of_judge = &form["properties"]["candidates"]["items"]["properties"]["candidate"]["enum"];
    let of_voter = &form["properties"]["ranking"]["items"]["enum"];
    let labels = of_judge.as_array().or(of_voter.as_array()).expect("the form names the labels");
    let prompt = &request.turns[0].text;
    let text = |label: &Value| {
        let label = label.as_str().expect("a label is a text");
        let (_, rest) = prompt.split_once(&format!("<<candidate {label} ")).expect("the candidate is shown");
        let (_, rest) = rest.split_once(">>\n").expect("its border ends");
        let (text, _) = rest.split_once(&format!("\n<</candidate {label} ")).expect("there is a border behind it");
        (label.to_owned(), text.to_owned())
    };
    labels.iter().map(text).collect()
}

/// The answer of a judge that gives every candidate the same points for everything, by its text.
pub fn scored(request: &Request, points: impl Fn(&str) -> f64) -> String {
    judged(request, |text| (points(text), "It reads well enough.".to_owned()))
}

/// As [`scored`], with a reason.
pub fn judged(request: &Request, opinion: impl Fn(&str) -> (f64, String)) -> String {
    let entry = |(label, text): (&String, &String)| {
        let (score, reason) = opinion(text);
        let mut entry = Map::from_iter([("candidate".to_owned(), json!(label))]);
        let mark = json!({ "reason": reason, "score": score });
        entry.extend(Criterion::ALL.map(|criterion| (criterion.as_str().to_owned(), mark.clone())));
        Value::Object(entry)
    };
    let entries: Vec<Value> = shown(request).iter().map(entry).collect();
    json!({ "candidates": entries }).to_string()
}

/// The answer of a voter that likes those best that get the most points, by their texts.
pub fn ranked(request: &Request, points: impl Fn(&str) -> f64) -> String {
    let mut ranking: Vec<(String, String)> = shown(request).into_iter().collect();
    ranking.sort_by(|(_, left), (_, right)| points(right).total_cmp(&points(left)));
    let labels: Vec<String> = ranking.into_iter().map(|(label, _)| label).collect();
    json!({ "comparison": "They differ in tone.", "ranking": labels }).to_string()
}
