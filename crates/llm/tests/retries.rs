//! When a call is tried again, and what is told of it.

use std::time::Duration;

use proptest::prelude::*;
use rostrum_llm::retry::{BASE, CAP, MAX_ATTEMPTS, backoff, pause};
use rostrum_llm::{Attempt, AttemptStatus, Error, Reply, Request, Stop, Turn, Usage};

fn rate_limited(seconds: u64) -> Error {
    Error::RateLimited { retry_after: Some(Duration::from_secs(seconds)) }
}

fn overloaded() -> Error {
    Error::Overloaded { status: 529, retry_after: None }
}

fn refused() -> Error {
    Error::Refused { explanation: "no".to_owned(), usage: usage(), request_id: Some("req_2".to_owned()) }
}

fn usage() -> Usage {
    Usage { input_tokens: 3, cached_input_tokens: 0, output_tokens: 2 }
}

fn attempt(result: Result<Reply, Error>) -> Attempt {
    let request = Request {
        model: "claude-haiku-5-5".to_owned(),
        system: String::new(),
        turns: vec![Turn::user("hello")],
        schema: None,
        max_output_tokens: 10,
        timeout: Duration::from_secs(1),
    };
    Attempt::of(&request, &result, Duration::from_millis(20))
}

#[test]
fn passing_errors_back_off_twice_as_long_each_time() {
    assert_eq!(pause(1, &overloaded(), 0.5), Some(Duration::from_millis(250)));
    assert_eq!(pause(2, &Error::Timeout { after: Duration::from_secs(1) }, 0.5), Some(Duration::from_millis(500)));
}

#[test]
fn three_attempts_are_the_most() {
    assert_eq!(MAX_ATTEMPTS, 3);
    assert_eq!(pause(3, &overloaded(), 0.0), None);
    assert_eq!(pause(3, &rate_limited(1), 0.0), None);
}

#[test]
fn retry_after_is_obeyed_to_the_second_up_to_the_cap() {
    assert_eq!(pause(1, &rate_limited(10), 0.0), Some(Duration::from_secs(10)));
    assert_eq!(pause(1, &rate_limited(11), 0.0), None);
}

#[test]
fn what_will_not_pass_is_not_retried() {
    for error in [
        Error::Unauthorized,
        Error::OutOfCredit,
        Error::TooLarge,
        Error::invalid_request("no"),
        Error::UnknownModel { model: "x".to_owned() },
        refused(),
    ] {
        assert_eq!(pause(1, &error, 0.0), None, "{error}");
    }
}

#[test]
fn an_answer_is_told_with_the_model_that_gave_it() {
    let reply = Reply {
        text: "hello".to_owned(),
        model: "claude-haiku-5-5-20260928".to_owned(),
        stop: Stop::End,
        usage: usage(),
        request_id: Some("req_1".to_owned()),
        latency: Duration::from_millis(9),
    };
    let attempt = attempt(Ok(reply));
    assert_eq!(attempt.model, "claude-haiku-5-5-20260928");
    assert_eq!(attempt.status, AttemptStatus::Success);
    assert_eq!(attempt.usage, Some(usage()));
    assert_eq!(attempt.latency, Duration::from_millis(9));
    assert_eq!(attempt.error, None);
}

#[test]
fn a_failure_is_told_with_its_reason_and_a_refusal_with_its_tokens() {
    let failed = attempt(Err(overloaded()));
    assert_eq!((failed.model.as_str(), failed.status), ("claude-haiku-5-5", AttemptStatus::Error));
    assert_eq!(failed.error.as_deref(), Some("the provider failed with HTTP status 529"));
    assert_eq!((failed.usage, failed.latency), (None, Duration::from_millis(20)));
    let timeout = attempt(Err(Error::Timeout { after: Duration::from_secs(1) }));
    assert_eq!(timeout.status, AttemptStatus::Timeout);
    // A refusal is billed, so its tokens must reach the log.
    let refused = attempt(Err(refused()));
    assert_eq!((refused.usage, refused.request_id.as_deref()), (Some(usage()), Some("req_2")));
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
