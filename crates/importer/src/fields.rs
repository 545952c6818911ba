//! The fields of a mapping: taken by name, with a problem for everything that is missing, unknown, double or of the wrong
//! kind.

use rostrum_core::field::FieldError;
use serde_json::Value as Json;

use crate::{
    problem::{Place, Problem},
    tree::{Content, Key, Node},
};

/// The fields of one mapping.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    node: &'a Node,
    entries: &'a [(Key, Node)],
    path: String,
    /// How many problems there were before this mapping was read.
    before: usize,
}

impl<'a> Fields<'a> {
    /// The fields of `node`, which stands at `path`. Reports those that are not `known` or that are there twice.
    pub(crate) fn of(node: &'a Node, path: &str, known: &[&str], problems: &mut Vec<Problem>) -> Option<Self> {
        let Content::Mapping(entries) = &node.content else {
            let expected = format!("is {}, expected the fields {}", node.kind(), known.join(", "));
            problems.push(Problem::error(&node.place, path, expected));
            return None;
        };
        let fields = Self { node, entries, path: path.to_owned(), before: problems.len() };
        for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.name.as_str())) {
            let unknown = FieldError::unknown(path, &key.name, known);
            problems.push(Problem::error(&key.place, unknown.field, unknown.message));
        }
        once(entries, path, known, problems);
        Some(fields)
    }

    /// The full path of the field `name`.
    pub(crate) fn path_of(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    /// The value of the field `name`, unless it is missing or left empty.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Node> {
        let (_, value) = self.entries.iter().find(|(key, _)| key.name == name)?;
        (!matches!(value.content, Content::Scalar(Json::Null))).then_some(value)
    }

    /// The value of the field `name`, which must be there.
    pub(crate) fn required(&self, name: &str, problems: &mut Vec<Problem>) -> Option<&'a Node> {
        let value = self.get(name);
        if value.is_none() {
            let (place, what) = match self.entries.iter().find(|(key, _)| key.name == name) {
                Some((key, _)) => (&key.place, "is empty; give it a value"),
                None => (&self.node.place, "is missing"),
            };
            problems.push(Problem::error(place, self.path_of(name), what));
        }
        value
    }

    /// The text of the field `name`, which must be there.
    pub(crate) fn required_text(&self, name: &str, problems: &mut Vec<Problem>) -> Option<String> {
        let value = self.required(name, problems)?;
        text(value, &self.path_of(name), problems)
    }

    /// The text of the field `name`, if it is there.
    pub(crate) fn text(&self, name: &str, problems: &mut Vec<Problem>) -> Option<String> {
        text(self.get(name)?, &self.path_of(name), problems)
    }

    /// The whole number of the field `name`, if it is there.
    pub(crate) fn number<T: TryFrom<i64>>(&self, name: &str, problems: &mut Vec<Problem>) -> Option<T> {
        let value = self.get(name)?;
        let message = match &value.content {
            Content::Scalar(Json::Number(number)) => match number.as_i64().map(T::try_from) {
                Some(Ok(number)) => return Some(number),
                _ => format!("is {number}, which is no whole number that fits here"),
            },
            _ => format!("is {}, expected a whole number such as 1", value.kind()),
        };
        problems.push(Problem::error(&value.place, self.path_of(name), message));
        None
    }

    /// The items of the field `name`; none if it is not there.
    pub(crate) fn list(&self, name: &str, problems: &mut Vec<Problem>) -> Vec<(String, &'a Node)> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let path = self.path_of(name);
        let Content::List(items) = &value.content else {
            let message = format!("is {}, expected a list, each item on a line of its own after `- `", value.kind());
            problems.push(Problem::error(&value.place, path, message));
            return Vec::new();
        };
        items.iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)).collect()
    }

    /// The texts of the list `name`; none if it is not there. An item that is no text is empty, so that the others keep
    /// their number.
    pub(crate) fn texts(&self, name: &str, problems: &mut Vec<Problem>) -> Vec<String> {
        let items = self.list(name, problems);
        items.iter().map(|(path, item)| text(item, path, problems).unwrap_or_default()).collect()
    }

    /// Where the field `name` stands, or the mapping if it is not there.
    pub(crate) fn place_of(&self, name: &str) -> &'a Place {
        &self.node.closest(name).place
    }

    /// Reports what the domain refuses. A field that was reported before was not handed to the domain as it stands.
    pub(crate) fn refuse(&self, errors: Vec<FieldError>, problems: &mut Vec<Problem>) {
        for error in errors {
            let field = self.path_of(&error.field);
            let place = if error.is_unknown { self.node.key(&error.field) } else { self.place_of(&error.field) };
            let own = problems.get(self.before..).unwrap_or_default();
            if !own.iter().any(|problem| problem.field == field) {
                problems.push(Problem::error(place, field, error.message));
            }
        }
    }
}

/// The text of `node`, which stands at `path`, without the line breaks that a YAML block leaves at its end.
pub(crate) fn text(node: &Node, path: &str, problems: &mut Vec<Problem>) -> Option<String> {
    if let Content::Scalar(Json::String(text)) = &node.content {
        return Some(text.trim_end().to_owned());
    }
    let message = match node.content {
        Content::Scalar(_) => format!("is {}, expected a text; put it in quotes", node.kind()),
        _ => format!("is {}, expected a text", node.kind()),
    };
    problems.push(Problem::error(&node.place, path, message));
    None
}

/// The value of `node`, which stands at `path`, as JSON. Reports the fields in it that are there twice.
pub(crate) fn json(node: &Node, path: &str, problems: &mut Vec<Problem>) -> Json {
    match &node.content {
        Content::Scalar(Json::String(text)) => text.trim_end().into(),
        Content::Scalar(scalar) => scalar.clone(),
        Content::List(items) => {
            let items = items.iter().enumerate();
            items.map(|(index, item)| json(item, &format!("{path}[{index}]"), problems)).collect()
        }
        Content::Mapping(entries) => {
            let names: Vec<&str> = entries.iter().map(|(key, _)| key.name.as_str()).collect();
            once(entries, path, &names, problems);
            // Of doubles the first stays, as it does elsewhere.
            let fields = entries.iter().rev();
            fields
                .map(|(key, value)| (key.name.clone(), json(value, &format!("{path}.{}", key.name), problems)))
                .collect()
        }
    }
}

/// Reports those of the `known` fields that are there twice.
fn once(entries: &[(Key, Node)], path: &str, known: &[&str], problems: &mut Vec<Problem>) {
    for (index, (key, _)) in entries.iter().enumerate() {
        let first = entries[..index].iter().find(|(earlier, _)| earlier.name == key.name);
        if let Some((first, _)) = first.filter(|_| known.contains(&key.name.as_str())) {
            let message = format!("is given twice, first in line {}; remove one of them", first.place.line);
            let field = if path.is_empty() { key.name.clone() } else { format!("{path}.{}", key.name) };
            problems.push(Problem::error(&key.place, field, message));
        }
    }
}
