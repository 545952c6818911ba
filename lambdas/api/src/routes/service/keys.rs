//! `GET /.well-known/jwks.json`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::{
    App,
    endpoint::{Endpoint, public, route},
    error::ApiError,
};

pub(super) fn endpoint() -> Endpoint {
    public(route!(get_keys))
}

/// Read the public keys that check our tokens
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "service",
    responses((status = 200, description = "A JWK set (RFC 7517) of RS256 keys.", body = Object, content_type = "application/jwk-set+json", headers(
        ("Cache-Control" = String, description = "For how long it may be kept."),
    ))),
)]
async fn get_keys(State(app): State<App>) -> Result<Response, ApiError> {
    let set = app.keys().await?.set().to_owned();
    let headers = [(CONTENT_TYPE, "application/jwk-set+json"), (CACHE_CONTROL, "public, max-age=300")];
    Ok((headers, set).into_response())
}
