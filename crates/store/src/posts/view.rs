//! Looking at posts.
//!
//! A page is a range of one index, whatever the filters: the last filter column is compared together with the id as a
//! row, and the order names it too. Written as a plain equality it would drop out of the order, and the planner would be
//! free to walk the primary key backwards and throw away what does not match, which costs the more the older the
//! workspace is. `EXPLAIN` with a generic plan shows `Index Scan Backward using idx_posts_status` with the index
//! condition `workspace_id = $1 AND status >= $2 AND ROW(status, id) <= ROW($3, $4)` and nothing to filter or sort.
//! Two more things help the planner: it guesses a row comparison from its first column, so that `<` would look like
//! nothing at all where `<=` is right; and the limit is written out, because it takes one that it does not know for a
//! tenth of the table.
//!
//! The platform is written out too and has an index for each of its values. Under row level security an index column
//! can only be compared by an operator that Postgres calls leakproof, and those of enums are not.

use chrono::{DateTime, Utc};
use rostrum_core::{
    ids::{CampaignId, PostId, UserId, WorkspaceId},
    platform::Platform,
};
use serde_json::Value;
use sqlx::{PgExecutor, Postgres, QueryBuilder, Row, postgres::PgRow};
use uuid::Uuid;

use crate::{Error, Scope, page::up_to};

/// What a list of posts shows of each, as it lies in the answer of Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// The id.
    pub id: Uuid,
    /// The campaign that it was written for.
    pub campaign_id: Uuid,
    /// Who it is by.
    pub employee_id: Uuid,
    /// The run that it came of.
    pub execution_id: Uuid,
    /// The network that it is for, as the database names it.
    pub platform: &'a str,
    /// Where it stands.
    pub status: &'a str,
    /// The text; of a thread all parts, a blank line between.
    pub content: &'a str,
    /// Counts the changes.
    pub version: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// A page of posts, as Postgres answered it.
#[derive(Debug)]
pub struct Items(pub(super) Vec<PgRow>);

impl Items {
    /// The posts, newest first.
    ///
    /// # Errors
    /// If a row is not what was asked for.
    pub fn read(&self) -> Result<Vec<Item<'_>>, Error> {
        self.0.iter().map(item).collect()
    }
}

/// A post with everything that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// The id.
    pub id: Uuid,
    /// The campaign that it was written for.
    pub campaign_id: Uuid,
    /// Who it is by.
    pub employee_id: Uuid,
    /// The run that it came of.
    pub execution_id: Uuid,
    /// Which of the employee's posts of that run.
    pub slot: i32,
    /// The network that it is for, as the database names it.
    pub platform: String,
    /// Where it stands.
    pub status: String,
    /// The text; of a thread all parts, a blank line between.
    pub content: String,
    /// The parts of a thread; empty unless there are at least two.
    pub thread: Vec<String>,
    /// The hashtags of the text.
    pub hashtags: Vec<String>,
    /// Who the text mentions.
    pub mentions: Vec<String>,
    /// What the text asks of its reader.
    pub call_to_action: String,
    /// The text as it was generated.
    pub original_content: String,
    /// How far people moved it from that.
    pub edit_distance: Option<i32>,
    /// How long it took until it was approved.
    pub time_to_approve_seconds: Option<i32>,
    /// When it is to be published.
    pub scheduled_for: Option<DateTime<Utc>>,
    /// Its id on the network.
    pub external_post_id: Option<String>,
    /// How it was generated.
    pub generation_metadata: Value,
    /// What the checks found, a list.
    pub findings: Value,
    /// Counts the changes.
    pub version: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which posts a list shows; `None` leaves a column open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Where they stand.
    pub status: Option<&'a str>,
    /// The campaign that they were written for.
    pub campaign_id: Option<CampaignId>,
    /// Who they are by.
    pub employee_id: Option<UserId>,
    /// The network that they are for.
    pub platform: Option<Platform>,
}

/// The post with this id, if it or its campaign is in the scope.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn get(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: PostId,
    scope: Scope,
) -> Result<Option<Post>, Error> {
    let roles = scope.roles();
    let post = sqlx::query_as!(
        Post,
        "SELECT id, campaign_id, employee_id, execution_id, slot, platform::text AS \"platform!\", status, content, thread,
                hashtags, mentions, call_to_action, original_content, edit_distance, time_to_approve_seconds,
                scheduled_for, external_post_id, generation_metadata, findings, version, created_at, updated_at
         FROM posts
         WHERE workspace_id = $1 AND id = $2
           AND ($3::uuid IS NULL OR employee_id = $3 OR EXISTS (
             SELECT FROM campaigns AS campaign
             JOIN team_members AS part ON part.workspace_id = campaign.workspace_id AND part.team_id = campaign.team_id
             WHERE campaign.workspace_id = $1 AND campaign.id = posts.campaign_id AND part.user_id = $3
               AND part.role = ANY ($4)
           ))",
        workspace_id.uuid(),
        id.uuid(),
        scope.person(),
        &roles,
    )
    .fetch_optional(executor)
    .await?;
    Ok(post)
}

/// Up to `limit` posts that the filter lets through with an id below `before`, the newest first.
///
/// Each filter alone and each together with a status has its index. Of campaign, employee and platform together, one
/// chooses the index and the others are looked at row by row.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    filter: &Filter<'_>,
    before: Uuid,
    limit: i64,
) -> Result<Items, Error> {
    Ok(Items(page(workspace_id, filter, before, limit).build().fetch_all(executor).await?))
}

/// A column that the list is filtered by.
#[derive(Clone, Copy)]
enum Column<'a> {
    Workspace(Uuid),
    Status(&'a str),
    Campaign(Uuid),
    Employee(Uuid),
}

impl Column<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::Workspace(_) => "workspace_id",
            Self::Status(_) => "status",
            Self::Campaign(_) => "campaign_id",
            Self::Employee(_) => "employee_id",
        }
    }

    fn bind(self, query: &mut QueryBuilder<Postgres>) {
        match self {
            Self::Workspace(id) | Self::Campaign(id) | Self::Employee(id) => query.push_bind(id),
            Self::Status(status) => query.push_bind(status.to_owned()),
        };
    }
}

fn page(workspace_id: WorkspaceId, filter: &Filter<'_>, before: Uuid, limit: i64) -> QueryBuilder<Postgres> {
    let mut choices = [
        filter.campaign_id.map(|id| Column::Campaign(id.uuid())),
        filter.employee_id.map(|id| Column::Employee(id.uuid())),
    ]
    .into_iter()
    .flatten();
    let mut key = vec![Column::Workspace(workspace_id.uuid())];
    key.extend(choices.next());
    key.extend(filter.status.map(Column::Status));
    let last = key.pop().unwrap_or(Column::Workspace(workspace_id.uuid()));

    let mut query = QueryBuilder::new(
        "SELECT id, campaign_id, employee_id, execution_id, platform, status, content, version, created_at
         FROM posts WHERE ",
    );
    if let Some(platform) = filter.platform {
        query.push("platform = '").push(platform.as_str()).push("' AND ");
    }
    for column in key.into_iter().chain(choices) {
        query.push(column.name()).push(" = ");
        column.bind(&mut query);
        query.push(" AND ");
    }
    query.push(last.name()).push(" >= ");
    last.bind(&mut query);
    query.push(" AND (").push(last.name()).push(", id) <= (");
    last.bind(&mut query);
    query
        .push(", ")
        .push_bind(up_to(before))
        .push(") ORDER BY ")
        .push(last.name())
        .push(" DESC, id DESC LIMIT ")
        .push(limit);
    query
}

/// By position and without asking again which type a column has: that would cost more than reading it. An enum is sent
/// as its label.
fn item(row: &PgRow) -> Result<Item<'_>, Error> {
    Ok(Item {
        id: row.try_get_unchecked(0)?,
        campaign_id: row.try_get_unchecked(1)?,
        employee_id: row.try_get_unchecked(2)?,
        execution_id: row.try_get_unchecked(3)?,
        platform: row.try_get_unchecked(4)?,
        status: row.try_get_unchecked(5)?,
        content: row.try_get_unchecked(6)?,
        version: row.try_get_unchecked(7)?,
        created_at: row.try_get_unchecked(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of the statement that chooses the index.
    fn check(filter: &Filter<'_>, expected: &str) {
        let query = page(WorkspaceId::from(Uuid::nil()), filter, Uuid::max(), 51);
        let sql = query.sql();
        let (_, condition) = sql.as_str().split_once("WHERE ").unwrap();
        assert_eq!(condition, expected);
    }

    #[test]
    fn every_page_is_one_range_of_one_index() {
        check(
            &Filter::default(),
            "workspace_id >= $1 AND (workspace_id, id) <= ($2, $3) ORDER BY workspace_id DESC, id DESC LIMIT 51",
        );
        check(
            &Filter { status: Some("approved"), ..Filter::default() },
            "workspace_id = $1 AND status >= $2 AND (status, id) <= ($3, $4) ORDER BY status DESC, id DESC LIMIT 51",
        );
        let campaign_id = Some(CampaignId::from(Uuid::nil()));
        check(
            &Filter { campaign_id, ..Filter::default() },
            "workspace_id = $1 AND campaign_id >= $2 AND (campaign_id, id) <= ($3, $4) \
             ORDER BY campaign_id DESC, id DESC LIMIT 51",
        );
        check(
            &Filter { campaign_id, status: Some("approved"), platform: Some(Platform::X), ..Filter::default() },
            "platform = 'x' AND workspace_id = $1 AND campaign_id = $2 AND status >= $3 \
             AND (status, id) <= ($4, $5) ORDER BY status DESC, id DESC LIMIT 51",
        );
    }
}
