//! How long a text counts on each network, and how a draft is made to fit.

#![expect(clippy::panic, reason = "a helper of a test fails the test")]

use proptest::prelude::*;
use rostrum_core::platform::{Adjustment, Draft, FitError, FitRules, Fitted, Platform, fit, length};

/// What `twitter-text` 0.3.1 (configuration v3) counts; recorded with that crate, which is no dependency.
#[derive(serde::Deserialize)]
struct Recorded {
    text: String,
    weighted_length: usize,
    /// Whether X's list of domains, or a rule on which its readers differ, decides: then we may count more.
    doubt: bool,
}

#[test]
fn x_counts_as_twitter_text_does_and_never_less() {
    let recorded: Vec<Recorded> =
        serde_json::from_str(include_str!("weighted_length.json")).expect("the fixture is valid");
    assert!(recorded.len() >= 60);
    for Recorded { text, weighted_length, doubt } in recorded {
        let ours = length(Platform::X, &text);
        if doubt {
            assert!(ours >= weighted_length, "{text:?}: {ours} is less than {weighted_length}");
        } else {
            assert_eq!(ours, weighted_length, "{text:?}");
        }
    }
}

#[test]
fn lengths() {
    let check = |platform, text: &str, expect| assert_eq!(length(platform, text), expect, "{platform} {text:?}");
    check(Platform::X, "", 0);
    check(Platform::X, "Hello, world! 👋", 16);
    check(Platform::X, "https://example.com/a/long/path?with=a&query=string", 23);
    // A bare domain counts as a link or as itself, whichever is more.
    check(Platform::X, "rostrum.example", 23);
    check(Platform::X, "a-very-long-name-for-a-domain.example", 37);
    // Adjacent flags: twitter-text pairs the letters from the left.
    check(Platform::X, "🇨🇭🇩🇪", 4);
    // X's own short links end with the letters and digits behind the slash.
    check(Platform::X, "https://t.co/abc-def", 23 + 4);
    check(Platform::X, "https://T.CO/", 24);
    check(Platform::Linkedin, "plain", 5);
    check(Platform::Linkedin, "Cafe\u{301}", 4);
    check(Platform::Linkedin, "👋", 2);
    check(Platform::Linkedin, "a (b) [c] {d} <e> f_g* @h ~ | \\", "a (b) [c] {d} <e> f_g* @h ~ | \\".len() + 14);
    check(Platform::Instagram, "a (b) @h", 8);
    check(Platform::Instagram, "👩‍👩‍👧‍👦", 11);
    check(Platform::Instagram, "Cafe\u{301}", 4);
}

#[test]
fn names_and_limits() {
    for platform in Platform::ALL {
        assert_eq!(platform.as_str().parse(), Ok(platform));
        assert_eq!(platform.to_string(), platform.as_str());
        assert_eq!(serde_json::to_value(platform).expect("a string"), platform.as_str());
    }
    assert_eq!(
        "Twitter".parse::<Platform>().expect_err("no longer").to_string(),
        "`Twitter` is not a platform; it must be linkedin, x or instagram"
    );
    assert_eq!(Platform::ALL.map(|platform| platform.limits().text), [3_000, 280, 2_200]);
    assert_eq!(Platform::Instagram.limits().hashtags, Some(30));
    assert_eq!(Platform::Instagram.limits().mentions, Some(20));
}

fn draft(text: &str, call_to_action: &str, hashtags: &[&str], mentions: &[&str]) -> Draft {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Draft {
        text: text.to_owned(),
        call_to_action: Some(call_to_action.to_owned()),
        hashtags: owned(hashtags),
        mentions: owned(mentions),
    }
}

fn on(platform: Platform, max_thread_posts: usize) -> FitRules {
    FitRules { platform, max_thread_posts }
}

fn fitted(draft: &Draft, rules: FitRules) -> Fitted {
    fit(draft, &rules).unwrap_or_else(|error| panic!("{draft:?}: {error}"))
}

#[test]
fn the_content_is_put_together() {
    let check = |platform, draft: Draft, expect: &str| {
        let fitted = fitted(&draft, on(platform, 1));
        assert_eq!(fitted.content(), expect);
        assert_eq!(fitted.thread(), [] as [String; 0]);
    };
    check(Platform::X, draft("Hello.", "", &[], &[]), "Hello.");
    check(
        Platform::X,
        draft("Hello.", "Join us", &["rust", "#aws"], &["@anna"]),
        "Hello.\n\nJoin us\n\n@anna\n#rust #aws",
    );
    check(Platform::X, draft("Hello. JOIN  us!", "Join us", &[], &[]), "Hello. JOIN us!");
    check(Platform::X, draft("Joining uses", "Join us", &[], &[]), "Joining uses\n\nJoin us");
    check(Platform::X, draft("I like #Rust.", "", &["rust", "RUST", "aws", "Aws"], &[]), "I like #Rust.\n\n#aws");
    check(Platform::X, draft("I like #rustlang.", "", &["rust"], &[]), "I like #rustlang.\n\n#rust");
    check(Platform::X, draft("Go", "Tag it #go", &["go"], &[]), "Go\n\nTag it #go");
    check(Platform::X, draft("By @Anna, c@bob.", "", &[], &["anna", "bob"]), "By @Anna, c@bob.\n\n@bob");
    check(Platform::Instagram, draft("By @anna.m.", "", &[], &["anna.m"]), "By @anna.m.");
    check(
        Platform::Linkedin,
        draft("With Anna Meier", "", &[], &["anna meier", "Bob O’Neil"]),
        "With Anna Meier\n\n@Bob O’Neil",
    );
    check(
        Platform::X,
        draft("  a\t b\u{200e} \r\n\r\n\r\n\r\nc\rd\u{7}e\u{feff} \n", "", &[], &[]),
        "a b\u{200e}\n\nc\nde",
    );
    check(Platform::X, draft("Cafe\u{301}", "\n see\n more ", &[], &[]), "Café\n\nsee more");
}

#[test]
fn tags_are_cleaned() {
    let check = |platform, hashtag: &str, mention: &str, expect: (&[&str], &[&str])| {
        let fitted = fitted(&draft("Text.", "", &[hashtag], &[mention]), on(platform, 1));
        let found: (Vec<&str>, Vec<&str>) = (
            fitted.hashtags.iter().map(String::as_str).collect(),
            fitted.mentions.iter().map(String::as_str).collect(),
        );
        assert_eq!((&found.0[..], &found.1[..]), expect, "{platform} {hashtag:?} {mention:?}");
    };
    check(Platform::X, "##machine learning,", "@anna_1", (&["machinelearning"], &["anna_1"]));
    check(Platform::X, "what's-new", "sixteen_letters_", (&["whatsnew"], &[]));
    check(Platform::X, "C++", "anna.m", (&[], &[]));
    check(Platform::X, "2026", "", (&[], &[]));
    check(Platform::X, "#", "@", (&[], &[]));
    check(Platform::X, "2026goals", "näme", (&["2026goals"], &[]));
    check(Platform::X, "हिन्दी", "a b", (&["हिन्दी"], &[]));
    check(Platform::Instagram, "_", "anna.m_1", (&[], &["anna.m_1"]));
    check(Platform::Instagram, "_a", ".anna", (&["_a"], &[]));
    check(Platform::Instagram, "Zürich", "an..na", (&["Zürich"], &[]));
    check(Platform::Linkedin, "a\u{301}", "Müller & Sons, Inc.", (&["á"], &["Müller & Sons, Inc."]));
    check(Platform::Linkedin, "a😀", "x](urn:li:person:1)", (&[], &[]));
}

#[test]
fn what_was_changed_is_told() {
    let fitted =
        fitted(&draft("Text. ", "", &["#ok", "C++", "new-ish", "OK"], &["not a handle", "anna"]), on(Platform::X, 1));
    assert_eq!(
        serde_json::to_value(&fitted.adjustments).expect("serialisable"),
        serde_json::json!([
            { "kind": "text_normalised" },
            { "kind": "hashtag_invalid", "hashtag": "C++" },
            { "kind": "hashtag_cleaned", "from": "new-ish", "to": "newish" },
            { "kind": "mention_invalid", "mention": "not a handle" },
        ])
    );
    assert_eq!(
        (fitted.hashtags, fitted.mentions),
        (vec!["ok".to_owned(), "newish".to_owned()], vec!["anna".to_owned()])
    );
}

#[test]
fn too_long_loses_hashtags_first_and_mentions_then() {
    let check = |body: usize, expect: &str| {
        let fitted = fitted(&draft(&"x".repeat(body), "", &["one", "two"], &["anna"]), on(Platform::X, 5));
        assert_eq!(fitted.content()[body..], *expect, "{body}");
        assert_eq!(fitted.hashtags.len() + fitted.mentions.len() + fitted.adjustments.len(), 3, "each is kept or told");
    };
    check(263, "\n\n@anna\n#one #two");
    check(264, "\n\n@anna\n#one");
    check(268, "\n\n@anna\n#one");
    check(269, "\n\n@anna");
    check(273, "\n\n@anna");
    check(274, "");
    check(280, "");
    let text = format!("{} #two", "x".repeat(274));
    let fitted = fitted(&draft(&text, "", &["one", "two"], &[]), on(Platform::X, 1));
    assert_eq!((fitted.content(), fitted.hashtags), (text, vec!["two".to_owned()]), "the body's own stays");
}

#[test]
fn instagram_takes_thirty_hashtags_and_twenty_mentions() {
    let many: Vec<String> = (0..40).map(|number| format!("tag{number}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    let fitted = fitted(&draft("Some #own1 #own2 @own", "", &names, &names), on(Platform::Instagram, 1));
    assert_eq!((fitted.hashtags.len(), fitted.mentions.len()), (28, 19));
    assert_eq!(fitted.content().matches('#').count(), 30);
    assert_eq!(fitted.content().matches('@').count(), 20);
    assert!(fitted.adjustments.contains(&Adjustment::HashtagDropped { hashtag: "tag28".to_owned() }));
    assert!(fitted.adjustments.contains(&Adjustment::MentionDropped { mention: "tag19".to_owned() }));
}

#[test]
fn what_cannot_fit_is_an_error() {
    let check = |text: &str, rules: FitRules, expect: FitError| {
        assert_eq!(fit(&draft(text, "Join", &["tag"], &[]), &rules), Err(expect), "{text:.40}");
    };
    check("", on(Platform::X, 1), FitError::Empty);
    check(" \r\n\t\u{200b}\u{7}\u{feff} ", on(Platform::X, 1), FitError::Empty);
    check(&"a ".repeat(140), on(Platform::X, 1), FitError::TooLong { length: 285, limit: 280 });
    check(&"a ".repeat(140), on(Platform::X, 0), FitError::TooLong { length: 285, limit: 280 });
    check(&"a ".repeat(1498), on(Platform::Linkedin, 9), FitError::TooLong { length: 3_001, limit: 3_000 });
    check(&"a ".repeat(1099), on(Platform::Instagram, 9), FitError::TooLong { length: 2_203, limit: 2_200 });
    // One word that no post holds, behind words that fit.
    check(&format!("short {}", "x".repeat(281)), on(Platform::X, 9), FitError::TooLong { length: 281, limit: 280 });
    // Two posts hold 139 words each; what they hold is the limit.
    check(&"ab ".repeat(200), on(Platform::X, 2), FitError::TooLong { length: 605, limit: 278 + 278 });
    let tags = vec!["#tag"; 31].join(" ");
    check(&tags, on(Platform::Instagram, 1), FitError::TooManyHashtags { count: 31, limit: 30 });
    check(&tags.replace('#', "@"), on(Platform::Instagram, 1), FitError::TooManyMentions { count: 31, limit: 20 });
}

#[test]
fn a_thread_breaks_where_a_reader_would() {
    let check = |text: &str, call_to_action: &str, hashtags: &[&str], expect: &[&str]| {
        let fitted = fitted(&draft(text, call_to_action, hashtags, &[]), on(Platform::X, 4));
        assert_eq!(fitted.parts, expect);
        assert_eq!(fitted.thread(), expect);
        assert_eq!(fitted.adjustments.last(), Some(&Adjustment::SplitIntoThread { posts: expect.len() }));
    };
    let sentence = |mark: &str| format!("{mark}{}.", " word".repeat(23));
    let (a, b, c, d) = (sentence("A"), sentence("B"), sentence("C"), sentence("D"));
    // Paragraphs before sentences.
    check(&format!("{a}\n\n{b} {c}"), "", &[], &[&a, &format!("{b} {c}")]);
    check(&format!("{a} {b}\n\n{c}"), "", &[], &[&format!("{a} {b}"), &c]);
    // Sentences before words, and in balance.
    check(&format!("{a} {b} {c} {d}"), "", &[], &[&format!("{a} {b}"), &format!("{c} {d}")]);
    // The closing goes last, as one.
    check(
        &format!("{a}\n\n{b} {c}"),
        "Try it. Now.",
        &["rust", "aws"],
        &[&a, &format!("{b} {c}\n\nTry it. Now.\n\n#rust #aws")],
    );
    // Words only where a sentence is too long.
    let long = "word ".repeat(100);
    let half = ["word"; 50].join(" ");
    check(&long, "", &[], &[&half, &half]);
    // A number or an abbreviation ends no sentence.
    let text = format!("{} e.g. {}. {}", "x".repeat(150), "y".repeat(40), "z".repeat(150));
    check(&text, "", &[], &[&text[..text.len() - 151], &"z".repeat(150)]);
}

#[test]
fn a_thread_drops_tags_that_its_last_post_cannot_hold() {
    // The tags stay with the word before them, and together they are too long for a post.
    let text = format!("{} {}", "x".repeat(200), "y".repeat(200));
    let long = "t".repeat(90);
    let fitted = fitted(&draft(&text, "", &["one", &long], &[]), on(Platform::X, 2));
    assert_eq!(fitted.parts, ["x".repeat(200), format!("{}\n\n#one", "y".repeat(200))]);
    assert_eq!(fitted.hashtags, ["one"]);
    assert_eq!(
        fitted.adjustments,
        [Adjustment::HashtagDropped { hashtag: long }, Adjustment::SplitIntoThread { posts: 2 }]
    );
}

/// Drafts of words, links, emoji and tags with all kinds of white space between them.
fn any_draft() -> impl Strategy<Value = Draft> {
    let word = prop_oneof![
        6 => "[a-zA-Zäß]{1,12}[.!?,]?",
        1 => "#[a-z]{1,6}",
        1 => "@[a-z]{1,6}",
        1 => Just("https://example.com/some/path".to_owned()),
        1 => Just("example.com".to_owned()),
        1 => Just("👩🏽‍💻".to_owned()),
        1 => "[日本語。]{1,6}",
        1 => "\\PC{1,8}",
    ];
    let space = prop::sample::select(vec![" ", " ", " ", " ", "  ", "\n", "\r\n", "\n\n", "\n \n\n", "\u{a0}"]);
    let text = prop::collection::vec((word, space), 1..150)
        .prop_map(|words| words.into_iter().map(|(word, space)| word + space).collect::<String>());
    let tags = || prop::collection::vec("#?[a-z+ -]{1,8}", 0..6);
    let call = prop::option::of(prop_oneof![Just("Try it now. See @us #today".to_owned()), "[a-z .\n]{0,30}"]);
    (text, call, tags(), tags()).prop_map(|(text, call_to_action, hashtags, mentions)| Draft {
        text,
        call_to_action,
        hashtags,
        mentions,
    })
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn any_rules() -> impl Strategy<Value = FitRules> {
    (prop::sample::select(Platform::ALL.to_vec()), 0_usize..12).prop_map(|(platform, posts)| on(platform, posts))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn what_fits_is_within_the_limits(draft in any_draft(), rules in any_rules()) {
        let limits = rules.platform.limits();
        match fit(&draft, &rules) {
            Ok(fitted) => {
                prop_assert!((1..=rules.max_thread_posts.max(1)).contains(&fitted.parts.len()));
                for part in &fitted.parts {
                    prop_assert!(length(rules.platform, part) <= limits.text, "{:?}", part);
                    prop_assert_eq!(part.trim(), part);
                }
                if rules.platform == Platform::Instagram {
                    prop_assert!(fitted.content().matches(['#']).count() <= 30);
                }
                for hashtag in &fitted.hashtags {
                    let content = fitted.content().to_lowercase();
                    let found = content.contains(&format!("#{}", hashtag.to_lowercase()));
                    prop_assert!(found, "{} in {:?}", hashtag, content);
                }
            }
            Err(FitError::TooLong { length, limit }) => prop_assert!(length > limit, "{} {}", length, limit),
            Err(FitError::TooManyHashtags { count, limit } | FitError::TooManyMentions { count, limit }) => {
                prop_assert!(count > limit);
            }
            Err(FitError::Empty) => prop_assert!(!draft.text.chars().any(char::is_alphanumeric)),
        }
    }

    #[test]
    fn no_word_of_the_body_is_lost(draft in any_draft(), rules in any_rules()) {
        if let Ok(fitted) = fit(&draft, &rules) {
            // The words as they are stored when there is nothing but the body.
            let alone = Draft { text: draft.text.clone(), ..Draft::default() };
            let body = fit(&alone, &rules).expect("it fitted with more").content();
            let content = fitted.content();
            let (body, content) = (words(&body), words(&content));
            prop_assert_eq!(&content[..body.len()], &body[..]);
            if draft.text.is_ascii() {
                prop_assert_eq!(body, words(&draft.text));
            }
            let call_to_action = fitted.call_to_action.to_lowercase();
            prop_assert!(content.join(" ").to_lowercase().contains(&call_to_action));
        }
    }

    #[test]
    fn fitting_again_changes_nothing(draft in any_draft(), rules in any_rules()) {
        if let Ok(once) = fit(&draft, &rules) {
            let again = Draft {
                text: once.content(),
                call_to_action: Some(once.call_to_action.clone()),
                hashtags: once.hashtags.clone(),
                mentions: once.mentions.clone(),
            };
            let twice = fitted(&again, rules);
            prop_assert_eq!(&twice.parts, &once.parts);
            prop_assert_eq!(&twice.hashtags, &once.hashtags);
            prop_assert_eq!(&twice.mentions, &once.mentions);
            prop_assert_eq!(&twice.call_to_action, &once.call_to_action);
            let split = twice.parts.len() > 1;
            let expect: Vec<_> = split.then_some(Adjustment::SplitIntoThread { posts: twice.parts.len() }).into_iter().collect();
            prop_assert_eq!(twice.adjustments, expect);
        }
    }

    #[test]
    fn a_thread_has_no_more_posts_than_it_needs(count in 60_usize..600) {
        let text = vec!["four"; count].join(" ");
        if text.len() > 280 {
            // 56 words of four letters and their spaces fill 279.
            let fitted = fitted(&draft(&text, "", &[], &[]), on(Platform::X, 20));
            prop_assert_eq!(fitted.parts.len(), count.div_ceil(56));
        }
    }
}
