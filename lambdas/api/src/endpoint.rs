//! A route that says who may use it. There is no other way to a route than [`needs`], [`of_team`],
//! [`own`] and [`public`].

use axum::{Router, middleware, routing::MethodRouter};
use rostrum_core::access::{Permission, Reach};
use utoipa::openapi::path::Paths;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::{
    App,
    authentication::{Door, authorize},
    limits::{self, Guard},
};

/// The prefixes under which every route of the API is served: the PRD names its routes under the first, the agent
/// design under the second.
pub const PREFIXES: [&str; 2] = ["/api/v1", "/api"];

/// A route with its part of the document.
pub struct Endpoint {
    door: Option<Door>,
    guard: Guard,
    schemas: Schemas,
    paths: Paths,
    methods: MethodRouter<App>,
}

/// The schemas that a route names.
pub type Schemas = Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>;

/// A route for those whose `permission` reaches to the whole workspace.
pub fn needs(permission: Permission, route: UtoipaMethodRouter<App>) -> Endpoint {
    behind(Door { permission, least: Reach::Workspace }, route)
}

/// A route for those who have `permission`, if only for what is of their teams. Its queries take the caller's
/// [`scope`](crate::authentication::Caller::scope) along.
pub fn of_team(permission: Permission, route: UtoipaMethodRouter<App>) -> Endpoint {
    behind(Door { permission, least: Reach::Team }, route)
}

/// A route for those who have `permission`, if only for what is their own. It asks the
/// [`Caller`](crate::authentication::Caller) what that is.
pub fn own(permission: Permission, route: UtoipaMethodRouter<App>) -> Endpoint {
    behind(Door { permission, least: Reach::Own }, route)
}

fn behind(door: Door, (schemas, paths, methods): UtoipaMethodRouter<App>) -> Endpoint {
    Endpoint { door: Some(door), guard: Guard::Usual, schemas, paths, methods }
}

/// A route for everybody.
pub fn public((schemas, paths, methods): UtoipaMethodRouter<App>) -> Endpoint {
    Endpoint { door: None, guard: Guard::Usual, schemas, paths, methods }
}

impl Endpoint {
    /// The route is one where a secret could be guessed: all such routes together are asked only a few times a minute from
    /// one network address ([`rostrum_core::limits::GUARDED`]), also while the counters do not answer.
    pub fn guarded(self) -> Self {
        Self { guard: Guard::Guarded, ..self }
    }

    /// What it asks of its caller; nothing if it is public.
    pub fn door(&self) -> Option<Door> {
        self.door
    }

    /// The addresses and operations.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The schemas that the operations name.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// Adds it to `router`, under every prefix.
    pub fn mount(self, router: Router<App>, app: &App) -> Router<App> {
        let methods = match self.door {
            None => self.methods.route_layer(middleware::from_fn_with_state((app.clone(), self.guard), limits::count)),
            Some(door) => {
                let state = (app.clone(), door, self.guard);
                self.methods.route_layer(middleware::from_fn_with_state(state, authorize))
            }
        };
        self.paths.paths.keys().fold(router, |router, path| {
            match PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix)) {
                None => router.route(path, methods.clone()),
                Some(rest) => PREFIXES
                    .iter()
                    .fold(router, |router, prefix| router.route(&format!("{prefix}{rest}"), methods.clone())),
            }
        })
    }
}
