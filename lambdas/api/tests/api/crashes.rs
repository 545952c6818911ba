//! A client sends a request again when it hears nothing. Wherever the API died in between, it comes to the same.

use std::{collections::BTreeSet, sync::Mutex};

use chrono::TimeDelta;
use http::Method;
use rostrum_lambda_kit::Effects;
use rostrum_simulators::server::Running;
use rostrum_test_kit::delivery::{Delivered, Scenario, kill_at_each_effect, run_twice};
use serde_json::{Value, json};

use crate::{
    foreign::{self, MIRA},
    harness::{Api, ORCHESTRATION},
};

struct Run;

impl Scenario for Run {
    type World = Api;
    type State = (i64, i64, i64, i64, usize);

    async fn world(&self) -> Api {
        Api::new().await
    }

    async fn deliver(&self, api: &Api, effects: Effects) -> Delivered {
        let path = format!("/api/campaigns/{}/run", api.workspace.campaign_id);
        let call = api.admin(Method::POST, &path).header("idempotency-key", "run");
        answered(call.send_to(api.router(effects)).await.status.as_u16(), 202)
    }

    async fn wait(&self, api: &Api) {
        api.ambient.advance(TimeDelta::minutes(1));
    }

    async fn state(&self, api: &Api) -> Self::State {
        api.sweep().await;
        (
            api.count("SELECT count(*) FROM executions WHERE status = 'queued'").await,
            api.count("SELECT count(*) FROM outbox").await,
            api.count("SELECT count(*) FROM audit_log WHERE action = 'campaign.run'").await,
            api.count("SELECT count(*) FROM idempotency_keys WHERE status = 202").await,
            api.queues.bodies(ORCHESTRATION).len(),
        )
    }
}

struct SetSchedule;

impl Scenario for SetSchedule {
    type World = Api;
    type State = (i64, i64, BTreeSet<String>);

    async fn world(&self) -> Api {
        Api::new().await
    }

    async fn deliver(&self, api: &Api, effects: Effects) -> Delivered {
        let path = format!("/api/campaigns/{}/schedule", api.workspace.campaign_id);
        let call = api.admin(Method::POST, &path).json(&json!({ "schedule_cron": "0 9 * * *" }));
        answered(call.send_to(api.router(effects)).await.status.as_u16(), 200)
    }

    async fn wait(&self, api: &Api) {
        api.ambient.advance(TimeDelta::minutes(1));
    }

    async fn state(&self, api: &Api) -> Self::State {
        api.sweep().await;
        (
            api.count("SELECT count(*) FROM campaigns WHERE schedule_cron = '0 9 * * *'").await,
            api.count("SELECT count(*) FROM outbox").await,
            api.schedules.all().into_values().map(|schedule| schedule.expression).collect(),
        )
    }
}

/// Takes a campaign's schedule away.
struct EndSchedule {
    method: Method,
    path: &'static str,
    status: u16,
}

impl Scenario for EndSchedule {
    type World = Api;
    type State = (i64, i64, i64, usize);

    async fn world(&self) -> Api {
        let api = Api::new().await;
        assert_eq!(SetSchedule.deliver(&api, Effects::live()).await, Delivered::Done);
        assert_eq!(api.schedules.all().len(), 1);
        api
    }

    async fn deliver(&self, api: &Api, effects: Effects) -> Delivered {
        let path = format!("/api/campaigns/{}/{}", api.workspace.campaign_id, self.path);
        let call = api.admin(self.method.clone(), &path);
        answered(call.send_to(api.router(effects)).await.status.as_u16(), self.status)
    }

    async fn wait(&self, api: &Api) {
        api.ambient.advance(TimeDelta::minutes(1));
    }

    async fn state(&self, api: &Api) -> Self::State {
        api.sweep().await;
        (
            api.count("SELECT count(*) FROM campaigns WHERE schedule_cron IS NOT NULL").await,
            api.count("SELECT count(*) FROM campaigns WHERE status = 'archived'").await,
            api.count("SELECT count(*) FROM outbox").await,
            api.schedules.all().len(),
        )
    }
}

/// An employee comes back from the provider. Whoever is told that the attempt is over begins anew, as a person does.
struct ProviderSignIn;

impl Scenario for ProviderSignIn {
    type World = (Api, Running, Mutex<Value>);
    type State = (i64, i64, i64);

    async fn world(&self) -> Self::World {
        let (api, simulator) = foreign::start().await;
        foreign::employee(&api, MIRA).await;
        let body = foreign::there_and_back(&api, "google", MIRA).await;
        (api, simulator, Mutex::new(body))
    }

    async fn deliver(&self, (api, simulator, body): &Self::World, effects: Effects) -> Delivered {
        let sent = body.lock().unwrap().clone();
        let router = foreign::router(api, &simulator.url(), effects);
        let reply = foreign::complete_at(api, router, "google", &sent).await;
        if reply.status == 422 {
            let anew = foreign::there_and_back(api, "google", MIRA).await;
            *body.lock().unwrap() = anew;
        }
        answered(reply.status.as_u16(), 200)
    }

    async fn wait(&self, (api, ..): &Self::World) {
        api.ambient.advance(TimeDelta::seconds(1));
    }

    async fn state(&self, (api, ..): &Self::World) -> Self::State {
        (
            api.count("SELECT count(*) FROM foreign_identities").await,
            api.count("SELECT count(*) FROM audit_log WHERE action = 'user.identity_linked'").await,
            api.count("SELECT count(*) FROM sign_in_attempts WHERE subject IS NOT NULL").await,
        )
    }
}

fn answered(status: u16, expected: u16) -> Delivered {
    if status == expected { Delivered::Done } else { Delivered::Again }
}

#[tokio::test]
async fn a_run_that_is_asked_for_twice_is_one_run() {
    run_twice(&Run).await;
}

#[tokio::test]
async fn a_run_survives_death_at_every_effect() {
    assert_eq!(kill_at_each_effect(&Run).await, ["commit", "send to queue", "commit"]);
}

#[tokio::test]
async fn a_schedule_that_is_set_twice_is_one_schedule() {
    run_twice(&SetSchedule).await;
}

#[tokio::test]
async fn a_schedule_survives_death_at_every_effect() {
    assert_eq!(kill_at_each_effect(&SetSchedule).await, ["commit", "put schedule", "commit"]);
}

#[tokio::test]
async fn a_schedule_that_ends_ends_once_and_survives_death_at_every_effect() {
    for end in [
        EndSchedule { method: Method::DELETE, path: "schedule", status: 204 },
        EndSchedule { method: Method::POST, path: "archive", status: 200 },
    ] {
        run_twice(&end).await;
        assert_eq!(kill_at_each_effect(&end).await, ["commit", "delete schedule", "commit"], "{}", end.path);
    }
}

#[tokio::test]
async fn a_sign_in_with_a_provider_survives_death_at_every_effect() {
    assert_eq!(kill_at_each_effect(&ProviderSignIn).await, ["commit", "code", "commit", "commit"]);
}
