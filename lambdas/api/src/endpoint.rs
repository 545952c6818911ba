//! A route that says who may use it. There is no other way to a route than [`needs`], [`of_team`],
//! [`own`] and [`public`].

use axum::{
    Router,
    handler::Handler,
    middleware,
    routing::{MethodFilter, MethodRouter, on},
};
use rostrum_core::access::{Permission, Reach};
use utoipa::{
    __dev::{SchemaReferences, Tags},
    Path,
    openapi::HttpMethod,
};

#[cfg(feature = "document")]
use crate::document::{self, Description};
use crate::{
    App,
    authentication::{Door, authorize},
    limits::{self, Guard},
};

/// The prefixes under which every route of the API is served: the PRD names its routes under the first, the agent
/// design under the second.
pub const PREFIXES: [&str; 2] = ["/api/v1", "/api"];

/// A route with who may use it.
pub struct Endpoint {
    door: Option<Door>,
    guard: Guard,
    route: Route,
}

/// A handler at the path and for the methods that its `#[utoipa::path]` names. `route!` makes it.
pub struct Route {
    path: String,
    methods: MethodRouter<App>,
    #[cfg(feature = "document")]
    describe: fn() -> Description,
}

/// The [`Route`] of a handler of this module that has a `#[utoipa::path]`.
macro_rules! route {
    ($handler:ident) => {
        pastey::paste! { $crate::endpoint::Route::of::<[<__path_ $handler>], _, _>($handler) }
    };
}
pub(crate) use route;

impl Route {
    /// The route of this handler, whose `#[utoipa::path]` is `P`.
    pub(crate) fn of<P, H, T>(handler: H) -> Self
    where
        P: Path + Tags<'static> + SchemaReferences,
        H: Handler<T, App>,
        T: 'static,
    {
        let methods = P::methods().iter().map(filter).reduce(MethodFilter::or);
        Self {
            path: P::path(),
            methods: methods.map_or_else(MethodRouter::new, |methods| on(methods, handler)),
            #[cfg(feature = "document")]
            describe: document::describe::<P>,
        }
    }
}

fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
    }
}

/// A route for those whose `permission` reaches to the whole workspace.
pub fn needs(permission: Permission, route: Route) -> Endpoint {
    behind(Door { permission, least: Reach::Workspace }, route)
}

/// A route for those who have `permission`, if only for what is of their teams. Its queries take the caller's
/// [`scope`](crate::authentication::Caller::scope) along.
pub fn of_team(permission: Permission, route: Route) -> Endpoint {
    behind(Door { permission, least: Reach::Team }, route)
}

/// A route for those who have `permission`, if only for what is their own. It asks the
/// [`Caller`](crate::authentication::Caller) what that is.
pub fn own(permission: Permission, route: Route) -> Endpoint {
    behind(Door { permission, least: Reach::Own }, route)
}

fn behind(door: Door, route: Route) -> Endpoint {
    Endpoint { door: Some(door), guard: Guard::Usual, route }
}

/// A route for everybody.
pub fn public(route: Route) -> Endpoint {
    Endpoint { door: None, guard: Guard::Usual, route }
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

    /// Its path, under the prefix that its handler names.
    pub fn path(&self) -> &str {
        &self.route.path
    }

    /// The handler as the document shows it.
    #[cfg(feature = "document")]
    pub(crate) fn describe(&self) -> Description {
        (self.route.describe)()
    }

    /// Adds it to `router`, under every prefix.
    pub fn mount(self, router: Router<App>, app: &App) -> Router<App> {
        let Route { path, methods, .. } = self.route;
        let methods = match self.door {
            None => methods.route_layer(middleware::from_fn_with_state((app.clone(), self.guard), limits::count)),
            Some(door) => {
                let state = (app.clone(), door, self.guard);
                methods.route_layer(middleware::from_fn_with_state(state, authorize))
            }
        };
        match PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix)) {
            None => router.route(&path, methods),
            Some(rest) => {
                PREFIXES.iter().fold(router, |router, prefix| router.route(&format!("{prefix}{rest}"), methods.clone()))
            }
        }
    }
}
