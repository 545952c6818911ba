//! The limits of the networks. What the worker fits keeps them; what a person or a refinement changed may not.

use super::{Finding, Severity, Subject, What};
use crate::platform::{Draft, FitError, FitRules, fit, length};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let limit = subject.platform.limits().text;
    let mut findings = Vec::new();
    for (part, text) in (1..).zip(subject.parts()) {
        let length = length(subject.platform, text);
        if length > limit {
            let message = format!("It counts {length} characters where {} takes {limit}.", subject.platform.name());
            findings.push(Finding::new(Severity::Blocking, message, What::TooLong { part, length, limit }));
            continue;
        }
        findings.extend(tags(subject, text));
    }
    findings
}

/// Fitting a text that is short enough fails only for its tags.
fn tags(subject: &Subject<'_>, text: &str) -> Option<Finding> {
    let draft = Draft { text: text.to_owned(), ..Draft::default() };
    let rules = FitRules { platform: subject.platform, max_thread_posts: 1 };
    let name = subject.platform.name();
    let (message, what) = match fit(&draft, &rules) {
        Err(FitError::TooManyHashtags { count, limit }) => {
            (format!("It has {count} hashtags where {name} takes {limit}."), What::TooManyHashtags { count, limit })
        }
        Err(FitError::TooManyMentions { count, limit }) => (
            format!("It mentions {count} accounts where {name} takes {limit}."),
            What::TooManyMentions { count, limit },
        ),
        Ok(_) | Err(FitError::Empty | FitError::TooLong { .. }) => return None,
    };
    Some(Finding::new(Severity::Blocking, message, what))
}
