//! What a template draws. Lengths are in units: 100 of them are the shorter side of the picture, so that one template
//! fits every size.

use serde::Deserialize;

use crate::{frame::Frame, scene::Scene};

/// What the picture is made of, which decides its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Backdrop {
    /// A photo or a scene.
    Photo,
    /// Plain colours and gradients.
    Flat,
}

/// One thing that is drawn.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Layer {
    Photo(Photo),
    Fill(Fill),
    Gradient(Gradient),
    Text(Text),
    Brand(Brand),
}

/// The background that the request brings, cropped to fill its frame.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Photo {
    pub(crate) frame: Frame,
    /// What is painted where the request brings none.
    pub(crate) scene: Scene,
}

/// A rectangle of one colour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fill {
    pub(crate) frame: Frame,
    pub(crate) ink: Ink,
    /// The caption without which it is not drawn, as a rule between two captions.
    pub(crate) only_with: Option<String>,
}

/// The whole picture, from one colour in the upper left corner to another in the lower right.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gradient {
    pub(crate) from: Ink,
    pub(crate) to: Ink,
}

/// A caption, or a text that always stands there, in the largest size at which it fits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// The name of the caption.
    pub(crate) field: Option<String>,
    /// What always stands there.
    pub(crate) literal: Option<String>,
    pub(crate) frame: Frame,
    pub(crate) face: Face,
    #[serde(default)]
    pub(crate) weight: Weight,
    #[serde(default)]
    pub(crate) italic: bool,
    #[serde(default)]
    pub(crate) capitals: bool,
    #[serde(default)]
    pub(crate) align: Align,
    #[serde(default)]
    pub(crate) vertical: Vertical,
    pub(crate) size: SizeRange,
    /// The most lines.
    pub(crate) lines: usize,
    /// From one line to the next, in sizes of the type.
    pub(crate) leading: f32,
    pub(crate) ink: Ink,
    pub(crate) outline: Option<Outline>,
    /// The frame ends where the text ends, for what stands below it.
    #[serde(default)]
    pub(crate) hug: bool,
}

/// The mark of the brand: a square of its colour and its name. Nothing is drawn where the request has no name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Brand {
    pub(crate) frame: Frame,
    /// Whether it stands at the end of its frame and not at the beginning.
    #[serde(default)]
    pub(crate) at_end: bool,
    /// The colour of the square.
    pub(crate) mark: Ink,
    /// The colour of the name.
    pub(crate) ink: Ink,
}

/// The sizes that a text may have, in units.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SizeRange {
    pub(crate) max: f32,
    /// Below this it cannot be read on a telephone, and the text is cut instead.
    pub(crate) min: f32,
}

/// A line around every letter.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outline {
    /// In sizes of the type.
    pub(crate) width: f32,
    pub(crate) ink: Ink,
}

/// A typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Face {
    /// Bold and condensed, for memes.
    Display,
    /// A neutral sans serif.
    Sans,
    /// A bookish serif, for quotes.
    Serif,
}

/// How dark the letters are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Weight {
    #[default]
    Medium,
    Heavy,
}

/// Where lines stand in their frame. Start is left, but right in a picture whose script runs from the right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Align {
    #[default]
    Start,
    Centre,
}

/// Where a text stands in its frame from top to bottom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Vertical {
    #[default]
    Top,
    Middle,
    Bottom,
}

/// A colour by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "the ink called ink")]
pub(crate) enum Ink {
    White,
    Black,
    /// The near-black of printed text.
    Ink,
    /// Between ink and paper, for what is said aside.
    Grey,
    /// A warm white.
    Paper,
    Brand,
    /// The brand's colour, darker.
    BrandDark,
    /// The brand's colour, lighter.
    BrandLight,
    /// What can be read on the brand's colour.
    OnBrand,
    /// The same, for what is said aside.
    OnBrandSoft,
}
