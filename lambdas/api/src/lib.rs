//! The HTTP API of Rostrum, behind API Gateway.
//!
//! [`router`] serves it anywhere a `tower` service can be served; `main.rs` serves it on Lambda. Every route is an
//! [`endpoint::Endpoint`], which cannot be made without saying which permission it needs. The document at
//! `/api/openapi.json` is made of the same endpoints.

pub mod answer;
pub mod app;
pub mod authentication;
pub mod document;
pub mod endpoint;
pub mod envelope;
pub mod error;
pub mod extract;
pub mod lazy;
pub mod page;
pub mod problem;
pub mod routes;
pub mod work;

pub use app::{App, Backend};
pub use authentication::Keys;
pub use lazy::Lazy;

use axum::{Router, middleware};

use crate::error::ApiError;

/// The whole API, ready to serve.
pub fn router(app: App) -> Router {
    let endpoints = routes::all();
    let document = document::of(&endpoints);
    let mut router = Router::new();
    for endpoint in endpoints {
        router = endpoint.mount(router, &app);
    }
    router
        .merge(document::served(&document))
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(middleware::from_fn_with_state(app.clone(), envelope::wrap))
        .with_state(app)
}
