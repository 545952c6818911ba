//! The picture of a post, as it is kept until the post is stored.

use std::collections::BTreeMap;

pub use rostrum_core::media::object_key;
use rostrum_store::posts::{create::Medium, objects::Object};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A picture whose bytes are an object of the media bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// How many bytes it has.
    pub bytes: u32,
    /// What somebody is told who cannot see it.
    pub alt_text: String,
    /// The template that it was drawn by.
    pub template: String,
    /// The texts in it, by the names of the template's fields.
    pub captions: BTreeMap<String, String>,
    /// The model that wrote them; none if they were taken from the post.
    pub captions_by: Option<String>,
    /// The fields whose text did not fit and was cut.
    pub cut: Vec<String>,
}

impl Picture {
    /// As a post has it.
    pub fn medium(&self) -> Medium {
        let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        Medium {
            sha256: self.sha256.clone(),
            content_type: self.content_type.clone(),
            width: whole(self.width),
            height: whole(self.height),
            bytes: whole(self.bytes),
            alt_text: self.alt_text.clone(),
            template: self.template.clone(),
            captions: self.captions.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str()))).collect(),
        }
    }

    /// Its object in the media bucket.
    pub fn object(&self) -> Object {
        Object { sha256: self.sha256.clone(), content_type: self.content_type.clone() }
    }

    /// The key of its object in the media bucket.
    pub fn key(&self) -> String {
        object_key(&self.sha256, &self.content_type)
    }
}
