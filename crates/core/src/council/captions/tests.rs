use proptest::prelude::*;

use super::*;
use crate::{council::templates::CAPTIONS, generation::prompt::render};

fn fields() -> Vec<Field> {
    let field =
        |name: &str, purpose: &str| Field { name: name.to_owned(), purpose: purpose.to_owned(), max_characters: 24 };
    vec![field("top", "The situation."), field("bottom", "The punch line.")]
}

fn told(captions: &Captions) -> String {
    captions.iter().map(|(name, caption)| format!("{name}: {caption}")).collect::<Vec<_>>().join(" | ")
}

fn check(raw: &str, expected: &str) {
    let told = match read(raw, true, &fields()) {
        Ok(captions) => told(&captions),
        Err(problem) => format!("! {problem}"),
    };
    assert_eq!(told, expected, "{raw}");
}

#[test]
fn an_answer_has_words_for_every_field() {
    check(r#"{"bottom": "It moves", "top": " A bridge\n at  night "}"#, "bottom: It moves | top: A bridge at night");
    check(r#"{"bottom": " ", "top": "A"}"#, "! The caption \"bottom\" is empty.");
    check(r#"{"bottom": "…", "top": "A"}"#, "! The caption \"bottom\" is empty.");
    check(
        r#"{"bottom": "It moves, and how it moves", "top": "A"}"#,
        "! The caption \"bottom\" has 26 characters where 24 fit.",
    );
    check(r#"{"bottom": "The punch line!", "top": "A"}"#, "! The caption \"bottom\" repeats what was asked for.");
    check(r#"{"bottom": "The punch line of it all", "top": "A"}"#, "bottom: The punch line of it all | top: A");
    check(r#"{"top": "A"}"#, "! The answer is not the JSON object that was asked for: `bottom` is missing.");
    check(
        r#"{"top": "A", "bottom": "B", "left": "C"}"#,
        "! The answer is not the JSON object that was asked for: `left` was not asked for.",
    );
    check("A", "! The answer is not the JSON object that was asked for: expected value at line 1 column 1.");
    assert_eq!(read("{}", false, &fields()), Err(Unusable::Cut));
}

fn check_fallback(post: &str, expected: &str) {
    assert_eq!(told(&fallback(post, "Ada", &fields())), expected, "{post}");
}

#[test]
fn without_an_answer_the_post_has_the_words() {
    check_fallback("We moved it! Nobody slept.\n\n#Bridges @ada", "bottom: Nobody slept. | top: We moved it!");
    check_fallback("We moved it.", "bottom: We moved it. | top: We moved it.");
    check_fallback(
        "Last night we moved a bridge, all of it. https://rostrum.example",
        "bottom: Last night we moved a… | top: Last night we moved a…",
    );
    check_fallback(&"x".repeat(2_000), &format!("bottom: {0}… | top: {0}…", "x".repeat(23)));
    check_fallback("#Bridges @ada", "bottom: Bridges ada | top: Bridges ada");
    check_fallback("🚀 https://rostrum.example", "bottom: Ada | top: Ada");
}

#[test]
fn the_schema_asks_for_every_field() {
    insta::assert_json_snapshot!(schema(&fields()), @r#"
    {
      "additionalProperties": false,
      "properties": {
        "bottom": {
          "description": "The punch line. At most 24 characters.",
          "type": "string"
        },
        "top": {
          "description": "The situation. At most 24 characters.",
          "type": "string"
        }
      },
      "required": [
        "bottom",
        "top"
      ],
      "type": "object"
    }
    "#);
}

#[test]
fn the_built_in_prompt_reads_well() {
    let slot = PromptContext {
        campaign: CampaignContext {
            name: "Spring".to_owned(),
            brief: "Tell how we moved a bridge.".to_owned(),
            audience: String::new(),
            language: "en".to_owned(),
            call_to_action: String::new(),
            hashtags: Vec::new(),
            mentions: Vec::new(),
        },
        employee: EmployeeContext {
            name: "Ada".to_owned(),
            job_title: String::new(),
            bio: String::new(),
            voice: String::new(),
        },
        platform: PlatformContext { name: "X".to_owned(), limit: 280, max_thread_posts: 1 },
        samples: Vec::new(),
        post_number: 1,
        post_count: 1,
    };
    let context = CaptionsContext::new(&slot, "We moved it.", "meme-top-bottom", &fields());
    let prompt = render(CAPTIONS.system, CAPTIONS.user, &context).unwrap();
    insta::assert_snapshot!("captions", format!("{}\n\n=====\n\n{}", prompt.system, prompt.user));
}

proptest! {
    #[test]
    fn the_post_always_has_words_that_fit(post in "\\PC{0,300}", limit in 1_usize..60) {
        let fields: Vec<Field> = fields().into_iter().map(|field| Field { max_characters: limit, ..field }).collect();
        let captions = fallback(&post, "Ada", &fields);
        prop_assert_eq!(captions.len(), 2);
        for caption in captions.values() {
            prop_assert!(!caption.is_empty() && caption.graphemes(true).count() <= limit, "{caption:?}");
        }
    }
}
