//! Two OpenID providers with a consent page instead of a password: Google's ways and LinkedIn's.

mod authorize;
mod consent;
mod desk;
mod face;
mod form;
mod people;
mod signing;
mod token;

use std::fmt;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;

use crate::server::{self, Running};
use desk::Desk;
use face::{FACES, Face};
use signing::SigningKey;

/// The client that is registered unless the settings name another.
pub const CLIENT_ID: &str = "rostrum-local";

/// Its secret, which is none: whoever reaches the simulator may be anybody.
pub const CLIENT_SECRET: &str = "rostrum-local-secret";

/// The time in seconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Who may ask, and what time it is.
#[derive(Clone)]
pub struct Settings {
    /// The one client of both providers.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Asked at every call.
    pub clock: Clock,
}

impl Settings {
    /// The client [`CLIENT_ID`].
    pub fn new(clock: Clock) -> Self {
        Self { client_id: CLIENT_ID.to_owned(), client_secret: CLIENT_SECRET.to_owned(), clock }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Settings").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// What both providers share.
struct Simulator {
    settings: Settings,
    key: &'static SigningKey,
    desk: Mutex<Desk>,
}

/// One of the providers.
#[derive(Clone)]
struct Office {
    simulator: Arc<Simulator>,
    face: Face,
}

/// Starts the providers on a port of 127.0.0.1; 0 takes a free one.
///
/// # Errors
///
/// If the port is taken or no key can be made.
pub async fn start(settings: Settings, port: u16) -> anyhow::Result<Running> {
    Ok(server::start(router(settings)?, port).await?)
}

/// The providers as a router: `/oidc/google` and `/oidc/linkedin`.
///
/// # Errors
///
/// If no key can be made.
pub fn router(settings: Settings) -> anyhow::Result<Router> {
    let key = SigningKey::of_this_process()?;
    let simulator = Arc::new(Simulator { settings, key, desk: Mutex::default() });
    Ok(FACES.into_iter().fold(Router::new(), |router, face| {
        let office = Office { simulator: Arc::clone(&simulator), face };
        router.nest(&format!("/oidc/{}", face.name()), routes(office))
    }))
}

fn routes(office: Office) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(face::discovery))
        .route("/authorize", get(authorize::ask).post(authorize::decide))
        .route("/token", axum::routing::post(token::redeem))
        .route("/userinfo", get(token::userinfo).post(token::userinfo))
        .route("/jwks", get(signing::jwks))
        .with_state(office)
}
