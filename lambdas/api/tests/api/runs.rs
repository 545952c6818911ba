use http::Method;
use rostrum_contracts::{CampaignRun, Trigger, decode};
use rostrum_core::access::Role;

use crate::harness::{Api, ORCHESTRATION};

#[tokio::test]
async fn a_run_is_queued_once_and_can_be_looked_at() {
    let api = Api::new().await;
    let id = api.workspace.campaign_id;
    let run = api.admin(Method::POST, &format!("/api/campaigns/{id}/run")).send().await.expect(202);
    assert_eq!(run.json["status"], "queued");
    let execution = run.json["execution_id"].as_str().unwrap();
    let location = format!("/api/executions/{execution}");
    assert_eq!(run.header("location"), Some(location.as_str()));

    let messages = api.queues.messages(ORCHESTRATION);
    assert_eq!(messages.len(), 1);
    let message: CampaignRun = decode(&messages[0].body).unwrap();
    assert_eq!(message.campaign_id, id);
    assert_eq!(message.workspace_id, api.workspace.id);
    assert_eq!(message.trigger, Trigger::Manual { execution_id: execution.parse().unwrap() });

    let read = api.get(&location).await.expect(200);
    assert_eq!(read.json["status"], "queued");
    assert_eq!(read.json["trigger"], "manual");
    assert_eq!(read.json["triggered_by"], api.user(Role::Admin).to_string());
    let list = api.get(&format!("/api/campaigns/{id}/executions")).await.expect(200);
    assert_eq!(list.json["items"][0]["id"], execution);
    assert_eq!(api.audited(id.uuid()).await, ["campaign.run"]);
}

#[tokio::test]
async fn a_run_that_the_queue_does_not_take_waits_in_the_outbox() {
    let api = Api::new().await;
    api.queues.set_down(true);
    let path = format!("/api/campaigns/{}/run", api.workspace.campaign_id);
    api.admin(Method::POST, &path).send().await.expect(202);
    assert_eq!(api.count("SELECT count(*) FROM outbox WHERE kind = 'campaign_run'").await, 1);
    assert_eq!(api.count("SELECT count(*) FROM executions WHERE status = 'queued'").await, 1);
}

#[tokio::test]
async fn whoever_only_reads_cannot_run() {
    let api = Api::new().await;
    let path = format!("/api/campaigns/{}/run", api.workspace.campaign_id);
    let token = api.token(Role::Reviewer);
    api.anonymous(Method::POST, &path).token(&token).send().await.problem(403, "forbidden");
    assert_eq!(api.count("SELECT count(*) FROM executions").await, 0);
}
