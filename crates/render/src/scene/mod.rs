//! Backgrounds that are painted by code, for those who send no photo. The same scene and seed are the same picture on
//! every machine: sums, products and square roots only, which IEEE 754 defines to the last bit.

use std::{fmt, str::FromStr};

use serde::Deserialize;
use thiserror::Error;
use tiny_skia::Pixmap;

mod brush;
mod chance;
mod lights;
mod ridges;
mod skyline;
mod waves;

/// A scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scene {
    /// Mountains behind each other in the haze.
    Ridges,
    /// Lights out of focus in the dark.
    Lights,
    /// Bands that flow over each other.
    Waves,
    /// A town in the evening.
    Skyline,
}

impl Scene {
    /// Every scene, in the order in which they are listed to people.
    pub const ALL: [Self; 4] = [Self::Ridges, Self::Lights, Self::Waves, Self::Skyline];

    /// Its name in settings: lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ridges => "ridges",
            Self::Lights => "lights",
            Self::Waves => "waves",
            Self::Skyline => "skyline",
        }
    }

    /// Paints it.
    pub(crate) fn paint(self, seed: u64, pixels: &mut Pixmap) {
        match self {
            Self::Ridges => ridges::paint(seed, pixels),
            Self::Lights => lights::paint(seed, pixels),
            Self::Waves => waves::paint(seed, pixels),
            Self::Skyline => skyline::paint(seed, pixels),
        }
    }
}

/// A text that names no scene.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no scene `{0}`; there are ridges, lights, waves and skyline")]
pub struct UnknownScene(String);

impl FromStr for Scene {
    type Err = UnknownScene;

    fn from_str(text: &str) -> Result<Self, UnknownScene> {
        Self::ALL.into_iter().find(|scene| scene.as_str() == text).ok_or_else(|| UnknownScene(text.to_owned()))
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
