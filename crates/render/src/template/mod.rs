//! Templates: pictures as data. The files are in `templates/`, read once and checked by a test.

use std::{collections::BTreeMap, sync::LazyLock};

use rostrum_core::{field::FieldError, platform::Platform};
use serde::Deserialize;

use crate::{captions, error::RenderError, request::Format};

mod layer;

pub(crate) use layer::{Align, Backdrop, Brand, Face, Ink, Layer, Photo, Text, Vertical, Weight};

/// A kind of picture: its sizes, its captions and what is drawn, from the back to the front.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// What a campaign's settings call it: lower case with hyphens.
    pub name: String,
    /// What it looks like and what it is good for, one sentence for people and for models.
    pub purpose: String,
    /// The captions, in the order in which they are read.
    pub fields: Vec<CaptionField>,
    /// What stands behind the texts: a photo makes a JPEG, a flat card a PNG where the network takes one.
    pub(crate) backdrop: Backdrop,
    pub(crate) sizes: Sizes,
    pub(crate) layers: Vec<Layer>,
    /// The sentences of the alternative text; one that names a caption is left out where that caption is empty.
    pub(crate) alt: Vec<String>,
}

/// A caption that a template has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptionField {
    /// Its key: lower case with underscores.
    pub name: String,
    /// What it is for, as a model that writes it is told.
    pub purpose: String,
    /// Whether the picture is nothing without it.
    #[serde(default)]
    pub required: bool,
    /// How long it may be and still be read at a glance, in characters. A longer one is still drawn, smaller, and cut
    /// with an ellipsis where it does not fit.
    pub max_characters: usize,
}

/// A size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// The size for each network. Limits: `external-apis.md` 1.1, 1.2 and 1.3.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sizes {
    linkedin: Size,
    x: Size,
    instagram: Size,
}

/// The embedded files, in the order in which they are listed to people.
const FILES: [&str; 4] = [
    include_str!("../../templates/meme-top-bottom.json"),
    include_str!("../../templates/meme-caption-above.json"),
    include_str!("../../templates/quote-card.json"),
    include_str!("../../templates/headline-card.json"),
];

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads each")]
    FILES.iter().map(|file| serde_json::from_str(file).expect("an embedded template can be read")).collect()
});

impl Template {
    /// Every template.
    pub fn all() -> &'static [Self] {
        &TEMPLATES
    }

    /// The template of this name.
    ///
    /// # Errors
    /// [`RenderError::UnknownTemplate`], which names those that there are.
    pub fn find(name: &str) -> Result<&'static Self, RenderError> {
        Self::all().iter().find(|template| template.name == name).ok_or_else(|| RenderError::UnknownTemplate {
            name: name.to_owned(),
            known: Self::all().iter().map(|template| template.name.clone()).collect(),
        })
    }

    /// The captions that it has, in the order in which they are read: what a model is asked to write.
    pub fn caption_fields(&self) -> &[CaptionField] {
        &self.fields
    }

    /// What is wrong with these captions, told by the name of the field: one that is missing or empty, or that the
    /// template does not have. A long one is not wrong; it is drawn smaller and at last cut, and the answer says so.
    pub fn check(&self, captions: &BTreeMap<String, String>) -> Vec<FieldError> {
        captions::check(self, captions)
    }

    /// The size of the picture for `platform`.
    pub const fn size(&self, platform: Platform) -> Size {
        match platform {
            Platform::Linkedin => self.sizes.linkedin,
            Platform::X => self.sizes.x,
            Platform::Instagram => self.sizes.instagram,
        }
    }

    /// The format of the picture for `platform`: Instagram takes JPEG only, and a photo is many times smaller as one.
    pub const fn format(&self, platform: Platform) -> Format {
        match (self.backdrop, platform) {
            (Backdrop::Photo, _) | (Backdrop::Flat, Platform::Instagram) => Format::Jpeg,
            (Backdrop::Flat, Platform::Linkedin | Platform::X) => Format::Png,
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&CaptionField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The most lines that a caption may stand in, where it is drawn.
    pub(crate) fn lines(&self, field: &str) -> usize {
        self.texts().find(|text| text.field.as_deref() == Some(field)).map_or(1, |text| text.lines)
    }

    fn texts(&self) -> impl Iterator<Item = &Text> {
        self.layers.iter().filter_map(|layer| if let Layer::Text(text) = layer { Some(text) } else { None })
    }
}

#[cfg(test)]
mod tests {
    use super::{Backdrop, FILES, Layer, Platform, Template};

    #[test]
    fn every_file_is_read_and_means_something() {
        for file in FILES {
            let template: Template = serde_json::from_str(file).unwrap();
            let name = &template.name;
            assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{name}");
            assert!(template.fields.iter().any(|field| field.required), "{name} has no required caption");
            for field in &template.fields {
                assert!(field.max_characters > 0 && !field.purpose.is_empty(), "{name}: {}", field.name);
                let drawn = template.texts().filter(|text| text.field.as_ref() == Some(&field.name)).count();
                assert_eq!(drawn, 1, "{name}: the caption {} is drawn {drawn} times", field.name);
                let placeholder = format!("{{{}}}", field.name);
                let told = template.alt.iter().filter(|sentence| sentence.contains(&placeholder)).count();
                assert_eq!(told, 1, "{name}: the alternative text has {placeholder} {told} times");
            }
            for text in template.texts() {
                assert!(text.field.is_some() != text.literal.is_some(), "{name}: a text is a caption or a literal");
                let known = text.field.as_ref().is_none_or(|field| template.field(field).is_some());
                assert!(known, "{name}: there is no caption {:?}", text.field);
                assert!(0.0 < text.size.min && text.size.min <= text.size.max && text.lines > 0, "{name}");
            }
            let photos = template.layers.iter().filter(|layer| matches!(layer, Layer::Photo(_))).count();
            assert_eq!(photos, usize::from(template.backdrop == Backdrop::Photo), "{name}");
        }
    }

    /// `external-apis.md` 1.1 (fewer than 36,152,320 pixels), 1.3 (320 to 1,440 wide, 4:5 to 1.91:1).
    #[test]
    fn sizes_are_what_the_networks_take() {
        for template in Template::all() {
            for platform in Platform::ALL {
                let size = template.size(platform);
                let ratio = f64::from(size.width) / f64::from(size.height);
                assert!((0.8..=1.91).contains(&ratio), "{} on {platform}", template.name);
                assert!((320..=1600).contains(&size.width) && size.width * size.height < 36_152_320);
            }
            assert!(template.size(Platform::Instagram).width <= 1440, "{}", template.name);
        }
    }
}
