//! Drawing a text that fits.

use parley::PositionedLayoutItem;
use tiny_skia::{FillRule, LineJoin, Paint, PathStroker, Pixmap, Stroke, Transform};

use super::{
    emoji,
    fit::{Fitted, Side},
    glyph::{self, Pen},
    shape::{REFERENCE, Shaper},
};
use crate::{colour::Colour, frame::Area, surface::Tile, template::Vertical};

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) side: Side,
    pub(crate) vertical: Vertical,
    pub(crate) colour: Colour,
    /// The width of the line around the letters in sizes of the type, and its colour.
    pub(crate) outline: Option<(f32, Colour)>,
}

/// The letters of `text` as a tile that lies within `area`; none where nothing of it leaves ink.
pub(crate) fn paint(shaper: &mut Shaper<'_>, text: &Fitted, area: Area, look: Look) -> Option<Tile> {
    if text.ink.is_nothing() {
        return None;
    }
    let size = text.size as f32;
    let scale = size / REFERENCE;
    let outline = look.outline.map_or(0.0, |(width, _)| width * size);
    let (left, top) = origin(text, area, look, outline);
    // One pixel more on each side for the soft edge.
    let x = (left + text.ink.left - outline).floor() as i32 - 1;
    let y = (top + text.ink.top - outline).floor() as i32 - 1;
    let width = (left + text.ink.right + outline).ceil() as i32 + 1 - x;
    let height = (top + text.ink.bottom + outline).ceil() as i32 + 1 - y;
    let mut pixels = Pixmap::new(u32::try_from(width).ok()?, u32::try_from(height).ok()?)?;
    let (left, top) = (left - x as f32, top - y as f32);

    let mut pen = Pen::new(size, 0.0, 0.0);
    let mut emojis = Vec::new();
    for line in text.paragraph.layout.lines() {
        // Letters stand on whole pixels, so that their feet are sharp.
        let baseline = (top + line.metrics().baseline * scale).round();
        for item in line.items() {
            let PositionedLayoutItem::GlyphRun(run) = item else { continue };
            let font = shaper.glyphs.font(run.run().font());
            let coloured = shaper.glyphs.is_emoji(font);
            let Some(reference) = shaper.glyphs.reference(font) else { continue };
            for glyph in run.positioned_glyphs() {
                let x = left + glyph.x * scale;
                let y = baseline + (glyph.y - line.metrics().baseline) * scale;
                if coloured {
                    emojis.push((font, glyph.id, x, y));
                } else {
                    pen.move_origin(x, y);
                    glyph::draw(&reference, glyph.id, &mut pen);
                }
            }
        }
    }
    if let Some(path) = pen.finish() {
        if let Some((_, colour)) = look.outline {
            let stroke = Stroke { width: 2.0 * outline, line_join: LineJoin::Round, ..Stroke::default() };
            if let Some(around) = PathStroker::new().stroke(&path, &stroke, 1.0) {
                pixels.fill_path(&around, &solid(colour), FillRule::Winding, Transform::identity(), None);
            }
        }
        pixels.fill_path(&path, &solid(look.colour), FillRule::Winding, Transform::identity(), None);
    }
    for (font, id, x, y) in emojis {
        if let Some(font) = shaper.glyphs.reference(font) {
            emoji::paint(&font, id, size, (x, y), &mut pixels);
        }
    }
    Some(Tile { pixels, x, y })
}

fn solid(colour: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(colour.red, colour.green, colour.blue, 255);
    paint
}

/// Where the upper left corner of the column stands in the picture.
fn origin(text: &Fitted, area: Area, look: Look, outline: f32) -> (f32, f32) {
    let column = text.column * text.size as f32 / REFERENCE;
    let free = area.width as f32 - column;
    let left = area.x as f32
        + match look.side {
            Side::Left => outline,
            Side::Centre => free / 2.0,
            Side::Right => free - outline,
        };
    let height = text.ink.bottom - text.ink.top;
    let free = area.height as f32 - height - 2.0 * outline;
    let above = match look.vertical {
        Vertical::Top => 0.0,
        Vertical::Middle => free / 2.0,
        Vertical::Bottom => free,
    };
    let top = area.y as f32 + above + outline - text.ink.top;
    // Ink that stands out of its column, as of a slanted letter, stays in the frame.
    let out_left = (area.x as f32 + outline - (left + text.ink.left)).max(0.0);
    let out_right = (left + text.ink.right - (area.x + area.width) as f32 + outline).max(0.0);
    ((left + out_left - out_right).round(), top.round())
}
