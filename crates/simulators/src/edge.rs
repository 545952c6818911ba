//! The one local address that stands for CloudFront and the custom domain.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::any;
use http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{StatusCode, request::Parts};
use serde_json::json;

use crate::server::{self, Running};

/// The largest body of a request: what API Gateway takes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// The longest wait for the API: API Gateway's own limit for an HTTP API.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Headers that belong to one connection (RFC 9110 §7.6.1), and those that the next request computes anew.
const NOT_FORWARDED: [HeaderName; 10] = [
    CONNECTION,
    CONTENT_LENGTH,
    HOST,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

const PAGE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>Rostrum, local</title>
<h1>Rostrum</h1>
<p>This is the local edge. It stands for CloudFront and the custom domain, and passes
<code>/api/</code> and <code>/.well-known/</code> on to the API.</p>
<ul>
<li><a href=\"/api/health\">/api/health</a></li>
<li><a href=\"/api/openapi.json\">/api/openapi.json</a></li>
</ul>
";

/// Starts the edge on a port of 127.0.0.1 in front of the API at `api`.
///
/// # Errors
///
/// If the port is taken or TLS cannot be set up.
pub async fn start(api: &str, port: u16) -> anyhow::Result<Running> {
    Ok(server::start(router(api, TIME_LIMIT)?, port).await?)
}

/// The edge as a router, with its own limit for the API's answer; it needs the caller's address as
/// [`ConnectInfo`].
///
/// # Errors
///
/// If TLS cannot be set up.
pub fn router(api: &str, time_limit: Duration) -> anyhow::Result<Router> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(time_limit).build()?;
    let target = Target { client, api: api.trim_end_matches('/').to_owned() };
    Ok(Router::new()
        .route("/api/", any(forward))
        .route("/api/{*path}", any(forward))
        .route("/.well-known/{*path}", any(forward))
        .fallback(async || Html(PAGE))
        .with_state(target))
}

#[derive(Clone)]
struct Target {
    client: reqwest::Client,
    api: String,
}

async fn forward(
    State(target): State<Target>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "A request may have at most 10 MiB.");
    };
    // The path goes on as it came: decoding and encoding it again would change what was signed or escaped.
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let sent = target
        .client
        .request(parts.method.clone(), format!("{}{path}", target.api))
        .headers(forwarded_headers(&parts, caller))
        .body(body)
        .send()
        .await;
    match sent {
        Ok(answer) => pass_back(answer).await,
        Err(error) => failed(&error),
    }
}

fn forwarded_headers(parts: &Parts, caller: SocketAddr) -> HeaderMap {
    let mut headers = end_to_end(&parts.headers);
    let mut chain: Vec<String> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok().map(ToOwned::to_owned))
        .collect();
    chain.push(caller.ip().to_string());
    if let Ok(value) = HeaderValue::try_from(chain.join(", ")) {
        headers.insert("x-forwarded-for", value);
    }
    headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
    if let Some(host) = parts.headers.get(HOST) {
        headers.insert("x-forwarded-host", host.clone());
    }
    headers
}

fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut copy = headers.clone();
    for name in &NOT_FORWARDED {
        copy.remove(name);
    }
    copy
}

async fn pass_back(answer: reqwest::Response) -> Response {
    let status = answer.status();
    let headers = end_to_end(answer.headers());
    match answer.bytes().await {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &reqwest::Error) -> Response {
    tracing::warn!(%error, "the API did not answer");
    if error.is_timeout() {
        problem(StatusCode::GATEWAY_TIMEOUT, "The API did not answer in time.")
    } else {
        problem(StatusCode::BAD_GATEWAY, "The API cannot be reached.")
    }
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let body = json!({
        "type": "about:blank",
        "title": title,
        "status": status.as_u16(),
        "detail": detail,
    });
    let kind = [(CONTENT_TYPE, "application/problem+json")];
    (status, kind, body.to_string()).into_response()
}
