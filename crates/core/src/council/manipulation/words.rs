//! A text as folded words, and patterns of words in it.

use crate::fold::{Accents, Folded, is_invisible, stands_for};

/// The words of a text as a reader sees them.
pub(super) struct Words<'text> {
    text: &'text str,
    folded: Folded,
    all: Vec<Word>,
}

/// One word.
struct Word {
    letters: Vec<char>,
    /// From its first folded character up to the one behind its last.
    first: usize,
    end: usize,
    /// Whether a sentence, line or quotation begins with it, or ends with it.
    opens: bool,
    closes: bool,
    /// Whether its letters stood apart.
    spaced: bool,
    /// The letters that it may begin with, a bit for each. Most patterns are dismissed by that alone.
    begins: u32,
}

/// Words that follow each other, with others between them.
pub(super) struct Pattern {
    /// For each place the words that can stand there, separated by blanks; `*` ends the beginning of a word.
    pub(super) places: &'static [&'static str],
    /// The most other words between two places.
    pub(super) gap: usize,
    /// Whether it must begin where a sentence begins.
    pub(super) opens: bool,
    /// Whether it must end where a sentence ends.
    pub(super) closes: bool,
    /// Words that, near its end, give it another meaning.
    pub(super) unless: &'static str,
}

/// How near [`Pattern::unless`] must be, in words behind its end.
const NEAR: usize = 5;

impl<'text> Words<'text> {
    /// Folds `text` and takes its words. Letters that stand apart, as in `s p a c e d`, are one word.
    pub(super) fn of(text: &'text str) -> Self {
        let folded = Folded::new(text, Accents::Dropped);
        let mut words = join_letters(split(&folded.characters));
        for index in 1..words.len() {
            let (Some(end), Some(next)) =
                (words.get(index - 1).map(|word| word.end), words.get(index).map(|word| word.first))
            else {
                continue;
            };
            let between = folded.characters.get(end..next).unwrap_or_default();
            let is_border = between.iter().any(|sign| ".!?:;\"()[]{}<>*|-".contains(*sign))
                || folded.source(text, end, next).contains('\n');
            if let Some(word) = words.get_mut(index) {
                word.opens = is_border;
            }
            if let Some(word) = words.get_mut(index - 1) {
                word.closes = is_border;
            }
        }
        if let Some(word) = words.first_mut() {
            word.opens = true;
        }
        if let Some(word) = words.last_mut() {
            word.closes = true;
        }
        Self { text, folded, all: words }
    }

    /// The part of the text that matches `pattern` first, as it was written.
    pub(super) fn find(&self, pattern: &Pattern) -> Option<&'text str> {
        let begins = beginnings(pattern.places.first().copied().unwrap_or_default());
        let can_start = |word: &Word| word.begins & begins != 0 && (word.opens || !pattern.opens);
        for (start, _) in self.all.iter().enumerate().filter(|(_, word)| can_start(word)) {
            let Some(end) = self.matches(pattern, start) else { continue };
            let closes = !pattern.closes || self.word(end).is_some_and(|word| word.closes);
            let behind = self.all.get(end + 1..).unwrap_or_default().iter().take(NEAR);
            if closes && !behind.clone().any(|word| one_of(word, pattern.unless)) {
                return self.source(start, end);
            }
        }
        None
    }

    /// The part of the text that reads as `letters` if everything but letters and digits is taken away.
    pub(super) fn find_squeezed(&self, letters: &str) -> Option<&'text str> {
        let meant: Vec<char> = letters.chars().collect();
        let words = self.all.iter().enumerate();
        let solid: Vec<(char, usize)> =
            words.flat_map(|(index, word)| word.letters.iter().map(move |letter| (*letter, index))).collect();
        let found = solid
            .windows(meant.len())
            .find(|window| window.iter().zip(&meant).all(|((letter, _), meant)| stands_for(*letter, *meant)))?;
        self.source(found.first()?.1, found.last()?.1)
    }

    /// A word of spaced letters that holds `letters`.
    pub(super) fn find_spaced(&self, letters: &str) -> Option<&'text str> {
        let meant: Vec<char> = letters.chars().collect();
        let holds = |word: &Word| {
            let mut windows = word.letters.windows(meant.len());
            windows.any(|window| window.iter().zip(&meant).all(|(letter, meant)| stands_for(*letter, *meant)))
        };
        let word = self.all.iter().find(|word| word.spaced && holds(word))?;
        Some(self.folded.source(self.text, word.first, word.end))
    }

    /// The index of the last word of a match that begins at `start`.
    fn matches(&self, pattern: &Pattern, start: usize) -> Option<usize> {
        let (first, rest) = pattern.places.split_first()?;
        if !one_of(self.word(start)?, first) {
            return None;
        }
        let mut at = start;
        for place in rest {
            at = (at + 1..=at + 1 + pattern.gap)
                .find(|index| self.word(*index).is_some_and(|word| one_of(word, place)))?;
        }
        Some(at)
    }

    fn word(&self, index: usize) -> Option<&Word> {
        self.all.get(index)
    }

    fn source(&self, start: usize, end: usize) -> Option<&'text str> {
        Some(self.folded.source(self.text, self.word(start)?.first, self.word(end)?.end))
    }
}

impl Word {
    fn of(letters: Vec<char>, first: usize, end: usize) -> Self {
        let begin = letters.first().copied().unwrap_or_default();
        let letters_meant = ('a'..='z').filter(|letter| stands_for(begin, *letter));
        let begins =
            letters_meant.chain(begin.is_ascii_digit().then_some(begin)).fold(0, |all, letter| all | bit(letter));
        Self { letters, first, end, opens: false, closes: false, spaced: false, begins }
    }
}

/// A bit for each Latin letter, and one for everything else.
fn bit(letter: char) -> u32 {
    match letter {
        'a'..='z' => 1 << (u32::from(letter) - u32::from('a')),
        _ => 1 << 31,
    }
}

/// The letters that the words of a place begin with.
fn beginnings(choices: &str) -> u32 {
    choices.split(' ').filter_map(|choice| choice.chars().next()).fold(0, |all, letter| all | bit(letter))
}

fn split(characters: &[char]) -> Vec<Word> {
    let is_part = |index: usize| {
        let part = |index: usize| characters.get(index).is_some_and(|letter| letter.is_alphanumeric());
        let sign = characters.get(index).is_some_and(|letter| matches!(letter, '@' | '$' | '!' | '|'));
        part(index) || sign && index > 0 && part(index - 1) && part(index + 1)
    };
    let mut words: Vec<Word> = Vec::new();
    for (index, letter) in characters.iter().enumerate().filter(|(index, _)| is_part(*index)) {
        match words.last_mut() {
            Some(word) if word.end == index => {
                word.letters.push(*letter);
                word.end = index + 1;
            }
            _ => words.push(Word::of(vec![*letter], index, index + 1)),
        }
    }
    words
}

/// Three or more single letters in a row, each at most a few signs from the next, are one word.
fn join_letters(words: Vec<Word>) -> Vec<Word> {
    const APART: usize = 2;
    let mut joined: Vec<Word> = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let mut run = vec![word];
        let is_single = |word: &Word| word.letters.len() == 1;
        while run.last().is_some_and(is_single) {
            let end = run.last().map_or(0, |word| word.end);
            let Some(next) = words.next_if(|next| is_single(next) && next.first <= end + APART) else { break };
            run.push(next);
        }
        if run.len() < 3 {
            joined.extend(run);
            continue;
        }
        let (first, end) = (run.first().map_or(0, |word| word.first), run.last().map_or(0, |word| word.end));
        let letters = run.into_iter().flat_map(|word| word.letters).collect();
        joined.push(Word { spaced: true, ..Word::of(letters, first, end) });
    }
    joined
}

fn one_of(word: &Word, choices: &str) -> bool {
    choices.split(' ').filter(|choice| !choice.is_empty()).any(|choice| {
        let (stem, is_whole) = choice.strip_suffix('*').map_or((choice, true), |stem| (stem, false));
        let mut written = word.letters.iter();
        let fits = stem.chars().all(|meant| written.next().is_some_and(|letter| stands_for(*letter, meant)));
        fits && (!is_whole || written.next().is_none())
    })
}

/// Text in code points of Unicode's block of tags, which models read and people do not see; flags of regions use it, too.
pub(super) fn hidden_tags(text: &str) -> Option<String> {
    let mut hidden = String::new();
    let mut in_flag = false;
    for character in text.chars() {
        match u32::from(character) {
            0xe0020..=0xe007e if !in_flag => {
                hidden.extend(char::from_u32(u32::from(character) - 0xe0000));
            }
            0xe0020..=0xe007f => {}
            _ => in_flag = character == '\u{1f3f4}',
        }
    }
    (!hidden.is_empty()).then_some(hidden)
}

/// The text as it is shown where an override of the writing direction turns it around.
pub(super) fn turned_around(text: &str) -> Option<String> {
    let (_, turned) = text.split_once(['\u{202e}', '\u{202d}'])?;
    Some(turned.chars().rev().filter(|character| !is_invisible(*character)).collect())
}
