//! What a campaign may be.

use rostrum_core::{
    campaign::{Campaign, CampaignFields, SimpleConfig, Workflow},
    platform::Platform,
};
use serde_json::{Value, json};

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
        workflow_config: json!({}),
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
        |campaign| campaign.workflow_config = json!({ "model": "gpt-" }),
        &["workflow_config.model: must be the id of a model that begins with `claude-`, `gpt-` or `grok-`"],
    );
    check(
        |campaign| campaign.workflow_config = json!({ "max_output_tokens": 16_001 }),
        &["workflow_config.max_output_tokens: must be 64 to 16000, is 16001"],
    );
    check(
        |campaign| campaign.workflow_type = "parliament".to_owned(),
        &["workflow_type: `parliament` is not available; the workflows are `simple` and `council`"],
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
    campaign.workflow_config = json!({ "model": "llama-4", "max_output_tokens": 63, "few_shot_samples": 11 });
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
    let fields = CampaignFields::validate(campaign()).unwrap();
    assert_eq!(fields.workflow(), &Workflow::Simple(SimpleConfig::default()));
    let stored = json!({ "model": "claude-sonnet-5-5", "max_output_tokens": 1500, "few_shot_samples": 3 });
    assert_eq!(fields.workflow_config, stored);
    assert_eq!(&Workflow::read("simple", &stored).unwrap(), fields.workflow());
    check(
        |campaign| campaign.workflow_config = json!({ "temperature": 1 }),
        &[
            "workflow_config.temperature: is not a field; the fields here are model, max_output_tokens, few_shot_samples",
        ],
    );
}

/// Expects exactly these errors of a council with this configuration.
fn check_council(config: &Value, expected: &[&str]) {
    let errors = Workflow::read("council", config).err().unwrap_or_default();
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, expected, "{config}");
}

#[test]
fn a_council_has_a_seat_for_each_family_by_default() {
    let council = Workflow::read("council", &json!({})).unwrap();
    let stored = council.config().unwrap();
    insta::assert_json_snapshot!(stored);
    assert_eq!(Workflow::read("council", &stored).unwrap(), council);
}

#[test]
fn a_council_is_read_as_it_is_written() {
    let written = json!({
        "seats": [{ "name": "a", "model": "claude-haiku-5-5" }, { "name": "b-2", "model": "claude-haiku-5-5" }],
        "quorum": 1,
        "below_quorum": "fail",
        "aggregation": { "mode": "judge", "model": "gpt-6-luna", "successor": "grok-4.7", "margin": 0.25 },
        "refine": { "model": "grok-4.7" },
        "image": { "template": "quote-card" },
        "max_output_tokens": 800,
        "few_shot_samples": 0,
    });
    assert_eq!(Workflow::read("council", &written).unwrap().config().unwrap(), written);
    let judge = |model: &str| {
        let config = json!({ "aggregation": { "model": model } });
        Workflow::read("council", &config).unwrap().config().unwrap()["aggregation"]["successor"].clone()
    };
    assert_eq!(judge("gpt-6-luna"), "claude-sonnet-5-5");
    assert_eq!(judge("claude-haiku-5-5"), "gpt-6.1-sol");
}

#[test]
fn names_what_is_wrong_with_a_council() {
    let id = "must be the id of a model that begins with `claude-`, `gpt-` or `grok-`";
    let seat = |name: &str| json!({ "name": name, "model": "gpt-6-luna" });
    check_council(
        &json!([]),
        &[
            "workflow_config: is a list, expected the fields seats, quorum, below_quorum, aggregation, refine, image, max_output_tokens, few_shot_samples",
        ],
    );
    check_council(&json!({ "seat": [] }), &["workflow_config.seat: is not a field; did you mean `seats`?"]);
    check_council(&json!({ "seats": [seat("a")] }), &["workflow_config.seats: must have 2 to 6 entries, has 1"]);
    check_council(
        &json!({ "seats": [seat("a"), { "name": "b", "model": "llama" }] }),
        &[&format!("workflow_config.seats[1].model: {id}")],
    );
    check_council(
        &json!({ "seats": [seat("Big Seat"), { "name": 7 }, "c"] }),
        &[
            "workflow_config.seats[0].name: must be 1 to 20 lower-case letters, digits and hyphens",
            "workflow_config.seats[1].name: is a number, expected a text",
            "workflow_config.seats[1].model: is missing",
            "workflow_config.seats[2]: is a text, expected the fields name, model",
        ],
    );
    check_council(
        &json!({ "seats": [seat("a"), seat("b"), seat("a")] }),
        &["workflow_config.seats[2].name: `a` is also the name of seats[0]"],
    );
    check_council(
        &json!({ "seats": [seat("a"), seat("b")], "quorum": 3 }),
        &["workflow_config.quorum: must be 1 to 2, the number of seats, is 3"],
    );
    check_council(&json!({ "quorum": 0 }), &["workflow_config.quorum: must be 1 to 3, the number of seats, is 0"]);
    check_council(
        &json!({ "quorum": 1.5 }),
        &["workflow_config.quorum: is 1.5, which is no whole number that fits here"],
    );
    check_council(
        &json!({ "below_quorum": "panic" }),
        &["workflow_config.below_quorum: is `panic`, must be one of `best_single`, `fail`"],
    );
    check_council(
        &json!({ "aggregation": { "mode": "dice" } }),
        &["workflow_config.aggregation.mode: is `dice`, must be one of `judge`, `rules`, `vote`"],
    );
    check_council(
        &json!({ "aggregation": { "mode": "rules", "model": "gpt-6-luna" } }),
        &["workflow_config.aggregation.model: is not a field; did you mean `mode`?"],
    );
    check_council(
        &json!({ "seats": [seat("a"), seat("b")], "aggregation": { "mode": "vote" } }),
        &["workflow_config.aggregation.mode: `vote` needs at least 3 seats: with fewer, every vote is a tie"],
    );
    check_council(
        &json!({ "aggregation": { "mode": "judge", "model": "gpt-6-luna", "successor": "gpt-6-luna", "margin": 5.1 } }),
        &[
            "workflow_config.aggregation.successor: must be another model than the judge, to take over when that one fails",
            "workflow_config.aggregation.margin: must be 0 to 5, is 5.1",
        ],
    );
    check_council(
        &json!({ "aggregation": { "margin": "small" } }),
        &["workflow_config.aggregation.margin: is a text, expected a number"],
    );
    check_council(&json!({ "refine": { "model": "llama" } }), &[&format!("workflow_config.refine.model: {id}")]);
    check_council(&json!({ "refine": true }), &["workflow_config.refine: is true or false, expected the fields model"]);
    check_council(&json!({ "refine": null, "image": null }), &[]);
    check_council(&json!({ "image": {} }), &["workflow_config.image.template: is missing"]);
    check_council(
        &json!({ "image": { "template": "poster" } }),
        &[
            "workflow_config.image.template: is `poster`, must be one of `meme-top-bottom`, `meme-caption-above`, `quote-card`, `headline-card`",
        ],
    );
    check_council(&json!({ "few_shot_samples": 11 }), &["workflow_config.few_shot_samples: must be 0 to 10, is 11"]);
}
