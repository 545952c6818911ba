//! Fitting: the largest size at which a text stands in its frame, and what is cut where no size is small enough.

use parley::{Alignment, AlignmentOptions};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    Look,
    glyph::{Glyphs, Ink},
    shape::{Paragraph, REFERENCE, Shaper, Type},
};
use crate::error::RenderError;

/// The room for a text, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// The largest and the smallest size of the type.
    pub(crate) largest: u32,
    pub(crate) smallest: u32,
    /// The most lines.
    pub(crate) lines: usize,
    /// The line around the letters, in sizes of the type.
    pub(crate) outline: f32,
}

/// Where lines stand in their frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Centre,
    Right,
}

/// The share of its size, in percent, that a text keeps at least where it is made smaller to stand in a line less: few
/// lines are read at a glance, and fewer phrases are torn apart.
const FOR_A_LINE: u32 = 86;

/// A text that fits.
pub(crate) struct Fitted {
    pub(super) paragraph: Paragraph,
    /// The size of the type in pixels.
    pub(crate) size: u32,
    /// The width of the column that its lines are broken for, in reference pixels.
    pub(super) column: f32,
    /// What the letters cover, in pixels from the upper left corner of the column, without their outline.
    pub(super) ink: Ink,
    /// How many characters of the text are drawn, if not all.
    pub(crate) kept: Option<usize>,
}

/// Why a text is not drawn.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// The fonts that it needs cannot be read.
    Font(RenderError),
    /// No font has glyphs for these.
    NoGlyph(Vec<String>),
    /// There is no room for anything.
    NoRoom,
}

/// Sets `text` as large as `bounds` allow. Words are broken only where one alone is wider than the frame at the smallest
/// size, and the text is cut only where it does not fit then.
pub(crate) fn fit(shaper: &mut Shaper<'_>, text: &str, style: Type, at: Side, bounds: Bounds) -> Result<Fitted, Unfit> {
    let paragraph = shaper.shape(text, style)?;
    let paragraph = match largest(paragraph, &mut shaper.glyphs, bounds) {
        Ok((paragraph, size)) => return Ok(finish(shaper, paragraph, size, at, bounds, None)),
        Err(paragraph) => paragraph,
    };
    drop(paragraph);
    let (paragraph, kept) = cut(shaper, text, style, bounds)?;
    Ok(finish(shaper, paragraph, bounds.smallest, at, bounds, Some(kept)))
}

/// The largest size at which the paragraph fits, or the paragraph back.
#[expect(clippy::result_large_err, reason = "both are the paragraph; it is moved once for each text")]
fn largest(mut paragraph: Paragraph, glyphs: &mut Glyphs, bounds: Bounds) -> Result<(Paragraph, u32), Paragraph> {
    if !fits(&mut paragraph, glyphs, bounds.smallest, bounds, Words::Whole) {
        let broken = fits(&mut paragraph, glyphs, bounds.smallest, bounds, Words::Broken);
        return if broken { Ok((paragraph, bounds.smallest)) } else { Err(paragraph) };
    }
    let size = search(&mut paragraph, glyphs, (bounds.smallest, bounds.largest.max(bounds.smallest) + 1), bounds);
    if !fits(&mut paragraph, glyphs, size, bounds, Words::Whole) {
        return Err(paragraph);
    }
    let fewer = Bounds { lines: paragraph.layout.len().saturating_sub(1), ..bounds };
    let least = (size * FOR_A_LINE).div_ceil(100).max(bounds.smallest);
    if fewer.lines == 0 || !fits(&mut paragraph, glyphs, least, fewer, Words::Whole) {
        return Ok((paragraph, size));
    }
    let size = search(&mut paragraph, glyphs, (least, size + 1), fewer);
    Ok((paragraph, size))
}

/// The largest size at which the paragraph fits, of those from one that fits to one that is too large.
fn search(
    paragraph: &mut Paragraph,
    glyphs: &mut Glyphs,
    (mut fitting, mut failing): (u32, u32),
    bounds: Bounds,
) -> u32 {
    while fitting + 1 < failing {
        let middle = u32::midpoint(fitting, failing);
        if fits(paragraph, glyphs, middle, bounds, Words::Whole) {
            fitting = middle;
        } else {
            failing = middle;
        }
    }
    fitting
}

/// Whether words may be broken between any two letters.
#[derive(Clone, Copy, PartialEq)]
enum Words {
    Whole,
    Broken,
}

/// Breaks the lines for `size` and says whether they fit.
fn fits(paragraph: &mut Paragraph, glyphs: &mut Glyphs, size: u32, bounds: Bounds, words: Words) -> bool {
    let scale = size as f32 / REFERENCE;
    let outline = 2.0 * bounds.outline * size as f32;
    let column = (bounds.width - outline) / scale;
    if column <= 0.0 || (words == Words::Whole && paragraph.widest_word > column) {
        return false;
    }
    paragraph.layout.break_all_lines(Some(column));
    if paragraph.layout.len() > bounds.lines {
        return false;
    }
    let ink = paragraph.ink(glyphs);
    if ink.is_nothing() {
        return true;
    }
    // The ink of a slanted or swashed letter may stand out of its column a little, which the outline's room never is
    // too small for; what stands out more, as stacked marks do, is too large.
    (ink.bottom - ink.top) * scale + outline <= bounds.height
        && (ink.right - ink.left) * scale + outline <= bounds.width
}

/// The longest beginning of `text` that fits with an ellipsis at the smallest size, and how many characters it has.
fn cut(shaper: &mut Shaper<'_>, text: &str, style: Type, bounds: Bounds) -> Result<(Paragraph, usize), Unfit> {
    let ends: Vec<usize> = text.grapheme_indices(true).map(|(start, grapheme)| start + grapheme.len()).collect();
    let mut attempt = |graphemes: usize| -> Result<Option<Paragraph>, Unfit> {
        let kept = beginning(text, &ends, graphemes);
        let mut paragraph = shaper.shape(&format!("{kept}…"), style)?;
        let fit = fits(&mut paragraph, &mut shaper.glyphs, bounds.smallest, bounds, Words::Broken);
        Ok(fit.then_some(paragraph))
    };
    let (mut fitting, mut failing) = (0, ends.len());
    while fitting + 1 < failing {
        let middle = usize::midpoint(fitting, failing);
        if attempt(middle)?.is_some() {
            fitting = middle;
        } else {
            failing = middle;
        }
    }
    // A whole last word is worth more than a few letters of the next one.
    let whole = whole_words(text, &ends, fitting);
    for graphemes in [whole, fitting] {
        if graphemes == 0 {
            continue;
        }
        if let Some(paragraph) = attempt(graphemes)? {
            return Ok((paragraph, beginning(text, &ends, graphemes).chars().count()));
        }
    }
    Err(Unfit::NoRoom)
}

/// The first graphemes, without the blanks and the punctuation that an ellipsis does not follow.
fn beginning<'text>(text: &'text str, ends: &[usize], graphemes: usize) -> &'text str {
    let end = graphemes.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0);
    let kept = text.get(..end).unwrap_or_default();
    kept.trim_end_matches(|character: char| character.is_whitespace() || ",;:.-–—…、。，".contains(character))
}

/// The number of graphemes that end with a word, if that gives up no more than a quarter of `graphemes`.
fn whole_words(text: &str, ends: &[usize], graphemes: usize) -> usize {
    let end = graphemes.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0);
    if text.get(end..).is_none_or(|rest| rest.starts_with(char::is_whitespace)) {
        return graphemes;
    }
    let blank = text.get(..end).and_then(|kept| kept.rfind(char::is_whitespace)).unwrap_or(0);
    let whole = ends.iter().take_while(|end| **end <= blank).count();
    if whole * 4 >= graphemes * 3 { whole } else { graphemes }
}

/// Breaks the lines at `size` for good, so that they are of about the same length, and measures them.
fn finish(
    shaper: &mut Shaper<'_>,
    mut paragraph: Paragraph,
    size: u32,
    at: Side,
    bounds: Bounds,
    kept: Option<usize>,
) -> Fitted {
    let scale = size as f32 / REFERENCE;
    let room = (bounds.width - 2.0 * bounds.outline * size as f32) / scale;
    let column = balance(&mut paragraph, room);
    let alignment = match at {
        Side::Left => Alignment::Left,
        Side::Centre => Alignment::Center,
        Side::Right => Alignment::Right,
    };
    paragraph.layout.align(alignment, AlignmentOptions::default());
    let ink = paragraph.ink(&mut shaper.glyphs).scaled(scale);
    Fitted { paragraph, size, column, ink, kept }
}

/// Breaks the lines in the narrowest column that takes no more of them than `room` does: no line is left with one word.
fn balance(paragraph: &mut Paragraph, room: f32) -> f32 {
    paragraph.layout.break_all_lines(Some(room));
    let lines = paragraph.layout.len();
    // Where words are broken there is nothing to balance.
    if lines < 2 || paragraph.widest_word > room {
        return room;
    }
    let (mut narrow, mut wide) = (paragraph.widest_word, room);
    while wide - narrow > 1.0 {
        let middle = f32::midpoint(narrow, wide);
        paragraph.layout.break_all_lines(Some(middle));
        if paragraph.layout.len() > lines {
            narrow = middle;
        } else {
            wide = middle;
        }
    }
    paragraph.layout.break_all_lines(Some(wide));
    wide
}

impl Fitted {
    /// How many pixels it needs from top to bottom, with its outline.
    pub(crate) fn height(&self, look: Look) -> f32 {
        let outline = look.outline.map_or(0.0, |(width, _)| width * self.size as f32);
        if self.ink.is_nothing() { 0.0 } else { self.ink.bottom - self.ink.top + 2.0 * outline }
    }

    /// How many pixels its ink reaches from the side at which it stands.
    pub(crate) fn reach(&self, side: Side) -> f32 {
        let column = self.column * self.size as f32 / REFERENCE;
        match side {
            _ if self.ink.is_nothing() => 0.0,
            Side::Left => self.ink.right,
            Side::Centre => self.ink.right - self.ink.left,
            Side::Right => column - self.ink.left,
        }
    }
}
