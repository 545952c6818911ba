//! What the model must answer: one JSON object, nothing around it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::prompt::PromptContext;
use crate::{
    fold::{Accents, Folded},
    platform::{Draft, FitError, FitRules, Fitted, fit},
};

/// The JSON Schema of the answer. Every property is required and there are no bounds, because the providers' strict
/// modes take neither optional properties nor bounds; [`read`] checks again. The names are in alphabetical order, which is
/// the order in which a model writes them: the body first, the rest with the body in mind.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "body": { "type": "string", "description": "The post itself, without hashtags." },
            "call_to_action": { "type": "string", "description": "One sentence that asks the reader to do something, or empty." },
            "hashtags": { "type": "array", "items": { "type": "string" }, "description": "At most three, without #." },
            "mentions": { "type": "array", "items": { "type": "string" }, "description": "Only names from the list that was given." },
        },
        "required": ["body", "call_to_action", "hashtags", "mentions"],
        "additionalProperties": false,
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    body: String,
    call_to_action: String,
    hashtags: Vec<String>,
    mentions: Vec<String>,
}

/// What every post of a slot has to keep to: what the campaign asks for, and whose post it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// Who writes, by name and title. A text of nothing else is no post.
    pub author: String,
    /// Asked for in every post that the model gave none of its own.
    pub call_to_action: String,
    /// In every post, before the model's own.
    pub hashtags: Vec<String>,
    /// The only ones that may be mentioned.
    pub mentions: Vec<String>,
}

impl Wishes {
    /// Those of a slot.
    pub fn of(slot: &PromptContext) -> Self {
        let PromptContext { campaign, employee, .. } = slot;
        Self {
            author: format!("{}, {}", employee.name, employee.job_title),
            call_to_action: campaign.call_to_action.clone(),
            hashtags: campaign.hashtags.clone(),
            mentions: campaign.mentions.clone(),
        }
    }
}

/// Why an answer cannot be used. Each can be told to the model, which then gets one chance to do better.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is nothing, or nothing but white space.
    #[error("The answer is empty.")]
    Empty,
    /// It was cut off at the limit of tokens.
    #[error("The answer was cut off before its end. Write less.")]
    Cut,
    /// There is something before or after the JSON object.
    #[error(
        "There is text around the JSON object. Answer with the JSON object alone, without explanation or code fence."
    )]
    Surrounded,
    /// It is not the JSON that was asked for.
    #[error("The answer is not the JSON object that was asked for: {0}.")]
    NotTheSchema(String),
    /// The object is right but its text is not a post.
    #[error("The text of the post is empty.")]
    NoText,
    /// The text tells who writes, and nothing else.
    #[error("The text of the post is only the author's name or title. Write the post itself.")]
    OnlyTheAuthor,
    /// It does not fit the platform.
    #[error("The post is too long: {length} characters where {limit} are allowed. Write a shorter text.")]
    TooLong {
        /// As the platform counts.
        length: usize,
        /// The platform's limit.
        limit: usize,
    },
    /// Its text tags more than the platform allows.
    #[error("The text has {count} hashtags or mentions where {limit} are allowed. Leave them out of the text.")]
    TooManyTags {
        /// How many there are.
        count: usize,
        /// The platform's limit.
        limit: usize,
    },
}

/// Hashtags beyond this many look like spam on every platform.
const MOST_HASHTAGS: usize = 5;

/// Reads the model's answer into a post that fits its platform. `complete` is false if the model stopped because it ran
/// out of tokens.
///
/// # Errors
/// If the answer cannot be used; what it held is for the log.
pub fn read(raw: &str, complete: bool, wishes: &Wishes, rules: &FitRules) -> Result<Fitted, Unusable> {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return Err(Unusable::Empty);
    }
    if !complete {
        return Err(Unusable::Cut);
    }
    let answer: Answer = serde_json::from_str(trimmed).map_err(|error| unusable(trimmed, &error))?;
    if answer.body.trim().is_empty() {
        return Err(Unusable::NoText);
    }
    if is_only(&answer.body, &wishes.author) {
        return Err(Unusable::OnlyTheAuthor);
    }
    let call_to_action = [answer.call_to_action, wishes.call_to_action.clone()]
        .into_iter()
        .map(|text| text.trim().to_owned())
        .find(|text| !text.is_empty());
    let mut hashtags = wishes.hashtags.clone();
    hashtags.extend(answer.hashtags);
    hashtags.truncate(MOST_HASHTAGS.max(wishes.hashtags.len()));
    let draft = Draft { text: answer.body, call_to_action, hashtags, mentions: allowed(&answer.mentions, wishes) };
    fit(&draft, rules).map_err(|error| match error {
        FitError::Empty => Unusable::NoText,
        FitError::TooLong { length, limit } => Unusable::TooLong { length, limit },
        FitError::TooManyHashtags { count, limit } | FitError::TooManyMentions { count, limit } => {
            Unusable::TooManyTags { count, limit }
        }
    })
}

fn unusable(text: &str, error: &serde_json::Error) -> Unusable {
    if error.is_eof() {
        return Unusable::Cut;
    }
    if !text.starts_with('{') && text.contains('{') || text.starts_with('{') && !text.ends_with('}') {
        return Unusable::Surrounded;
    }
    Unusable::NotTheSchema(error.to_string())
}

/// Whether there are words, and none but those of the author: small models begin with them and stop.
fn is_only(body: &str, author: &str) -> bool {
    let (body, author) = (words(body), words(author));
    !body.is_empty() && body.iter().all(|word| author.contains(word))
}

fn words(text: &str) -> Vec<String> {
    let folded: String = Folded::new(text, Accents::Dropped).characters.into_iter().collect();
    folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A model that makes up whom to mention would notify strangers in the employee's name.
fn allowed(mentions: &[String], wishes: &Wishes) -> Vec<String> {
    let plain = |name: &str| name.trim().trim_start_matches('@').to_lowercase();
    wishes
        .mentions
        .iter()
        .filter(|wish| mentions.iter().any(|mention| plain(mention) == plain(wish)))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::platform::{Platform, length};

    const X: FitRules = FitRules { platform: Platform::X, max_thread_posts: 1 };

    fn wishes() -> Wishes {
        Wishes {
            author: "Noé Favre, Head of steel".to_owned(),
            call_to_action: "Read on.".to_owned(),
            hashtags: vec!["Bridges".to_owned()],
            mentions: vec!["ada".to_owned(), "bob".to_owned()],
        }
    }

    fn answer(body: &str, call_to_action: &str, hashtags: &[&str], mentions: &[&str]) -> String {
        json!({ "body": body, "call_to_action": call_to_action, "hashtags": hashtags, "mentions": mentions })
            .to_string()
    }

    fn check(raw: &str, expected: &str) {
        let result = match read(raw, true, &wishes(), &X) {
            Ok(fitted) => fitted.content(),
            Err(error) => format!("! {error}"),
        };
        assert_eq!(result, expected, "{raw}");
    }

    #[test]
    fn a_good_answer_becomes_the_text_of_the_post() {
        check(
            &answer("We moved it.", "Come and see.", &["steel"], &[]),
            "We moved it.\n\nCome and see.\n\n#Bridges #steel",
        );
        check(&answer("We moved it.", "  ", &[], &[]), "We moved it.\n\nRead on.\n\n#Bridges");
        check(&format!("\n {}\n", answer("We moved it.", "", &[], &[])), "We moved it.\n\nRead on.\n\n#Bridges");
    }

    #[test]
    fn only_those_may_be_mentioned_whom_the_campaign_names() {
        check(&answer("We moved it.", "", &[], &["@Ada", "@elon"]), "We moved it.\n\nRead on.\n\n@ada\n#Bridges");
    }

    #[test]
    fn who_writes_is_no_post() {
        let refused = "! The text of the post is only the author's name or title. Write the post itself.";
        for body in ["Noé Favre", "NOE FAVRE:", "Favre\n\nHead of steel.", "of"] {
            check(&answer(body, "", &[], &[]), refused);
        }
        check(&answer("Noé Favre moved it.", "", &[], &[]), "Noé Favre moved it.\n\nRead on.\n\n#Bridges");
        check(&answer("🌉", "", &[], &[]), "🌉\n\nRead on.\n\n#Bridges");
    }

    #[test]
    fn says_what_is_wrong_so_that_the_model_can_do_better() {
        let surrounded = "! There is text around the JSON object. Answer with the JSON object alone, without explanation or code fence.";
        check("", "! The answer is empty.");
        check(" \n ", "! The answer is empty.");
        check("Sure, here it is: {\"body\": \"a\"}", surrounded);
        check("```json\n{\"body\": \"a\"}\n```", surrounded);
        check(&format!("{} I hope you like it.", answer("a", "", &[], &[])), surrounded);
        check("{\"body\": \"We mo", "! The answer was cut off before its end. Write less.");
        check(
            "I cannot do that.",
            "! The answer is not the JSON object that was asked for: expected value at line 1 column 1.",
        );
        check(
            "{\"body\": 7}",
            "! The answer is not the JSON object that was asked for: invalid type: integer `7`, expected a string at line 1 column 10.",
        );
        check(&answer(" ", "", &[], &[]), "! The text of the post is empty.");
        check(
            &answer(&"word ".repeat(80), "", &[], &[]),
            "! The post is too long: 409 characters where 280 are allowed. Write a shorter text.",
        );
        assert_eq!(read("{}", false, &wishes(), &X), Err(Unusable::Cut));
    }

    #[test]
    fn the_schema_asks_for_every_property_and_nothing_else() {
        let schema = schema();
        let properties: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        let required: Vec<&str> =
            schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(properties.len(), required.len());
        assert!(required.iter().all(|name| schema["properties"].get(name).is_some()));
        assert_eq!(schema["additionalProperties"], false);
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_fits_the_platform(text in "\\PC{1,400}", hashtags in prop::collection::vec("[a-z0-9 #]{0,12}", 0..8)) {
            let hashtags: Vec<&str> = hashtags.iter().map(String::as_str).collect();
            for platform in Platform::ALL {
                let rules = FitRules { platform, max_thread_posts: 1 };
                if let Ok(fitted) = read(&answer(&text, "", &hashtags, &[]), true, &wishes(), &rules) {
                    prop_assert!(length(platform, &fitted.content()) <= platform.limits().text);
                }
            }
        }

        #[test]
        fn no_answer_however_strange_is_a_panic(raw in "\\PC{0,200}", complete: bool) {
            let _ = read(&raw, complete, &wishes(), &X);
        }
    }
}
