//! The HTTP API of Rostrum, behind API Gateway.
//!
//! [`router`] serves it anywhere a `tower` service can be served; `main.rs` serves it on Lambda. Every route is an
//! [`endpoint::Endpoint`], which cannot be made without saying which permission it needs. The document at
//! `/api/openapi.json` is made of the same endpoints, by a test.

pub mod answer;
pub mod app;
pub mod authentication;
pub mod cors;
pub mod document;
pub mod endpoint;
pub mod envelope;
pub mod error;
pub mod extract;
pub mod lazy;
pub mod limits;
pub mod page;
pub mod problem;
pub mod providers;
pub mod routes;
pub mod work;

pub use app::{App, Backend, Gate};
pub use authentication::{KeyRing, Keys};
pub use cors::Origins;
pub use document::Document;
pub use lazy::Lazy;
pub use limits::Limits;
pub use providers::{ProviderName, Providers};

use axum::{Router, extract::State, middleware, response::Response};

use crate::{
    error::ApiError,
    limits::{Guard, Subscriber},
};

/// The whole API, ready to serve.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for endpoint in routes::all() {
        router = endpoint.mount(router, &app);
    }
    let counted = middleware::from_fn_with_state((app.clone(), Guard::Usual), limits::count);
    router
        .merge(document::served().route_layer(counted))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(app.clone(), cors::answer))
        .layer(middleware::from_fn_with_state(app.clone(), envelope::wrap))
        .with_state(app)
}

async fn not_found(State(app): State<App>, subscriber: Subscriber) -> Response {
    limits::refuse(&app, subscriber, ApiError::NotFound).await
}

async fn method_not_allowed(State(app): State<App>, subscriber: Subscriber) -> Response {
    limits::refuse(&app, subscriber, ApiError::MethodNotAllowed).await
}
