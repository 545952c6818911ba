//! Texts that are broken: what a model left in, left out or cut off.

use super::{Finding, Subject};

mod leftovers;
mod script;
mod sentences;
mod signs;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = leftovers::check(subject.content);
    findings.extend(sentences::check(subject.content));
    findings.extend(subject.parts().find_map(signs::check));
    findings.extend(script::check(subject.content, subject.language));
    findings
}
