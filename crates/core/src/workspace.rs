//! The settings of a workspace that a person sets.

use std::collections::HashMap;

use crate::{
    check::Check,
    field::FieldError,
    fold::{Accents, Folded},
};

/// The most words and phrases that a workspace can prohibit.
pub const MOST_PROHIBITED_WORDS: usize = 1000;

/// The longest of them, in characters.
pub const LONGEST_PROHIBITED_WORD: usize = 100;

/// The words and phrases without blanks around them. `field` is what the list is called where it was written.
///
/// # Errors
/// Every entry that cannot be accepted, as `field[3]`: one that is empty, too long, cannot be seen, or says the same as an
/// earlier one in other capitals. Of too long a list only the length is told.
pub fn prohibited_words(field: &str, words: &[String]) -> Result<Vec<String>, Vec<FieldError>> {
    let mut check = Check::default();
    if words.len() > MOST_PROHIBITED_WORDS {
        check.fail(field, format!("must have at most {MOST_PROHIBITED_WORDS} entries, has {}", words.len()));
        return check.finish(Vec::new());
    }
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut kept = Vec::new();
    for (position, word) in words.iter().enumerate() {
        let path = format!("{field}[{position}]");
        let word = check.text(&path, word, 1..=LONGEST_PROHIBITED_WORD);
        // The checks of posts would find such a word nowhere.
        let is_seen = Folded::new(&word, Accents::Dropped).characters.iter().any(|letter| *letter != ' ');
        if !word.is_empty() && !is_seen {
            check.fail(path, "must have a character that can be seen");
        } else if let Some(first) = first.get(&word.to_lowercase()).filter(|_| !word.is_empty()) {
            check.fail(path, format!("says the same as {field}[{first}]; capitals make no difference"));
        } else {
            first.insert(word.to_lowercase(), position);
            kept.push(word);
        }
    }
    check.finish(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], expected: Result<&[&str], &[&str]>) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let read = prohibited_words("words", &words);
        match expected {
            Ok(kept) => assert_eq!(read.unwrap(), kept),
            Err(errors) => {
                let read: Vec<String> = read.unwrap_err().iter().map(ToString::to_string).collect();
                assert_eq!(read, errors);
            }
        }
    }

    #[test]
    fn words_are_trimmed_and_distinct() {
        check(&[], Ok(&[]));
        check(&[" guaranteed ", "risk free", "schön", "schon"], Ok(&["guaranteed", "risk free", "schön", "schon"]));
        check(&["Risk", "fine", "rISK "], Err(&["words[2]: says the same as words[0]; capitals make no difference"]));
        check(&["ÄRGER", "ärger"], Err(&["words[1]: says the same as words[0]; capitals make no difference"]));
    }

    #[test]
    fn a_word_can_be_found() {
        let long = "x".repeat(101);
        check(
            &["", "  ", &long, "\u{200b}", "a\0"],
            Err(&[
                "words[0]: must not be empty",
                "words[1]: must not be empty",
                "words[2]: must have at most 100 characters, has 101",
                "words[3]: must have a character that can be seen",
                "words[4]: must not contain control characters",
            ]),
        );
        check(&[&"x".repeat(100)], Ok(&[&"x".repeat(100)]));
    }

    #[test]
    fn a_list_has_an_end() {
        let words: Vec<String> = (0..=1000).map(|number| number.to_string()).collect();
        assert_eq!(prohibited_words("words", &words[..1000]).unwrap().len(), 1000);
        let errors = prohibited_words("words", &words).unwrap_err();
        assert_eq!(errors, [FieldError::new("words", "must have at most 1000 entries, has 1001")]);
    }
}
