use chrono::TimeZone;
use proptest::prelude::*;
use uuid::Uuid;

use super::{signature::Signature, *};

fn subject(content: &str) -> Subject<'_> {
    Subject { platform: Platform::Linkedin, content, thread: &[], language: "en" }
}

fn told(findings: &[Finding]) -> Vec<String> {
    let code = |finding: &Finding| {
        let json = serde_json::to_value(finding).unwrap();
        format!("{} {}: {}", json["severity"].as_str().unwrap(), json["code"].as_str().unwrap(), finding.message)
    };
    findings.iter().map(code).collect()
}

#[track_caller]
fn find(content: &str, expected: &[&str]) {
    assert_eq!(told(&check(&subject(content), &Against::default())), expected, "{content}");
}

const GOOD: &str = "Last night we moved a bridge.\n\nIt weighs 900 tonnes (with paint). \"Slowly,\" said Ada :)\n\nCome and \
                    see us\n\n#Bridges @ada https://rostrum.example";

#[test]
fn a_good_post_has_no_findings() {
    find(GOOD, &[]);
    find("1) Steel\n2) Stone\na) both", &[]);
    find("A 5\" pipe? No. Plan A", &[]);
}

#[test]
fn limits_are_those_of_the_network() {
    let long = "x".repeat(281);
    let on_x = |content: &str, thread: &[String]| {
        let subject = Subject { platform: Platform::X, content, thread, language: "en" };
        told(&check(&subject, &Against::default()))
    };
    assert_eq!(on_x(&long, &[]), ["blocking too_long: It counts 281 characters where X takes 280."]);
    let thread = ["One is short.".to_owned(), long.clone()];
    assert_eq!(
        check(
            &Subject { platform: Platform::X, content: &thread.join("\n\n"), thread: &thread, language: "en" },
            &Against::default()
        )[0]
        .what,
        What::TooLong { part: 2, length: 281, limit: 280 }
    );
    let tags = "Look. ".to_owned() + &"#tag ".repeat(31);
    let subject = Subject { platform: Platform::Instagram, content: &tags, thread: &[], language: "en" };
    assert_eq!(
        told(&check(&subject, &Against::default())),
        ["blocking too_many_hashtags: It has 31 hashtags where Instagram takes 30."]
    );
}

#[test]
fn prohibited_words_are_found_in_disguise() {
    let words = ["guarantee", "Low Cost", "schön", "free", "$$$", "保証", "C++"].map(str::to_owned);
    let found = |content: &str| {
        let against = Against { prohibited_words: &words, ..Against::default() };
        let subject = Subject { platform: Platform::Linkedin, content, thread: &[], language: "de" };
        let all = check(&subject, &against).into_iter().filter_map(|finding| match finding.what {
            What::ProhibitedWord { matched, .. } => Some(matched),
            _ => None,
        });
        all.collect::<Vec<_>>().join(" | ")
    };
    let check = |content, expected| assert_eq!(found(content), expected, "{content}");
    check("We GUARANTEE it.", "GUARANTEE");
    check("We gu\u{200b}arantee it.", "gu\u{200b}arantee");
    check("We guаrаntее it.", "guаrаntее");
    check("We gu4r4nt33 it.", "gu4r4nt33");
    check("We gûaràntee it.", "gûaràntee");
    check("guarantees and guaranteed", "");
    check("A low-cost, LOW  COST bridge.", "low-cost");
    check("Carefree freedom.", "");
    check("(free)", "free");
    check("Das ist schon gut.", "");
    check("Das ist scho\u{308}n.", "scho\u{308}n");
    check("Make $$$ now", "$$$");
    check("百年保証です", "保証");
    check("We write C++.", "C++");
}

fn other(content: &str, same_author: bool) -> Other<'_> {
    Other {
        post_id: Uuid::from_u128(7).into(),
        author: "Bea",
        same_author,
        created_at: chrono::Utc.with_ymd_and_hms(2026, 11, 20, 9, 0, 0).unwrap(),
        content,
    }
}

const POST: &str = "Last night forty of us moved a steel bridge of nine hundred tonnes. Nobody slept, nobody shouted, and at \
                    six the first train crossed it. I have never been prouder of a crew.";

#[track_caller]
fn compare(content: &str, same_author: bool, expected: &[&str]) {
    let others = [other(POST, same_author)];
    let found = check(&subject(content), &Against { others: &others, ..Against::default() });
    assert_eq!(told(&found), expected, "{content}");
}

#[test]
fn near_identical_posts_are_found() {
    compare(POST, false, &["blocking near_identical: 100 % of it is the same as in a post of Bea of 2026-11-20."]);
    compare(
        &POST.replace("forty", "FORTY").replace("tonnes. Nobody", "tonnes!\n\n🚀 Nobody"),
        true,
        &["warning near_identical: 100 % of it is the same as in an earlier post of the same employee of 2026-11-20."],
    );
    compare(
        &POST.replace("Nobody slept, nobody shouted,", "We slept little,"),
        false,
        &["warning near_identical: 78 % of it is the same as in a post of Bea of 2026-11-20."],
    );
    // Its first two thirds, and not more.
    compare(
        &POST.replace(" I have never been prouder of a crew.", ""),
        false,
        &["warning near_identical: 77 % of it is the same as in a post of Bea of 2026-11-20."],
    );
    compare("Forty people, one bridge, one night. I was there when the first train crossed it at six.", false, &[]);
    compare("Hello.", false, &[]);
}

#[test]
fn the_most_alike_are_worth_comparing() {
    let id = |number: u128| PostId::from(Uuid::from_u128(number));
    let likely = |others: &[(u128, &str)]| {
        let signed = others.iter().map(|(number, text)| (id(*number), Signature::of(text, &[])));
        worth_comparing(&Signature::of(POST, &[]), signed)
    };
    let near = POST.replace("forty", "thirty");
    let unlike = "Concrete that is poured in winter takes more time and more care, and we give it both.";
    assert_eq!(likely(&[(1, unlike), (2, &near), (3, POST), (4, ""), (5, POST)]), [3, 5, 2].map(id));
    let many: Vec<(u128, &str)> = (1..=20).map(|number| (number, if number == 20 { POST } else { &near })).collect();
    assert_eq!(likely(&many), [20, 1, 2, 3, 4, 5, 6, 7].map(id));
}

#[test]
fn what_all_posts_share_is_no_likeness() {
    let shared =
        ["Register for the tour of our yard on 5 May and bring good shoes, we start at nine sharp.".to_owned()];
    let theirs = format!("Steel rests.\n\n{}", shared[0]);
    let ours = format!("Forty people, one night.\n\n{}", shared[0]);
    let others = [other(&theirs, false)];
    let found = check(&subject(&ours), &Against { others: &others, shared: &shared, ..Against::default() });
    assert_eq!(told(&found), [""; 0]);
}

#[test]
fn what_was_not_filled_in_is_found() {
    find("Meet [Your Name] at the yard.", &["blocking placeholder: \"[Your Name]\" was not filled in."]);
    find("Hi {{ first_name }}!", &["blocking placeholder: \"{{ first_name }}\" was not filled in."]);
    find("See <insert link here>.", &["blocking placeholder: \"<insert link here>\" was not filled in."]);
    find("Prices in [CHF], a < b, [1].", &[]);
}

#[test]
fn what_was_not_meant_for_readers_is_found() {
    find(
        "{\"body\": \"We moved it.\"}",
        &["blocking json_remains: Parts of the model's answer are left in it: \"body\":"],
    );
    find("We moved it.\\nAll of it.", &["blocking json_remains: Parts of the model's answer are left in it: \\n"]);
    find(
        "As an AI language model, I like bridges.",
        &["blocking model_talk: The model speaks of itself or its task: \"as an ai language model\""],
    );
    find("As an AI company we build bridges.", &[]);
    find("Post: We moved it.", &["blocking model_talk: The model speaks of itself or its task: \"post:\""]);
    find("```\nWe moved it.\n```", &["warning markup: No network shows this markup: ```"]);
    find("We **really** moved it.", &["warning markup: No network shows this markup: **really**"]);
}

#[test]
fn broken_sentences_are_found() {
    find("#Bridges @ada https://rostrum.example", &["blocking only_tags: There is nothing in it but tags and links."]);
    find(
        "We moved it last night. Nobody slept. We moved it last night!",
        &["warning repeated_sentence: It says twice: \"We moved it last night!\""],
    );
    find("Steel. Steel. Steel.", &[]);
    find(
        "We moved it and the\n\nCome and see us.",
        &["warning cut_off: It breaks off in the middle of a sentence: \"…moved it and the\""],
    );
    find(
        "We moved it,\n\n#Bridges",
        &["warning cut_off: It breaks off in the middle of a sentence: \"…We moved it,\""],
    );
    find("We moved it (at night.", &["note unbalanced: A ( has no counterpart."]);
    find("We moved it) at night.", &["note unbalanced: A ) has no counterpart."]);
    find("\"We moved it.", &["note unbalanced: A \" has no counterpart."]);
    find("„Wir“ und “we” und «nous».", &[]);
}

#[test]
fn letters_of_another_script_are_found() {
    find("We moved the мост at night.", &["note foreign_script: \"мост\" has letters of another script."]);
    find("We moved the bridgeмост.", &["warning foreign_script: \"bridgeмост.\" has letters of another script."]);
    let in_language = |content, language| {
        let subject = Subject { platform: Platform::X, content, thread: &[], language };
        told(&check(&subject, &Against::default())).len()
    };
    assert_eq!(in_language("我们昨晚移动了一座桥。", "en"), 1);
    assert_eq!(in_language("我们昨晚移动了一座桥。 Rostrum", "zh-Hans"), 0);
    assert_eq!(in_language("橋を動かしました。", "ja"), 0);
    assert_eq!(in_language("다리를 옮겼습니다 橋", "ko"), 0);
    assert_eq!(in_language("Преместили смо мост.", "sr"), 0);
    assert_eq!(in_language("We moved it 🚀 ½ µ", "en"), 0);
}

#[test]
fn findings_keep_their_shape() {
    let others = [other(POST, false)];
    let words = ["nobody".to_owned()];
    let against = Against { prohibited_words: &words, others: &others, ..Against::default() };
    let findings = check(&subject(&format!("{POST} (")), &against);
    insta::assert_json_snapshot!(findings);
    let json = serde_json::to_string(&findings).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Finding>>(&json).unwrap(), findings);
}

proptest! {
    #[test]
    fn no_text_is_a_panic_and_the_worst_comes_first(content in "\\PC{0,300}", words in prop::collection::vec("\\PC{0,6}", 0..4)) {
        for platform in Platform::ALL {
            let thread = [content.clone(), content.clone()];
            let subject = Subject { platform, content: &content, thread: &thread, language: "en" };
            let findings = check(&subject, &Against { prohibited_words: &words, ..Against::default() });
            prop_assert!(findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity)));
        }
    }
}
