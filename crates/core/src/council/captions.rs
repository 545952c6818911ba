//! The words in a post's picture.
//!
//! A model writes them from the final post; if it does not, they are taken from the post, so that a picture never fails
//! for want of a model.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use unicode_segmentation::UnicodeSegmentation;

use crate::generation::prompt::{CampaignContext, EmployeeContext, PlatformContext, PromptContext};

/// A place for words in a picture's template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name in the template: lower-case letters, digits and underscores.
    pub name: String,
    /// What is to stand there, for the model.
    pub purpose: String,
    /// The most characters (grapheme clusters) that it may have.
    pub max_characters: usize,
}

/// Words for every field, by the fields' names.
pub type Captions = BTreeMap<String, String>;

/// What the templates of the captions' prompt may speak of. Its fields are the templates' variables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaptionsContext {
    /// What is written about.
    pub campaign: CampaignContext,
    /// In whose name.
    pub employee: EmployeeContext,
    /// Where it appears.
    pub platform: PlatformContext,
    /// The final post.
    pub post: String,
    /// What the picture is, such as `meme-top-bottom`.
    pub template: String,
    /// The places for words in it.
    pub fields: Vec<Field>,
}

impl CaptionsContext {
    /// The prompt's variables for `post`.
    pub fn new(slot: &PromptContext, post: &str, template: &str, fields: &[Field]) -> Self {
        Self {
            campaign: slot.campaign.clone(),
            employee: slot.employee.clone(),
            platform: slot.platform.clone(),
            post: post.to_owned(),
            template: template.to_owned(),
            fields: fields.to_vec(),
        }
    }
}

/// The JSON Schema of the answer: a text for each field. Lengths are checked by [`read`], as strict modes take no bounds.
pub fn schema(fields: &[Field]) -> Value {
    let property = |field: &Field| {
        let description = format!("{} At most {} characters.", field.purpose, field.max_characters);
        (field.name.clone(), json!({ "type": "string", "description": description }))
    };
    let properties: Map<String, Value> = fields.iter().map(property).collect();
    let names: Vec<&String> = properties.keys().collect();
    json!({ "type": "object", "required": names, "properties": properties, "additionalProperties": false })
}

/// Why an answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Unusable {
    /// It was cut off at the limit of tokens.
    #[error("The answer was cut off before its end.")]
    Cut,
    /// It is not the JSON that was asked for.
    #[error("The answer is not the JSON object that was asked for: {problem}.")]
    NotTheSchema {
        /// What is wrong.
        problem: String,
    },
    /// A field has no words.
    #[error("The caption \"{field}\" is empty.")]
    Empty {
        /// Its name.
        field: String,
    },
    /// A field repeats what was asked for.
    #[error("The caption \"{field}\" repeats what was asked for.")]
    Echo {
        /// Its name.
        field: String,
    },
    /// A field has too many.
    #[error("The caption \"{field}\" has {length} characters where {limit} fit.")]
    TooLong {
        /// Its name.
        field: String,
        /// How many it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },
}

/// Reads the model's answer. Line breaks and blanks become single blanks. `complete` is false if the model stopped because
/// it ran out of tokens.
///
/// # Errors
/// If the answer does not have words of the right length for every field; then [`fallback`] has.
pub fn read(raw: &str, complete: bool, fields: &[Field]) -> Result<Captions, Unusable> {
    if !complete {
        return Err(Unusable::Cut);
    }
    let mut answer: BTreeMap<String, String> =
        serde_json::from_str(raw.trim()).map_err(|error| Unusable::NotTheSchema { problem: error.to_string() })?;
    let mut captions = Captions::new();
    for field in fields {
        let missing = || Unusable::NotTheSchema { problem: format!("`{}` is missing", field.name) };
        let caption = tidy(&answer.remove(&field.name).ok_or_else(missing)?);
        let (length, limit) = (caption.graphemes(true).count(), field.max_characters);
        if !is_visible(&caption) {
            return Err(Unusable::Empty { field: field.name.clone() });
        }
        if is_echo(&caption, fields) {
            return Err(Unusable::Echo { field: field.name.clone() });
        }
        if length > limit {
            return Err(Unusable::TooLong { field: field.name.clone(), length, limit });
        }
        captions.insert(field.name.clone(), caption);
    }
    match answer.into_keys().next() {
        Some(name) => Err(Unusable::NotTheSchema { problem: format!("`{name}` was not asked for") }),
        None => Ok(captions),
    }
}

/// Whether most of it, three words in a row at a time, stands in what was asked for: small models hand back the question.
/// Fewer words may well be those of a caption.
fn is_echo(caption: &str, fields: &[Field]) -> bool {
    let asked: HashSet<[String; 3]> = fields.iter().flat_map(|field| triples(&field.purpose)).collect();
    let said = triples(caption);
    2 * said.iter().filter(|words| asked.contains(*words)).count() > said.len()
}

fn triples(text: &str) -> Vec<[String; 3]> {
    let words: Vec<String> = text.unicode_words().map(str::to_lowercase).collect();
    words.array_windows().cloned().collect()
}

/// Words from the post itself: its sentences in their order, one for each field, and the first again where there are fewer.
/// What is too long is cut behind a whole word and ends with `…`. Tags, mentions and links are left out; a post of nothing
/// else gives its words without signs, and `name` stands where nothing is left.
pub fn fallback(post: &str, name: &str, fields: &[Field]) -> Captions {
    let mut sentences = sentences(post);
    if sentences.is_empty() {
        let bare = post.replace(['#', '@'], " ");
        let words = bare.split_whitespace().filter(|word| !is_link(word)).collect::<Vec<_>>().join(" ");
        sentences.push(if is_visible(&words) { words } else { tidy(name) });
    }
    let of = |(index, field): (usize, &Field)| {
        let sentence = sentences.get(index).or(sentences.first()).map(String::as_str).unwrap_or_default();
        (field.name.clone(), shorten(sentence, field.max_characters))
    };
    fields.iter().enumerate().map(of).collect()
}

fn sentences(post: &str) -> Vec<String> {
    let is_spoken = |word: &&str| !word.starts_with(['#', '@']) && !is_link(word);
    let lines = post.lines().map(|line| line.split_whitespace().filter(is_spoken).collect::<Vec<_>>().join(" "));
    let mut sentences = Vec::new();
    for line in lines {
        sentences.extend(line.unicode_sentences().map(tidy).filter(|sentence| is_visible(sentence)));
    }
    sentences
}

fn is_link(word: &str) -> bool {
    word.contains("://") || word.starts_with("www.")
}

fn tidy(text: &str) -> String {
    let shown = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    shown.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_visible(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// At most `limit` characters of `text`: whole words if the first one fits.
fn shorten(text: &str, limit: usize) -> String {
    let graphemes: Vec<&str> = text.graphemes(true).collect();
    if graphemes.len() <= limit {
        return text.to_owned();
    }
    let room = limit.saturating_sub(1);
    let whole = (1..=room).rev().find(|end| graphemes.get(*end) == Some(&" "));
    let kept: String = graphemes.iter().take(whole.unwrap_or(room)).copied().collect();
    let kept = kept.trim_end_matches([' ', ',', ';', ':', '-', '–']);
    if limit == 0 { String::new() } else { format!("{kept}…") }
}

#[cfg(test)]
mod tests;
