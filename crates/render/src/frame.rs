//! Where things stand. Lengths of a template are in units: 100 of them are the shorter side of the picture. Templates are
//! written for scripts that run from the left; for the others left and right are exchanged.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::template::Size;

/// A place in the picture by its distances from the edges, in units.
///
/// Of `top`, `height` and `bottom` two decide; without `height` it reaches from `top` to `bottom`. The same holds for
/// `left`, `width` and `right`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Frame {
    left: Option<f32>,
    width: Option<f32>,
    right: Option<f32>,
    top: Option<f32>,
    height: Option<f32>,
    bottom: Option<f32>,
    /// The caption under whose last line it begins; `top` is then the distance from there.
    below: Option<String>,
}

/// A place in the picture, in whole pixels, and never outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// The picture as a ruler.
#[derive(Debug)]
pub(crate) struct Ruler {
    size: Size,
    /// Whether left and right are exchanged.
    mirrored: bool,
    /// Where the text of a caption ended, in pixels from the top.
    ends: BTreeMap<String, u32>,
}

impl Ruler {
    pub(crate) const fn new(size: Size, mirrored: bool) -> Self {
        Self { size, mirrored, ends: BTreeMap::new() }
    }

    /// How many pixels `units` are.
    pub(crate) fn pixels(&self, units: f32) -> f32 {
        units * self.size.width.min(self.size.height) as f32 / 100.0
    }

    /// Notes where a caption ended.
    pub(crate) fn ended(&mut self, field: &str, bottom: u32) {
        self.ends.insert(field.to_owned(), bottom);
    }

    /// The pixels of `frame`.
    pub(crate) fn area(&self, frame: &Frame) -> Area {
        let begin = frame.below.as_ref().and_then(|field| self.ends.get(field)).copied().unwrap_or(0);
        let (x, width) = self.span((frame.left, frame.width, frame.right), 0, self.size.width);
        let (y, height) = self.span((frame.top, frame.height, frame.bottom), begin, self.size.height);
        let x = if self.mirrored { self.size.width - x - width } else { x };
        Area { x, y, width, height }
    }

    /// The begin and the length of what lies between `begin` and `end`.
    fn span(
        &self,
        (before, length, after): (Option<f32>, Option<f32>, Option<f32>),
        begin: u32,
        end: u32,
    ) -> (u32, u32) {
        let whole = |units: f32| self.pixels(units).round().max(0.0) as u32;
        let first = begin.saturating_add(whole(before.unwrap_or(0.0))).min(end);
        let last = end.saturating_sub(whole(after.unwrap_or(0.0))).max(first);
        match (before, length) {
            // Anchored at its end.
            (None, Some(length)) => {
                let first = last.saturating_sub(whole(length)).max(first);
                (first, last - first)
            }
            (_, Some(length)) => (first, whole(length).min(end - first)),
            (_, None) => (first, last - first),
        }
    }
}

impl Area {
    /// The same area with its edges moved to even pixels; those of a picture with even sides stay within it.
    pub(crate) const fn even(self) -> Self {
        let (x, y) = (self.x & !1, self.y & !1);
        let (right, bottom) = ((self.x + self.width + 1) & !1, (self.y + self.height + 1) & !1);
        Self { x, y, width: right - x, height: bottom - y }
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, Frame, Ruler, Size};

    #[test]
    fn frames_are_anchored_at_the_edges() {
        let check = |frame: Frame, expected: (u32, u32, u32, u32)| {
            for mirrored in [false, true] {
                let mut ruler = Ruler::new(Size { width: 1600, height: 900 }, mirrored);
                ruler.ended("quote", 400);
                let Area { x, y, width, height } = ruler.area(&frame);
                let x = if mirrored { 1600 - x - width } else { x };
                assert_eq!((x, y, width, height), expected, "{frame:?}");
            }
        };
        check(Frame::default(), (0, 0, 1600, 900));
        check(Frame { left: Some(10.0), right: Some(10.0), ..Frame::default() }, (90, 0, 1420, 900));
        check(Frame { left: Some(10.0), width: Some(20.0), ..Frame::default() }, (90, 0, 180, 900));
        check(Frame { top: Some(10.0), height: Some(20.0), ..Frame::default() }, (0, 90, 1600, 180));
        check(Frame { bottom: Some(10.0), height: Some(20.0), ..Frame::default() }, (0, 630, 1600, 180));
        check(Frame { height: Some(20.0), below: Some("quote".to_owned()), ..Frame::default() }, (0, 720, 1600, 180));
        check(Frame { top: Some(1.0), below: Some("quote".to_owned()), ..Frame::default() }, (0, 409, 1600, 491));
        check(Frame { top: Some(1000.0), height: Some(5.0), ..Frame::default() }, (0, 900, 1600, 0));
    }
}
