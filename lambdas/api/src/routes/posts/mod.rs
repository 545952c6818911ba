//! Posts: reading them. Reviewing and publishing them come with their own routes.

mod get;
mod list;

use crate::endpoint::Endpoint;

/// The routes under `/api/posts`.
pub fn endpoints() -> Vec<Endpoint> {
    vec![list::endpoint(), get::endpoint()]
}
