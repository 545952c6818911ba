//! YAML as a tree in which every value knows where it stands.
//!
//! Reading into a tree rather than into structs lets all mistakes of a file be told at once, each at its own line.

use std::{fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value as Json;
use serde_saphyr::Spanned;

use crate::{
    problem::{Place, Problem},
    yaml,
};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) content: Content,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// A scalar: text, a number, true, false or nothing.
    Scalar(Json),
    /// A list.
    List(Vec<Node>),
    /// The entries of a mapping in their order, doubles included.
    Mapping(Vec<(Key, Node)>),
}

/// The name of a field and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) place: Place,
}

impl Node {
    /// Reads `text`, which stands in `file`.
    pub(crate) fn parse(file: &Arc<str>, text: &str) -> Result<Self, Problem> {
        let start = Place::start(file);
        match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, yaml::options()) {
            // An empty file has its value at its end.
            Ok(raw) if matches!(raw.value, Raw::Scalar(Json::Null)) => {
                Ok(Self { place: start, content: Content::Scalar(Json::Null) })
            }
            Ok(raw) => Ok(Self::located(raw, file, &start)),
            Err(error) => {
                let place = error.location().and_then(|location| Place::of(file, location)).unwrap_or(start);
                Err(Problem::error(&place, "", yaml::explanation(&error)))
            }
        }
    }

    /// The value at `path`, for example `workflow_config.model` or `hashtags[2]`, or the closest around it that exists.
    pub(crate) fn closest(&self, path: &str) -> &Self {
        let mut node = self;
        for step in path.split(['.', '[']).map(|step| step.trim_end_matches(']')) {
            let next = match &node.content {
                Content::Mapping(entries) => entries.iter().find(|(key, _)| key.name == step).map(|(_, value)| value),
                Content::List(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
                Content::Scalar(_) => None,
            };
            let Some(next) = next else { break };
            node = next;
        }
        node
    }

    /// Where the name of the field at `path` stands, or the closest around it that exists.
    pub(crate) fn key(&self, path: &str) -> &Place {
        let (around, name) = path.rsplit_once('.').unwrap_or(("", path));
        let node = if around.is_empty() { self } else { self.closest(around) };
        let Content::Mapping(entries) = &node.content else { return &node.place };
        entries.iter().find(|(key, _)| key.name == name).map_or(&node.place, |(key, _)| &key.place)
    }

    /// What the value is, in a reader's words.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.content {
            Content::Scalar(Json::Null) => "empty",
            Content::Scalar(Json::Bool(_)) => "true or false",
            Content::Scalar(Json::Number(_)) => "a number",
            Content::Scalar(_) => "a text",
            Content::List(_) => "a list",
            Content::Mapping(_) => "a group of fields",
        }
    }

    fn located(raw: Spanned<Raw>, file: &Arc<str>, around: &Place) -> Self {
        let place = Place::of(file, raw.referenced).unwrap_or_else(|| around.clone());
        let content = match raw.value {
            Raw::Scalar(scalar) => Content::Scalar(scalar),
            Raw::List(items) => {
                Content::List(items.into_iter().map(|item| Self::located(item, file, &place)).collect())
            }
            Raw::Mapping(entries) => Content::Mapping(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        let at = Place::of(file, key.referenced).unwrap_or_else(|| place.clone());
                        let mut value = Self::located(value, file, &at);
                        // A block of text begins below its field, an empty one even at the next field.
                        if matches!(value.content, Content::Scalar(_)) && value.place.line > at.line {
                            value.place = at.clone();
                        }
                        (Key { name: key.value, place: at }, value)
                    })
                    .collect(),
            ),
        };
        Self { place, content }
    }
}

/// The tree as the deserializer hands it over.
enum Raw {
    Scalar(Json),
    List(Vec<Spanned<Raw>>),
    Mapping(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number, true, false, a list or fields")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Json::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Raw, E> {
        serde_json::Number::from_f64(value)
            .map(|number| Raw::Scalar(number.into()))
            .ok_or_else(|| E::custom("is not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = mapping.next_key::<Spanned<String>>()? {
            if key.value.len() > 200 {
                return Err(A::Error::custom("a field's name is longer than 200 bytes"));
            }
            entries.push((key, mapping.next_value()?));
        }
        Ok(Raw::Mapping(entries))
    }
}
