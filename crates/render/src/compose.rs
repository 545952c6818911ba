//! Drawing a template: layer by layer, from the back to the front.

use rostrum_core::field::FieldError;
use sha2::{Digest, Sha256};
use tiny_skia::Pixmap;

use crate::{
    alt::alt_text,
    captions::{self, Caption, Clean},
    colour::Colour,
    error::RenderError,
    font::Fonts,
    frame::{Area, Frame, Ruler},
    photo,
    request::{Background, Note, Rendered, Request, Style},
    scene::Scene,
    surface::{Planes, Surface},
    template::{Align, Backdrop, Brand, Face, Ink, Layer, Photo, Template, Text, Vertical, Weight},
    text::{self, Bounds, Look, Shaper, Side, Type, Unfit},
};

/// Draws the picture that `request` asks for, with the typefaces of `fonts`.
///
/// # Errors
/// [`RenderError`]. Nothing is drawn that is not as it was asked for, but what [`Rendered::notes`] tell.
pub fn render(fonts: &Fonts, request: &Request) -> Result<Rendered, RenderError> {
    let template = Template::find(&request.template)?;
    let wrong: Vec<FieldError> = template.check(&request.captions);
    if !wrong.is_empty() {
        return Err(RenderError::Captions(wrong));
    }
    let Clean { texts, mut notes } = captions::clean_all(template, &request.captions);
    if template.backdrop == Backdrop::Flat && !matches!(request.background, Background::Template) {
        notes.push(Note::BackgroundUnused);
    }
    let size = template.size(request.platform);
    let first = template.fields.iter().find(|field| field.required).and_then(|field| texts.get(&field.name));
    let mirrored = first.is_some_and(|caption| captions::is_from_the_right(&caption.text));
    let mut drawing = Drawing {
        surface: match template.backdrop {
            Backdrop::Photo => Surface::Photo(Planes::filled(size.width, size.height, Colour::WHITE)),
            Backdrop::Flat => {
                let pixels = Pixmap::new(size.width, size.height);
                Surface::Flat(pixels.ok_or_else(|| RenderError::Encode("its template has no size".to_owned()))?)
            }
        },
        ruler: Ruler::new(size, mirrored),
        mirrored,
        shaper: Shaper::new(fonts)?,
        style: &request.style,
        background: &request.background,
        notes,
    };
    for layer in &template.layers {
        match layer {
            Layer::Photo(photo) => drawing.photo(photo)?,
            Layer::Fill(fill) => {
                if fill.only_with.as_ref().is_none_or(|field| texts.contains_key(field)) {
                    drawing.fill(&fill.frame, fill.ink);
                }
            }
            Layer::Gradient(gradient) => {
                let (from, to) = (drawing.colour(gradient.from), drawing.colour(gradient.to));
                drawing.surface.gradient(from, to);
            }
            Layer::Text(text) => {
                let caption = text.field.as_ref().and_then(|field| texts.get(field));
                let literal = text.literal.as_ref().map(|literal| Caption::literal(literal));
                if let Some(caption) = caption.cloned().or(literal) {
                    drawing.text(text, &caption)?;
                }
            }
            Layer::Brand(brand) => drawing.brand(brand)?,
        }
    }
    let format = template.format(request.platform);
    let bytes = drawing.surface.encode(format).map_err(RenderError::Encode)?;
    Ok(Rendered {
        sha256: hexadecimal(&Sha256::digest(&bytes)),
        bytes,
        format,
        width: size.width,
        height: size.height,
        alt_text: alt_text(template, &request.captions),
        notes: drawing.notes,
    })
}

struct Drawing<'request> {
    surface: Surface,
    ruler: Ruler,
    /// Whether the picture is read from the right.
    mirrored: bool,
    shaper: Shaper<'request>,
    style: &'request Style,
    background: &'request Background,
    notes: Vec<Note>,
}

impl Drawing<'_> {
    const fn side(&self, align: Align) -> Side {
        match align {
            Align::Centre => Side::Centre,
            Align::Start if self.mirrored => Side::Right,
            Align::Start => Side::Left,
        }
    }

    fn colour(&self, ink: Ink) -> Colour {
        let brand = self.style.colour;
        match ink {
            Ink::White => Colour::WHITE,
            Ink::Black => Colour::BLACK,
            Ink::Ink => Colour::INK,
            Ink::Grey => Colour::INK.mix(Colour::PAPER, 90),
            Ink::Paper => Colour::PAPER,
            Ink::Brand => brand,
            Ink::BrandDark => brand.mix(Colour::BLACK, 70),
            Ink::BrandLight => brand.mix(Colour::WHITE, 26),
            Ink::OnBrand => brand.readable(),
            Ink::OnBrandSoft => brand.readable().mix(brand, 56),
        }
    }

    fn photo(&mut self, photo: &Photo) -> Result<(), RenderError> {
        let area = self.ruler.area(&photo.frame).even();
        if area.width == 0 || area.height == 0 {
            return Ok(());
        }
        let planes = match self.background {
            Background::Photo(bytes) => photo::cover(bytes, area.width, area.height)?,
            Background::Scene { scene, seed } => paint(*scene, *seed, area)?,
            Background::Template => paint(photo.scene, 0, area)?,
        };
        self.surface.place(&planes, area);
        Ok(())
    }

    fn fill(&mut self, frame: &Frame, ink: Ink) {
        let colour = self.colour(ink);
        self.surface.fill(self.ruler.area(frame), colour);
    }

    fn text(&mut self, layer: &Text, caption: &Caption) -> Result<(), RenderError> {
        let name = layer.field.as_deref().unwrap_or("literal");
        let area = self.ruler.area(&layer.frame);
        let side = self.side(layer.align);
        let bounds = Bounds {
            width: area.width as f32,
            height: area.height as f32,
            largest: self.ruler.pixels(layer.size.max).round() as u32,
            smallest: self.ruler.pixels(layer.size.min).round() as u32,
            lines: layer.lines,
            outline: layer.outline.map_or(0.0, |outline| outline.width),
        };
        let style = Type {
            face: layer.face,
            weight: layer.weight,
            italic: layer.italic,
            capitals: layer.capitals,
            leading: layer.leading,
        };
        let fitted = text::fit(&mut self.shaper, &caption.text, style, side, bounds);
        let fitted = fitted.map_err(|unfit| refused(name, unfit))?;
        let drawn = caption.text.chars().count();
        if fitted.kept.is_some() || drawn < caption.characters {
            self.notes.push(Note::Truncated {
                field: name.to_owned(),
                kept: fitted.kept.unwrap_or(drawn),
                of: caption.characters,
            });
        }
        let look = Look {
            side,
            vertical: layer.vertical,
            colour: self.colour(layer.ink),
            outline: layer.outline.map(|outline| (outline.width, self.colour(outline.ink))),
        };
        if layer.hug {
            self.ruler.ended(name, area.y + fitted.height(look).ceil() as u32);
        }
        if let Some(tile) = text::paint(&mut self.shaper, &fitted, area, look) {
            self.surface.lay(&tile);
        }
        Ok(())
    }

    /// The mark and the name, one beside the other.
    fn brand(&mut self, layer: &Brand) -> Result<(), RenderError> {
        let name = self.style.name.as_deref().map(|name| captions::clean(name, 1).0).filter(|name| !name.is_empty());
        let Some(name) = name else { return Ok(()) };
        let area = self.ruler.area(&layer.frame);
        let square = (area.height * 5 / 8).min(area.width);
        let before = square * 3 / 2;
        let bounds = Bounds {
            width: area.width.saturating_sub(before) as f32,
            height: area.height as f32,
            largest: (area.height * 3 / 4).max(1),
            smallest: (area.height * 2 / 5).max(1),
            lines: 1,
            outline: 0.0,
        };
        let style = Type { face: Face::Sans, weight: Weight::Heavy, italic: false, capitals: false, leading: 1.2 };
        let side = self.side(Align::Start);
        let fitted = text::fit(&mut self.shaper, &name, style, side, bounds);
        let fitted = fitted.map_err(|unfit| refused("style.name", unfit))?;
        let look = Look { side, vertical: Vertical::Middle, colour: self.colour(layer.ink), outline: None };
        // The two together stand at one end of the frame, the mark where the script begins.
        let width = (before + fitted.reach(side).ceil() as u32).min(area.width);
        let x = if layer.at_end == self.mirrored { area.x } else { area.x + area.width - width };
        let (mark, room) = if self.mirrored { (x + width - square, x) } else { (x, x + before) };
        let mark = Area { x: mark, y: area.y + (area.height - square) / 2, width: square, height: square };
        let room = Area { x: room, width: width.saturating_sub(before), ..area };
        let colour = self.colour(layer.mark);
        self.surface.fill(mark, colour);
        if let Some(tile) = text::paint(&mut self.shaper, &fitted, room, look) {
            self.surface.lay(&tile);
        }
        Ok(())
    }
}

/// Why the text of `field` is not drawn.
fn refused(field: &str, unfit: Unfit) -> RenderError {
    let field = field.to_owned();
    match unfit {
        Unfit::Font(error) => error,
        Unfit::NoGlyph(characters) => RenderError::NoGlyph { field, characters },
        Unfit::NoRoom => RenderError::NoRoom { field },
    }
}

fn paint(scene: Scene, seed: u64, area: Area) -> Result<Planes, RenderError> {
    let pixels = Pixmap::new(area.width, area.height);
    let mut pixels = pixels.ok_or_else(|| RenderError::Encode("its background has no size".to_owned()))?;
    scene.paint(seed, &mut pixels);
    Ok(Planes::halved(&pixels))
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().map_or('0', char::from);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
