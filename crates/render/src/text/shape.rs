//! Shaping: from characters to glyphs, at one reference size. Outlines grow in proportion, so that a text is shaped once
//! and laid out at every size.

use parley::{
    FontFamily, FontStyle, Layout, LayoutContext, LineHeight, OverflowWrap, PositionedLayoutItem, StyleProperty,
};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    fit::Unfit,
    glyph::{Glyphs, Ink},
};
use crate::{
    error::RenderError,
    font::{self, Fonts, Typefaces},
    template::{Face, Weight},
};

/// The size at which texts are shaped, in pixels.
pub(super) const REFERENCE: f32 = 100.0;

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Type {
    pub(crate) face: Face,
    pub(crate) weight: Weight,
    pub(crate) italic: bool,
    pub(crate) capitals: bool,
    /// From one line to the next, in sizes of the type.
    pub(crate) leading: f32,
}

/// Shapes the texts of one picture.
pub(crate) struct Shaper<'fonts> {
    fonts: &'fonts Fonts,
    /// Those that the texts needed so far.
    typefaces: Typefaces,
    layouts: LayoutContext<()>,
    pub(super) glyphs: Glyphs,
}

/// A text that is shaped, in lines that are broken anew for every width.
pub(crate) struct Paragraph {
    pub(super) layout: Layout<()>,
    /// The width of the longest word, in reference pixels.
    pub(super) widest_word: f32,
}

impl<'fonts> Shaper<'fonts> {
    /// # Errors
    /// [`RenderError::Font`] if the typefaces that most texts need cannot be read.
    pub(crate) fn new(fonts: &'fonts Fonts) -> Result<Self, RenderError> {
        Ok(Self { fonts, typefaces: fonts.first()?, layouts: LayoutContext::new(), glyphs: Glyphs::default() })
    }

    /// Shapes `text`.
    ///
    /// # Errors
    /// [`Unfit::NoGlyph`] with the grapheme clusters for which no font has a glyph, each once; [`Unfit::Font`].
    pub(super) fn shape(&mut self, text: &str, style: Type) -> Result<Paragraph, Unfit> {
        let capitals = style.capitals.then(|| text.to_uppercase());
        let text = capitals.as_deref().unwrap_or(text);
        if !self.typefaces.suffice(text) {
            self.typefaces = self.fonts.all().map_err(Unfit::Font)?;
        }
        let families = font::families(style.face, text);
        let emoji = font::emoji_families();
        let mut builder = self.layouts.ranged_builder(&mut self.typefaces.context, text, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::from(families.as_slice())));
        builder.push_default(StyleProperty::FontSize(REFERENCE));
        builder.push_default(StyleProperty::FontWeight(font::weight(style.weight)));
        if style.italic {
            builder.push_default(StyleProperty::FontStyle(FontStyle::Italic));
        }
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(style.leading)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::BreakWord));
        for (start, grapheme) in text.grapheme_indices(true).filter(|(_, grapheme)| grapheme.contains('\u{FE0F}')) {
            let range = start..start + grapheme.len();
            builder.push(StyleProperty::FontFamily(FontFamily::from(emoji.as_slice())), range);
        }
        let mut layout = builder.build(text);
        layout.break_all_lines(None);
        let missing = missing(&layout, text);
        if !missing.is_empty() {
            return Err(Unfit::NoGlyph(missing));
        }
        let widest_word = layout.calculate_content_widths().min;
        Ok(Paragraph { layout, widest_word })
    }
}

/// The grapheme clusters of `text` that have no glyph.
fn missing(layout: &Layout<()>, text: &str) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    for cluster in layout.lines().flat_map(|line| line.runs()).flat_map(|run| run.clusters()) {
        let characters = text.get(cluster.text_range()).unwrap_or_default();
        // A line break and the controls of writing direction are not drawn.
        if characters.chars().all(|character| character.is_whitespace() || is_invisible(character)) {
            continue;
        }
        if cluster.glyphs().any(|glyph| glyph.id == 0) {
            let whole = whole_grapheme(text, cluster.text_range().start);
            if !missing.iter().any(|known| known == whole) {
                missing.push(whole.to_owned());
            }
        }
    }
    missing
}

fn whole_grapheme(text: &str, at: usize) -> &str {
    text.grapheme_indices(true).take_while(|(start, _)| *start <= at).last().map_or("", |(_, grapheme)| grapheme)
}

/// Characters that only tell how others are drawn (Default_Ignorable_Code_Point of the Unicode Character Database).
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(u32::from(character),
        0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x202A..=0x202E
        | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
        | 0xE0000..=0xE0FFF)
}

impl Paragraph {
    /// What the ink of the lines covers, as they are broken now, in reference pixels from the upper left corner.
    pub(super) fn ink(&self, glyphs: &mut Glyphs) -> Ink {
        let mut ink = Ink::NOTHING;
        for line in self.layout.lines() {
            for item in line.items() {
                let PositionedLayoutItem::GlyphRun(run) = item else { continue };
                let font = glyphs.font(run.run().font());
                for glyph in run.positioned_glyphs() {
                    ink = ink.with(glyphs.ink(font, glyph.id).moved(glyph.x, glyph.y));
                }
            }
        }
        ink
    }
}

#[cfg(test)]
mod tests {
    use parley::PositionedLayoutItem;

    use super::{Shaper, Type};
    use crate::{
        font::Fonts,
        template::{Face, Weight},
    };

    /// Each glyph of the text: its font, its number there and its place.
    fn shaped(shaper: &mut Shaper<'_>, text: &str, style: Type) -> Vec<(u64, u32, f32, f32)> {
        let paragraph = shaper.shape(text, style).unwrap_or_else(|unfit| panic!("{style:?}: {unfit:?}"));
        let mut glyphs = Vec::new();
        for line in paragraph.layout.lines() {
            for item in line.items() {
                let PositionedLayoutItem::GlyphRun(run) = item else { continue };
                let font = run.run().font().data.id();
                glyphs.extend(run.positioned_glyphs().map(|glyph| (font, glyph.id, glyph.x, glyph.y)));
            }
        }
        glyphs
    }

    #[test]
    fn a_plain_text_is_shaped_by_the_first_typefaces_as_by_all() {
        let fonts = Fonts::open(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts")).unwrap();
        let mut few = Shaper::new(&fonts).unwrap();
        let mut all = Shaper { typefaces: fonts.all().unwrap(), ..Shaper::new(&fonts).unwrap() };
        let plain: Vec<char> =
            ('\0'..=char::MAX).filter(|one| few.typefaces.suffice(one.encode_utf8(&mut [0; 4]))).collect();
        assert!(plain.len() > 1_900 && plain.contains(&'ß') && !plain.contains(&'ש'), "{}", plain.len());
        // After a letter, because a mark stands on one, and alone.
        let text: String = plain.iter().flat_map(|one| ['a', *one, '\n', *one, '\n']).collect();
        for face in [Face::Display, Face::Sans, Face::Serif] {
            for weight in [Weight::Medium, Weight::Heavy] {
                for italic in [false, true] {
                    let style = Type { face, weight, italic, capitals: false, leading: 1.2 };
                    let (by_few, by_all) = (shaped(&mut few, &text, style), shaped(&mut all, &text, style));
                    assert!(by_few.len() > plain.len(), "{style:?}: {}", by_few.len());
                    assert!(by_few == by_all, "{style:?}");
                }
            }
        }
        assert!(!few.typefaces.suffice("ש"), "a plain text made it read the others");
    }
}
