//! What a text says, as far as words and numbers tell.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

use super::{NEUTRAL, Yardstick, less, mark};
use crate::{
    council::{criteria::Mark, points::Points},
    fold::{Accents, Folded},
};

/// Ten points for this many of the brief's terms, or for all if it has fewer.
const ENOUGH_TERMS: usize = 8;

/// Inflected forms of a word share at least this many letters.
const STEM: usize = 5;

/// What each invented number, link or quotation costs, in thousandths.
const INVENTION: i32 = 2_500;

/// Numbers up to this one count things; they claim nothing.
const SMALL_NUMBER: u64 = 10;

/// Frequent words of four letters and more that say nothing about a topic, folded.
const EMPTY_WORDS: &str = "about above after again all also although always another because been before being between \
both cannot could does doing down during each either every everything from further have having here into itself just \
less like make many more most much must need never only other over people post posts really same shall should show \
some something still such than that their them then there these they thing things this those through under until upon \
very want well were what when where which while will with within without would write your yourself \
aber alle allem allen aller alles auch beim bitte damit dann dass deine dein denn deren dessen diese diesem diesen \
dieser dieses doch durch eine einem einen einer eines etwas euch euer fuer haben hatte hier ihre ihrem ihren ihrer immer \
jede jedem jeden jeder jedes kann kein keine konnen mehr mein meine mich muss nach nicht nichts noch oder ohne schon \
sehr sein seine sich sind soll sollen sondern uber und unser unsere unter viel vom von vor wann warum was welche wenn \
werden wie wieder wird wollen zum zur zwischen \
alors aussi autre avec avoir bien cela celle celui ceux chaque comme dans depuis donc elle elles encore entre etre \
fait faire leur leurs lors mais meme moins notre nous parce pour pourquoi quand quel quelle quels sans selon sera sont \
sous tous tout toute toutes tres une votre vous \
algo ante antes aquel aqui cada como con cual cuando desde donde durante ella ellas ellos entonces entre esta estas \
este esto estos hacer hasta mismo mucho muy nada nuestra nuestro otra otro para pero poco porque puede que quien ser \
sin sobre solo son tambien tanto tiene toda todas todo todos una unas uno unos vuestra";

/// The share of the brief's terms that the text uses. A term is a word of four letters or more (of one in scripts without
/// blanks) that is no empty word; it is used if the text has a word with the same first five letters.
pub(super) fn coverage(text: &str, brief: &str) -> Mark {
    let terms = terms(brief);
    if terms.is_empty() {
        return mark(NEUTRAL, "The brief names no terms to look for.");
    }
    let words = stems(text);
    let covered = terms.iter().filter(|term| words.contains(*term)).count();
    let needed = terms.len().min(ENOUGH_TERMS);
    let reason = format!("It uses {covered} of the {} terms of the brief.", terms.len());
    mark(Points::share(covered.min(needed), needed), reason)
}

fn terms(brief: &str) -> BTreeSet<String> {
    let empty: BTreeSet<&str> = EMPTY_WORDS.split_whitespace().collect();
    let words = folded_words(brief);
    let is_term = |word: &String| {
        let is_long = word.chars().count() >= 4 || word.chars().all(|letter| u32::from(letter) >= 0x2e80);
        is_long && !empty.contains(word.as_str()) && !word.chars().all(|letter| letter.is_ascii_digit())
    };
    words.into_iter().filter(is_term).map(|word| stem(&word)).collect()
}

fn stems(text: &str) -> BTreeSet<String> {
    folded_words(text).iter().map(|word| stem(word)).collect()
}

fn folded_words(text: &str) -> Vec<String> {
    let folded: String = Folded::new(text, Accents::Dropped).characters.into_iter().collect();
    folded.unicode_words().map(str::to_owned).collect()
}

fn stem(word: &str) -> String {
    word.chars().take(STEM).collect()
}

/// Ten points, less two and a half for each number, link and quotation that is neither in the brief nor in a sample.
pub(super) fn factual_caution(text: &str, yardstick: &Yardstick) -> Mark {
    let known = [&yardstick.brief].into_iter().chain(&yardstick.samples);
    let mut numbers_known = BTreeSet::new();
    let mut known_text = String::new();
    for source in known {
        numbers_known.extend(numbers(source));
        known_text.push_str(&plain(source));
        known_text.push('\n');
    }
    let mut invented: Vec<String> =
        numbers(text).into_iter().filter(|number| !numbers_known.contains(number)).collect();
    let quoted = links(text).chain(quotations(text));
    invented.extend(quoted.filter(|quoted| !known_text.contains(&plain(quoted))).map(str::to_owned));
    let reason = match invented.as_slice() {
        [] => "Every number, link and quotation is in the brief or in a sample.".to_owned(),
        some => {
            let shown: Vec<String> = some.iter().take(3).map(|found| found.chars().take(60).collect()).collect();
            format!("{} not in the brief: {}.", some.len(), shown.join(", "))
        }
    };
    mark(less(invented.len(), INVENTION), reason)
}

fn plain(text: &str) -> String {
    let folded: String = Folded::new(text, Accents::Dropped).characters.into_iter().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The numbers of a text without their separators, the small ones and those inside links left out.
fn numbers(text: &str) -> BTreeSet<String> {
    let words = text.split_whitespace().filter(|word| !is_link(word));
    let mut numbers = BTreeSet::new();
    for word in words {
        for number in word.split(|sign: char| !(sign.is_ascii_digit() || ".,'’".contains(sign))) {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            let is_small = digits.parse::<u64>().is_ok_and(|number| number <= SMALL_NUMBER);
            if !digits.is_empty() && !is_small {
                numbers.insert(digits);
            }
        }
    }
    numbers
}

fn is_link(word: &str) -> bool {
    word.contains("://") || word.starts_with("www.")
}

fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .filter(|word| is_link(word))
        .map(|word| word.trim_end_matches(['.', ',', '!', '?', ')', ';', ':']))
}

/// What stands in quotation marks and is longer than a term: three words or more.
fn quotations(text: &str) -> impl Iterator<Item = &str> {
    const MARKS: [char; 6] = ['"', '“', '”', '„', '«', '»'];
    let inside = text.split(MARKS).enumerate().filter(|(index, _)| index % 2 == 1);
    inside.map(|(_, quoted)| quoted.trim()).filter(|quoted| quoted.split_whitespace().count() >= 3)
}
