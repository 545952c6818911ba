//! Runs of campaigns: how they went, slot by slot and step by step.

mod council;
mod get;
mod wire;

pub(super) use self::wire::Execution;
use crate::endpoint::Endpoint;

/// The routes under `/api/executions`.
pub fn endpoints() -> Vec<Endpoint> {
    vec![get::endpoint(), council::endpoint()]
}
