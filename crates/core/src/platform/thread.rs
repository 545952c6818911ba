//! Splitting a text into a thread.

/// The prices of a border, in the unit of the squared weights that balance is measured in: a border that
/// spoils the reading must buy that much balance. A sentence is cut when the parts would differ by some 90
/// otherwise, words are torn apart when they would differ by some 350, or nothing else fits.
const LINE: usize = 2_000;
const SENTENCE: usize = 4_000;
const WORD: usize = 60_000;

/// Why a text does not make a thread.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overflow {
    /// The weight of what does not fit: all of the text, or what in it cannot be split.
    pub(super) length: usize,
    /// How much of it would.
    pub(super) limit: usize,
}

/// What a part may be, and what must stay together.
pub(super) struct Shape<'text> {
    /// The most that a part may weigh.
    pub(super) limit: usize,
    /// The most parts.
    pub(super) parts: usize,
    /// Words that stay together where they end the text (tags may follow).
    pub(super) closing: &'text str,
    /// The weight of a text. Must add up over words and white space.
    pub(super) weigh: fn(&str) -> usize,
}

/// Splits a normalised text between words into as few parts as possible, and among those splits takes the
/// one whose borders and balance cost least.
///
/// The hashtags and mentions that end the text stay on the last part, together with the word before them.
/// White space at the borders is dropped. Splitting the parts joined by blank lines again gives the same
/// parts: a border chosen once is free from then on, and neither the fewest parts nor the balance, which is
/// measured without white space, depends on the kind of a border.
pub(super) fn split(text: &str, shape: &Shape<'_>) -> Result<Vec<String>, Overflow> {
    let words = Words::read(text, shape);
    let count = words.fewest_parts(shape)?;
    // As many parts as were just counted are always possible; if not, losing words would be the worse answer.
    let whole = Overflow { length: words.weight(0, words.len()), limit: shape.limit };
    let borders = words.cheapest(count, shape.limit).ok_or(whole)?;
    let ends = borders.iter().copied().skip(1).chain([words.len()]);
    Ok(borders.iter().zip(ends).map(|(&first, end)| words.join(first, end).to_owned()).collect())
}

/// The words of a text with what is needed to weigh any stretch of them.
struct Words<'text> {
    text: &'text str,
    /// Start and end of each word, in bytes.
    places: Vec<(usize, usize)>,
    /// The weight of all words before, white space between them included; one longer than `places`.
    before: Vec<usize>,
    /// The weight of each word.
    weights: Vec<usize>,
    /// The weight of all words before, without white space.
    bare_before: Vec<usize>,
    /// The price of a border in front of each word, or `None` where there must be none.
    prices: Vec<Option<usize>>,
}

impl<'text> Words<'text> {
    fn read(text: &'text str, shape: &Shape<'_>) -> Self {
        let places: Vec<(usize, usize)> = text
            .split_whitespace()
            .map(|word| {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                (start, start + word.len())
            })
            .collect();
        let mut words = Self {
            text,
            before: Vec::with_capacity(places.len()),
            weights: places.iter().map(|&(start, end)| (shape.weigh)(&text[start..end])).collect(),
            bare_before: vec![0],
            prices: Vec::with_capacity(places.len()),
            places,
        };
        let (mut end, mut total, mut bare) = (0, 0, 0);
        for (&(start, next), weight) in words.places.iter().zip(&words.weights) {
            let space = &text[end..start];
            total += (shape.weigh)(space);
            words.before.push(total);
            words.prices.push(Some(price(&text[..end], space)));
            total += weight;
            bare += weight;
            words.bare_before.push(bare);
            end = next;
        }
        words.keep_end_together(shape.closing);
        words
    }

    fn len(&self) -> usize {
        self.places.len()
    }

    fn word(&self, index: usize) -> &'text str {
        let (start, end) = self.places[index];
        &self.text[start..end]
    }

    fn join(&self, first: usize, end: usize) -> &'text str {
        &self.text[self.places[first].0..self.places[end - 1].1]
    }

    /// The weight of the words `first..end` and the white space between them.
    fn weight(&self, first: usize, end: usize) -> usize {
        self.before[end - 1] + self.weights[end - 1] - self.before[first]
    }

    /// Forbids borders inside the closing words and in front of each of the tags that end the text. It
    /// looks at words only, so that it finds the same when the text has been split before.
    fn keep_end_together(&mut self, closing: &str) {
        let tags = (0..self.len()).rev().take_while(|&index| self.word(index).starts_with(['#', '@'])).count();
        let first_tag = self.len() - tags;
        let closing: Vec<&str> = closing.split_whitespace().collect();
        let closing_start = (first_tag.saturating_sub(closing.len())..self.len()).rev().find(|&start| {
            let here = (start..self.len()).map(|index| self.word(index));
            start + closing.len() <= self.len() && closing.iter().copied().eq(here.take(closing.len()))
        });
        if first_tag > 0 {
            self.prices[first_tag..].fill(None);
        }
        if let Some(start) = closing_start.filter(|_| !closing.is_empty()) {
            self.prices[start + 1..start + closing.len()].fill(None);
        }
    }

    /// The fewest parts that hold the text: each takes as much as it can.
    fn fewest_parts(&self, shape: &Shape<'_>) -> Result<usize, Overflow> {
        let mut first = 0;
        let mut held = 0;
        for count in 1..=shape.parts {
            let border = |end: &usize| *end == self.len() || self.prices[*end].is_some();
            let ends = (first + 1..=self.len()).filter(border);
            let Some(end) = ends.take_while(|end| self.weight(first, *end) <= shape.limit).last() else {
                let whole = (first + 1..=self.len()).find(border).unwrap_or(self.len());
                return Err(Overflow { length: self.weight(first, whole), limit: shape.limit });
            };
            if end == self.len() {
                return Ok(count);
            }
            held += self.weight(first, end);
            first = end;
        }
        Err(Overflow { length: self.weight(0, self.len()), limit: held })
    }

    /// The starts of exactly `count` parts at the least cost; ties go to the earlier border, seen from the
    /// end, so that the choice does not depend on the order of the search. `None` if there is no such split.
    fn cheapest(&self, count: usize, limit: usize) -> Option<Vec<usize>> {
        // For each end of a part: the least cost up to there, and where that part starts.
        let mut rounds: Vec<Vec<Option<(usize, usize)>>> = Vec::with_capacity(count);
        while rounds.len() < count {
            let mut costs = vec![None; self.len() + 1];
            for (end, cost) in costs.iter_mut().enumerate().skip(1) {
                let starts = (0..end).rev().take_while(|&first| self.weight(first, end) <= limit);
                *cost = starts
                    .filter_map(|first| {
                        let (before, price) = match rounds.last() {
                            None => (if first == 0 { 0 } else { return None }, 0),
                            Some(previous) => (previous[first]?.0, self.prices.get(first).copied()??),
                        };
                        let size = self.bare_before[end] - self.bare_before[first];
                        Some((before + price + size * size, first))
                    })
                    .min();
            }
            rounds.push(costs);
        }
        let mut end = self.len();
        let starts = rounds.iter().rev().map(|costs| {
            end = costs[end]?.1;
            Some(end)
        });
        let mut borders: Vec<usize> = starts.collect::<Option<_>>()?;
        borders.reverse();
        Some(borders)
    }
}

/// What a border costs behind `before`, at that white space.
fn price(before: &str, space: &str) -> usize {
    match space {
        "" | "\n\n" => 0,
        "\n" => LINE,
        _ if ends_sentence(before) => SENTENCE,
        _ => WORD,
    }
}

fn ends_sentence(before: &str) -> bool {
    let word = before.split_whitespace().next_back().unwrap_or_default();
    let word = word.trim_end_matches(['"', '\'', ')', ']', '”', '’', '»', '«']);
    let stem = word.trim_end_matches(['.', '!', '?', '…', '。', '！', '？']);
    // `e.g.` and initials such as `J.` end no sentence.
    stem.len() < word.len() && !(word.ends_with('.') && (stem.contains('.') || stem.chars().count() == 1))
}
