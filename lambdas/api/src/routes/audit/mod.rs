//! Who changed what.

mod list;

use crate::endpoint::Endpoint;

/// The routes under `/api/v1/audit-log`.
pub fn endpoints() -> Vec<Endpoint> {
    vec![list::endpoint()]
}
