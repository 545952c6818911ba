//! `GET` and `PUT /api/workspace/prohibited-words`

use std::collections::HashSet;

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, workspace};
use rostrum_store::{posts::recent, workspaces};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::{RequiredIfMatch, Submitted},
    work::Work,
};

pub(super) fn get_endpoint() -> Endpoint {
    needs(Permission::WorkspaceRead, route!(get_prohibited_words))
}

pub(super) fn put_endpoint() -> Endpoint {
    needs(Permission::WorkspaceWrite, route!(set_prohibited_words))
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
    responses((status = 200, description = "The words, in the order in which they were set.", body = ProhibitedWords, headers(
        ("ETag" = String, description = "The version of the list."),
    ))),
)]
async fn get_prohibited_words(State(app): State<App>, caller: Caller) -> Result<Answer, ApiError> {
    let words = recent::prohibited_words(app.database().await?, caller.workspace_id).await?;
    let version = version(&words);
    Ok(Answer::new(StatusCode::OK, &ProhibitedWords { words })?.version(version))
}

/// Replace the words that no post may hold
///
/// The list holds for posts that are written from now on. A post that has one of the words is stored with a blocking
/// finding. To set the list that is there already changes nothing, its ETag neither.
#[utoipa::path(
    put, path = "/api/workspace/prohibited-words", tag = "workspace",
    params(("If-Match" = String, Header, description = "The ETag of the list that is to be replaced.")),
    request_body = ProhibitedWords,
    responses((status = 200, description = "The words as they are now.", body = ProhibitedWords, headers(
        ("ETag" = String, description = "The version of the list now."),
    ))),
)]
async fn set_prohibited_words(
    State(app): State<App>,
    caller: Caller,
    if_match: RequiredIfMatch,
    Submitted { value, .. }: Submitted<ProhibitedWords>,
) -> Result<Answer, ApiError> {
    let words = workspace::prohibited_words("words", &value.words)?;
    let mut work = Work::begin(&app, &caller).await?;
    let workspace_id = caller.workspace_id;
    let before = workspaces::lock_prohibited_words(&mut work.transaction, workspace_id).await?;
    if_match.check(version(&before))?;
    if before != words {
        workspaces::set_prohibited_words(&mut work.transaction, workspace_id, &words, work.now).await?;
        let detail = json!({ "added": missing(&before, &words), "removed": missing(&words, &before) });
        work.audit("workspace.prohibited_words_set", "workspace", workspace_id, detail).await?;
    }
    let version = version(&words);
    work.finish(Answer::new(StatusCode::OK, &ProhibitedWords { words })?.version(version)).await
}

/// A digest of the list, since `updated_at` of the workspace moves for other reasons too. That two lists share a version
/// has a chance of one in 2^31.
fn version(words: &[String]) -> i32 {
    let mut digest = Sha256::new();
    for word in words {
        digest.update((word.len() as u64).to_be_bytes());
        digest.update(word);
    }
    let [first, second, third, fourth, ..]: [u8; 32] = digest.finalize().into();
    i32::from_be_bytes([first, second, third, fourth]) & i32::MAX
}

/// What of `all` is not in `known`.
fn missing<'a>(known: &[String], all: &'a [String]) -> Vec<&'a String> {
    let known: HashSet<&String> = known.iter().collect();
    all.iter().filter(|word| !known.contains(word)).collect()
}
