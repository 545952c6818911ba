//! Every message of a batch is answered for itself.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use rostrum_lambda_kit::{
    Effects, JobError,
    sqs::{Source, batch},
};
use rostrum_test_kit::{
    cloud::RecordingQueues,
    delivery::{Delivered, Scenario, die_at, kill_at_each_effect, run_twice},
};

const DEAD: &str = "https://sqs/dead";

fn message(id: &str, body: &str, receives: u32) -> SqsMessage {
    let mut message = SqsMessage::default();
    message.message_id = Some(id.to_owned());
    message.receipt_handle = Some(format!("receipt of {id}"));
    message.body = Some(body.to_owned());
    message.attributes.insert("ApproximateReceiveCount".to_owned(), receives.to_string());
    message
}

/// Handles each message as its body says, and answers which come back.
async fn run(queues: &Arc<RecordingQueues>, messages: Vec<SqsMessage>) -> Vec<String> {
    run_with(queues, messages, Effects::live()).await
}

async fn run_with(queues: &Arc<RecordingQueues>, messages: Vec<SqsMessage>, effects: Effects) -> Vec<String> {
    let source = Source {
        queues: queues.clone(),
        queue_url: "https://sqs/jobs".to_owned(),
        dead_letter_url: DEAD.to_owned(),
        max_receives: 3,
    };
    let mut event = SqsEvent::default();
    event.records = messages;
    let response = batch(&source, &effects, event, |delivery| async move {
        match delivery.body.as_str() {
            "done" => Ok(()),
            "fail" => Err(JobError::Fail { reason: "it is broken".to_owned() }),
            "wait" => Err(JobError::Retry { reason: "not now".to_owned(), after: Some(Duration::from_secs(40)) }),
            _ => Err(JobError::Retry { reason: "not now".to_owned(), after: None }),
        }
    });
    response.await.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

#[tokio::test]
async fn what_is_done_goes_and_what_can_be_tried_again_comes_back() {
    let queues = Arc::new(RecordingQueues::default());
    let again = run(
        &queues,
        vec![message("a", "done", 1), message("b", "retry", 1), message("c", "wait", 2), message("d", "retry", 2)],
    )
    .await;
    assert_eq!(again, ["b", "c", "d"]);
    let seconds =
        |receipt: &str| queues.delays().into_iter().find(|(of, _)| of == receipt).map(|(_, delay)| delay.as_secs());
    assert_eq!(seconds("receipt of b"), Some(15));
    assert_eq!(seconds("receipt of c"), Some(40));
    assert_eq!(seconds("receipt of d"), Some(60));
    assert!(queues.messages(DEAD).is_empty());
}

#[tokio::test]
async fn what_will_never_work_goes_to_the_dead_letters_with_its_reason() {
    let queues = Arc::new(RecordingQueues::default());
    let again = run(&queues, vec![message("a", "fail", 1), message("b", "retry", 3)]).await;
    assert!(again.is_empty(), "{again:?}");
    let letters = queues.messages(DEAD);
    let reasons: Vec<&str> = letters.iter().map(|letter| letter.attributes["reason"].as_str()).collect();
    assert_eq!(reasons, ["it is broken", "to be tried again: not now"]);
    assert_eq!(letters[0].body, "fail");
    assert_eq!(letters[0].attributes["message_id"], "a");
}

#[tokio::test]
async fn nothing_is_dropped_when_the_dead_letters_cannot_be_reached() {
    let queues = Arc::new(RecordingQueues::default());
    queues.set_down(true);
    let again = run(&queues, vec![message("a", "fail", 1), message("b", "retry", 1)]).await;
    assert_eq!(again, ["a", "b"]);
}

/// A message that the loop handles as its body says, received once more each time.
struct Message(&'static str);

#[derive(Default)]
struct Received {
    queues: Arc<RecordingQueues>,
    times: AtomicU32,
}

impl Scenario for Message {
    type World = Received;
    /// The dead letters. One may be there twice: who died right after it was sent could not know that it was.
    type State = BTreeSet<(String, String)>;

    async fn world(&self) -> Received {
        Received::default()
    }

    async fn deliver(&self, world: &Received, effects: Effects) -> Delivered {
        let receives = world.times.fetch_add(1, Ordering::SeqCst) + 1;
        let again = run_with(&world.queues, vec![message("a", self.0, receives)], effects).await;
        if again.is_empty() { Delivered::Done } else { Delivered::Again }
    }

    async fn wait(&self, _: &Received) {}

    async fn state(&self, world: &Received) -> Self::State {
        let letters = world.queues.messages(DEAD).into_iter();
        letters.map(|letter| (letter.body, letter.attributes["reason"].clone())).collect()
    }
}

#[tokio::test]
async fn a_message_that_will_never_work_becomes_a_dead_letter_wherever_the_loop_dies() {
    let message = Message("fail");
    run_twice(&message).await;
    assert_eq!(kill_at_each_effect(&message).await, ["dead letter"]);
    let world = message.world().await;
    message.deliver(&world, Effects::live()).await;
    assert_eq!(message.state(&world).await, BTreeSet::from([("fail".to_owned(), "it is broken".to_owned())]));
}

#[tokio::test]
async fn a_message_that_comes_back_is_tried_until_its_last_time_wherever_the_loop_dies() {
    // Before its delay was set, after it, and once more undisturbed: the third time is the last.
    for point in 0..2 {
        let world = Received::default();
        let message = Message("retry");
        assert!(die_at(point, |effects| message.deliver(&world, effects)).await);
        assert_eq!(world.queues.delays().len(), point);
        assert_eq!(message.deliver(&world, Effects::live()).await, Delivered::Again);
        assert!(message.state(&world).await.is_empty());
        assert_eq!(message.deliver(&world, Effects::live()).await, Delivered::Done);
        let reason = "to be tried again: not now".to_owned();
        assert_eq!(message.state(&world).await, BTreeSet::from([("retry".to_owned(), reason)]));
    }
}
