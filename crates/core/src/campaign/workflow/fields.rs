//! The fields of a JSON object that a person wrote, each with its full path.

use serde_json::{Map, Value};

use crate::{check::Check, field::FieldError, model};

/// The fields of one object.
pub(super) struct Fields<'a> {
    /// `None` if nothing was written, which is read like an empty object.
    object: Option<&'a Map<String, Value>>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The fields of `value`, which stands at `path`. Notes those that are not `known`.
    pub(super) fn of(value: &'a Value, path: &str, known: &[&str], check: &mut Check) -> Option<Self> {
        let Value::Object(object) = value else {
            check.fail(path, format!("is {}, expected the fields {}", kind(value), known.join(", ")));
            return None;
        };
        let unknown = object.keys().filter(|name| !known.contains(&name.as_str()));
        check.add(unknown.map(|name| FieldError::unknown(path, name, known)).collect());
        Some(Self { object: Some(object), path: path.to_owned() })
    }

    /// What is read where nothing was written at `path`: every field is missing.
    pub(super) fn missing(path: &str) -> Self {
        Self { object: None, path: path.to_owned() }
    }

    /// The full path of the field `name`.
    pub(super) fn path_of(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    /// The value of the field `name`, unless it is missing or null.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.object?.get(name).filter(|value| !value.is_null())
    }

    /// The text of the field `name`, if it is there, without blanks around it.
    pub(super) fn text(&self, name: &str, check: &mut Check) -> Option<&'a str> {
        match self.get(name)? {
            Value::String(text) => Some(text.trim()),
            other => {
                check.fail(self.path_of(name), format!("is {}, expected a text", kind(other)));
                None
            }
        }
    }

    /// The model that the field `name` names, if it is there.
    pub(super) fn model(&self, name: &str, check: &mut Check) -> Option<String> {
        let id = self.text(name, check)?;
        if !model::is_id(id) {
            check.fail(self.path_of(name), model::EXPECTED_ID);
            return None;
        }
        Some(id.to_owned())
    }

    /// The number of the field `name`, if it is there.
    pub(super) fn number(&self, name: &str, check: &mut Check) -> Option<f64> {
        let value = self.get(name)?;
        if !value.is_number() {
            check.fail(self.path_of(name), format!("is {}, expected a number", kind(value)));
        }
        value.as_f64()
    }

    /// The whole number of the field `name`, if it is there.
    pub(super) fn whole_number(&self, name: &str, check: &mut Check) -> Option<u32> {
        let value = self.get(name)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            let message = match value {
                Value::Number(number) => format!("is {number}, which is no whole number that fits here"),
                _ => format!("is {}, expected a whole number such as 1", kind(value)),
            };
            check.fail(self.path_of(name), message);
        }
        number
    }

    /// The items of the list `name` with their paths, if it is there.
    pub(super) fn list(&self, name: &str, check: &mut Check) -> Option<Vec<(String, &'a Value)>> {
        let path = self.path_of(name);
        match self.get(name)? {
            Value::Array(items) => {
                Some(items.iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)).collect())
            }
            other => {
                check.fail(path, format!("is {}, expected a list", kind(other)));
                None
            }
        }
    }

    /// The value that `choices` names by the text of the field `name`, if it is there.
    pub(super) fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)], check: &mut Check) -> Option<T> {
        let text = self.text(name, check)?;
        let found = choices.iter().find(|(choice, _)| *choice == text);
        if found.is_none() {
            let choices: Vec<String> = choices.iter().map(|(choice, _)| format!("`{choice}`")).collect();
            check.fail(self.path_of(name), format!("is `{text}`, must be one of {}", choices.join(", ")));
        }
        found.map(|(_, value)| *value)
    }
}

/// What the value is, in a reader's words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a group of fields",
    }
}
