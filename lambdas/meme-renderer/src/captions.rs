//! The words of the picture: from the employee's profile, from a model, or from the post itself.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rostrum_core::{
    council::captions::{self, Captions, CaptionsContext, Field},
    generation::prompt,
};
use rostrum_llm::{Schema, Turn};
use rostrum_render::{CaptionField, Template};
use rostrum_store::prompts::Purpose;
use rostrum_workflow::{Council, Step, Steps, Stop, Written};

/// The most tokens that a model may write, thinking included: four captions are about 200.
const MAX_OUTPUT_TOKENS: u32 = 2_000;

/// Words, and who found them.
pub(crate) struct Worded {
    pub(crate) captions: Captions,
    /// The model; none if they were taken from the post.
    pub(crate) by: Option<String>,
}

/// A field that holds the employee's own data is never left to a model.
fn from_profile(field: &str, council: &Council) -> Option<String> {
    match field {
        "author" => Some(council.context.employee.name.clone()),
        "role" => Some(council.context.employee.job_title.clone()),
        _ => None,
    }
}

/// The words for every field of the template.
///
/// # Errors
/// If Postgres does not answer or the prompt's template is not one.
pub(crate) async fn find(
    steps: &Steps,
    council: &Council,
    post: &Written,
    template: &Template,
    deadline: DateTime<Utc>,
) -> Result<Worded, Stop> {
    let mut known = BTreeMap::new();
    let mut open = Vec::new();
    for field in template.caption_fields() {
        match from_profile(&field.name, council) {
            Some(text) => drop(known.insert(field.name.clone(), text)),
            None => open.push(asked(field)),
        }
    }
    known.retain(|_, text: &mut String| !text.is_empty());
    let text = post.fitted.content();
    let worded = if open.is_empty() {
        Worded { captions: Captions::new(), by: None }
    } else {
        ask(steps, council, post, &text, template, &open, deadline).await?
    };
    Ok(Worded { captions: worded.captions.into_iter().chain(known).collect(), ..worded })
}

fn asked(field: &CaptionField) -> Field {
    Field { name: field.name.clone(), purpose: field.purpose.clone(), max_characters: field.max_characters }
}

async fn ask(
    steps: &Steps,
    council: &Council,
    post: &Written,
    text: &str,
    template: &Template,
    fields: &[Field],
    deadline: DateTime<Utc>,
) -> Result<Worded, Stop> {
    let subject = council.assignment.subject;
    let version = steps.templates(subject, Purpose::Captions).await?;
    let context = CaptionsContext::new(&council.context, text, &template.name, fields);
    let prompt = prompt::render(&version.system_template, &version.prompt_template, &context)
        .map_err(|error| Stop::configuration(error.to_string()))?;
    let seats = &council.config.seats;
    let winner = seats.iter().find(|seat| council.winner.as_ref() == Some(&seat.name));
    let model = winner.map_or(post.model.as_str(), |seat| seat.model.as_str());
    let step = Step {
        subject,
        name: "captions".to_owned(),
        model: model.to_owned(),
        prompt_version: version.version,
        system: prompt.system,
        turns: vec![Turn::user(prompt.user)],
        schema: Schema { name: "captions".to_owned(), json: captions::schema(fields) },
        max_output_tokens: MAX_OUTPUT_TOKENS,
        deadline,
    };
    let said = steps.ask_or_reason(&step).await?;
    let read = said.and_then(|said| {
        let read = captions::read(&said.raw, said.complete, fields).map_err(|problem| problem.to_string())?;
        quoted_from(&read, text)?;
        Ok((read, said.model))
    });
    Ok(match read {
        Ok((captions, by)) => Worded { captions, by: Some(by) },
        Err(problem) => {
            tracing::warn!(problem, "the words of the picture are taken from the post");
            let captions = captions::fallback(text, &council.context.campaign.name, fields);
            Worded { captions, by: None }
        }
    })
}

/// What a card quotes under somebody's name must be in their post: a sentence that they never said is a forgery.
fn quoted_from(captions: &Captions, post: &str) -> Result<(), String> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    match captions.get("quote") {
        Some(quote) if !plain(post).contains(plain(quote).trim_matches(['"', '“', '”', '„', '«', '»'])) => {
            Err(format!("The quote {quote:?} is not in the post."))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(quote: &str, post: &str, is_quoted: bool) {
        let captions = Captions::from([("quote".to_owned(), quote.to_owned())]);
        assert_eq!(quoted_from(&captions, post).is_ok(), is_quoted, "{quote}");
    }

    #[test]
    fn a_quote_is_taken_from_the_post() {
        let post = "We moved the bridge.\n\nIt took  one night.\n\n#bridges";
        check("It took one night.", post, true);
        check("“we moved the bridge.”", post, true);
        check("It took two nights.", post, false);
        assert!(quoted_from(&Captions::new(), post).is_ok());
    }
}
