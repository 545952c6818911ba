//! What was meant for somebody else than the reader.

use crate::{
    checks::{Finding, Severity, What, excerpt},
    fold::{Accents, Folded},
};

/// Words that stand in brackets only until somebody fills them in, folded.
const BLANKS: &str = "name names company insert your link links date product event title location city number url website \
topic industry role position placeholder here hashtag hashtags handle time brand firstname lastname firma ihr ihre dein \
deine datum titel ort thema produkt nom entreprise votre lien lieu nombre empresa enlace fecha lugar";

/// What a model says about itself and its task, folded.
const MODEL_TALK: [&str; 30] = [
    "as an ai language model",
    "as an ai model",
    "as an ai assistant",
    "as an ai, i",
    "as a language model",
    "as a large language model",
    "i cannot fulfill",
    "i can't fulfill",
    "i'm sorry, but i can",
    "i am unable to create",
    "here is your post",
    "here's your post",
    "here is a post",
    "here's a post",
    "here is a linkedin post",
    "here's a linkedin post",
    "here is the post",
    "sure, here",
    "sure! here",
    "certainly! here",
    "i hope this helps",
    "let me know if you'd like",
    "let me know if you want me to",
    "als ki-sprachmodell",
    "als ki-modell",
    "hier ist dein beitrag",
    "hier ist ein beitrag",
    "en tant que modele de langage",
    "como modelo de lenguaje",
    "word count:",
];

/// Labels of the parts of a post, at the beginning of a line, folded.
const LABELS: [&str; 12] = [
    "body:",
    "post:",
    "caption:",
    "linkedin post:",
    "instagram caption:",
    "tweet:",
    "call to action:",
    "call_to_action:",
    "hashtags:",
    "mentions:",
    "character count:",
    "tone:",
];

/// The keys of the answer that is asked for, folded.
const KEYS: [&str; 5] = ["\"body\"", "\"call_to_action\"", "\"hashtags\"", "\"mentions\"", "\"assessment\""];

pub(super) fn check(content: &str) -> Vec<Finding> {
    let folded: String = Folded::new(content, Accents::Dropped).characters.into_iter().collect();
    let mut findings = Vec::new();
    if let Some(found) = placeholder(content) {
        let message = format!("\"{}\" was not filled in.", excerpt(&found));
        findings.push(Finding::new(Severity::Blocking, message, What::Placeholder { found }));
    }
    if let Some(found) = json(&folded) {
        let message = format!("Parts of the model's answer are left in it: {}", excerpt(&found));
        findings.push(Finding::new(Severity::Blocking, message, What::JsonRemains { found }));
    }
    if let Some(found) = model_talk(content, &folded) {
        let message = format!("The model speaks of itself or its task: \"{}\"", excerpt(&found));
        findings.push(Finding::new(Severity::Blocking, message, What::ModelTalk { found }));
    }
    if let Some(found) = markup(content) {
        let message = format!("No network shows this markup: {}", excerpt(&found));
        findings.push(Finding::new(Severity::Warning, message, What::Markup { found }));
    }
    findings
}

fn placeholder(content: &str) -> Option<String> {
    let always = [("{{", "}}"), ("{%", "%}"), ("${", "}")];
    let sure = always.iter().find_map(|(opening, closing)| between(content, opening, closing, |_| true));
    let brackets = [("[", "]"), ("{", "}"), ("<", ">")];
    sure.or_else(|| brackets.iter().find_map(|(opening, closing)| between(content, opening, closing, is_blank)))
        .or_else(|| content.to_lowercase().contains("lorem ipsum").then(|| "lorem ipsum".to_owned()))
}

/// As much as is looked at behind an opening sign, in bytes.
const LONGEST: usize = 200;

/// The first text between the two signs that `accepts` takes, with the signs.
fn between(content: &str, opening: &str, closing: &str, accepts: fn(&str) -> bool) -> Option<String> {
    content.match_indices(opening).find_map(|(start, _)| {
        let inside = content.get(start + opening.len()..)?;
        let inside = inside.get(..inside.floor_char_boundary(LONGEST))?;
        let inside = inside.get(..inside.find(closing)?)?;
        (!inside.contains('\n') && accepts(inside)).then(|| format!("{opening}{inside}{closing}"))
    })
}

/// Up to six words, one of which is to be filled in.
fn is_blank(inside: &str) -> bool {
    let folded: String = Folded::new(inside, Accents::Dropped).characters.into_iter().collect();
    let words: Vec<&str> =
        folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    (1..=6).contains(&words.len()) && words.iter().any(|word| BLANKS.split_whitespace().any(|blank| blank == *word))
}

fn json(folded: &str) -> Option<String> {
    let key = KEYS.iter().find(|key| {
        folded
            .match_indices(*key)
            .any(|(at, _)| folded.get(at + key.len()..).is_some_and(|rest| rest.trim_start().starts_with(':')))
    });
    let text = folded.trim();
    let whole = text.starts_with('{') && text.ends_with('}');
    key.map(|key| format!("{key}:"))
        .or_else(|| whole.then(|| text.to_owned()))
        .or_else(|| folded.contains("\\n").then(|| "\\n".to_owned()))
}

fn model_talk(content: &str, folded: &str) -> Option<String> {
    let talk = MODEL_TALK.iter().find(|talk| folded.contains(**talk)).map(|talk| (*talk).to_owned());
    talk.or_else(|| content.lines().find_map(label))
}

fn label(line: &str) -> Option<String> {
    let folded: String = Folded::new(line, Accents::Dropped).characters.into_iter().collect();
    let line = folded.trim_start_matches(['*', '#', ' ', '-']);
    LABELS.iter().find(|label| line.starts_with(**label)).map(|label| (*label).to_owned())
}

fn markup(content: &str) -> Option<String> {
    let is_heading = |line: &&str| line.starts_with("# ") || line.starts_with("## ") || line.starts_with("### ");
    let is_bold = |inside: &str| !inside.trim().is_empty() && !inside.contains('*');
    let is_tag = |inside: &str| {
        let name = inside.trim_start_matches('/').trim_end_matches(['/', ' ']);
        ["b", "i", "p", "br", "em", "strong", "ul", "li", "div", "span"].contains(&name)
    };
    if content.contains("```") {
        return Some("```".to_owned());
    }
    content
        .lines()
        .find(is_heading)
        .map(str::to_owned)
        .or_else(|| between(content, "**", "**", is_bold))
        .or_else(|| between(content, "<", ">", is_tag))
        .or_else(|| content.contains("](http").then(|| "](http".to_owned()))
}
