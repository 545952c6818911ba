//! What a campaign may be.

use rostrum_core::{
    campaign::{Campaign, CampaignFields, WorkflowConfig},
    platform::Platform,
};

fn campaign() -> Campaign {
    Campaign {
        name: " Spring ".to_owned(),
        platform: Platform::Linkedin,
        brief: "Bridges that last.".to_owned(),
        audience: String::new(),
        language: "de-CH".to_owned(),
        call_to_action: String::new(),
        hashtags: vec!["#Bridges".to_owned(), "Bridges".to_owned(), "Steel".to_owned()],
        mentions: vec!["@rostrum".to_owned()],
        max_thread_posts: 1,
        posts_per_employee: 3,
        workflow_type: "simple".to_owned(),
        workflow_config: WorkflowConfig::default(),
        schedule_cron: None,
        schedule_timezone: "UTC".to_owned(),
    }
}

/// Expects exactly these errors, each `field: message`.
fn check(change: impl FnOnce(&mut Campaign), expected: &[&str]) {
    let mut campaign = campaign();
    change(&mut campaign);
    let errors = CampaignFields::validate(campaign).err().unwrap_or_default();
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, expected);
}

#[test]
fn tidies_what_is_right() {
    let fields = CampaignFields::validate(campaign()).unwrap();
    assert_eq!(fields.name, "Spring");
    assert_eq!(fields.hashtags, ["Bridges", "Steel"]);
    assert_eq!(fields.mentions, ["rostrum"]);
    assert!(fields.schedule().is_none());
}

#[test]
fn reads_the_schedule() {
    let mut campaign = campaign();
    campaign.schedule_cron = Some("0 9 * * 1-5".to_owned());
    campaign.schedule_timezone = "Europe/Zurich".to_owned();
    let fields = CampaignFields::validate(campaign).unwrap();
    assert_eq!(fields.schedule().unwrap().cron.expression(), "cron(0 9 ? * 2-6 *)");
    assert_eq!(fields.schedule_cron.as_deref(), Some("0 9 * * 1-5"));
}

#[test]
fn names_what_is_wrong() {
    check(|campaign| campaign.name = "\n".to_owned(), &["name: must not be empty"]);
    check(|campaign| campaign.brief = "x".repeat(10_001), &["brief: must have at most 10000 characters, has 10001"]);
    check(|campaign| campaign.brief = "a\0b".to_owned(), &["brief: must not contain control characters"]);
    for language in ["", "e", "english language", "de_CH", "1a", "de-"] {
        check(
            |campaign| campaign.language = language.to_owned(),
            &["language: is not a language tag (BCP 47) such as `en` or `de-CH`"],
        );
    }
    check(|campaign| campaign.max_thread_posts = 0, &["max_thread_posts: must be 1 to 25, is 0"]);
    check(|campaign| campaign.max_thread_posts = 2, &["max_thread_posts: must be 1: only X has threads"]);
    check(
        |campaign| {
            campaign.platform = Platform::X;
            campaign.max_thread_posts = 2;
        },
        &[],
    );
    check(|campaign| campaign.posts_per_employee = 21, &["posts_per_employee: must be 1 to 20, is 21"]);
    check(
        |campaign| campaign.workflow_config.model = "gpt-".to_owned(),
        &["workflow_config.model: must be the id of a model that begins with `claude-`, `gpt-` or `grok-`"],
    );
    check(
        |campaign| campaign.workflow_config.max_output_tokens = 16_001,
        &["workflow_config.max_output_tokens: must be 64 to 16000, is 16001"],
    );
    check(
        |campaign| campaign.workflow_type = "council".to_owned(),
        &["workflow_type: `council` is not available; the only workflow so far is `simple`"],
    );
    check(
        |campaign| campaign.hashtags = vec!["good".to_owned(), "two words".to_owned()],
        &["hashtags[1]: must be one word of 1 to 100 characters, with or without #"],
    );
    check(|campaign| campaign.mentions = vec!["x".to_owned(); 21], &["mentions: must have at most 20 entries, has 21"]);
}

#[test]
fn names_every_field_at_once() {
    let mut campaign = campaign();
    campaign.schedule_cron = Some("99 9 * * *".to_owned());
    campaign.schedule_timezone = "Europe/Zürich".to_owned();
    campaign.workflow_config =
        WorkflowConfig { model: "llama-4".to_owned(), max_output_tokens: 63, few_shot_samples: 11 };
    let errors = CampaignFields::validate(campaign).unwrap_err();
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "schedule_cron",
            "schedule_timezone",
            "workflow_config.model",
            "workflow_config.max_output_tokens",
            "workflow_config.few_shot_samples",
        ]
    );
}

#[test]
fn a_time_zone_is_checked_even_without_a_schedule() {
    check(
        |campaign| campaign.schedule_timezone = "Mars/Olympus".to_owned(),
        &["schedule_timezone: `Mars/Olympus` is not an IANA time zone; give a name such as Europe/Zurich or UTC"],
    );
}

#[test]
fn keeps_the_shape_of_the_stored_configuration() {
    let defaults: WorkflowConfig = serde_json::from_str("{}").unwrap();
    assert_eq!(defaults, WorkflowConfig::default());
    let stored = serde_json::to_string(&defaults).unwrap();
    assert_eq!(stored, r#"{"model":"claude-sonnet-5-5","max_output_tokens":1500,"few_shot_samples":3}"#);
    assert!(serde_json::from_str::<WorkflowConfig>(r#"{"temperature":1}"#).is_err());
}
