//! The council: several models write, one post is chosen, refined and illustrated. Every decision is a pure function of
//! what was recorded, so that an aggregator only loads, calls a model, stores and asks again.

pub mod ask;
pub mod border;
pub mod candidate;
pub mod captions;
pub mod criteria;
pub mod deliberation;
pub mod judge;
pub mod manipulation;
pub mod points;
pub mod record;
pub mod refine;
pub mod rules;
pub mod seed;
pub mod templates;
pub mod verdict;
pub mod vote;
