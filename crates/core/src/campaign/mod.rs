//! The fields of a campaign that a person sets, checked together before any of them is stored.

use std::ops::Deref;

use serde_json::Value;

use crate::{check::Check, field::FieldError, platform::Platform, schedule::Schedule};

mod workflow;

pub use workflow::{
    Aggregation, BelowQuorum, CouncilConfig, DEFAULT_MODEL, IMAGE_TEMPLATES, Image, MOST_SEATS, Refine, Seat,
    SimpleConfig, Workflow,
};

/// What a person says about a campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// What it is called.
    pub name: String,
    /// The network that its posts are for.
    pub platform: Platform,
    /// What is to be written about.
    pub brief: String,
    /// Who is to read it.
    pub audience: String,
    /// The language of the posts, a BCP 47 tag such as `en` or `de-CH`.
    pub language: String,
    /// What the reader is asked to do.
    pub call_to_action: String,
    /// Hashtags, with or without `#`.
    pub hashtags: Vec<String>,
    /// Who may be mentioned, with or without `@`.
    pub mentions: Vec<String>,
    /// How many posts a thread may have; 1 means that a post stands alone.
    pub max_thread_posts: i32,
    /// How many posts each employee gets per run.
    pub posts_per_employee: i32,
    /// The way in which a post is written.
    pub workflow_type: String,
    /// The settings of that way, a JSON object; of a valid campaign with every default filled in.
    pub workflow_config: Value,
    /// When it runs, as the person wrote it; `None` if only on request.
    pub schedule_cron: Option<String>,
    /// The IANA time zone of that.
    pub schedule_timezone: String,
}

/// A campaign that may be stored. Hashtags and mentions are without their sign and without doubles.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignFields {
    campaign: Campaign,
    schedule: Option<Schedule>,
    workflow: Workflow,
}

impl CampaignFields {
    /// Trims and checks `campaign`.
    ///
    /// # Errors
    /// Every field that cannot be accepted, by its path.
    pub fn validate(campaign: Campaign) -> Result<Self, Vec<FieldError>> {
        let mut check = Check::default();
        let schedule_timezone = campaign.schedule_timezone.trim().to_owned();
        let schedule_cron = campaign.schedule_cron.map(|cron| cron.trim().to_owned());
        let schedule = schedule(&mut check, schedule_cron.as_deref(), &schedule_timezone);
        check.range("max_thread_posts", &campaign.max_thread_posts, &(1..=25));
        if campaign.max_thread_posts > 1 && campaign.platform != Platform::X {
            check.fail("max_thread_posts", "must be 1: only X has threads");
        }
        check.range("posts_per_employee", &campaign.posts_per_employee, &(1..=20));
        let workflow = Workflow::check(&campaign.workflow_type, &campaign.workflow_config, &mut check);
        let workflow_config = workflow.config().unwrap_or_else(|error| {
            check.fail("workflow_config", format!("cannot be stored: {error}"));
            Value::Null
        });
        let campaign = Campaign {
            name: check.text("name", &campaign.name, 1..=200),
            brief: check.text("brief", &campaign.brief, 1..=10_000),
            audience: check.text("audience", &campaign.audience, 0..=1000),
            language: language(&mut check, &campaign.language),
            call_to_action: check.text("call_to_action", &campaign.call_to_action, 0..=500),
            hashtags: tags(&mut check, "hashtags", '#', 30, &campaign.hashtags),
            mentions: tags(&mut check, "mentions", '@', 20, &campaign.mentions),
            schedule_cron,
            schedule_timezone,
            workflow_config,
            ..campaign
        };
        check.finish(Self { campaign, schedule, workflow })
    }

    /// When it runs; `None` if only on request.
    pub fn schedule(&self) -> Option<&Schedule> {
        self.schedule.as_ref()
    }

    /// How its posts are written.
    pub fn workflow(&self) -> &Workflow {
        &self.workflow
    }
}

impl Deref for CampaignFields {
    type Target = Campaign;

    fn deref(&self) -> &Campaign {
        &self.campaign
    }
}

/// The longest cron expression that EventBridge Scheduler stores, in characters.
const LONGEST_CRON: usize = 256;

fn schedule(check: &mut Check, cron: Option<&str>, timezone: &str) -> Option<Schedule> {
    if cron.is_some_and(|cron| cron.chars().count() > LONGEST_CRON) {
        check.fail("schedule_cron", format!("must have at most {LONGEST_CRON} characters"));
        return None;
    }
    // A campaign without schedule keeps its zone for the day when it gets one, so the zone must be right all the same.
    match Schedule::parse(cron.unwrap_or("0 0 * * *"), timezone) {
        Ok(schedule) => cron.map(|_| schedule),
        Err(errors) => {
            check.add(errors);
            None
        }
    }
}

fn language(check: &mut Check, text: &str) -> String {
    let text = text.trim();
    let mut subtags = text.split('-');
    let is_primary = |subtag: &str| {
        (2..=8).contains(&subtag.len()) && subtag.chars().all(|character| character.is_ascii_alphabetic())
    };
    let is_further = |subtag: &str| {
        (1..=8).contains(&subtag.len()) && subtag.chars().all(|character| character.is_ascii_alphanumeric())
    };
    if text.len() > 35 || !subtags.next().is_some_and(is_primary) || !subtags.all(is_further) {
        check.fail("language", "is not a language tag (BCP 47) such as `en` or `de-CH`");
    }
    text.to_owned()
}

/// The tags without their sign and without doubles. Blanks would end a tag in the middle.
fn tags(check: &mut Check, field: &str, sign: char, most: usize, tags: &[String]) -> Vec<String> {
    if tags.len() > most {
        check.fail(field, format!("must have at most {most} entries, has {}", tags.len()));
    }
    let mut kept: Vec<String> = Vec::new();
    for (position, tag) in tags.iter().enumerate() {
        let tag = tag.trim();
        let tag = tag.strip_prefix(sign).unwrap_or(tag);
        let is_word = !tag.chars().any(|character| character.is_whitespace() || character.is_control());
        if tag.is_empty() || tag.chars().count() > 100 || !is_word || tag.contains(['#', '@']) {
            let message = format!("must be one word of 1 to 100 characters, with or without {sign}");
            check.fail(format!("{field}[{position}]"), message);
        } else if !kept.iter().any(|other| other == tag) {
            kept.push(tag.to_owned());
        }
    }
    kept
}
