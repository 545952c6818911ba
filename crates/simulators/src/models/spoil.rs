use serde_json::Value;

use crate::models::faults::Kind;
use crate::models::question::{Finish, Said, is_text};

/// How long every text becomes by [`Kind::TooLong`]: over the limit of each network.
const LENGTH: usize = 6000;

/// Makes an answer as bad as the fault wants it.
pub(crate) fn spoil(said: Said, kind: Kind) -> Said {
    let text = said.text;
    let (text, finish) = match kind {
        Kind::Refusal => (String::new(), Finish::Refusal),
        Kind::CutJson => {
            let half = text.chars().count() / 2;
            (text.chars().take(half).collect(), Finish::MaxTokens)
        }
        Kind::ProseAroundJson => {
            (format!("Here is what you asked for:\n\n```json\n{text}\n```\n\nLet me know what you think!"), said.finish)
        }
        Kind::Empty => (String::new(), Finish::End),
        Kind::TooLong => (lengthen(&text), said.finish),
        Kind::NotJson => ("I would rather talk about the weather than fill in a form.".to_owned(), Finish::End),
        _ => (text, said.finish),
    };
    Said { text, finish, usage: said.usage }
}

fn lengthen(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => lengthened(value, "text").to_string(),
        Err(_) => long(text),
    }
}

fn lengthened(value: Value, name: &str) -> Value {
    match value {
        Value::String(text) if is_text(name) => Value::String(long(&text)),
        Value::Array(values) => values.into_iter().map(|value| lengthened(value, name.trim_end_matches('s'))).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let value = lengthened(value, &name);
                (name, value)
            })
            .collect(),
        other => other,
    }
}

fn long(text: &str) -> String {
    let pattern = format!("{text} and so on. ");
    pattern.chars().cycle().take(LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::models::question::Tokens;

    fn check(kind: Kind) -> Said {
        let said = Said {
            text: json!({"text": "A fine day.", "tags": ["day"]}).to_string(),
            finish: Finish::End,
            usage: Tokens::default(),
        };
        spoil(said, kind)
    }

    #[test]
    fn texts_become_long_and_the_rest_stays() {
        let said: Value = serde_json::from_str(&check(Kind::TooLong).text).unwrap();
        assert_eq!(said["text"].as_str().unwrap().chars().count(), LENGTH);
        assert_eq!(said["tags"], json!(["day"]));
    }

    #[test]
    fn what_is_no_json_is_none() {
        for kind in [Kind::CutJson, Kind::ProseAroundJson, Kind::NotJson, Kind::Empty] {
            assert!(serde_json::from_str::<Value>(&check(kind).text).is_err());
        }
    }
}
