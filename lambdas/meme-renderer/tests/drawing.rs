//! A post gets its picture once, whatever the models say.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::{
    fmt::Write,
    fs,
    path::Path,
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use meme_renderer::MemeRenderer;
use rostrum_contracts::council::{RenderInput, Rendered};
use rostrum_core::ids::UserId;
use rostrum_lambda_kit::{Effects, TaskError, effects::Observer};
use rostrum_llm::Error;
use rostrum_render::Fonts;
use rostrum_store::{Database, people::erasure};
use rostrum_test_kit::{
    council::{Script, World, said},
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice, together},
    model::ScriptedModel,
    objects::MemoryObjects,
};
use rostrum_workflow::picture::Picture;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const POST: &str = "We moved the old bridge. It took one night.";

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/render/fonts");
static FONTS: LazyLock<Arc<Fonts>> = LazyLock::new(|| Arc::new(Fonts::open(FOLDER).unwrap()));

/// A council whose post waits for its picture, the typefaces and the bucket.
struct Studio {
    world: World,
    fonts: Arc<Fonts>,
    objects: Arc<MemoryObjects>,
}

impl Studio {
    async fn new(config: Value, model: ScriptedModel) -> Self {
        let world = World::new(config, model).await;
        world.open(&world.start, 1).await;
        world.chosen("gpt", POST).await;
        Self { world, fonts: FONTS.clone(), objects: Arc::default() }
    }

    async fn draw(&self, effects: Effects) -> Result<Rendered, TaskError> {
        let (steps, fonts) = (self.world.steps(effects), self.fonts.clone());
        let renderer = MemeRenderer { steps, fonts, objects: self.objects.clone() };
        renderer.handle(&RenderInput { slot: self.world.start }, self.world.deadline()).await
    }

    /// The picture that is kept, after it was drawn once. Its bytes lie where it says.
    async fn drawn(&self) -> Picture {
        let Rendered { sha256 } = self.draw(Effects::live()).await.unwrap();
        let picture = self.world.council().await.image.unwrap();
        assert_eq!(picture.sha256, sha256);
        let objects = self.objects.all();
        assert_eq!(objects.keys().collect::<Vec<_>>(), [&picture.key()]);
        let object = &objects[&picture.key()];
        let digest = Sha256::digest(&object.bytes).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        assert_eq!((digest, &object.content_type), (picture.sha256.clone(), &picture.content_type));
        assert_eq!(object.bytes.len(), picture.bytes as usize);
        picture
    }

    /// The objects that messages say may be unused.
    async fn unused(&self) -> Vec<String> {
        let named =
            "SELECT DISTINCT 'media/' || (payload ->> 'sha256') || '.jpg' FROM outbox WHERE kind = 'unused_picture'";
        self.world.look(named).await
    }
}

fn template(name: &str) -> Value {
    json!({ "image": { "template": name } })
}

/// A model that finds these words.
fn finding(words: &'static str) -> ScriptedModel {
    Script::default().captions(move |request| said(request, words)).model()
}

const WORDS: &str = r#"{"top": "One night", "bottom": "one bridge"}"#;

#[tokio::test]
async fn the_model_of_the_winning_seat_finds_the_words() {
    let studio = Studio::new(template("meme-top-bottom"), finding(WORDS)).await;
    let picture = studio.drawn().await;
    assert_eq!(
        picture.captions,
        [("top", "One night"), ("bottom", "one bridge")].map(|(name, text)| (name.into(), text.into())).into()
    );
    let winner = studio.world.council().await.draft.unwrap().model;
    assert_eq!(picture.captions_by.as_deref(), Some(winner.as_str()));
    assert_eq!((picture.content_type.as_str(), picture.template.as_str()), ("image/jpeg", "meme-top-bottom"));
    assert!(picture.alt_text.contains("One night") && picture.alt_text.contains("one bridge"), "{}", picture.alt_text);
    assert_eq!(
        studio.world.logs().await,
        [format!("captions/1 {winner} success final"), "render/1 success".to_owned()]
    );
    let prompt = &studio.world.model.requests()[0].turns[0].text;
    assert!(prompt.contains(POST), "{prompt}");
}

#[tokio::test]
async fn without_a_usable_answer_the_words_are_the_posts_own() {
    let long = format!(r#"{{"top": "{}", "bottom": "b"}}"#, "x".repeat(2_000));
    let answers = ["", "not JSON", r#"{"top": "One night"}"#, r#"{"top": " ", "bottom": "b"}"#, long.as_str()];
    for answer in answers {
        let answer = answer.to_owned();
        let script = Script::default().captions(move |request| said(request, &answer));
        let picture = Studio::new(template("meme-top-bottom"), script.model()).await.drawn().await;
        assert_eq!(picture.captions_by, None);
        assert_eq!(picture.captions["top"], "We moved the old bridge.");
        assert_eq!(picture.captions["bottom"], "It took one night.");
    }
    let dead = Script::default().captions(|_| Err(Error::Unauthorized));
    let picture = Studio::new(template("meme-top-bottom"), dead.model()).await.drawn().await;
    assert_eq!((picture.captions_by, picture.captions["top"].as_str()), (None, "We moved the old bridge."));
}

#[tokio::test]
async fn a_card_quotes_only_what_stands_in_the_post() {
    let true_words = r#"{"quote": "It took one night."}"#;
    let studio = Studio::new(template("quote-card"), finding(true_words)).await;
    studio.world.change("UPDATE employee_profiles SET job_title = 'Engineer'").await;
    let picture = studio.drawn().await;
    assert_eq!(picture.captions["quote"], "It took one night.");
    assert_eq!(picture.captions["author"], "Person 0", "the name is never a model's");
    assert!(picture.captions_by.is_some());

    let forged = r#"{"quote": "It took two nights."}"#;
    let picture = Studio::new(template("quote-card"), finding(forged)).await.drawn().await;
    assert_eq!(picture.captions["quote"], "We moved the old bridge.");
    assert_eq!(picture.captions_by, None);
}

#[tokio::test]
async fn words_that_cannot_be_drawn_are_told_and_cost_the_post_nothing() {
    let signs = r#"{"top": "\ud80c\udc00\ud80c\udc01", "bottom": "b"}"#;
    let studio = Studio::new(template("meme-top-bottom"), finding(signs)).await;
    let error = studio.draw(Effects::live()).await.unwrap_err().to_string();
    assert!(error.contains("the caption `top` has characters that cannot be drawn"), "{error}");
    let council = studio.world.council().await;
    assert_eq!((council.image, council.draft.unwrap().fitted.content().as_str()), (None, POST));
    assert!(studio.objects.all().is_empty());
}

#[tokio::test]
async fn a_font_that_is_damaged_is_told_and_costs_the_post_nothing() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("meme-renderer-fonts");
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(FOLDER).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    fs::write(folder.join("Anton-Regular.ttf"), "this is no font").unwrap();
    let mut studio = Studio::new(template("meme-top-bottom"), finding(WORDS)).await;
    studio.fonts = Arc::new(Fonts::open(&folder).unwrap());
    let error = studio.draw(Effects::live()).await.unwrap_err();
    assert_eq!(error.name, "internal");
    assert!(error.message.contains("Anton-Regular.ttf cannot be used: it is no font"), "{error}");
    assert!(error.message.contains("put it there again"), "{error}");
    assert!(studio.world.council().await.image.is_none() && studio.objects.all().is_empty());
    // As soon as it is whole, the picture is drawn, with the words that were found before.
    fs::copy(Path::new(FOLDER).join("Anton-Regular.ttf"), folder.join("Anton-Regular.ttf")).unwrap();
    studio.drawn().await;
    assert_eq!(studio.world.model.requests().len(), 1);
}

#[tokio::test]
async fn a_council_without_a_post_or_a_template_says_so() {
    let world = World::new(template("quote-card"), Script::default().model()).await;
    world.open(&world.start, 1).await;
    let studio = Studio { world, fonts: FONTS.clone(), objects: Arc::default() };
    assert_eq!(studio.draw(Effects::live()).await.unwrap_err().to_string(), "internal: Nothing is chosen yet.");

    let studio = Studio::new(json!({}), Script::default().model()).await;
    assert_eq!(
        studio.draw(Effects::live()).await.unwrap_err().to_string(),
        "configuration: The council draws nothing, because its workflow_config has no `image`."
    );
}

#[tokio::test]
async fn a_bucket_that_is_down_leaves_the_post_without_a_picture_until_it_is_up() {
    let studio = Studio::new(template("meme-top-bottom"), finding(WORDS)).await;
    studio.objects.set_down(true);
    let error = studio.draw(Effects::live()).await.unwrap_err().to_string();
    assert!(error.contains("it is down"), "{error}");
    assert_eq!(studio.world.council().await.image, None);
    studio.objects.set_down(false);
    studio.drawn().await;
    assert_eq!(studio.world.model.requests().len(), 1, "the words were found before");
}

/// A picture that is drawn again and again.
struct Again {
    /// Whether the log has one row for each call. It has not while two draw at once.
    exact: bool,
}

impl Scenario for Again {
    type World = Studio;
    type State = (Vec<String>, Vec<String>, Vec<String>);

    async fn world(&self) -> Studio {
        Studio::new(template("meme-top-bottom"), finding(WORDS)).await
    }

    async fn deliver(&self, studio: &Studio, effects: Effects) -> Delivered {
        studio.draw(effects).await.unwrap();
        Delivered::Done
    }

    async fn wait(&self, studio: &Studio) {
        studio.world.ambient.advance(TimeDelta::seconds(10));
    }

    async fn state(&self, studio: &Studio) -> Self::State {
        let world = &studio.world;
        let log = if self.exact { world.logs().await } else { world.steps_done().await };
        (world.look("SELECT image::text FROM councils").await, studio.objects.all().into_keys().collect(), log)
    }
}

#[tokio::test]
async fn a_picture_is_drawn_once_however_often_it_is_asked_for() {
    run_twice(&Again { exact: false }).await;
}

#[tokio::test]
async fn dying_at_any_effect_loses_and_doubles_nothing() {
    let effects = kill_at_each_effect(&Again { exact: true }).await;
    assert_eq!(effects, ["model call", "commit", "object put", "commit"]);
}

#[tokio::test]
async fn two_at_once_tell_the_same_even_if_their_models_do_not() {
    let later = AtomicBool::new(false);
    let script = Script::default().captions(move |request| {
        let other = later.swap(true, Ordering::SeqCst);
        said(request, if other { r#"{"top": "Another night", "bottom": "another bridge"}"# } else { WORDS })
    });
    let studio = Studio::new(template("meme-top-bottom"), script.model()).await;
    let effects = together(2, "model call");
    let (first, second) = futures::join!(studio.draw(effects.clone()), studio.draw(effects));
    let kept = studio.world.council().await.image.unwrap();
    let told: Result<Rendered, TaskError> = Ok(Rendered { sha256: kept.sha256.clone() });
    assert_eq!((first, second), (told.clone(), told));
    let others: Vec<String> = studio.objects.all().into_keys().filter(|key| *key != kept.key()).collect();
    assert_eq!(others.len(), 1);
    assert_eq!(studio.unused().await, others);
}

/// Erases somebody right after an effect.
struct Erasing {
    database: Database,
    person: UserId,
    now: DateTime<Utc>,
    effect: &'static str,
}

impl Observer for Erasing {
    fn before(&self, _: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }

    fn after(&self, effect: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if effect == self.effect {
                let mut transaction = self.database.begin().await.unwrap();
                erasure::erase(&mut transaction, self.person, self.now).await.unwrap();
                transaction.commit().await.unwrap();
            }
        })
    }
}

#[tokio::test]
async fn no_picture_stays_of_who_is_erased_while_it_is_drawn() {
    for effect in ["model call", "object put", "commit"] {
        let studio = Studio::new(template("meme-top-bottom"), finding(WORDS)).await;
        let world = &studio.world;
        let (database, person, now) = (world.database.database.clone(), world.start.employee_id, world.ambient.now());
        // What it answers matters to nobody any more.
        drop(studio.draw(Effects::observed(Arc::new(Erasing { database, person, now, effect }))).await);
        assert_eq!(world.look("SELECT 'kept' FROM councils WHERE image IS NOT NULL").await, [""; 0], "{effect}");
        let written: Vec<String> = studio.objects.all().into_keys().collect();
        assert_eq!(written.len(), 1, "{effect}");
        assert_eq!(studio.unused().await, written, "{effect}");
    }
}

#[tokio::test]
async fn the_picture_of_who_is_erased_after_it_was_drawn_is_named() {
    let studio = Studio::new(template("meme-top-bottom"), finding(WORDS)).await;
    let key = studio.drawn().await.key();
    let world = &studio.world;
    let mut transaction = world.database.database.begin().await.unwrap();
    erasure::erase(&mut transaction, world.start.employee_id, world.ambient.now()).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(world.look("SELECT 'kept' FROM councils WHERE image IS NOT NULL").await, [""; 0]);
    assert_eq!(studio.unused().await, [key]);
}
