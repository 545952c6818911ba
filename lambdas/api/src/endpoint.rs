//! A route that says who may use it. There is no other way to a route than [`needs`] and [`public`].

use axum::{Router, middleware, routing::MethodRouter};
use rostrum_core::access::Permission;
use utoipa::openapi::path::Paths;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::{App, authentication::authorize};

/// The prefixes under which every route of the API is served: the PRD names its routes under the first, the agent
/// design under the second.
pub const PREFIXES: [&str; 2] = ["/api/v1", "/api"];

/// A route with its part of the document.
pub struct Endpoint {
    permission: Option<Permission>,
    schemas: Schemas,
    paths: Paths,
    methods: MethodRouter<App>,
}

/// The schemas that a route names.
pub type Schemas = Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>;

/// A route for those whose role has `permission`.
pub fn needs(permission: Permission, (schemas, paths, methods): UtoipaMethodRouter<App>) -> Endpoint {
    Endpoint { permission: Some(permission), schemas, paths, methods }
}

/// A route for everybody.
pub fn public((schemas, paths, methods): UtoipaMethodRouter<App>) -> Endpoint {
    Endpoint { permission: None, schemas, paths, methods }
}

impl Endpoint {
    /// The permission that it needs.
    pub fn permission(&self) -> Option<Permission> {
        self.permission
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
        let methods = match self.permission {
            None => self.methods,
            Some(permission) => {
                self.methods.route_layer(middleware::from_fn_with_state((app.clone(), permission), authorize))
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
