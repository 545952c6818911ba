//! Delivering the same message as a queue really does: twice, at once, and to a handler that dies at every effect.

use std::{
    fmt::Debug,
    future::{Future, pending},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use rostrum_lambda_kit::{Effects, effects::Observer};
use tokio::sync::{Barrier, Notify};

/// Whether a message is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// The queue may forget it.
    Done,
    /// The queue delivers it again.
    Again,
}

/// A handler, the world that it works on, and what of that world must come out right.
pub trait Scenario {
    /// Databases, queues, models: everything that outlives a handler.
    type World;
    /// What is compared; leave out what may differ, such as ids and times.
    type State: Debug + PartialEq;

    /// A fresh world with the message still to be handled; always the same.
    fn world(&self) -> impl Future<Output = Self::World>;

    /// Hands the message to the handler once.
    fn deliver(&self, world: &Self::World, effects: Effects) -> impl Future<Output = Delivered>;

    /// Lets the time pass that lies between two deliveries.
    fn wait(&self, world: &Self::World) -> impl Future<Output = ()>;

    /// What has come of it.
    fn state(&self, world: &Self::World) -> impl Future<Output = Self::State>;
}

/// More deliveries than any queue makes: a handler that still wants more will never be done.
const MOST_DELIVERIES: usize = 5;

/// Delivers the message twice, one after the other and at once, and expects the state of one delivery.
///
/// # Panics
/// If the state is another.
pub async fn run_twice<S: Scenario>(scenario: &S) {
    let world = scenario.world().await;
    finish(scenario, &world).await;
    let expected = scenario.state(&world).await;

    let again = Box::pin(scenario.deliver(&world, Effects::live())).await;
    assert_eq!(again, Delivered::Done, "a message that was handled is handled again");
    assert_eq!(scenario.state(&world).await, expected, "the second delivery changed the state");

    let world = scenario.world().await;
    // Boxed, because a handler's future is as large as all that it waits for.
    let deliver = || Box::pin(scenario.deliver(&world, Effects::live()));
    let (first, second) = futures::join!(deliver(), deliver());
    if first == Delivered::Again || second == Delivered::Again {
        scenario.wait(&world).await;
        finish(scenario, &world).await;
    }
    assert_eq!(scenario.state(&world).await, expected, "two deliveries at once came to another state");
}

/// Lets the handler die right before and right after each of its effects, delivers the message again, and expects the
/// state of an undisturbed delivery. Answers the effects, so that a test can say which there are.
///
/// # Panics
/// If the state is another, or the handler has no effect.
pub async fn kill_at_each_effect<S: Scenario>(scenario: &S) -> Vec<&'static str> {
    let world = scenario.world().await;
    let recorder = Arc::new(Recorder::default());
    let delivered = scenario.deliver(&world, Effects::observed(recorder.clone())).await;
    assert_eq!(delivered, Delivered::Done, "the undisturbed delivery is not done");
    let expected = scenario.state(&world).await;
    let effects = recorder.effects.lock().unwrap().clone();
    assert!(!effects.is_empty(), "the handler passes no effect, so that nothing can be shown of it");

    // Twice as many points as effects: right before and right after each.
    for point in 0..effects.len() * 2 {
        let side = if point % 2 == 0 { "before" } else { "after" };
        let place = format!("died right {side} effect {} ({})", point / 2 + 1, effects[point / 2]);
        let world = scenario.world().await;
        assert!(die_at(point, |effects| scenario.deliver(&world, effects)).await, "{place}: it never got there");
        scenario.wait(&world).await;
        finish(scenario, &world).await;
        assert_eq!(scenario.state(&world).await, expected, "{place}");
    }
    effects
}

/// Lets a handler die at this point: 0 is right before its first effect, 1 right after it, 2 right before the second one.
/// Answers whether it got there.
pub async fn die_at<F: Future>(point: usize, handler: impl FnOnce(Effects) -> F) -> bool {
    let killer = Arc::new(Killer { point, passed: AtomicUsize::new(0), killed: Notify::new() });
    tokio::select! {
        _ = handler(Effects::observed(killer.clone())) => false,
        () = killer.killed.notified() => true,
    }
}

/// Effects for so many handlers at once: none of them does the effect `name` before all have come to it.
pub fn together(handlers: usize, name: &'static str) -> Effects {
    Effects::observed(Arc::new(Meeting { name, barrier: Barrier::new(handlers) }))
}

async fn finish<S: Scenario>(scenario: &S, world: &S::World) {
    for _ in 0..MOST_DELIVERIES {
        if Box::pin(scenario.deliver(world, Effects::live())).await == Delivered::Done {
            return;
        }
        scenario.wait(world).await;
    }
    panic!("the message is not done after {MOST_DELIVERIES} deliveries");
}

#[derive(Default)]
struct Recorder {
    effects: Mutex<Vec<&'static str>>,
}

impl Observer for Recorder {
    fn before(&self, effect: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.effects.lock().unwrap().push(effect);
        Box::pin(async {})
    }

    fn after(&self, _: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }
}

struct Killer {
    point: usize,
    passed: AtomicUsize,
    killed: Notify,
}

impl Killer {
    /// At its point the handler stops for ever; who waits for it lets go of it there.
    async fn pass(&self) {
        if self.passed.fetch_add(1, Ordering::SeqCst) == self.point {
            self.killed.notify_one();
            pending::<()>().await;
        }
    }
}

impl Observer for Killer {
    fn before(&self, _: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.pass())
    }

    fn after(&self, _: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.pass())
    }
}

struct Meeting {
    name: &'static str,
    barrier: Barrier,
}

impl Observer for Meeting {
    fn before(&self, effect: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if effect == self.name {
                self.barrier.wait().await;
            }
        })
    }

    fn after(&self, _: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }
}
