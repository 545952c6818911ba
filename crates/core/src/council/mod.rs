//! The council: several models write, one post is chosen, refined and illustrated. Every decision is a pure function of
//! what was recorded, so that an aggregator only loads, calls a model, stores and asks again.

pub mod points;
