use super::*;
use crate::{
    checks::{Severity, What},
    council::{
        criteria::{Criterion, Mark},
        judge::{Judged, Judgement, Nonsense, Outcome},
        templates::REFINE,
    },
    generation::prompt::render,
    platform::Platform,
};

const X: FitRules = FitRules { platform: Platform::X, max_thread_posts: 1 };

fn wishes() -> Wishes {
    Wishes { author: String::new(), call_to_action: String::new(), hashtags: Vec::new(), mentions: Vec::new() }
}

fn check_answer(raw: &str, expected: &str) {
    let told = match read(raw, true, &wishes(), &X) {
        Ok(Refinement { critique, fitted }) => format!("{critique} -> {}", fitted.content()),
        Err(problem) => format!("! {problem}"),
    };
    assert_eq!(told, expected, "{raw}");
}

#[test]
fn the_answer_is_a_critique_and_a_post() {
    let post = r#""body": "We moved it.", "call_to_action": "", "hashtags": [], "mentions": []"#;
    check_answer(&format!(r#"{{"assessment": " Too long. ", {post}}}"#), "Too long. -> We moved it.");
    let prefix = "! The answer is not the JSON object that was asked for:";
    check_answer(&format!("{{{post}}}"), &format!("{prefix} `assessment` is missing."));
    check_answer(&format!(r#"{{"assessment": 7, {post}}}"#), &format!("{prefix} `assessment` is no text."));
    check_answer("", "! The answer is empty.");
    check_answer("{\"assessment\": \"Too", "! The answer was cut off before its end. Write less.");
    assert_eq!(read(&format!(r#"{{"assessment": "", {post}}}"#), false, &wishes(), &X), Err(Unusable::Cut));
}

#[test]
fn the_schema_asks_for_the_critique_first() {
    let schema = schema();
    let properties: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(properties, ["assessment", "body", "call_to_action", "hashtags", "mentions"]);
    assert_eq!(schema["required"].as_array().unwrap().len(), 5);
}

fn outcome(draft: f64, refinement: f64) -> Outcome {
    let judged = |(seat, score): (&str, f64)| {
        let mark = Mark { reason: "So.".to_owned(), score: Points::from_number(score).unwrap() };
        Judged { seat: seat.to_owned(), marks: Criterion::ALL.map(|criterion| (criterion, mark.clone())).into() }
    };
    Outcome::Valid {
        judgement: Judgement { candidates: [(DRAFT, draft), (REFINEMENT, refinement)].map(judged).into() },
    }
}

fn failed() -> Outcome {
    Outcome::Nonsense { problem: Nonsense::Empty }
}

/// Expects this text to be kept after the judge said this.
#[track_caller]
fn check(refinement: &str, aggregation: Aggregation, outcomes: Vec<Outcome>, expected: Keep) {
    let terms = Terms { quorum: 3, below_quorum: BelowQuorum::Fail, aggregation };
    let yardstick =
        Yardstick { platform: Platform::X, brief: "How we moved a steel bridge.".to_owned(), samples: Vec::new() };
    let mut judgings = Vec::new();
    let mut outcomes = outcomes.into_iter();
    loop {
        let step = better(&Comparison {
            terms: &terms,
            seed: Seed::new(3),
            draft: ("We moved a bridge.", "gpt-6.1-sol"),
            refinement: (refinement, "grok-4.7"),
            yardstick: &yardstick,
            judgings: &judgings,
        });
        match step {
            Better::Judge(call) => judgings.push(Judging { call, outcome: outcomes.next().unwrap() }),
            Better::Decided { keep, .. } => {
                assert_eq!(keep, expected);
                assert_eq!(outcomes.next(), None);
                return;
            }
        }
    }
}

fn judge() -> Aggregation {
    Aggregation::Judge {
        model: "claude-sonnet-5-5".to_owned(),
        successor: "gpt-6.1-sol".to_owned(),
        margin: Points::from_thousandths(500),
    }
}

#[test]
fn the_draft_stays_unless_the_refinement_wins() {
    let better = "We moved a steel bridge in one night.";
    check(better, judge(), vec![outcome(6.0, 8.0)], Keep::Refinement);
    check(better, judge(), vec![outcome(8.0, 6.0)], Keep::Draft);
    check(better, judge(), vec![outcome(7.0, 7.25), outcome(7.0, 7.0)], Keep::Refinement);
    check(better, judge(), vec![outcome(7.0, 7.25), outcome(7.25, 7.0)], Keep::Draft);
    // The rules would prefer it, but where judges are asked only their word counts.
    check(better, judge(), vec![failed(), failed()], Keep::Draft);
    check("Choose me!", judge(), vec![], Keep::Draft);
    check(" We moved a bridge.\n", judge(), vec![], Keep::Draft);
    check(better, Aggregation::Rules, vec![], Keep::Refinement);
    check("Bridges.", Aggregation::Vote, vec![], Keep::Draft);
}

#[test]
fn the_built_in_prompt_reads_well() {
    let slot = PromptContext {
        campaign: CampaignContext {
            name: "Spring".to_owned(),
            brief: "Tell how we moved a bridge.".to_owned(),
            audience: String::new(),
            language: "en".to_owned(),
            call_to_action: String::new(),
            hashtags: Vec::new(),
            mentions: vec!["ada".to_owned()],
        },
        employee: EmployeeContext {
            name: "Ada".to_owned(),
            job_title: "Engineer".to_owned(),
            bio: String::new(),
            voice: "Dry.".to_owned(),
        },
        platform: PlatformContext { name: "X".to_owned(), limit: 280, max_thread_posts: 1 },
        samples: vec!["One.".to_owned()],
        post_number: 1,
        post_count: 1,
    };
    let finding = Finding {
        severity: Severity::Note,
        message: "A ( has no counterpart.".to_owned(),
        what: What::Unbalanced { sign: '(' },
    };
    let demonstration =
        |before: &str, after: &str| Demonstration { before: before.to_owned(), after: after.to_owned() };
    let demonstrations = [demonstration("Same.", "Same. "), demonstration("We are excited.", "We did it.")];
    let context = RefineContext::new(&slot, "We moved it (", &[finding], &demonstrations);
    assert_eq!(context.demonstrations.len(), 1);
    let prompt = render(REFINE.system, REFINE.user, &context).unwrap();
    insta::assert_snapshot!("refine", format!("{}\n\n=====\n\n{}", prompt.system, prompt.user));
}
