//! The API from outside: real requests on the real router, over a real Postgres.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod at_once;
mod authentication;
mod authorization;
mod campaigns;
mod canaries;
mod change;
mod changes;
mod changes_of_identity;
mod cors;
mod council;
mod council_record;
mod crashes;
mod credentials;
mod document;
mod employees;
mod executions;
mod foreign;
mod foreign_tokens;
mod harness;
mod hostile_tokens;
mod idempotency;
mod limits;
mod lost_answers;
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
mod watch;
