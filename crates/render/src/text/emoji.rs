//! Colour emoji: the paint graph of a COLR version 1 glyph, drawn with gradients.
//! <https://learn.microsoft.com/typography/opentype/spec/colr>

use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    color::{Brush, Color as Record, ColorPainter, ColorStop, CompositeMode, Extend, Transform as PaintTransform},
    instance::{LocationRef, Size},
    raw::{TableProvider, types::BoundingBox},
};
use tiny_skia::{
    BlendMode, Color, FillRule, GradientStop, LinearGradient, Mask, Paint, Path, PathBuilder, Pixmap, PixmapPaint,
    Point, RadialGradient, Rect, Shader, SpreadMode, SweepGradient, Transform,
};

use super::glyph::{self, Pen};

/// The most layers that one glyph may open within each other; ours open three.
const LAYERS: usize = 8;

/// Draws a glyph of the emoji font with its origin at `at`.
pub(super) fn paint(font: &FontRef<'_>, glyph: u32, size: f32, at: (f32, f32), pixels: &mut Pixmap) {
    let Some(colours) = font.color_glyphs().get(GlyphId::new(glyph)) else { return };
    let palettes = font.color_palettes();
    let Some(palette) = palettes.get(0) else { return };
    let units = font.head().map_or(1024, |head| head.units_per_em());
    let scale = size / f32::from(units.max(1));
    // Each is painted on its own, on no more pixels than it covers.
    let Some(bounds) = colours.bounding_box(LocationRef::default(), Size::new(size)) else { return };
    let (x, y) = ((at.0 + bounds.x_min).floor() - 1.0, (at.1 - bounds.y_max).floor() - 1.0);
    let (width, height) = ((at.0 + bounds.x_max).ceil() + 1.0 - x, (at.1 - bounds.y_min).ceil() + 1.0 - y);
    let Some(target) = Pixmap::new(width as u32, height as u32) else { return };
    let mut painter = Painter {
        font,
        palette: palette.colors(),
        units: f32::from(units),
        transforms: vec![Transform::from_row(scale, 0.0, 0.0, -scale, at.0 - x, at.1 - y)],
        clips: Vec::new(),
        layers: vec![target],
    };
    // A graph that cannot be painted to its end leaves what was painted so far; the golden pictures would show it.
    drop(colours.paint(LocationRef::default(), &mut painter));
    if let Some(drawn) = painter.layers.first() {
        pixels.draw_pixmap(x as i32, y as i32, drawn.as_ref(), &PixmapPaint::default(), Transform::identity(), None);
    }
}

struct Painter<'font> {
    font: &'font FontRef<'font>,
    palette: &'font [Record],
    units: f32,
    transforms: Vec<Transform>,
    /// What may be painted on, each within the one before.
    clips: Vec<Option<Mask>>,
    layers: Vec<Pixmap>,
}

impl Painter<'_> {
    fn transform(&self) -> Transform {
        self.transforms.last().copied().unwrap_or_default()
    }

    fn outline(&self, glyph: GlyphId) -> Option<Path> {
        let mut pen = Pen::new(self.units, 0.0, 0.0);
        glyph::draw(self.font, glyph.to_u32(), &mut pen);
        // The pen draws downwards, the graph is in the font's own directions.
        pen.finish()?.transform(Transform::from_scale(1.0, -1.0))
    }

    fn push_clip(&mut self, path: Option<Path>) {
        let clip = path.and_then(|path| {
            let before = self.clips.last().and_then(Option::as_ref);
            let target = self.layers.first()?;
            let mut mask = match before {
                Some(mask) => mask.clone(),
                None => Mask::new(target.width(), target.height())?,
            };
            if before.is_some() {
                mask.intersect_path(&path, FillRule::Winding, true, self.transform());
            } else {
                mask.fill_path(&path, FillRule::Winding, true, self.transform());
            }
            Some(mask)
        });
        self.clips.push(clip);
    }

    fn colour(&self, index: u16, alpha: f32) -> Color {
        let Some(record) = self.palette.get(usize::from(index)) else { return Color::TRANSPARENT };
        let mut colour = Color::from_rgba8(record.red, record.green, record.blue, record.alpha);
        colour.apply_opacity(alpha);
        colour
    }

    fn stops(&self, stops: &[ColorStop]) -> Vec<GradientStop> {
        stops.iter().map(|stop| GradientStop::new(stop.offset, self.colour(stop.palette_index, stop.alpha))).collect()
    }

    fn shader(&self, brush: &Brush<'_>, transform: Transform) -> Option<Shader<'static>> {
        let point = |point: skrifa::raw::types::Point<f32>| Point::from_xy(point.x, point.y);
        match *brush {
            Brush::Solid { palette_index, alpha } => Some(Shader::SolidColor(self.colour(palette_index, alpha))),
            Brush::LinearGradient { p0, p1, color_stops, extend } => {
                LinearGradient::new(point(p0), point(p1), self.stops(color_stops), spread(extend), transform)
            }
            Brush::RadialGradient { c0, r0, c1, r1, color_stops, extend } => {
                let stops = self.stops(color_stops);
                RadialGradient::new(point(c0), r0.max(0.0), point(c1), r1.max(0.0), stops, spread(extend), transform)
            }
            Brush::SweepGradient { c0, start_angle, end_angle, color_stops, extend } => {
                let stops = self.stops(color_stops);
                SweepGradient::new(point(c0), start_angle, end_angle, stops, spread(extend), transform)
            }
        }
    }

    /// Fills `path`, which lies in the directions of `place`, with a brush that lies in those of `transform`.
    fn fill_path(&mut self, path: &Path, place: Transform, brush: &Brush<'_>, transform: Transform) {
        // A gradient without extent is painted in its last colour.
        let last = match brush {
            Brush::Solid { .. } => None,
            Brush::LinearGradient { color_stops, .. }
            | Brush::RadialGradient { color_stops, .. }
            | Brush::SweepGradient { color_stops, .. } => color_stops.last(),
        };
        let fallback = last.map(|stop| Shader::SolidColor(self.colour(stop.palette_index, stop.alpha)));
        let Some(Some(path)) = place.invert().map(|_| path.clone().transform(place)) else { return };
        let Some(shader) = self.shader(brush, transform).or(fallback) else { return };
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        let clip = self.clips.last().and_then(Option::as_ref);
        if let Some(layer) = self.layers.last_mut() {
            layer.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), clip);
        }
    }
}

impl ColorPainter for Painter<'_> {
    fn push_transform(&mut self, transform: PaintTransform) {
        let PaintTransform { xx, yx, xy, yy, dx, dy } = transform;
        self.transforms.push(self.transform().pre_concat(Transform::from_row(xx, yx, xy, yy, dx, dy)));
    }

    fn pop_transform(&mut self) {
        self.transforms.pop();
    }

    fn push_clip_glyph(&mut self, glyph: GlyphId) {
        let path = self.outline(glyph);
        self.push_clip(path);
    }

    fn push_clip_box(&mut self, clip: BoundingBox<f32>) {
        // The outermost one is what the pixels end at anyway.
        if self.clips.is_empty() {
            self.clips.push(None);
            return;
        }
        let path = Rect::from_ltrb(clip.x_min, clip.y_min, clip.x_max, clip.y_max).map(PathBuilder::from_rect);
        self.push_clip(path);
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn fill(&mut self, brush: Brush<'_>) {
        let Some(layer) = self.layers.last() else { return };
        let everything = Rect::from_xywh(0.0, 0.0, layer.width() as f32, layer.height() as f32);
        let Some(everything) = everything.map(PathBuilder::from_rect) else { return };
        self.fill_path(&everything, Transform::identity(), &brush, self.transform());
    }

    fn fill_glyph(&mut self, glyph: GlyphId, brush_transform: Option<PaintTransform>, brush: Brush<'_>) {
        let Some(path) = self.outline(glyph) else { return };
        let place = self.transform();
        if let Some(transform) = brush_transform {
            self.push_transform(transform);
        }
        let transform = self.transform();
        self.fill_path(&path, place, &brush, transform);
        if brush_transform.is_some() {
            self.pop_transform();
        }
    }

    fn push_layer(&mut self, _mode: CompositeMode) {
        let size = self.layers.first().map(|layer| (layer.width(), layer.height()));
        let within = self.layers.len() < LAYERS;
        // One pixel takes what lies too deep to be painted.
        let (width, height) = size.filter(|_| within).unwrap_or((1, 1));
        self.layers.extend(Pixmap::new(width, height));
    }

    fn pop_layer_with_mode(&mut self, mode: CompositeMode) {
        if self.layers.len() < 2 {
            return;
        }
        let Some(layer) = self.layers.pop() else { return };
        let paint = PixmapPaint { blend_mode: blend(mode), ..PixmapPaint::default() };
        if let Some(below) = self.layers.last_mut() {
            below.draw_pixmap(0, 0, layer.as_ref(), &paint, Transform::identity(), None);
        }
    }
}

const fn spread(extend: Extend) -> SpreadMode {
    match extend {
        Extend::Repeat => SpreadMode::Repeat,
        Extend::Reflect => SpreadMode::Reflect,
        _ => SpreadMode::Pad,
    }
}

const fn blend(mode: CompositeMode) -> BlendMode {
    match mode {
        CompositeMode::Clear => BlendMode::Clear,
        CompositeMode::Src => BlendMode::Source,
        CompositeMode::Dest => BlendMode::Destination,
        CompositeMode::DestOver => BlendMode::DestinationOver,
        CompositeMode::SrcIn => BlendMode::SourceIn,
        CompositeMode::DestIn => BlendMode::DestinationIn,
        CompositeMode::SrcOut => BlendMode::SourceOut,
        CompositeMode::DestOut => BlendMode::DestinationOut,
        CompositeMode::SrcAtop => BlendMode::SourceAtop,
        CompositeMode::DestAtop => BlendMode::DestinationAtop,
        CompositeMode::Xor => BlendMode::Xor,
        CompositeMode::Plus => BlendMode::Plus,
        CompositeMode::Screen => BlendMode::Screen,
        CompositeMode::Multiply => BlendMode::Multiply,
        _ => BlendMode::SourceOver,
    }
}
