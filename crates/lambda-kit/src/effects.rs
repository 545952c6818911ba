//! The effects seam. Everything that a handler does to the outside (commit, send, model call, object put) passes a
//! numbered point, so that a test can let it die right before and right after each, and deliver the message again.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

/// Watches the points that a handler passes. A future that never ends is a handler that died there.
pub trait Observer: Send + Sync {
    /// Called right before an effect.
    fn before(&self, effect: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Called right after an effect, before the handler learns of it.
    fn after(&self, effect: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The way through which a handler reaches the outside; cheap to clone.
#[derive(Clone, Default)]
pub struct Effects {
    observer: Option<Arc<dyn Observer>>,
}

impl Effects {
    /// Effects that happen and nothing more.
    pub fn live() -> Self {
        Self::default()
    }

    /// Effects that are watched, for tests.
    pub fn observed(observer: Arc<dyn Observer>) -> Self {
        Self { observer: Some(observer) }
    }

    /// Does `effect`, which a reader of the test knows as `name`.
    pub async fn perform<T>(&self, name: &'static str, effect: impl Future<Output = T>) -> T {
        let Some(observer) = &self.observer else { return effect.await };
        observer.before(name).await;
        let outcome = effect.await;
        observer.after(name).await;
        outcome
    }
}

impl fmt::Debug for Effects {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Effects").field("observed", &self.observer.is_some()).finish()
    }
}
