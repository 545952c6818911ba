//! `GET /api/posts`

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rostrum_core::{
    access::{Permission, Reach},
    platform::Platform,
};
use rostrum_store::posts::{
    of_teams::{self, Viewer},
    view::{self, Filter},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::Query,
    page::Page,
    routes::names::{PlatformName, PostStatus},
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::PostsRead, route!(list_posts))
}

/// What a list shows of a post.
#[derive(Debug, Serialize, ToSchema)]
struct PostItem<'a> {
    /// The id.
    id: Uuid,
    /// The campaign that it was written for.
    campaign_id: Uuid,
    /// Who it is by.
    employee_id: Uuid,
    /// The run that it came of.
    execution_id: Uuid,
    /// The network that it is for.
    #[schema(value_type = PlatformName)]
    platform: &'a str,
    /// Where it stands.
    #[schema(value_type = PostStatus)]
    status: &'a str,
    /// The text; of a thread all parts, a blank line between.
    content: &'a str,
    /// Counts the changes.
    version: i32,
    /// When it was written.
    created_at: DateTime<Utc>,
}

/// List the posts, newest first
#[utoipa::path(
    get, path = "/api/posts", tag = "posts",
    params(
        ("status" = Option<PostStatus>, Query, description = "Only those that stand there."),
        ("campaign_id" = Option<Uuid>, Query, description = "Only those of this campaign."),
        ("employee_id" = Option<Uuid>, Query, description = "Only those by this employee."),
        ("platform" = Option<PlatformName>, Query, description = "Only those for this network."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<PostItem>)),
)]
async fn list_posts(State(app): State<App>, caller: Caller, mut query: Query) -> Result<Answer, ApiError> {
    let mut filter = Filter {
        status: query.take::<PostStatus>("status", PostStatus::WORDS).map(PostStatus::as_str),
        campaign_id: query.take("campaign_id", "the id of a campaign"),
        employee_id: query.take("employee_id", "the id of an employee"),
        platform: query.take::<Platform>("platform", "one of: linkedin x instagram"),
    };
    let request = query.page();
    query.finish()?;
    if caller.reach == Reach::Team {
        let teams = caller.teams.giving(caller.permission);
        let viewer = Viewer { workspace_id: caller.workspace_id, user_id: caller.user_id, teams };
        let database = app.database().await?;
        let rows = of_teams::list(database, viewer, &filter, request.before(), request.rows()).await?;
        return Answer::new(StatusCode::OK, &request.page(rows.read()?, |item| item.id, PostItem::from));
    }
    if let Some(me) = caller.only() {
        if filter.employee_id.is_some_and(|other| other != me) {
            return Answer::new(StatusCode::OK, &Page::<PostItem<'_>> { items: Vec::new(), next_cursor: None });
        }
        filter.employee_id = Some(me);
    }
    let database = app.database().await?;
    let rows = view::list(database, caller.workspace_id, &filter, request.before(), request.rows()).await?;
    Answer::new(StatusCode::OK, &request.page(rows.read()?, |item| item.id, PostItem::from))
}

impl<'a> From<view::Item<'a>> for PostItem<'a> {
    fn from(stored: view::Item<'a>) -> Self {
        let view::Item { id, campaign_id, employee_id, execution_id, platform, status, content, version, created_at } =
            stored;
        Self { id, campaign_id, employee_id, execution_id, platform, status, content, version, created_at }
    }
}
