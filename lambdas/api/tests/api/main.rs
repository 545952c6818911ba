//! The API from outside: real requests on the real router, over a real Postgres.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod authentication;
mod authorization;
mod campaigns;
mod changes;
mod cors;
mod council;
mod council_record;
mod crashes;
mod document;
mod employees;
mod executions;
mod harness;
mod idempotency;
mod limits;
mod people;
mod posts;
mod problems;
mod prohibited_words;
mod runs;
mod samples;
mod schedules;
mod service;
mod sign_in;
mod tokens;
