//! Posts that are nearly the same. X forbids them across accounts, and readers notice them everywhere.

use std::{cmp::Reverse, collections::BTreeSet};

use super::{
    Against, Finding, Other, Severity, Subject, What,
    signature::{Signature, shingles},
};
use crate::ids::PostId;

/// Signatures with fewer equal minima (of 64) are not looked at. Texts that count as near-identical share at least 36 %
/// of their shingles, which is 23 minima; 13 is 2.7 standard errors below, and unrelated posts have about 3.
const WORTH_A_LOOK: u32 = 13;

/// So many of the most alike are compared exactly.
const COMPARED: usize = 8;

/// The most findings.
const TOLD: usize = 3;

/// Near-identical: this share of all shingles in common.
const ALIKE: f64 = 0.6;

/// Or this share of the shorter text's shingles, if it has at least half as many as the longer.
const CONTAINED: f64 = 0.8;

/// From here on another employee's post is a copy.
const COPY: f64 = 0.8;

/// Texts with fewer shingles are alike by chance; they count only if they are the same.
const FEW: usize = 20;

/// The posts that are worth comparing with a text of the signature `own`, the most alike first; of equally alike ones the
/// first of `others`.
pub fn worth_comparing(own: &Signature, others: impl IntoIterator<Item = (PostId, Signature)>) -> Vec<PostId> {
    let mut likely: Vec<(u32, PostId)> =
        others.into_iter().map(|(post_id, signature)| (own.alike(&signature), post_id)).collect();
    likely.retain(|(alike, _)| *alike >= WORTH_A_LOOK);
    likely.sort_by_key(|(alike, _)| Reverse(*alike));
    likely.into_iter().take(COMPARED).map(|(_, post_id)| post_id).collect()
}

pub(super) fn check(subject: &Subject<'_>, against: &Against<'_>) -> Vec<Finding> {
    if against.others.is_empty() {
        return Vec::new();
    }
    let own = shingles(subject.content, against.shared);
    against.others.iter().filter_map(|other| compare(&own, other, against.shared)).take(TOLD).collect()
}

fn compare(own: &BTreeSet<u64>, other: &Other<'_>, shared: &[String]) -> Option<Finding> {
    let theirs = shingles(other.content, shared);
    let (fewer, more) = (own.len().min(theirs.len()), own.len().max(theirs.len()));
    let common = own.intersection(&theirs).count();
    let likeness = common as f64 / (own.len() + theirs.len() - common).max(1) as f64;
    let containment = common as f64 / fewer.max(1) as f64;
    let is_near =
        if fewer < FEW { own == &theirs } else { likeness >= ALIKE || containment >= CONTAINED && fewer * 2 >= more };
    if !is_near {
        return None;
    }
    let severity = if likeness >= COPY && !other.same_author { Severity::Blocking } else { Severity::Warning };
    let whose = if other.same_author {
        "an earlier post of the same employee".to_owned()
    } else {
        format!("a post of {}", other.author)
    };
    let message = format!(
        "{:.0} % of it is the same as in {whose} of {}.",
        likeness * 100.0,
        other.created_at.format("%Y-%m-%d")
    );
    let what = What::NearIdentical {
        post_id: other.post_id,
        author: other.author.to_owned(),
        same_author: other.same_author,
        created_at: other.created_at,
        likeness: thousandths(likeness),
        containment: thousandths(containment),
    };
    Some(Finding::new(severity, message, what))
}

fn thousandths(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}
