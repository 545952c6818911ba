//! What is made when it is first needed, so that a cold start does not wait for it.

use std::fmt;

use futures::future::BoxFuture;
use rostrum_lambda_kit::config::ConfigError;
use tokio::sync::OnceCell;

type Make<T> = Box<dyn Fn() -> BoxFuture<'static, Result<T, ConfigError>> + Send + Sync>;

/// A value that is made once. A failure is not kept: the next one who needs it tries again.
pub struct Lazy<T> {
    cell: OnceCell<T>,
    make: Option<Make<T>>,
}

impl<T> Lazy<T> {
    /// A value that `make` makes.
    pub fn new(make: impl Fn() -> BoxFuture<'static, Result<T, ConfigError>> + Send + Sync + 'static) -> Self {
        Self { cell: OnceCell::new(), make: Some(Box::new(make)) }
    }

    /// A value that is there already.
    pub fn ready(value: T) -> Self {
        Self { cell: OnceCell::new_with(Some(value)), make: None }
    }

    /// The value.
    ///
    /// # Errors
    /// If it cannot be made now.
    pub async fn get(&self) -> Result<&T, ConfigError> {
        self.cell
            .get_or_try_init(|| async {
                match &self.make {
                    Some(make) => make().await,
                    None => Err(ConfigError::Missing("a value that was to be ready")),
                }
            })
            .await
    }
}

impl<T> fmt::Debug for Lazy<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Lazy").field("made", &self.cell.initialized()).finish_non_exhaustive()
    }
}
