//! What all messages share: a JSON object with the `version` of its shape.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A payload with a versioned shape.
pub trait Contract: Serialize + DeserializeOwned {
    /// What a person calls it, for example `generate_slot`.
    const NAME: &'static str;
    /// The only version of the shape that this code reads and writes.
    const VERSION: u64;
}

/// Why a message cannot be understood. It will not be understood the next time either.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unreadable {
    /// The body is not JSON.
    #[error("the message is not JSON: {0}")]
    NotJson(String),
    /// The body has no `version`, or one that this code does not know.
    #[error("{name} has version {found}, this function reads version {known}")]
    UnknownVersion {
        /// The contract that was expected.
        name: &'static str,
        /// The `version` of the message, as JSON; `null` where there is none.
        found: String,
        /// The version that was expected.
        known: u64,
    },
    /// The version is known but the fields are not those of that version.
    #[error("{name} does not have its shape: {reason}")]
    WrongShape {
        /// The contract that was expected.
        name: &'static str,
        /// What does not fit.
        reason: String,
    },
}

/// The message as JSON, with its version.
///
/// # Errors
/// Never for the contracts of this crate: their keys are text and their numbers finite.
pub fn encode<T: Contract>(payload: &T) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(payload)?;
    if let Value::Object(fields) = &mut value {
        fields.insert("version".to_owned(), T::VERSION.into());
    }
    Ok(value)
}

/// Reads the body of a message.
///
/// # Errors
/// If it is no JSON, of another version, or not of its version's shape.
pub fn decode<T: Contract>(body: &str) -> Result<T, Unreadable> {
    read(serde_json::from_str(body).map_err(|error| Unreadable::NotJson(error.to_string()))?)
}

/// Reads a message that is JSON already: the event of a function that a state machine calls.
///
/// # Errors
/// If it is of another version, or not of its version's shape.
pub fn read<T: Contract>(mut value: Value) -> Result<T, Unreadable> {
    let found = value.as_object_mut().and_then(|fields| fields.remove("version")).unwrap_or(Value::Null);
    if found.as_u64() != Some(T::VERSION) {
        return Err(Unreadable::UnknownVersion { name: T::NAME, found: found.to_string(), known: T::VERSION });
    }
    serde_json::from_value(value).map_err(|error| Unreadable::WrongShape { name: T::NAME, reason: error.to_string() })
}

/// A message inside of another one, with its own version: `#[serde(with = "nested")]`.
pub(crate) mod nested {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de, ser};
    use serde_json::Value;

    use super::{Contract, encode, read};

    pub(crate) fn serialize<T: Contract, S: Serializer>(payload: &T, serializer: S) -> Result<S::Ok, S::Error> {
        encode(payload).map_err(ser::Error::custom)?.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T: Contract, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        read(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }

    /// Several of them: `#[serde(with = "nested::list")]`.
    pub(crate) mod list {
        use super::{Contract, Deserializer, Serializer, Value, de, encode, read, ser};
        use serde::Deserialize as _;

        pub(crate) fn serialize<T: Contract, S: Serializer>(payloads: &[T], serializer: S) -> Result<S::Ok, S::Error> {
            let values: Vec<Value> =
                payloads.iter().map(encode).collect::<Result<_, _>>().map_err(ser::Error::custom)?;
            serializer.collect_seq(values)
        }

        pub(crate) fn deserialize<'de, T: Contract, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
            let values = Vec::<Value>::deserialize(deserializer)?;
            values.into_iter().map(|value| read(value).map_err(de::Error::custom)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GenerateSlot;

    fn check(body: &str, expected: &str) {
        let error = decode::<GenerateSlot>(body).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn says_what_is_wrong_with_a_message() {
        check("{", "the message is not JSON: EOF while parsing an object at line 1 column 1");
        check("[]", "generate_slot has version null, this function reads version 1");
        check(r#"{"version":2}"#, "generate_slot has version 2, this function reads version 1");
        check(r#"{"version":"1"}"#, r#"generate_slot has version "1", this function reads version 1"#);
        check(r#"{"version":1}"#, "generate_slot does not have its shape: missing field `workspace_id`");
    }
}
