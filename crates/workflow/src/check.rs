//! What a post is checked against, and what came of it.

use rostrum_core::{
    checks::{self, Against, Finding, Other, Subject, signature::Signature},
    generation::prompt::PromptContext,
    platform::Fitted,
};
use rostrum_store::{Database, posts::recent};
use serde_json::Value;

use crate::{Assignment, Stop, council};

/// A post is compared with as many earlier ones: those of about a day at 2,400 posts in two workspaces.
const COMPARED: i64 = 1000;

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
    let key = assignment.subject.key;
    let prohibited_words = recent::prohibited_words(database, key.workspace_id).await?;
    let earlier = recent::list(database, key.workspace_id, COMPARED).await?;
    let shared = shared(context);
    let signed: Vec<_> = earlier
        .iter()
        .map(|post| {
            let kept = post.signature.as_deref().and_then(Signature::from_bytes);
            (post, kept.unwrap_or_else(|| Signature::of(&post.content, &shared)))
        })
        .collect();
    let others: Vec<Other<'_>> = signed
        .iter()
        .map(|(post, signature)| Other {
            post_id: post.id,
            author: &post.author,
            same_author: post.employee_id == key.employee_id,
            created_at: post.created_at,
            content: &post.content,
            signature,
        })
        .collect();
    let text = fitted.content();
    let subject = Subject {
        platform: assignment.rules.platform,
        content: &text,
        thread: fitted.thread(),
        language: &context.campaign.language,
    };
    Ok(checks::check(&subject, &Against { prohibited_words: &prohibited_words, shared: &shared, others: &others }))
}

/// What is kept with a post of these findings.
///
/// # Errors
/// If they are no JSON, which they always are.
pub fn checked(findings: &[Finding], context: &PromptContext, fitted: &Fitted) -> Result<Checked, Stop> {
    let signature = Signature::of(&fitted.content(), &shared(context)).to_bytes();
    Ok(Checked { findings: council::json(&findings)?, signature })
}
