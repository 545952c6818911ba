//! The end of a slot that has a post.

use rostrum_core::ids::{AuditId, PostId};
use rostrum_lambda_kit::Ambient;
use rostrum_store::{
    Error, Transaction,
    audit::{self, Actor},
    executions::slots::{self, Holder, Outcome},
    posts::create::{self, Generated},
};
use serde_json::{Value, json};

use crate::{Assignment, Written, check::Checked, storable};

/// The post of a slot, as it will be stored.
pub fn generated(assignment: &Assignment, written: &Written, metadata: Value, checked: Checked) -> Generated {
    let fitted = &written.fitted;
    Generated {
        key: assignment.subject.key,
        campaign_id: assignment.subject.campaign_id,
        platform: assignment.rules.platform.as_str().to_owned(),
        content: fitted.content(),
        thread: fitted.thread().to_vec(),
        hashtags: fitted.hashtags.clone(),
        mentions: fitted.mentions.clone(),
        call_to_action: fitted.call_to_action.clone(),
        generation_metadata: storable::json(metadata),
        findings: checked.findings,
        signature: checked.signature,
    }
}

/// Stores the post, ends its slot and notes both in the audit log. `None` if `holder` no longer holds the slot; then the
/// transaction must not be committed.
///
/// # Errors
/// If Postgres does not take it.
pub async fn store(
    transaction: &mut Transaction,
    holder: Holder,
    post: &Generated,
    ambient: &Ambient,
) -> Result<Option<PostId>, Error> {
    let now = ambient.now();
    let mut random = ambient.random();
    let post_id = create::generated(transaction, PostId::new(now, &mut random), post, now).await?;
    if !slots::finish(transaction, post.key, holder, &Outcome::Stored(post_id), now).await? {
        return Ok(None);
    }
    let entry = audit::Entry {
        id: AuditId::new(now, &mut random),
        workspace_id: post.key.workspace_id,
        actor: Actor::System,
        action: "post.generated",
        subject_type: "post",
        subject_id: post_id.uuid(),
        detail: json!({ "execution_id": post.key.execution_id, "campaign_id": post.campaign_id }),
        at: now,
    };
    audit::record(transaction, &entry).await?;
    Ok(Some(post_id))
}
