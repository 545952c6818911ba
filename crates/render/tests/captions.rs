//! What is said of captions that cannot be drawn, and that every other one is drawn.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test stands on ends it where it cannot be had")]

mod requests;

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::select};
use requests::{render, request};
use rostrum_core::{campaign::IMAGE_TEMPLATES, platform::Platform};
use rostrum_render::{Background, Note, RenderError, Request, Style, Template, alt_text};

fn above(caption: &str) -> Request {
    request("meme-caption-above", Platform::X, &[("caption", caption)])
}

/// The fields that are refused, in order.
fn refused(template: &str, captions: &[(&str, &str)]) -> Vec<String> {
    match render(&request(template, Platform::X, captions)) {
        Err(RenderError::Captions(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{template} with {captions:?}: {other:?}"),
    }
}

#[test]
fn campaigns_can_name_the_templates_that_there_are() {
    let names: Vec<&str> = Template::all().iter().map(|template| template.name.as_str()).collect();
    assert_eq!(names, IMAGE_TEMPLATES);
}

#[test]
fn an_unknown_template_is_answered_with_those_that_there_are() {
    let error = render(&request("meme-left-right", Platform::X, &[("top", "a")])).unwrap_err();
    let RenderError::UnknownTemplate { name, known } = &error else { panic!("{error:?}") };
    assert_eq!((name.as_str(), known.as_slice()), ("meme-left-right", IMAGE_TEMPLATES.map(str::to_owned).as_slice()));
    for name in IMAGE_TEMPLATES {
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn missing_empty_and_unknown_captions_are_named() {
    let check = |template: &str, captions: &[(&str, &str)], expected: &[&str]| {
        assert_eq!(refused(template, captions), expected, "{template} with {captions:?}");
    };
    check("meme-top-bottom", &[], &["top", "bottom"]);
    check("meme-top-bottom", &[("top", "one")], &["bottom"]);
    check("meme-top-bottom", &[("top", ""), ("bottom", "two")], &["top"]);
    check("meme-caption-above", &[("caption", " \n\t\u{3000} ")], &["caption"]);
    check("meme-caption-above", &[("caption", "\u{0}\u{7}\u{E000}")], &["caption"]);
    check("quote-card", &[("quote", "a"), ("author", "b"), ("autor", "c")], &["autor"]);
    check("headline-card", &[("title", "a")], &["headline", "title"]);
}

#[test]
fn a_caption_of_which_nothing_can_be_seen_is_empty() {
    for invisible in ["\u{200B}", "\u{200E}\u{2069}", "\u{AD}", "\u{2060}\u{FE0F}", "\u{3164}"] {
        assert_eq!(refused("meme-caption-above", &[("caption", invisible)]), ["caption"], "{invisible:?}");
    }
    // One that need not be there is left out.
    let card = |role: &str| {
        request("quote-card", Platform::X, &[("quote", "Less is more."), ("author", "A. Mies"), ("role", role)])
    };
    assert_eq!(render(&card("\u{200B}")).unwrap().bytes, render(&card("")).unwrap().bytes);
}

#[test]
fn an_optional_caption_may_be_left_out() {
    let captions = [("headline", "We are hiring")];
    let without = render(&request("headline-card", Platform::X, &captions)).unwrap();
    let empty = [("headline", "We are hiring"), ("kicker", " "), ("detail", "")];
    let with = render(&request("headline-card", Platform::X, &empty)).unwrap();
    assert_eq!((without.bytes, without.notes), (with.bytes, with.notes));
}

#[test]
fn a_caption_that_is_cut_says_how_much_is_drawn() {
    for (text, length) in [("mostly harmless words ", 2_000), ("unbreakable", 2_000), ("mostly longer words ", 5_000)] {
        let caption: String = text.chars().cycle().take(length).collect();
        let caption = caption.trim_end();
        let cut = render(&above(caption)).unwrap();
        let [Note::Truncated { field, kept, of }] = cut.notes.as_slice() else { panic!("{:?}", cut.notes) };
        assert_eq!((field.as_str(), *of), ("caption", caption.chars().count()));
        assert!((50..1_500).contains(kept), "{kept}");
        // What is drawn is what the note says, and an ellipsis.
        let drawn: String = caption.chars().take(*kept).chain(['…']).collect();
        let drawn = render(&above(&drawn)).unwrap();
        assert!(drawn.notes.is_empty(), "{:?}", drawn.notes);
        assert!(drawn.bytes == cut.bytes, "{text:?}: not the first {kept} characters are drawn");
    }
}

#[test]
fn a_caption_of_the_recommended_length_is_drawn_in_whole() {
    for template in Template::all() {
        for platform in Platform::ALL {
            let captions: BTreeMap<String, String> = template
                .caption_fields()
                .iter()
                .map(|field| {
                    let text: String = "What we would say here ".chars().cycle().take(field.max_characters).collect();
                    (field.name.clone(), text)
                })
                .collect();
            let asked = Request { captions, ..request(&template.name, platform, &[]) };
            assert_eq!(render(&asked).unwrap().notes, [], "{} on {platform}", template.name);
        }
    }
}

#[test]
fn control_characters_are_taken_out_and_noted() {
    let dirty = render(&above("It \u{1B}works\u{0} on\u{7F} my\u{85}machine\u{FFFF}")).unwrap();
    assert_eq!(dirty.notes, [Note::Cleaned { field: "caption".to_owned() }]);
    let clean = render(&above("It works on my\nmachine")).unwrap();
    assert!(dirty.bytes == clean.bytes && clean.notes.is_empty());
}

#[test]
fn characters_without_a_glyph_are_named_and_nothing_is_drawn() {
    let check = |caption: &str, expected: &[&str]| {
        let error = render(&above(caption)).unwrap_err();
        let RenderError::NoGlyph { field, characters } = &error else { panic!("{caption}: {error:?}") };
        assert_eq!((field.as_str(), characters.join(" ")), ("caption", expected.join(" ")));
        let point = format!("U+{:04X}", u32::from(expected[0].chars().next().unwrap()));
        assert!(error.to_string().contains(&point), "{error}");
    };
    check("Amharic: ሀ and again ሀ, ለ", &["ሀ", "ለ"]);
    check("𓀀", &["𓀀"]);
    let branded = Style { name: Some("ሀ".to_owned()), ..Style::default() };
    let card = request("headline-card", Platform::X, &[("headline", "News")]);
    let error = render(&Request { style: branded, ..card }).unwrap_err();
    assert!(matches!(&error, RenderError::NoGlyph { field, .. } if field == "style.name"), "{error:?}");
}

#[test]
fn a_background_that_has_no_place_is_noted() {
    let card = request("headline-card", Platform::X, &[("headline", "News")]);
    let unused = Request { background: Background::Photo(b"no photo at all".as_slice().into()), ..card };
    assert_eq!(render(&unused).unwrap().notes, [Note::BackgroundUnused]);
}

/// Characters that join, turn, stack, shrink and grow, with bars between them.
const AWKWARD: &str = "a| |\n|W|ß|ﬃ|\u{301}|\u{200D}|\u{FE0F}|\u{202E}|\u{2066}|\u{AD}|ن|ﷺ|ש|क्ष|漢|ガ|한|👩|🏽|🇺|🇦|🛑";

fn caption() -> impl Strategy<Value = String> {
    let awkward = vec(select(AWKWARD.split('|').collect::<Vec<_>>()), 0..120).prop_map(|parts| parts.concat());
    prop_oneof![any::<String>(), awkward.clone(), awkward, "[ -~]{1,400}", "[a-z]{1,9}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_captions_are_drawn_or_refused(
        template in select(Template::all()),
        platform in select(Platform::ALL.as_slice()),
        texts in vec(caption(), 3),
        name in proptest::option::of(caption()),
    ) {
        let captions: BTreeMap<String, String> =
            template.caption_fields().iter().map(|field| field.name.clone()).zip(texts).collect();
        let style = Style { name, ..Style::default() };
        let asked = Request { captions, style, ..request(&template.name, platform, &[]) };
        prop_assert!(alt_text(&template, &asked.captions).encode_utf16().count() <= 1_000);
        match render(&asked) {
            Ok(rendered) => {
                let size = template.size(platform);
                let read = image::load_from_memory(&rendered.bytes).unwrap();
                prop_assert_eq!((read.width(), read.height()), (size.width, size.height));
            }
            Err(RenderError::Captions(_) | RenderError::NoGlyph { .. } | RenderError::NoRoom { .. }) => {}
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}
