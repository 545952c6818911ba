use crate::{Error, Reply, Request};

/// Something that answers a [`Request`]: a provider's client, a [`Router`](crate::Router), a test's stand-in.
#[async_trait::async_trait]
pub trait Model: Send + Sync {
    /// Asks once and waits for the whole answer, at most [`Request::timeout`].
    ///
    /// # Errors
    ///
    /// Every [`Error`]. No implementation retries: whether there is another call, [`retry::pause`](crate::retry::pause)
    /// alone decides.
    async fn complete(&self, request: &Request) -> Result<Reply, Error>;
}
