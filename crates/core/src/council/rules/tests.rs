use proptest::prelude::*;

use super::*;

fn yardstick(platform: Platform) -> Yardstick {
    Yardstick {
        platform,
        brief: "Tell how we moved a steel bridge of 900 tonnes in one night. More at https://rostrum.example/bridge"
            .to_owned(),
        samples: vec!["We do not build bridges. We build the next hundred years. Plain words, plain steel.".to_owned()],
    }
}

#[track_caller]
fn check(rule: Rule, platform: Platform, text: &str, expected: &str) {
    let marks = score(text, &yardstick(platform));
    let mark = &marks[&rule];
    assert_eq!(format!("{}: {}", mark.score, mark.reason), expected, "{text}");
}

#[test]
fn coverage_counts_the_terms_of_the_brief() {
    let check = |text, expected| check(Rule::Coverage, Platform::X, text, expected);
    check("A bridge.", "1.25: It uses 1 of the 8 terms of the brief.");
    check("One night, 900 tonnes of steel: a bridge moves.", "5: It uses 4 of the 8 terms of the brief.");
    check("Nothing of it.", "0: It uses 0 of the 8 terms of the brief.");
}

#[test]
fn caution_costs_what_is_invented() {
    let check = |text, expected| check(Rule::FactualCaution, Platform::X, text, expected);
    let clean = "10: Every number, link and quotation is in the brief or in a sample.";
    check("We moved 900 tonnes, in 3 steps. https://rostrum.example/bridge.", clean);
    check("“We build the next hundred years.”", clean);
    check("We moved 1'200 tonnes.", "7.5: 1 not in the brief: 1200.");
    check(
        "\"The best bridge ever,\" said all 2,000 guests. www.other.example!",
        "2.5: 3 not in the brief: 2000, www.other.example, The best bridge ever,.",
    );
}

#[test]
fn length_is_measured_against_what_is_usual() {
    let check = |platform, text: &str, expected| check(Rule::Length, platform, text, expected);
    check(Platform::X, &"x".repeat(35), "5: It counts 35 where 70 to 280 are usual.");
    check(Platform::X, &"x".repeat(280), "10: It counts 280 where 70 to 280 are usual.");
    check(Platform::X, &"word ".repeat(112), "10: It counts 280 where 70 to 280 are usual.");
    check(Platform::Linkedin, &"x".repeat(2_250), "5: It counts 2250 where 400 to 1500 are usual.");
    check(Platform::Instagram, &"x".repeat(2_200), "0: It counts 2200 where 125 to 800 are usual.");
}

#[test]
fn long_sentences_are_hard_to_read() {
    let check = |text: &str, expected| check(Rule::Readability, Platform::X, text, expected);
    check("Short one. Another short one! #tag", "10: Its sentences have 3 words on average.");
    check(&"word ".repeat(30), "5: Its sentences have 30 words on average.");
    check(&"word ".repeat(99), "0: Its sentences have 99 words on average.");
    check("#only #tags", "0: It has no sentence.");
    check("私たちは橋を動かしました。", "10: Its sentences have 6 words on average.");
}

#[test]
fn the_first_line_must_be_seen_and_be_no_stock_phrase() {
    let check = |platform, text: &str, expected| check(Rule::Opening, platform, text, expected);
    check(Platform::Linkedin, "We moved it.\nIn one night.", "10: Of its first line 12 of 12 characters are seen.");
    check(Platform::Instagram, &"x".repeat(250), "5: Of its first line 125 of 250 characters are seen.");
    check(Platform::X, "I’m excited to announce it.", "6: It begins with the stock phrase \"i'm excited to\".");
}

#[test]
fn too_many_hashtags_cost() {
    let check = |platform, text: &str, expected| check(Rule::Hashtags, platform, text, expected);
    check(Platform::X, "Steel #one #two # 3", "10: It has 2 hashtags where 0 to 2 are usual.");
    check(Platform::X, "#a #b #c #d", "6: It has 4 hashtags where 0 to 2 are usual.");
    check(Platform::Instagram, "none", "5: It has 0 hashtags where 1 to 10 are usual.");
}

#[test]
fn the_voice_is_that_of_the_samples() {
    let of = |text: &str| score(text, &yardstick(Platform::X))[&Rule::Voice].score;
    let own = of("We do not build bridges. We build the next hundred years. Plain words, plain steel.");
    let near = of("We do not move bridges. We move plain steel.");
    let far = of("OMG!!! Synergies unlock stakeholder delight 🚀🚀");
    assert!(own > near && near > far, "{own} {near} {far}");
    assert_eq!(own, Points::TEN);
    let alone = Yardstick { samples: Vec::new(), ..yardstick(Platform::X) };
    assert_eq!(score("Anything.", &alone)[&Rule::Voice].score, NEUTRAL);
}

proptest! {
    #[test]
    fn every_rule_scores_every_text(text in "\\PC{0,400}", brief in "\\PC{0,100}", sample in "\\PC{0,100}") {
        for platform in Platform::ALL {
            let yardstick = Yardstick { platform, brief: brief.clone(), samples: vec![sample.clone()] };
            let marks = score(&text, &yardstick);
            prop_assert_eq!(marks.len(), 7);
            prop_assert!(marks.values().all(|mark| mark.score.is_score() && !mark.reason.is_empty()));
            prop_assert!(total(&marks).is_score());
        }
    }
}
