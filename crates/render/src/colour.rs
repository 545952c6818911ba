//! Colours, in integers: what is mixed here is the same on every machine.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// An opaque colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self::rgb(255, 255, 255);
    /// Black.
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    /// The near-black of printed text.
    pub(crate) const INK: Self = Self::rgb(0x1B, 0x1E, 0x23);
    /// A warm white.
    pub(crate) const PAPER: Self = Self::rgb(0xFB, 0xF9, 0xF4);

    /// From its three parts.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// This colour with `share` of 256 parts of `other`.
    pub(crate) fn mix(self, other: Self, share: u32) -> Self {
        let share = share.min(256);
        let part = |from: u8, to: u8| ((u32::from(from) * (256 - share) + u32::from(to) * share + 128) / 256) as u8;
        Self::rgb(part(self.red, other.red), part(self.green, other.green), part(self.blue, other.blue))
    }

    /// How light it looks, 0 to 255 (the luma of ITU-R BT.601).
    pub(crate) fn luma(self) -> u8 {
        ((u32::from(self.red) * 299 + u32::from(self.green) * 587 + u32::from(self.blue) * 114 + 500) / 1000) as u8
    }

    /// White or near-black, whichever is read better on this colour.
    pub(crate) fn readable(self) -> Self {
        // At this luma both have a contrast of about 5 to 1 (WCAG 2.2, 1.4.3 asks for 4.5 to 1).
        if self.luma() < 140 { Self::WHITE } else { Self::INK }
    }
}

/// A text that is no colour.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a colour; write it like #173F5F")]
pub struct NoColour(String);

impl FromStr for Colour {
    type Err = NoColour;

    /// Reads `#RRGGBB`.
    fn from_str(text: &str) -> Result<Self, NoColour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let number = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let [_, red, green, blue] = number.ok_or_else(|| NoColour(text.to_owned()))?.to_be_bytes();
        Ok(Self::rgb(red, green, blue))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "#{:02X}{:02X}{:02X}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn colours_are_read_and_written() {
        let check = |text: &str, expected: Option<Colour>| assert_eq!(text.parse().ok(), expected, "{text}");
        check("#173F5F", Some(Colour::rgb(0x17, 0x3F, 0x5F)));
        check("#ffffff", Some(Colour::WHITE));
        check("173F5F", None);
        check("#173F5", None);
        check("#+173F5", None);
        check("#ééé", None);
        assert_eq!(Colour::rgb(1, 171, 255).to_string(), "#01ABFF");
    }

    #[test]
    fn text_on_a_colour_can_be_read() {
        assert_eq!(Colour::rgb(0x17, 0x3F, 0x5F).readable(), Colour::WHITE);
        assert_eq!(Colour::rgb(0xFF, 0xD1, 0x66).readable(), Colour::INK);
    }
}
