//! The campaigns and who writes for them.

use std::collections::HashMap;

use rostrum_core::{
    campaign::CampaignFields,
    employee::Email,
    ids::{CampaignId, OutboxId, UserId, new_uuid},
};
use rostrum_store::{
    Scope, campaigns, import,
    outbox::{self, Kind, Message},
};
use serde_json::json;
use uuid::Uuid;

use super::{ApplyError, Deed, people::Person, writing::Writing};
use crate::workspace::Campaign;

/// Adds the campaigns that are missing. An employee who is new is assigned to campaigns that are there, too; somebody who
/// was there before is not, because a person may have taken them off.
pub(super) async fn write(
    writing: &mut Writing<'_>,
    campaigns: &[Campaign],
    people: &HashMap<Email, Person>,
) -> Result<(), ApplyError> {
    for campaign in campaigns {
        let writers =
            campaign.employees.iter().filter_map(|email| people.get(email)).filter(|person| !person.is_archived);
        let what = format!("campaign {} ({})", campaign.fields.name, campaign.fields.platform.as_str());
        let known = import::campaign(writing.transaction, writing.workspace_id, &campaign.fields.name).await?;
        let stored = match known {
            Some(id) => campaigns::get(&mut *writing.transaction, writing.workspace_id, id, Scope::Workspace).await?,
            None => None,
        };
        let Some(stored) = stored else {
            let id = create(writing, &campaign.fields).await?;
            let writers: Vec<UserId> = writers.map(|person| person.id).collect();
            assign(writing, id, &writers).await?;
            writing.note(Deed::Created, format!("{what}{}", schedule(&campaign.fields)));
            continue;
        };
        if stored.is_archived() {
            writing.note(Deed::Kept, format!("{what}, which is archived"));
            continue;
        }
        let differences = differences(&stored, &campaign.fields);
        writing.note(Deed::Kept, format!("{what}{differences}"));
        let writers: Vec<UserId> = writers.filter(|person| person.is_new).map(|person| person.id).collect();
        if !writers.is_empty() {
            assign(writing, stored.id.into(), &writers).await?;
            writing.note(Deed::Changed, format!("{what}: new employees write for it, too"));
        }
    }
    Ok(())
}

async fn create(writing: &mut Writing<'_>, fields: &CampaignFields) -> Result<CampaignId, ApplyError> {
    let id = CampaignId::new(writing.now, &mut writing.random);
    campaigns::create(writing.transaction, id, writing.workspace_id, fields, writing.now).await?;
    writing.audit("campaign.created", "campaign", id.uuid(), json!({ "name": fields.name })).await?;
    if fields.schedule().is_some() {
        let message = Message {
            id: OutboxId::new(writing.now, &mut writing.random),
            workspace_id: writing.workspace_id,
            kind: Kind::CampaignSchedule,
            payload: json!({ "campaign_id": id }),
        };
        outbox::add(writing.transaction, &[message], writing.now).await?;
    }
    Ok(id)
}

async fn assign(writing: &mut Writing<'_>, campaign: CampaignId, writers: &[UserId]) -> Result<(), ApplyError> {
    let assignments: Vec<(Uuid, UserId)> =
        writers.iter().map(|user| (new_uuid(writing.now, &mut writing.random), *user)).collect();
    campaigns::assign(writing.transaction, writing.workspace_id, campaign, &assignments, writing.now).await?;
    for user in writers {
        let detail = json!({ "employee_id": user });
        writing.audit("campaign.employee_assigned", "campaign", campaign.uuid(), detail).await?;
    }
    Ok(())
}

fn schedule(fields: &CampaignFields) -> String {
    match &fields.schedule_cron {
        Some(cron) => format!(", runs at {cron} in {}", fields.schedule_timezone),
        None => ", runs on request".to_owned(),
    }
}

fn differences(stored: &campaigns::Campaign, fields: &CampaignFields) -> String {
    super::differences(&[
        ("platform", stored.platform == fields.platform.as_str()),
        ("brief", stored.brief == fields.brief),
        ("audience", stored.audience == fields.audience),
        ("language", stored.language == fields.language),
        ("call_to_action", stored.call_to_action == fields.call_to_action),
        ("hashtags", stored.hashtags == fields.hashtags),
        ("mentions", stored.mentions == fields.mentions),
        ("max_thread_posts", stored.max_thread_posts == fields.max_thread_posts),
        ("posts_per_employee", stored.posts_per_employee == fields.posts_per_employee),
        ("schedule_cron", stored.schedule_cron == fields.schedule_cron),
        ("schedule_timezone", stored.schedule_timezone == fields.schedule_timezone),
        ("workflow_type", stored.workflow_type == fields.workflow_type),
        ("workflow_config", stored.workflow_config == fields.workflow_config),
    ])
}
