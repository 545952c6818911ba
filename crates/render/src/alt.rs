//! What a picture shows, in words for those who do not see it.

use std::collections::BTreeMap;

use unicode_segmentation::UnicodeSegmentation;

use crate::template::Template;

/// Instagram's limit, the least of the networks' (`external-apis.md` 1.3). Counted in UTF-16 code units, which is the
/// most that "characters" can mean.
const LONGEST: usize = 1_000;

/// The alternative text of a picture of `template` with these captions: the template's sentences, each with its caption
/// in whole; a sentence whose caption is empty is left out. What is longer than 1,000 ends in an ellipsis.
pub fn alt_text(template: &Template, captions: &BTreeMap<String, String>) -> String {
    let sentences: Vec<String> =
        template.alt.iter().filter_map(|sentence| fill(sentence, template, captions)).collect();
    shorten(sentences.join(" "))
}

/// The sentence with its caption, if it needs none or there is one.
fn fill(sentence: &str, template: &Template, captions: &BTreeMap<String, String>) -> Option<String> {
    let needed = template.fields.iter().find(|field| sentence.contains(&format!("{{{}}}", field.name)));
    let Some(field) = needed else { return Some(sentence.to_owned()) };
    let caption = captions.get(&field.name)?;
    let caption = caption.split_whitespace().collect::<Vec<_>>().join(" ");
    let caption = caption.replace(char::is_control, "");
    (!caption.is_empty()).then(|| sentence.replace(&format!("{{{}}}", field.name), &caption))
}

fn shorten(text: String) -> String {
    if text.encode_utf16().count() <= LONGEST {
        return text;
    }
    let mut length = 1;
    let kept = text.graphemes(true).take_while(|grapheme| {
        length += grapheme.encode_utf16().count();
        length <= LONGEST
    });
    let mut kept: String = kept.collect();
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::alt_text;
    use crate::template::Template;

    #[test]
    fn it_says_what_is_read() {
        let check = |template: &str, captions: &[(&str, &str)], expected: &str| {
            let captions: BTreeMap<String, String> =
                captions.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
            assert_eq!(alt_text(Template::find(template).unwrap(), &captions), expected);
        };
        check(
            "meme-top-bottom",
            &[("top", "It works\n on my\u{0} machine"), ("bottom", "Ship the machine")],
            "Meme: a picture with large letters. Above: “It works on my machine” Below: “Ship the machine”",
        );
        check(
            "quote-card",
            &[("quote", "Simplicity is prerequisite for reliability."), ("author", "Edsger W. Dijkstra")],
            "Card with a quote: “Simplicity is prerequisite for reliability.” By Edsger W. Dijkstra.",
        );
    }

    #[test]
    fn it_is_as_long_as_instagram_takes() {
        let captions = BTreeMap::from([("caption".to_owned(), "😀".repeat(900))]);
        let text = alt_text(Template::find("meme-caption-above").unwrap(), &captions);
        assert!(text.encode_utf16().count() <= 1_000 && text.ends_with("😀…"), "{text}");
    }
}
