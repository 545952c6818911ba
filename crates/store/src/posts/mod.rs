//! Posts: storing what was generated, and looking at it.

pub mod create;
pub mod media;
pub mod objects;
pub mod of_teams;
pub mod recent;
pub mod view;
