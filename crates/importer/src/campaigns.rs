//! The campaigns of a workspace file.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rostrum_core::{
    campaign::{Campaign as Said, CampaignFields},
    employee::Email,
    field::FieldError,
    platform::Platform,
};
use serde_json::{Value as Json, json};

use crate::{
    employees::{self, Entry},
    fields::{self, Fields},
    problem::Problem,
    tree::Node,
    unique::Unique,
    workspace::Campaign,
};

const KNOWN: [&str; 15] = [
    "name",
    "platform",
    "brief",
    "audience",
    "language",
    "call_to_action",
    "hashtags",
    "mentions",
    "max_thread_posts",
    "posts_per_employee",
    "schedule_cron",
    "schedule_timezone",
    "workflow_type",
    "workflow_config",
    "employees",
];

/// Reads the field `campaigns`. Their schedules must run after `now`.
pub(crate) fn read(
    root: &Fields<'_>,
    people: &[Entry],
    now: DateTime<Utc>,
    problems: &mut Vec<Problem>,
) -> Vec<Campaign> {
    let people = people.iter().filter_map(|entry| entry.email.as_ref()).map(|email| (email.as_str(), email)).collect();
    let mut names = Unique::default();
    let items = root.list("campaigns", problems);
    items.iter().filter_map(|(path, node)| campaign(node, path, &people, &mut names, now, problems)).collect()
}

fn campaign(
    node: &Node,
    path: &str,
    people: &HashMap<&str, &Email>,
    names: &mut Unique,
    now: DateTime<Utc>,
    problems: &mut Vec<Problem>,
) -> Option<Campaign> {
    let fields = Fields::of(node, path, &KNOWN, problems)?;
    let platform =
        fields.required_text("platform", problems).and_then(|name| employees::network(&name, &fields, problems));
    let said = Said {
        name: fields.required_text("name", problems).unwrap_or_default(),
        // Where the platform is wrong, the one that allows threads stands in, so that no other field is blamed.
        platform: platform.unwrap_or(Platform::X),
        brief: fields.required_text("brief", problems).unwrap_or_default(),
        audience: fields.text("audience", problems).unwrap_or_default(),
        language: fields.text("language", problems).unwrap_or_else(|| "en".to_owned()),
        call_to_action: fields.text("call_to_action", problems).unwrap_or_default(),
        hashtags: fields.texts("hashtags", problems),
        mentions: fields.texts("mentions", problems),
        max_thread_posts: fields.number("max_thread_posts", problems).unwrap_or(1),
        posts_per_employee: fields.number("posts_per_employee", problems).unwrap_or(3),
        workflow_type: fields.text("workflow_type", problems).unwrap_or_else(|| "simple".to_owned()),
        workflow_config: workflow_config(&fields, problems),
        schedule_cron: fields.text("schedule_cron", problems),
        schedule_timezone: fields.text("schedule_timezone", problems).unwrap_or_else(|| "UTC".to_owned()),
    };
    let employees = writers(&fields, people, problems);
    let said = CampaignFields::validate(said).map_err(|errors| fields.refuse(errors, problems)).ok()?;
    if let Err(first) = names.take(&said.name, fields.place_of("name")) {
        let message =
            format!("`{}` is also the name of the campaign at {first}; give each a name of its own", said.name);
        fields.refuse(vec![FieldError::new("name", message)], problems);
    }
    if said.schedule().is_some_and(|schedule| schedule.next_runs(now, 1).is_empty()) {
        let message = "never runs again: its last time is over";
        fields.refuse(vec![FieldError::new("schedule_cron", message)], problems);
    }
    platform.map(|_| Campaign { fields: said, employees })
}

/// As it was written: the domain knows the fields of each workflow.
fn workflow_config(campaign: &Fields<'_>, problems: &mut Vec<Problem>) -> Json {
    let node = campaign.get("workflow_config");
    node.map_or_else(|| json!({}), |node| fields::json(node, &campaign.path_of("workflow_config"), problems))
}

/// The field `employees`: addresses of people who are in the file.
fn writers(campaign: &Fields<'_>, people: &HashMap<&str, &Email>, problems: &mut Vec<Problem>) -> Vec<Email> {
    let mut named = Unique::default();
    let mut writers = Vec::new();
    for (path, item) in campaign.list("employees", problems) {
        let Some(text) = fields::text(item, &path, problems) else { continue };
        let wanted = text.trim().to_ascii_lowercase();
        let Some(email) = people.get(wanted.as_str()) else {
            let message =
                format!("`{text}` is nobody's e-mail address under employees; add the person there or correct this");
            problems.push(Problem::error(&item.place, path, message));
            continue;
        };
        match named.take(&wanted, &item.place) {
            Ok(()) => writers.push((*email).clone()),
            Err(first) => {
                let message =
                    format!("`{text}` writes for this campaign already (line {}); remove one of them", first.line);
                problems.push(Problem::error(&item.place, path, message));
            }
        }
    }
    if campaign.get("employees").is_none() {
        let message =
            "nobody writes for this campaign, so its runs end without posts; list e-mail addresses of employees";
        problems.push(Problem::warning(campaign.place_of("employees"), campaign.path_of("employees"), message));
    }
    writers
}
