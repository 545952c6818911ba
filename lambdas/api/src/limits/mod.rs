//! How often somebody may ask: every request counts against its network address, one with a valid token also against its
//! account, and one to a guarded route against what its address may ask of all guarded routes.
//!
//! The counters serve the API, not the other way round: what they do not answer in time passes, but for guarded routes,
//! which are then counted in this process.

mod memory;
mod standing;

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use http::{Extensions, request::Parts};
use lambda_http::request::RequestContext;
use rostrum_cloud::Counters;
use rostrum_core::{
    access::Role,
    ids::UserId,
    limits::{ADDRESS, Decision, GUARDED, Limit, Tier, decide, subscriber},
};
use tokio::time::timeout;

use crate::{App, error::ApiError};
use memory::{OwnCounts, Refused};
use standing::Standing;

/// How long the counters may take to answer: a few times what DynamoDB usually needs.
const PATIENCE: Duration = Duration::from_millis(150);

/// The limits, or none.
#[derive(Debug, Default)]
pub struct Limits(Option<Counting>);

#[derive(Debug)]
struct Counting {
    counters: Arc<dyn Counters>,
    tier_of: fn(Role) -> Tier,
    refused: Refused,
    own: OwnCounts,
}

/// The network address that a request came from, as API Gateway saw it. Headers that a client can write are not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAddress(pub String);

/// Who counts as the sender of a request that says nothing about its account; `None` if nobody knows its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber(Option<String>);

/// Whether a route is one where a secret could be guessed: signing in and what leads to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// It is not.
    Usual,
    /// It is.
    Guarded,
}

/// What a request asks the counters.
#[derive(Debug)]
struct Question {
    /// The name of the limit.
    policy: &'static str,
    /// Who is counted.
    key: String,
    limit: Limit,
    guard: Guard,
}

impl Question {
    fn new(policy: &'static str, who: &str, limit: Limit, guard: Guard) -> Self {
        Self { policy, key: format!("{policy}:{who}"), limit, guard }
    }
}

impl Limits {
    /// None: everything passes, and nothing is counted.
    pub fn off() -> Self {
        Self(None)
    }

    /// Those of [`rostrum_core::limits`], by these counters. `tier_of` says what an account may ask for: [`Tier::of`], but
    /// for tests.
    pub fn new(counters: Arc<dyn Counters>, tier_of: fn(Role) -> Tier) -> Self {
        Self(Some(Counting { counters, tier_of, refused: Refused::default(), own: OwnCounts::default() }))
    }

    /// Counts a request, and tells how those stand who are counted for it. All counters are asked at once.
    pub(crate) async fn admit(
        &self,
        Subscriber(subscriber): Subscriber,
        account: Option<(UserId, Role)>,
        guard: Guard,
        now: DateTime<Utc>,
    ) -> Standing {
        let Some(counting) = &self.0 else { return Standing::default() };
        let mut questions = Vec::with_capacity(2);
        if let Some((user_id, role)) = account {
            let limit = (counting.tier_of)(role).limit();
            questions.push(Question::new("account", &user_id.to_string(), limit, Guard::Usual));
        }
        if let Some(subscriber) = &subscriber {
            questions.push(Question::new("address", subscriber, ADDRESS, Guard::Usual));
            if guard == Guard::Guarded {
                questions.push(Question::new("guarded", subscriber, GUARDED, guard));
            }
        }
        let mut answers = Vec::with_capacity(questions.len());
        for question in &questions {
            answers.push(counting.ask(question, now));
        }
        let decisions = join_all(answers).await;
        let stands = |(question, decision): (&Question, Option<Decision>)| {
            decision.map(|decision| (question.policy, question.limit, decision))
        };
        Standing(questions.iter().zip(decisions).filter_map(stands).collect())
    }
}

impl Counting {
    /// `None` if nobody knows.
    async fn ask(&self, question: &Question, now: DateTime<Utc>) -> Option<Decision> {
        let Question { key, limit, .. } = question;
        // Whoever was told to come back later is refused without being asked for, and does not lengthen the wait.
        if let Some(until) = self.refused.until(key, now) {
            return Some(Decision::refused_until(*limit, until, now));
        }
        let window_number = limit.window_number(now);
        let expires_at = limit.expires_at(window_number);
        let failure = match timeout(PATIENCE, self.counters.add(key, window_number, expires_at)).await {
            Ok(Ok(counts)) => return Some(self.conclude(question, decide(*limit, counts, now), now)),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", PATIENCE.as_millis()),
        };
        tracing::warn!(policy = question.policy, error = failure, "a request could not be counted");
        if question.guard == Guard::Usual {
            return None;
        }
        let counts = self.own.add(key, window_number);
        Some(self.conclude(question, decide(*limit, counts, now), now))
    }

    /// Remembers a refusal.
    fn conclude(&self, question: &Question, decision: Decision, now: DateTime<Utc>) -> Decision {
        if !decision.allowed {
            let wait = TimeDelta::seconds(decision.retry_after_seconds.into());
            self.refused.remember(&question.key, now + wait, now);
        }
        decision
    }
}

/// Lets a request without an account pass if its address may ask.
pub(crate) async fn count(
    State((app, guard)): State<(App, Guard)>,
    subscriber: Subscriber,
    request: Request,
    next: Next,
) -> Response {
    let standing = app.limits().admit(subscriber, None, guard, app.ambient().now()).await;
    let answer = match standing.refusal() {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    };
    standing.tell(answer)
}

/// Answers a request for what is not there with `error`, if its address may ask.
pub(crate) async fn refuse(app: &App, subscriber: Subscriber, error: ApiError) -> Response {
    let standing = app.limits().admit(subscriber, None, Guard::Usual, app.ambient().now()).await;
    standing.tell(standing.refusal().unwrap_or(error).into_response())
}

impl<S: Send + Sync> FromRequestParts<S> for Subscriber {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(source_address(&parts.extensions).map(subscriber)))
    }
}

fn source_address(extensions: &Extensions) -> Option<&str> {
    if let Some(SourceAddress(address)) = extensions.get::<SourceAddress>() {
        return Some(address.as_str());
    }
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        _ => None,
    }
}
