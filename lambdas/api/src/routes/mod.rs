//! One module per resource, one file per verb. [`all`] is the route table.

pub mod audit;
pub mod auth;
pub mod campaigns;
pub mod employees;
pub mod executions;
pub mod names;
pub mod people;
pub mod posts;
pub mod samples;
pub mod service;
pub mod teams;
pub mod user;
pub mod workspace;

mod findings;
mod media;

use crate::endpoint::Endpoint;

/// Every route of the API.
pub fn all() -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    endpoints.extend(service::endpoints());
    endpoints.extend(auth::endpoints());
    endpoints.extend(people::endpoints());
    endpoints.extend(teams::endpoints());
    endpoints.extend(user::endpoints());
    endpoints.extend(audit::endpoints());
    endpoints.extend(campaigns::endpoints());
    endpoints.extend(employees::endpoints());
    endpoints.extend(samples::endpoints());
    endpoints.extend(executions::endpoints());
    endpoints.extend(posts::endpoints());
    endpoints.extend(workspace::endpoints());
    endpoints
}
