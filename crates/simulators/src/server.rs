//! A server on 127.0.0.1 that ends when it is told to.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long running calls may still take once the server is told to end.
const GRACE: Duration = Duration::from_secs(5);

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more calls and waits up to five seconds for the running ones.
    pub async fn stop(self) {
        // Sending only fails if the server has ended by itself, which is what is wanted.
        let _ = self.stop.send(());
        let abort = self.task.abort_handle();
        if tokio::time::timeout(GRACE, self.task).await.is_err() {
            abort.abort();
        }
    }
}

/// Serves `router` on a port of 127.0.0.1; 0 takes a free one.
///
/// # Errors
///
/// If the port is taken.
pub async fn start(router: Router, port: u16) -> std::io::Result<Running> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let task = tokio::spawn(async move {
        let served = axum::serve(listener, service)
            .with_graceful_shutdown(async {
                // A dropped sender is a dropped server: both mean the end.
                let _ = stopped.await;
            })
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "the server ended");
        }
    });
    Ok(Running { address, stop, task })
}
