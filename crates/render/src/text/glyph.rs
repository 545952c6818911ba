//! The outlines of glyphs.

use std::collections::HashMap;

use parley::FontData;
use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
    outline::{DrawSettings, OutlinePen},
    raw::TableProvider,
};
use tiny_skia::{Path, PathBuilder};

use super::shape::REFERENCE;

/// A font that was used in the picture, by the order of its first use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FontIndex(usize);

/// The fonts and the glyphs that the texts of a picture use.
#[derive(Default)]
pub(super) struct Glyphs {
    fonts: Vec<FontData>,
    inks: HashMap<(FontIndex, u32), Ink>,
}

/// What is covered, in pixels: y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ink {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

impl Glyphs {
    /// The place of `font`.
    pub(super) fn font(&mut self, font: &FontData) -> FontIndex {
        let same = |known: &FontData| known.data.id() == font.data.id() && known.index == font.index;
        let known = self.fonts.iter().position(same);
        FontIndex(known.unwrap_or_else(|| {
            self.fonts.push(font.clone());
            self.fonts.len() - 1
        }))
    }

    /// What a glyph covers at the reference size, seen from its origin.
    pub(super) fn ink(&mut self, font: FontIndex, glyph: u32) -> Ink {
        if let Some(ink) = self.inks.get(&(font, glyph)) {
            return *ink;
        }
        let ink = self.measure(font, glyph);
        self.inks.insert((font, glyph), ink);
        ink
    }

    fn measure(&self, font: FontIndex, glyph: u32) -> Ink {
        let Some(font) = self.reference(font) else { return Ink::NOTHING };
        if let Some(glyph) = font.color_glyphs().get(GlyphId::new(glyph)) {
            let bounds = glyph.bounding_box(LocationRef::default(), Size::new(REFERENCE));
            return bounds.map_or(Ink::NOTHING, |b| Ink {
                left: b.x_min,
                top: -b.y_max,
                right: b.x_max,
                bottom: -b.y_min,
            });
        }
        let mut pen = Pen::new(REFERENCE, 0.0, 0.0);
        draw(&font, glyph, &mut pen);
        pen.finish().map_or(Ink::NOTHING, |path| {
            let bounds = path.bounds();
            Ink { left: bounds.left(), top: bounds.top(), right: bounds.right(), bottom: bounds.bottom() }
        })
    }

    /// The font itself.
    pub(super) fn reference(&self, font: FontIndex) -> Option<FontRef<'_>> {
        let font = self.fonts.get(font.0)?;
        FontRef::from_index(font.data.as_ref(), font.index).ok()
    }

    /// Whether its glyphs have colours of their own, as those of the emoji have and no others.
    pub(super) fn is_emoji(&self, font: FontIndex) -> bool {
        self.reference(font).is_some_and(|font| font.colr().is_ok())
    }
}

impl Ink {
    /// Nothing is covered.
    pub(super) const NOTHING: Self =
        Self { left: f32::INFINITY, top: f32::INFINITY, right: f32::NEG_INFINITY, bottom: f32::NEG_INFINITY };

    pub(crate) fn is_nothing(self) -> bool {
        self.left > self.right || self.top > self.bottom
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub(super) fn moved(self, x: f32, y: f32) -> Self {
        Self { left: self.left + x, top: self.top + y, right: self.right + x, bottom: self.bottom + y }
    }

    pub(super) fn scaled(self, scale: f32) -> Self {
        Self { left: self.left * scale, top: self.top * scale, right: self.right * scale, bottom: self.bottom * scale }
    }
}

/// Draws the outline of a glyph, which is empty for a blank.
pub(super) fn draw(font: &FontRef<'_>, glyph: u32, pen: &mut Pen) {
    let settings = DrawSettings::unhinted(Size::new(pen.size), LocationRef::default());
    if let Some(outline) = font.outline_glyphs().get(GlyphId::new(glyph)) {
        // A glyph that is broken in a font of ours has no outline; the golden pictures would show it.
        drop(outline.draw(settings, pen));
    }
}

/// Collects outlines at one size, moved to where the pen stands, with y downwards.
pub(super) struct Pen {
    size: f32,
    x: f32,
    y: f32,
    path: PathBuilder,
}

impl Pen {
    pub(super) fn new(size: f32, x: f32, y: f32) -> Self {
        Self { size, x, y, path: PathBuilder::new() }
    }

    /// Puts the next glyph's origin here.
    pub(super) const fn move_origin(&mut self, x: f32, y: f32) {
        self.x = x;
        self.y = y;
    }

    /// What was drawn, if anything was.
    pub(super) fn finish(self) -> Option<Path> {
        self.path.finish()
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, self.y - y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, self.y - y);
    }

    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        self.path.quad_to(self.x + cx0, self.y - cy0, self.x + x, self.y - y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.path.cubic_to(self.x + cx0, self.y - cy0, self.x + cx1, self.y - cy1, self.x + x, self.y - y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
