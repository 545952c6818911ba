//! Of who was erased no picture stays in the bucket, unless somebody else shows it.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Arc;

use chrono::TimeDelta;
use rostrum_cloud::Objects as _;
use rostrum_lambda_kit::Effects;
use rostrum_relay::{Destinations, Relay, Sent};
use rostrum_store::{
    people::erasure,
    posts::{
        create::{self, Medium},
        objects::{self, Object},
    },
};
use rostrum_test_kit::{
    cloud::{RecordingQueues, RecordingSchedules},
    council::{Script, World},
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
    objects::MemoryObjects,
};
use serde_json::json;

/// The picture whose digest has this digit alone.
fn picture(digit: &str) -> Object {
    Object { sha256: digit.repeat(64), content_type: "image/png".to_owned() }
}

/// A person who was just erased, a colleague, and the bucket.
struct Gallery {
    world: World,
    objects: Arc<MemoryObjects>,
}

impl Gallery {
    /// Pictures 1 to 5 were the person's. 2 is in a post of the colleague, too, 3 in a published one, 5 in the colleague's council.
    async fn new() -> Self {
        let world = World::of(2, json!({}), Script::default().model()).await;
        let gallery = Self { world, objects: Arc::default() };
        for digit in ["1", "2", "3", "4", "5"] {
            gallery.objects.put(&picture(digit).key(), vec![1], "image/png").await.unwrap();
        }
        for (employee, slot, status, digit) in [
            (0, 1, "approved", "1"),
            (0, 2, "pending_review", "2"),
            (1, 1, "approved", "2"),
            (0, 3, "approved", "3"),
            (0, 4, "published", "3"),
            (0, 5, "approved", "5"),
        ] {
            gallery.post(employee, slot, status, digit).await;
        }
        gallery.council(0, "4").await;
        gallery.council(1, "5").await;
        let mut transaction = gallery.world.database.database.begin().await.unwrap();
        let (person, now) = (gallery.world.workspace.employees[0], gallery.world.ambient.now());
        erasure::erase(&mut transaction, person, now).await.unwrap();
        transaction.commit().await.unwrap();
        gallery
    }

    /// A post that shows the picture.
    async fn post(&self, employee: usize, slot: i32, status: &str, digit: &str) {
        let world = &self.world;
        let post_id = world.earlier(employee, slot, status, ["A post.", "A post."]).await;
        let Object { sha256, content_type } = picture(digit);
        let medium = Medium {
            sha256,
            content_type,
            width: 1,
            height: 1,
            bytes: 1,
            alt_text: "A dot.".to_owned(),
            template: "dot".to_owned(),
            captions: json!({}),
        };
        let mut transaction = world.database.database.begin().await.unwrap();
        create::attach(&mut transaction, world.workspace.id, post_id, &medium, world.ambient.now()).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// A council that drew the picture.
    async fn council(&self, employee: usize, digit: &str) {
        let (start, Object { sha256, content_type }) = (self.world.start_of(employee), picture(digit));
        self.world.open(&start, 1).await;
        let sql = format!(
            "UPDATE councils SET winner = 'gpt', standing = 'full', verdict = '{{}}', judgings = '[]',
                    image = jsonb_build_object('sha256', '{sha256}', 'content_type', '{content_type}')
             WHERE employee_id = '{}'",
            start.employee_id
        );
        self.world.change(&sql).await;
    }

    fn without_bucket(&self, effects: Effects) -> Relay {
        Relay::new(
            self.world.database.database.clone(),
            Arc::new(RecordingQueues::default()),
            Arc::new(RecordingSchedules::default()),
            Destinations { generation_queue_url: String::new(), orchestration_queue_url: String::new() },
            self.world.ambient.clone(),
            effects,
        )
    }

    fn relay(&self, effects: Effects) -> Relay {
        self.without_bucket(effects).with_media(self.objects.clone())
    }

    /// Lets a minute pass and sweeps.
    async fn next_sweep(&self) -> Sent {
        self.world.ambient.advance(TimeDelta::seconds(60));
        self.relay(Effects::live()).sweep().await.unwrap()
    }

    /// The keys of the objects that are left.
    fn left(&self) -> Vec<String> {
        self.objects.all().into_keys().collect()
    }

    /// Why messages are still there.
    async fn reasons(&self) -> Vec<String> {
        self.world.look("SELECT DISTINCT coalesce(last_error, 'new') FROM outbox").await
    }
}

fn keys<const N: usize>(digits: [&str; N]) -> [String; N] {
    digits.map(|digit| picture(digit).key())
}

struct Erased;

impl Scenario for Erased {
    type World = Gallery;
    type State = (Vec<String>, Vec<String>);

    async fn world(&self) -> Gallery {
        Gallery::new().await
    }

    async fn deliver(&self, gallery: &Gallery, effects: Effects) -> Delivered {
        gallery.relay(effects).sweep().await.unwrap();
        if gallery.reasons().await.is_empty() { Delivered::Done } else { Delivered::Again }
    }

    async fn wait(&self, gallery: &Gallery) {
        gallery.world.ambient.advance(TimeDelta::seconds(60));
        // A sweep skips rows that a dead one still holds.
        gallery.world.database.let_go().await;
    }

    async fn state(&self, gallery: &Gallery) -> Self::State {
        (gallery.left(), gallery.reasons().await)
    }
}

#[tokio::test]
async fn a_sweep_may_run_twice_and_die_anywhere() {
    run_twice(&Erased).await;
    assert_eq!(kill_at_each_effect(&Erased).await, ["object delete", "object delete", "commit"]);
}

#[tokio::test]
async fn what_somebody_else_shows_or_was_published_stays() {
    let gallery = Gallery::new().await;
    assert_eq!(gallery.next_sweep().await, Sent { sent: 5, postponed: 0 });
    assert_eq!(gallery.left(), keys(["2", "3", "5"]));
}

#[tokio::test]
async fn what_is_being_drawn_waits_and_stays_if_it_is_shown() {
    let gallery = Gallery::new().await;
    let mut drawing = gallery.world.database.database.begin().await.unwrap();
    objects::hold(&mut drawing, &picture("1").sha256).await.unwrap();
    assert_eq!(gallery.next_sweep().await, Sent { sent: 4, postponed: 1 });
    assert_eq!(gallery.reasons().await, ["the picture is being written or deleted"]);
    gallery.post(1, 2, "pending_review", "1").await;
    drawing.commit().await.unwrap();
    assert_eq!(gallery.next_sweep().await, Sent { sent: 1, postponed: 0 });
    assert_eq!(gallery.left(), keys(["1", "2", "3", "5"]));
}

#[tokio::test]
async fn without_a_bucket_nothing_is_forgotten() {
    let gallery = Gallery::new().await;
    let sent = gallery.without_bucket(Effects::live()).sweep().await.unwrap();
    assert_eq!(sent, Sent { sent: 3, postponed: 2 });
    assert_eq!(gallery.reasons().await, ["this function deletes no pictures"]);
    gallery.objects.set_down(true);
    assert_eq!(gallery.next_sweep().await, Sent { sent: 0, postponed: 2 });
    assert_eq!(gallery.reasons().await, ["s3 DeleteObject: it is down"]);
    gallery.objects.set_down(false);
    assert_eq!(gallery.next_sweep().await, Sent { sent: 2, postponed: 0 });
    assert_eq!(gallery.left(), keys(["2", "3", "5"]));
}
