//! `GET` and `PUT /api/workspace/prohibited-words`

use std::collections::HashSet;

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, workspace};
use rostrum_store::{posts::recent, workspaces};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, routes},
    error::ApiError,
    extract::Submitted,
    work::Work,
};

pub(super) fn get_endpoint() -> Endpoint {
    needs(Permission::WorkspaceRead, routes!(get_prohibited_words))
}

pub(super) fn put_endpoint() -> Endpoint {
    needs(Permission::WorkspaceWrite, routes!(set_prohibited_words))
}

/// The words and phrases that no post of the workspace may hold.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProhibitedWords {
    /// Each 1 to 100 characters long, without blanks around it, no two alike but for their capitals. Posts are searched
    /// for them as words of their own, whatever their capitals, look-alike letters and invisible characters.
    #[schema(max_items = 1000)]
    words: Vec<String>,
}

/// Read the words that no post may hold
#[utoipa::path(
    get, path = "/api/workspace/prohibited-words", tag = "workspace",
    responses((status = 200, description = "The words, in the order in which they were set.", body = ProhibitedWords)),
)]
async fn get_prohibited_words(State(app): State<App>, caller: Caller) -> Result<Answer, ApiError> {
    let words = recent::prohibited_words(app.database().await?, caller.workspace_id).await?;
    Answer::new(StatusCode::OK, &ProhibitedWords { words })
}

/// Replace the words that no post may hold
///
/// The list holds for posts that are written from now on. A post that has one of the words is stored with a blocking
/// finding.
#[utoipa::path(
    put, path = "/api/workspace/prohibited-words", tag = "workspace",
    request_body = ProhibitedWords,
    responses((status = 200, description = "The words as they are now.", body = ProhibitedWords)),
)]
async fn set_prohibited_words(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, .. }: Submitted<ProhibitedWords>,
) -> Result<Answer, ApiError> {
    let words = workspace::prohibited_words("words", &value.words)?;
    let mut work = Work::begin(&app, &caller).await?;
    let workspace_id = caller.workspace_id;
    let before = workspaces::lock_prohibited_words(&mut work.transaction, workspace_id).await?;
    if before != words {
        workspaces::set_prohibited_words(&mut work.transaction, workspace_id, &words, work.now).await?;
        let detail = json!({ "added": missing(&before, &words), "removed": missing(&words, &before) });
        work.audit("workspace.prohibited_words_set", "workspace", workspace_id, detail).await?;
    }
    work.finish(Answer::new(StatusCode::OK, &ProhibitedWords { words })?).await
}

/// What of `all` is not in `known`.
fn missing<'a>(known: &[String], all: &'a [String]) -> Vec<&'a String> {
    let known: HashSet<&String> = known.iter().collect();
    all.iter().filter(|word| !known.contains(word)).collect()
}
