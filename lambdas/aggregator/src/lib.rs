//! `aggregator`: chooses one of the candidates of a council, by a judge, a vote or the rules, and keeps all that led to it.

mod handler;

pub use handler::Aggregator;
