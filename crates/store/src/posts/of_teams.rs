//! The posts of somebody who sees their own and those of their teams.
//!
//! Each of their campaigns, and what they wrote themselves, gives its newest posts from the same indexes as
//! [`super::view::list`], and a page is the newest of those: how much is read depends on how many campaigns their teams
//! have, and not on how old the workspace is.

use rostrum_core::{
    access::TeamRoles,
    ids::{UserId, WorkspaceId},
};
use sqlx::{PgExecutor, Postgres, QueryBuilder};
use uuid::Uuid;

use super::view::{Filter, Items};
use crate::{Error, page::up_to};

const COLUMNS: &str = "id, campaign_id, employee_id, execution_id, platform, status, content, version, created_at";

/// Who looks at posts.
#[derive(Debug, Clone, Copy)]
pub struct Viewer {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The person.
    pub user_id: UserId,
    /// What they must be in a team for its posts to count.
    pub teams: TeamRoles,
}

/// Up to `limit` posts that the filter lets through with an id below `before`, the newest first, that are the viewer's own
/// or of their teams.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    viewer: Viewer,
    filter: &Filter<'_>,
    before: Uuid,
    limit: i64,
) -> Result<Items, Error> {
    Ok(Items(Page { viewer, filter, before, limit }.query().build().fetch_all(executor).await?))
}

struct Page<'a> {
    viewer: Viewer,
    filter: &'a Filter<'a>,
    before: Uuid,
    limit: i64,
}

impl Page<'_> {
    fn query(&self) -> QueryBuilder<Postgres> {
        let mut query =
            QueryBuilder::<Postgres>::new("WITH mine AS (SELECT DISTINCT campaign.id FROM team_members AS part ");
        query.push("JOIN campaigns AS campaign ON campaign.workspace_id = part.workspace_id ");
        query.push("AND campaign.team_id = part.team_id WHERE part.workspace_id = ");
        query.push_bind(self.viewer.workspace_id.uuid()).push(" AND part.user_id = ");
        query.push_bind(self.viewer.user_id.uuid()).push(" AND part.role = ANY (");
        let roles: Vec<String> = self.viewer.teams.iter().map(|role| role.as_str().to_owned()).collect();
        query.push_bind(roles).push(")");
        if let Some(campaign) = self.filter.campaign_id {
            query.push(" AND campaign.id = ").push_bind(campaign.uuid());
        }
        query.push(") SELECT ").push(COLUMNS).push(" FROM (SELECT post.* FROM mine CROSS JOIN LATERAL (");
        self.of_campaign(&mut query);
        query.push(") AS post");
        // What somebody wrote for a campaign of their team is in both, and counts once.
        if self.filter.employee_id.is_none_or(|employee| employee == self.viewer.user_id) {
            query.push(" UNION (");
            self.own(&mut query);
            query.push(")");
        }
        query.push(") AS post ORDER BY id DESC LIMIT ").push(self.limit);
        query
    }

    /// The newest posts of one of the campaigns.
    fn of_campaign(&self, query: &mut QueryBuilder<Postgres>) {
        self.open(query);
        if let Some(employee) = self.filter.employee_id {
            query.push(" AND employee_id = ").push_bind(employee.uuid());
        }
        self.close(query, "campaign_id", |query| {
            query.push("mine.id");
        });
    }

    /// The newest posts of the viewer's own.
    fn own(&self, query: &mut QueryBuilder<Postgres>) {
        self.open(query);
        if let Some(campaign) = self.filter.campaign_id {
            query.push(" AND campaign_id = ").push_bind(campaign.uuid());
        }
        let me = self.viewer.user_id.uuid();
        self.close(query, "employee_id", |query| {
            query.push_bind(me);
        });
    }

    fn open(&self, query: &mut QueryBuilder<Postgres>) {
        query.push("SELECT ").push(COLUMNS).push(" FROM posts WHERE workspace_id = ");
        query.push_bind(self.viewer.workspace_id.uuid());
        if let Some(platform) = self.filter.platform {
            query.push(" AND platform = '").push(platform.as_str()).push("'");
        }
    }

    /// The range of the index over `column`, and over the status if the list is filtered by it, that ends before the page.
    fn close(
        &self,
        query: &mut QueryBuilder<Postgres>,
        column: &'static str,
        value: impl Fn(&mut QueryBuilder<Postgres>),
    ) {
        let mut last = column;
        query.push(" AND ").push(column);
        if let Some(status) = self.filter.status {
            query.push(" = ");
            value(query);
            last = "status";
            query.push(" AND status >= ").push_bind(status.to_owned());
            query.push(" AND (status, id) <= (").push_bind(status.to_owned());
        } else {
            query.push(" >= ");
            value(query);
            query.push(" AND (").push(column).push(", id) <= (");
            value(query);
        }
        query.push(", ").push_bind(up_to(self.before)).push(") ORDER BY ").push(last);
        query.push(" DESC, id DESC LIMIT ").push(self.limit);
    }
}
