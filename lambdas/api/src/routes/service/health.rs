//! `GET /api/health`

use std::time::{Duration, Instant};

use axum::extract::State;
use http::StatusCode;
use rostrum_store::health;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::{
    App,
    answer::Answer,
    endpoint::{Endpoint, public, route},
    error::ApiError,
};

pub(super) fn endpoint() -> Endpoint {
    public(route!(get_health))
}

/// How long something may take to answer before it counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether we are well.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok` only if every check is.
    status: CheckStatus,
    /// What was checked just now.
    checks: Checks,
}

/// What is checked. The queues are not: the function may only send to them, and what cannot be sent waits in the
/// database.
#[derive(Debug, Serialize, ToSchema)]
struct Checks {
    /// Whether Postgres answers a query.
    database: Check,
    /// Whether the key that signs tokens can be read.
    signing_key: Check,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
struct Check {
    /// How it went.
    status: CheckStatus,
    /// How long it took, in milliseconds.
    latency_ms: u64,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CheckStatus {
    /// Well.
    Ok,
    /// It failed, or did not answer within two seconds.
    Unavailable,
}

/// Ask whether the API can work
#[utoipa::path(
    get, path = "/api/health", tag = "service",
    responses(
        (status = 200, description = "Everything that was checked answers.", body = Health),
        (status = 503, description = "Something does not.", body = Health),
    ),
)]
async fn get_health(State(app): State<App>) -> Result<Answer, ApiError> {
    let database = check("database", async { Ok(health::ping(app.database().await?).await?) });
    let signing_key = check("signing_key", async { app.keys().await.map(|_| ()) });
    let (database, signing_key) = tokio::join!(database, signing_key);
    let is_well = [&database, &signing_key].iter().all(|check| check.status == CheckStatus::Ok);
    let (code, status) = if is_well {
        (StatusCode::OK, CheckStatus::Ok)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, CheckStatus::Unavailable)
    };
    Answer::new(code, &Health { status, checks: Checks { database, signing_key } })
}

async fn check(name: &str, attempt: impl Future<Output = Result<(), ApiError>>) -> Check {
    let started = Instant::now();
    let status = match timeout(PATIENCE, attempt).await {
        Ok(Ok(())) => CheckStatus::Ok,
        Ok(Err(error)) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(name, %error, cause, "a health check failed");
            CheckStatus::Unavailable
        }
        Err(_) => {
            tracing::error!(name, "a health check was not answered in time");
            CheckStatus::Unavailable
        }
    };
    Check { status, latency_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX) }
}
