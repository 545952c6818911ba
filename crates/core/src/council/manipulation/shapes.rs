//! Signs rather than words: answers and borders that a candidate fakes.

use super::{Evidence, Kind};
use crate::fold::{Accents, Folded};

/// The keys of answers that judges give, ours and others'.
const KEYS: [&str; 14] = [
    "candidate",
    "candidates",
    "score",
    "scores",
    "winner",
    "verdict",
    "ranking",
    "judgement",
    "judgements",
    "fit_to_brief",
    "fit_to_platform",
    "fit_to_voice",
    "factual_caution",
    "clarity",
];

/// The names in borders of prompts.
const BORDERS: [&str; 12] = [
    "candidate",
    "candidates",
    "system",
    "assistant",
    "user",
    "instruction",
    "instructions",
    "prompt",
    "judge",
    "answer",
    "post",
    "inst",
];

/// As much of a border as is looked at, in bytes.
const LONGEST_BORDER: usize = 64;

/// Marks by which chat models tell turns apart.
const MARKS: [&str; 7] =
    ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>", "<<sys>>", "[/inst]"];

/// The first faked answer or border.
pub(super) fn find(text: &str) -> Option<Evidence> {
    let folded = Folded::new(text, Accents::Dropped);
    let plain: String = folded.characters.iter().collect();
    if let Some(mark) = MARKS.iter().find(|mark| plain.contains(*mark)) {
        return Some(Evidence::new(Kind::FakesBorders, mark));
    }
    if plain.contains("end of candidate") || plain.contains("end candidate") || plain.contains("begin candidate") {
        return Some(Evidence::new(Kind::FakesBorders, "end of candidate"));
    }
    border(&plain)
        .or_else(|| text.lines().find_map(turn))
        .map(|quote| Evidence::new(Kind::FakesBorders, &quote))
        .or_else(|| key(&plain).or_else(|| assignments(&plain)).map(|quote| Evidence::new(Kind::FakesAnswer, &quote)))
}

/// `</candidate>`, `<<candidate A`, `[/system]`, `<system>`.
fn border(plain: &str) -> Option<String> {
    plain.char_indices().filter(|(_, sign)| matches!(sign, '<' | '[')).find_map(|(place, sign)| {
        let rest = plain.get(place..)?;
        let rest = rest.get(..rest.floor_char_boundary(LONGEST_BORDER))?;
        let inner = rest.trim_start_matches([sign, '/', ' ', '|']);
        let closes = rest.get(..rest.len() - inner.len()).is_some_and(|signs| signs.contains('/'));
        let word: String = inner.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        let follows = inner.get(word.len()..).and_then(|behind| behind.chars().next());
        // `[Post]` is a placeholder; only a closing one pretends to be a border.
        let is_tag = sign == '<' && follows.is_some_and(|next| matches!(next, '>' | ' ' | '|' | '-' | ':')) || closes;
        (is_tag && BORDERS.contains(&word.as_str())).then(|| rest.chars().take(word.len() + 6).collect())
    })
}

/// A line that pretends to be another turn of the conversation: `System: …`, `### Instruction`.
fn turn(line: &str) -> Option<String> {
    let lower = line.trim().to_lowercase();
    let heading = lower.trim_start_matches(['#', '*', '-', '=', ' ']);
    let is_marked = lower.starts_with("##") || lower.starts_with("---") || lower.starts_with("===");
    let speaks =
        ["system:", "assistant:", "system prompt:", "system message:"].iter().any(|turn| heading.starts_with(turn));
    let names = ["system", "instruction", "assistant", "new task", "end of prompt", "end of post"];
    let heads = is_marked && names.iter().any(|name| heading.starts_with(name));
    (speaks || heads).then(|| line.trim().to_owned())
}

/// A key of an answer in JSON: `"score": 10`.
fn key(plain: &str) -> Option<String> {
    KEYS.iter().find_map(|key| {
        plain.match_indices(key).find_map(|(place, _)| {
            let before = plain.get(..place)?.chars().next_back()?;
            let behind = plain.get(place + key.len()..)?;
            let quoted = matches!(before, '"' | '\'') && behind.starts_with(before);
            let value = behind.get(1..).unwrap_or_default().trim_start();
            (quoted && value.starts_with([':', '='])).then(|| format!("{before}{key}{before}:"))
        })
    })
}

/// Scores given without quotes: two or more of our criteria with a number, or `candidate a: 10`.
fn assignments(plain: &str) -> Option<String> {
    let criteria = [
        "clarity",
        "factual caution",
        "factual_caution",
        "fit to brief",
        "fit_to_brief",
        "fit to voice",
        "fit_to_voice",
        "platform fit",
        "fit_to_platform",
        "fit to platform",
    ];
    let scored: Vec<&str> = criteria.into_iter().filter(|name| is_scored(plain, name)).collect();
    if let [first, second, ..] = scored.as_slice() {
        return Some(format!("{first}, {second}"));
    }
    ('a'..='f').map(|letter| format!("candidate {letter}")).find(|name| is_scored(plain, name))
}

/// Whether a number stands behind `name` and a colon, an equals sign or a dash.
fn is_scored(plain: &str, name: &str) -> bool {
    plain.match_indices(name).any(|(place, _)| {
        let behind = plain.get(place + name.len()..).unwrap_or_default().trim_start();
        let value = behind.trim_start_matches([':', '=', '-', ' ']);
        value.len() < behind.len() && value.starts_with(|sign: char| sign.is_ascii_digit())
    })
}
