//! Writing a checked workspace into the database: what is missing is added, what is there stays as people left it.

use std::fmt;

use rostrum_core::{ids::WorkspaceId, password::PasswordError};
use rostrum_lambda_kit::{Ambient, Effects};
use rostrum_store::{Database, Transaction, identity, import, posts::recent, workspaces};
use secrecy::SecretString;
use serde_json::json;

use crate::workspace::Workspace;

mod campaigns;
mod people;
mod writing;

use writing::Writing;

/// What was done about each part of the workspace, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// One entry for each part.
    pub lines: Vec<Line>,
}

/// What was done about one part of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was done.
    pub deed: Deed,
    /// To what, in a reader's words; never a secret.
    pub what: String,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It was missing and was added.
    Created,
    /// It was there and was changed.
    Changed,
    /// It was there and stays as it is.
    Kept,
}

/// Why a workspace was not imported. Nothing of it was kept, unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The admin's password is not taken.
    #[error("the admin's password {0}")]
    Password(#[from] PasswordError),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] rostrum_store::Error),
    /// There is no connection to the database.
    #[error("the database cannot be reached: {0}")]
    Unreachable(#[source] sqlx::Error),
    /// The transaction was not committed, as far as we know. Importing again makes up for it.
    #[error("the database did not confirm the import, import again: {0}")]
    Unconfirmed(#[source] sqlx::Error),
}

/// Imports `workspace` in one transaction. `database` is reached as the owner of the schema, because the fleet's own role
/// may not create workspaces. Safe to repeat and to run twice at once.
///
/// # Errors
/// If the password is too short or too long, or the database does not do it.
pub async fn apply(
    database: &Database,
    workspace: &Workspace,
    password: &SecretString,
    ambient: &Ambient,
    effects: &Effects,
) -> Result<Report, ApplyError> {
    let mut transaction = database.begin().await.map_err(ApplyError::Unreachable)?;
    let report = write(&mut transaction, workspace, password, ambient).await?;
    effects.perform("commit", transaction.commit()).await.map_err(ApplyError::Unconfirmed)?;
    Ok(report)
}

async fn write(
    transaction: &mut Transaction,
    workspace: &Workspace,
    password: &SecretString,
    ambient: &Ambient,
) -> Result<Report, ApplyError> {
    let now = ambient.now();
    let mut random = ambient.random();
    // A second import of the same workspace waits here and then finds everything done.
    import::lock(transaction, &workspace.slug).await?;
    let found = identity::workspace_by_slug(&mut *transaction, &workspace.slug).await?;
    let id = found.unwrap_or_else(|| WorkspaceId::new(now, &mut random));
    let mut writing = Writing::new(transaction, id, now, random);
    let what = format!("workspace {} ({})", workspace.name, workspace.slug);
    if found.is_some() {
        let stored = recent::prohibited_words(&mut *writing.transaction, id).await?;
        let differences = differences(&[("prohibited_words", stored == workspace.prohibited_words)]);
        writing.note(Deed::Kept, format!("{what}{differences}"));
    } else {
        identity::create_workspace(writing.transaction, id, &workspace.slug, &workspace.name, now).await?;
        writing.audit("workspace.created", "workspace", id.uuid(), json!({ "slug": workspace.slug })).await?;
        workspaces::set_prohibited_words(writing.transaction, id, &workspace.prohibited_words, now).await?;
        writing.note(Deed::Created, what);
    }
    people::admin(&mut writing, &workspace.admin, password).await?;
    let people = people::employees(&mut writing, &workspace.employees).await?;
    campaigns::write(&mut writing, &workspace.campaigns, &people).await?;
    Ok(writing.report)
}

impl Report {
    /// Whether anything was written.
    pub fn has_changes(&self) -> bool {
        self.lines.iter().any(|line| line.deed != Deed::Kept)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deed = match self.deed {
            Deed::Created => "created",
            Deed::Changed => "changed",
            Deed::Kept => "kept",
        };
        write!(formatter, "{deed} {}", self.what)
    }
}

/// The fields in which what is stored is not what the file says, in words that follow the name of the thing.
fn differences(fields: &[(&str, bool)]) -> String {
    let different: Vec<&str> = fields.iter().filter(|(_, equal)| !equal).map(|(field, _)| *field).collect();
    match different.as_slice() {
        [] => String::new(),
        different => format!(", which differs from the file in {}", different.join(", ")),
    }
}
