//! A request that changes something: asked for twice, and dying at every effect, it comes to the same.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures::future::LocalBoxFuture;
use http::Method;
use rostrum_core::{access::Role, sign_in::second_factor::SecondFactor};
use rostrum_lambda_kit::Effects;
use rostrum_test_kit::delivery::{Delivered, Scenario, kill_at_each_effect, run_twice};
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{Api, Reply};

/// The secret of whoever has a second factor.
pub(crate) const FACTOR: &[u8; 20] = b"12345678901234567890";

/// The id of the team, where there is one.
pub(crate) const TEAM: &str = "0198b0c4-7c00-7000-8000-000000000001";

/// The `ETag` of a list of prohibited words that has none; no other PUT looks at it.
const NO_WORDS: &str = "\"1672528962\"";

/// A request that changes something. In its path and body `CAMPAIGN`, `EMPLOYEE` with `SAMPLE`, `COLLEAGUE` and
/// `MEMBER`, who is a publisher, stand for ids of the workspace, `TEAM` for [`TEAM`], `SLUG` for its short name, and `CODE` for what an app
/// that knows [`FACTOR`] shows when the request is sent.
pub(crate) struct Change {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) body: Value,
    /// What the first request is answered with, then what a later one may be answered that comes to the same.
    pub(crate) answers: &'static [u16],
    pub(crate) scene: Scene,
}

/// Who asks, in what world, and what is looked at afterwards.
#[derive(Clone, Copy)]
pub(crate) struct Scene {
    /// What there is besides what every [`Api`] has.
    pub(crate) arrange: fn(&Api) -> LocalBoxFuture<'_, ()>,
    /// Gives the token of who asks; none for somebody who is not signed in.
    pub(crate) token: Option<fn(&Api) -> String>,
    /// SQL for lines in order, without ids and times.
    pub(crate) lines: &'static str,
    pub(crate) look: Look,
}

/// How closely the outcome is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// At every line, and at who was sent mails about what.
    Closely,
    /// At every line, however often it is there. For requests of which each repetition leaves something of its own; what
    /// that is stands in a test of its own.
    Roughly,
}

pub(crate) fn admin(api: &Api) -> String {
    api.token(Role::Admin)
}

impl Change {
    /// Sends the request once.
    pub(crate) async fn send(&self, api: &Api, effects: Effects) -> Reply {
        let sample: Uuid =
            sqlx::query_scalar("SELECT id FROM writing_samples WHERE workspace_id = $1 AND user_id = $2")
                .bind(api.workspace.id.uuid())
                .bind(api.workspace.employees[0].uuid())
                .fetch_one(&api.database.admin)
                .await
                .unwrap();
        let code = SecondFactor::from_secret(FACTOR).unwrap().code(api.ambient.now());
        let named = |text: &str| {
            text.replace("CAMPAIGN", &api.workspace.campaign_id.to_string())
                .replace("EMPLOYEE", &api.workspace.employees[0].to_string())
                .replace("COLLEAGUE", &api.workspace.employees[1].to_string())
                .replace("MEMBER", &api.user(Role::Publisher).to_string())
                .replace("SAMPLE", &sample.to_string())
                .replace("TEAM", TEAM)
                .replace("SLUG", &format!("test-{}", api.workspace.id.uuid().simple()))
                .replace("CODE", &code)
        };
        let mut call = api.anonymous(self.method.clone(), &named(self.path));
        if let Some(token) = self.scene.token {
            call = call.token(&token(api));
        }
        if !self.body.is_null() {
            call = call.header("content-type", "application/json").body(named(&self.body.to_string()));
        }
        if self.method == Method::POST {
            call = call.header("idempotency-key", "change");
        }
        let seen = match self.method {
            Method::PATCH => Some("\"1\""),
            Method::PUT => Some(NO_WORDS),
            _ => None,
        };
        if let Some(version) = seen {
            call = call.header("if-match", version);
        }
        call.send_to(api.router(effects)).await
    }
}

impl Scenario for Change {
    type World = Api;
    type State = Vec<String>;

    async fn world(&self) -> Api {
        let api = Api::new().await;
        (self.scene.arrange)(&api).await;
        api
    }

    async fn deliver(&self, api: &Api, effects: Effects) -> Delivered {
        let answer = self.send(api, effects).await;
        if self.answers.contains(&answer.status.as_u16()) { Delivered::Done } else { Delivered::Again }
    }

    async fn wait(&self, api: &Api) {
        api.ambient.advance(TimeDelta::minutes(1));
    }

    async fn state(&self, api: &Api) -> Self::State {
        api.sweep().await;
        let mut lines: Vec<String> = sqlx::query_scalar(self.scene.lines).fetch_all(&api.database.admin).await.unwrap();
        match self.scene.look {
            Look::Closely => {
                // A mail may leave twice when its sender dies; who gets it reads the same.
                let mails = api.mails.all().into_iter().map(|mail| format!("mailed {}: {}", mail.to, mail.subject));
                lines.extend(mails.collect::<BTreeSet<String>>());
            }
            Look::Roughly => lines.dedup(),
        }
        lines
    }
}

/// Twice comes to the same as once, and so does dying at any of these effects, which are all that there are.
pub(crate) async fn check(change: Change, effects: &[&'static str]) {
    let place = format!("{} {}", change.method, change.path);
    let untouched = change.state(&change.world().await).await;
    let world = change.world().await;
    let first = change.send(&world, Effects::live()).await;
    assert_eq!(Some(&first.status.as_u16()), change.answers.first(), "{place}: {}", first.text);
    assert_ne!(change.state(&world).await, untouched, "{place} changes nothing that is looked at");
    run_twice(&change).await;
    assert_eq!(kill_at_each_effect(&change).await, effects, "{place}");
}
