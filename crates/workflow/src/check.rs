//! What a post is checked against, and what came of it.

use chrono::{DateTime, Utc};
use rostrum_contracts::CouncilStart;
use rostrum_core::{
    checks::{self, Against, Finding, Other, Subject, signature::Signature},
    generation::prompt::PromptContext,
    ids::PostId,
    platform::Fitted,
};
use rostrum_store::{
    Database, Transaction,
    executions::slots::Key,
    posts::recent::{self, Newest, Recent, Signed},
};
use serde_json::Value;

use crate::{Assignment, Stop, storable};

/// A post is compared with as many earlier ones. At 2,400 posts a day, 120 of them of each campaign and each employee, those
/// are the workspace's of ten hours and theirs of four days; a weekly campaign's go back for years.
const COMPARED: Newest = Newest { of_workspace: 1000, of_campaign: 500, of_employee: 500 };

/// What is kept of the checks.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The findings, a list.
    pub findings: Value,
    /// What makes the post comparable with later ones.
    pub signature: Vec<u8>,
}

/// Texts that the posts of a campaign share by intent.
fn shared(context: &PromptContext) -> Vec<String> {
    let call = &context.campaign.call_to_action;
    if call.is_empty() { Vec::new() } else { vec![call.clone()] }
}

/// What is to be said about the post before a person approves it.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn findings(
    database: &Database,
    assignment: &Assignment,
    context: &PromptContext,
    fitted: &Fitted,
) -> Result<Vec<Finding>, Stop> {
    let Key { workspace_id, employee_id, .. } = assignment.subject.key;
    let campaign_id = assignment.subject.campaign_id;
    let prohibited_words = recent::prohibited_words(database, workspace_id).await?;
    let signatures = recent::signatures(database, workspace_id, campaign_id, employee_id, COMPARED).await?;
    let earlier = recent::list(database, workspace_id, &alike(signatures, context, fitted)).await?;
    Ok(against(&earlier, &prohibited_words, assignment, context, fitted, checks::check))
}

/// Adds to `findings` what the post has in common with posts that were stored after it was checked. Others that would
/// store a post in the workspace wait until `transaction` is over.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn compare_again(
    transaction: &mut Transaction,
    assignment: &Assignment,
    context: &PromptContext,
    fitted: &Fitted,
    findings: &mut Vec<Finding>,
    now: DateTime<Utc>,
) -> Result<(), rostrum_store::Error> {
    let workspace_id = assignment.subject.key.workspace_id;
    recent::take_turn(transaction, workspace_id).await?;
    let since = now - CouncilStart::TIMEOUT;
    let signatures = recent::signatures_since(&mut *transaction, workspace_id, since, COMPARED.of_workspace).await?;
    let latest = recent::list(&mut *transaction, workspace_id, &alike(signatures, context, fitted)).await?;
    against(&latest, &[], assignment, context, fitted, |subject, against| {
        checks::compare_again(findings, subject, against);
    });
    Ok(())
}

/// Those of the posts that may be nearly the same.
fn alike(signatures: Vec<Signed>, context: &PromptContext, fitted: &Fitted) -> Vec<PostId> {
    let kept = |(post_id, bytes): Signed| Some((post_id, Signature::from_bytes(&bytes)?));
    checks::worth_comparing(&signature(context, fitted), signatures.into_iter().filter_map(kept))
}

fn signature(context: &PromptContext, fitted: &Fitted) -> Signature {
    Signature::of(&fitted.content(), &shared(context))
}

fn against<T>(
    earlier: &[Recent],
    prohibited_words: &[String],
    assignment: &Assignment,
    context: &PromptContext,
    fitted: &Fitted,
    check: impl FnOnce(&Subject<'_>, &Against<'_>) -> T,
) -> T {
    let shared = shared(context);
    let others: Vec<Other<'_>> = earlier
        .iter()
        .map(|post| Other {
            post_id: post.id,
            author: &post.author,
            same_author: post.employee_id == assignment.subject.key.employee_id,
            created_at: post.created_at,
            content: &post.content,
        })
        .collect();
    let text = fitted.content();
    let subject = Subject {
        platform: assignment.rules.platform,
        content: &text,
        thread: fitted.thread(),
        language: &context.campaign.language,
    };
    check(&subject, &Against { prohibited_words, shared: &shared, others: &others })
}

/// What is kept with a post of these findings.
///
/// # Errors
/// If they are no JSON, which they always are.
pub fn checked(findings: &[Finding], context: &PromptContext, fitted: &Fitted) -> Result<Checked, serde_json::Error> {
    let signature = signature(context, fitted).to_bytes();
    Ok(Checked { findings: storable::json(serde_json::to_value(findings)?), signature })
}
