//! `refiner`: has a model criticise and rewrite the chosen post, and keeps the result only if the council's judge prefers
//! it.

mod handler;

pub use handler::Refiner;
