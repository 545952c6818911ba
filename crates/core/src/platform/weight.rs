//! The weighted length of a text on X.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::link;

/// The ranges of code points that weigh 1 (twitter-text configuration v3); all others weigh 2.
const LIGHT: [(u32, u32); 4] = [(0, 4351), (8192, 8205), (8208, 8223), (8242, 8247)];

/// What everything else weighs, and each emoji however many code points it has.
const HEAVY: usize = 2;

/// Emoji sequences younger than this are counted code point by code point: X need not know them yet.
const NEWEST_EMOJI: emojis::UnicodeVersion = emojis::UnicodeVersion::new(15, 0);

/// The weighted length of a whole text: NFC, then links, then emoji, then code points.
pub(super) fn weighted_length(text: &str) -> usize {
    let text: String = text.nfc().collect();
    let mut position = 0;
    let mut length = 0;
    for link in link::links(&text) {
        length += plain_weight(&text[position..link.range.start]) + link.weight;
        position = link.range.end;
    }
    length + plain_weight(&text[position..])
}

/// The weight of a text in which nothing is a link.
pub(super) fn plain_weight(text: &str) -> usize {
    let weigh = |grapheme: &str| if is_emoji(grapheme) { HEAVY } else { grapheme.chars().map(weight).sum() };
    text.graphemes(true).map(weigh).sum()
}

fn weight(character: char) -> usize {
    let code = u32::from(character);
    let light = LIGHT.iter().any(|&(first, last)| (first..=last).contains(&code));
    // `©` is an emoji in the light range, also under marks that make no known emoji of it.
    if light && !is_emoji(character.encode_utf8(&mut [0; 4])) { 1 } else { HEAVY }
}

fn is_emoji(grapheme: &str) -> bool {
    // The digits, `#` and `*` are no emoji but the bases of keycaps.
    let keycap_or_other = !grapheme.starts_with(|first: char| first.is_ascii()) || grapheme.ends_with('\u{20e3}');
    keycap_or_other && emojis::get(grapheme).is_some_and(|emoji| emoji.unicode_version() <= NEWEST_EMOJI)
}
