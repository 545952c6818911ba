//! `context-fetcher`: opens the council of a slot. What its seats are told is fixed here, so that all of them are told the
//! same, and so that it can be read afterwards.

mod handler;

pub use handler::ContextFetcher;
