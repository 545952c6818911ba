//! Describes the endpoints that are served.
//!
//! What every operation of a kind shares (its refusals, the headers of its answers, its permission) is added here, so
//! that no route can forget to say it.

use rostrum_core::access::Reach;
use utoipa::{
    __dev::{SchemaReferences, Tags},
    PartialSchema, Path, ToSchema,
    openapi::{
        Components, Content, Header, Info, License, OpenApi, Paths, Ref, RefOr, Required, Response, ResponseBuilder,
        extensions::ExtensionsBuilder,
        path::{Operation, ParameterIn, PathItem},
        schema::Schema,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::{
    authentication::Door,
    endpoint::Endpoint,
    problem::{self, FieldProblem, Problem},
};

const DESCRIPTION: &str = "Campaigns, the employees that they write for, and the posts that come of them.\n\n\
Every route under `/api` is served under `/api/v1` too, and the other way round. \
Errors are `application/problem+json` (RFC 9457). \
Lists answer `{\"items\": […], \"next_cursor\": …}`, newest first: send `next_cursor` as `cursor` for the next page, until it is null. \
Single resources carry an `ETag`; a PATCH is a JSON Merge Patch (RFC 7396). Operations that list `If-Match` as required need the `ETag` there, others that take it obey it where it is sent. \
POSTs that create or trigger take an `Idempotency-Key`: within 24 hours the same request with the same key is carried out once and answered alike. \
Who asks too often is answered with 429, for an account or a network address; every answer tells in `RateLimit` how many requests are left. \
`x-permission` names the permission that an operation needs; a role that lacks it is refused with 403. \
So is an admin without a second factor where the workspace requires one, but for operations that need `account`. \
Where `x-reach` is `own`, a role whose permission reaches only to what is its holder's own is let in, and sees only that; \
where it is `team` or `own`, so is somebody who has the permission in a team, and sees only what is of their teams or their own.";

/// A handler as the document shows it.
pub(crate) struct Description {
    item: PathItem,
    /// What it names, by its names.
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// The document of these endpoints.
pub fn of(endpoints: &[Endpoint]) -> OpenApi {
    let mut info = Info::new("Rostrum", env!("CARGO_PKG_VERSION"));
    info.description = Some(DESCRIPTION.to_owned());
    info.license = Some(License::new("Apache-2.0"));
    let mut paths = Paths::new();
    let mut components = Components::new();
    for endpoint in endpoints {
        let path = endpoint.path();
        let Description { mut item, schemas } = endpoint.describe();
        for operation in operations(&mut item) {
            complete(operation, path, endpoint.door());
        }
        match paths.paths.get_mut(path) {
            Some(known) => known.merge_operations(item),
            None => {
                paths.paths.insert(path.to_owned(), item);
            }
        }
        components.schemas.extend(schemas);
    }
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    components.schemas.insert(FieldProblem::name().into_owned(), FieldProblem::schema());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let mut document = OpenApi::new(info, paths);
    document.components = Some(components);
    document
}

/// What `#[utoipa::path]` says of the handler whose description is `P`.
pub(crate) fn describe<P: Path + Tags<'static> + SchemaReferences>() -> Description {
    let mut operation = P::operation();
    let tags = P::tags();
    if !tags.is_empty() {
        operation.tags.get_or_insert_default().extend(tags.into_iter().map(str::to_owned));
    }
    let mut schemas = Vec::new();
    P::schemas(&mut schemas);
    Description { item: PathItem::from_http_methods(P::methods(), operation), schemas }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete]
        .into_iter()
        .filter_map(Option::as_mut)
}

fn complete(operation: &mut Operation, path: &str, door: Option<Door>) {
    let has_parameter = |name: &str, place: &ParameterIn| {
        operation.parameters.iter().flatten().any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == *place && (name.is_empty() || parameter.name == name),
            RefOr::Ref(_) => false,
        })
    };
    let takes_key = has_parameter("Idempotency-Key", &ParameterIn::Header);
    let needs_version = operation.parameters.iter().flatten().any(|parameter| {
        matches!(parameter, RefOr::T(parameter) if parameter.name == "If-Match" && parameter.required == Required::True)
    });
    let takes_version = has_parameter("If-Match", &ParameterIn::Header);
    let reads_query = has_parameter("", &ParameterIn::Query);
    let reads_body = operation.request_body.is_some();

    let mut refusals = vec![
        ("429", "The account or the network address asked too often; see Retry-After."),
        ("500", "Something went wrong on our side."),
        ("503", "Not available right now; see Retry-After."),
    ];
    if door.is_some() {
        refusals.push(("401", "No access token, or one that is not valid (any more)."));
        refusals.push((
            "403",
            "The role lacks the permission, or the workspace requires a second factor that the caller has not set up.",
        ));
    }
    if path.contains('{') {
        refusals.push(("404", "There is nothing with this id in the workspace."));
        // A gateway hands the path on decoded: `%3F` ends it.
        refusals.push(("405", "An id with `?` or `#` in it makes it another address."));
    }
    if reads_body {
        refusals.push(("400", "The body is not JSON."));
        refusals.push(("415", "The body is not sent as JSON."));
    }
    if reads_body || takes_key {
        refusals.push(("413", "The body has more than 10 MB."));
    }
    if reads_body || reads_query || takes_key {
        refusals.push(("422", "A field cannot be accepted; `errors` names it."));
    }
    if takes_version {
        refusals.push(("412", "It was changed meanwhile; `current_version` names the version."));
    }
    if needs_version {
        refusals.push(("428", "If-Match is missing."));
    }
    for (status, description) in refusals {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| refusal(status, description).into());
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            describe_headers(status, response, takes_key);
        }
    }
    if let Some(Door { permission, least }) = door {
        operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
        let reach = match least {
            Reach::Nothing | Reach::Own => "own",
            Reach::Team => "team",
            Reach::Workspace => "workspace",
        };
        let extension = ExtensionsBuilder::new().add("x-permission", permission.as_str()).add("x-reach", reach).build();
        operation.extensions.get_or_insert_default().merge(extension);
    } else {
        operation.security = Some(Vec::new());
    }
}

fn refusal(status: &str, description: &str) -> Response {
    let schema = Ref::from_schema_name(Problem::name());
    let mut response =
        ResponseBuilder::new().description(description).content(problem::MEDIA_TYPE, Content::new(Some(schema)));
    match status {
        "401" => response = response.header("WWW-Authenticate", text("The scheme to sign in with, `Bearer`.")),
        "429" | "503" => response = response.header("Retry-After", text("After how many seconds to try again.")),
        _ => {}
    }
    response.build()
}

fn describe_headers(status: &str, response: &mut Response, takes_key: bool) {
    // Routes name their own refusals without saying what all refusals look like.
    if !status.starts_with('2') && response.content.is_empty() {
        *response = refusal(status, &response.description);
    }
    response.headers.insert("X-Request-Id".to_owned(), text("The id of the request, as in the logs.").into());
    for (name, description) in [
        (
            "RateLimit-Policy",
            "The limits that the request counts against, as `\"account\";q=600;w=60`: 600 in 60 seconds.",
        ),
        (
            "RateLimit",
            "How they stand, as `\"account\";r=599;t=42`: 599 are left, and after 42 seconds there may be more.",
        ),
    ] {
        response.headers.insert(name.to_owned(), text(description).into());
    }
    if takes_key && status.starts_with('2') {
        let description = "`true` if an earlier request with this Idempotency-Key was answered so.";
        response.headers.insert("Idempotent-Replayed".to_owned(), text(description).into());
    }
}

fn text(description: &str) -> Header {
    let mut header = Header::new(String::schema());
    header.description = Some(description.to_owned());
    header
}
