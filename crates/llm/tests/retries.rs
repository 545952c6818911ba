//! Retries against a scripted model, on a clock that stands still until it is slept on.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Mutex;
use std::time::Duration;

use proptest::prelude::*;
use rostrum_llm::retry::{BASE, CAP, backoff};
use rostrum_llm::{AttemptStatus, Completion, Error, Model, Reply, Request, Stop, Turn, Usage, complete_with_retries};
use tokio::time::Instant;

struct Script(Mutex<Vec<Result<Reply, Error>>>);

#[async_trait::async_trait]
impl Model for Script {
    async fn complete(&self, _: &Request) -> Result<Reply, Error> {
        self.0.lock().unwrap().remove(0)
    }
}

fn reply() -> Reply {
    Reply {
        text: "hello".to_owned(),
        model: "claude-haiku-5-5-20260928".to_owned(),
        stop: Stop::End,
        usage: Usage { input_tokens: 3, cached_input_tokens: 0, output_tokens: 2 },
        request_id: Some("req_1".to_owned()),
        latency: Duration::from_millis(9),
    }
}

fn rate_limited(seconds: u64) -> Error {
    Error::RateLimited { retry_after: Some(Duration::from_secs(seconds)) }
}

fn overloaded() -> Error {
    Error::Overloaded { status: 529, retry_after: None }
}

async fn run(script: Vec<Result<Reply, Error>>, max_attempts: u32, random: f64) -> (Completion, Duration) {
    let request = Request {
        model: "claude-haiku-5-5".to_owned(),
        system: String::new(),
        turns: vec![Turn::user("hello")],
        schema: None,
        max_output_tokens: 10,
        timeout: Duration::from_secs(1),
    };
    let model = Script(Mutex::new(script));
    let started = Instant::now();
    let completion = complete_with_retries(&model, &request, max_attempts, &mut || random).await;
    (completion, started.elapsed())
}

/// Whether the pause is the expected one; tokio's timer rounds up to whole milliseconds.
#[track_caller]
fn assert_pause(actual: Duration, expected: Duration) {
    assert!(actual >= expected && actual <= expected + Duration::from_millis(2), "{actual:?}, expected {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn a_success_is_one_attempt_and_no_pause() {
    let (completion, elapsed) = run(vec![Ok(reply())], 3, 0.5).await;
    assert_eq!(completion.result, Ok(reply()));
    assert_pause(elapsed, Duration::ZERO);
    let [attempt] = completion.attempts.as_slice() else {
        panic!("{:?}", completion.attempts);
    };
    assert_eq!(attempt.model, "claude-haiku-5-5-20260928");
    assert_eq!(attempt.status, AttemptStatus::Success);
    assert_eq!(attempt.usage, Some(reply().usage));
    assert_eq!(attempt.latency, Duration::from_millis(9));
    assert_eq!(attempt.error, None);
}

#[tokio::test(start_paused = true)]
async fn passing_errors_are_retried_with_back_off_and_each_is_told() {
    let timeout = Error::Timeout { after: Duration::from_secs(1) };
    let (completion, elapsed) = run(vec![Err(overloaded()), Err(timeout), Ok(reply())], 3, 0.5).await;
    assert_eq!(completion.result, Ok(reply()));
    // Half of 0.5 s and half of 1 s.
    assert_pause(elapsed, Duration::from_millis(750));
    let statuses: Vec<&str> = completion.attempts.iter().map(|attempt| attempt.status.as_str()).collect();
    assert_eq!(statuses, ["error", "timeout", "success"]);
    assert_eq!(completion.attempts[0].error.as_deref(), Some("the provider failed with HTTP status 529"));
    assert_eq!(completion.attempts[0].model, "claude-haiku-5-5");
}

#[tokio::test(start_paused = true)]
async fn three_attempts_are_the_most_even_if_more_are_wished() {
    let script = vec![Err(overloaded()), Err(overloaded()), Err(overloaded())];
    let (completion, _) = run(script, 9, 0.0).await;
    assert_eq!(completion.result, Err(overloaded()));
    assert_eq!(completion.attempts.len(), 3);
    let (completion, _) = run(vec![Err(overloaded())], 1, 0.0).await;
    assert_eq!(completion.attempts.len(), 1);
    let (completion, _) = run(vec![Err(overloaded())], 0, 0.0).await;
    assert_eq!(completion.attempts.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_to_the_second_up_to_the_cap() {
    let (completion, elapsed) = run(vec![Err(rate_limited(10)), Ok(reply())], 3, 0.0).await;
    assert_eq!(completion.result, Ok(reply()));
    assert_pause(elapsed, Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_longer_retry_after_is_the_callers_matter() {
    let (completion, elapsed) = run(vec![Err(rate_limited(11))], 3, 0.0).await;
    assert_eq!(completion.result, Err(rate_limited(11)));
    assert_pause(elapsed, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_will_not_pass_is_not_retried() {
    for error in [
        Error::Unauthorized,
        Error::OutOfCredit,
        Error::TooLarge,
        Error::invalid_request("no"),
        Error::UnknownModel { model: "x".to_owned() },
        Error::Refused { explanation: "no".to_owned(), usage: reply().usage, request_id: Some("req_2".to_owned()) },
    ] {
        let refused = matches!(error, Error::Refused { .. });
        let (completion, _) = run(vec![Err(error.clone())], 3, 0.0).await;
        assert_eq!(completion.result, Err(error));
        // A refusal is billed, so its tokens must reach the log.
        assert_eq!(completion.attempts[0].usage.is_some(), refused);
        assert_eq!(completion.attempts[0].request_id.is_some(), refused);
    }
}

proptest! {
    #[test]
    fn back_off_stays_under_its_ceiling(attempt in 0_u32..100, random in -1.0_f64..2.0) {
        let pause = backoff(attempt, random);
        prop_assert!(pause <= CAP);
        if attempt <= 1 {
            prop_assert!(pause <= BASE);
        }
        prop_assert!(pause >= backoff(attempt, random / 2.0) || random < 0.0);
    }
}
