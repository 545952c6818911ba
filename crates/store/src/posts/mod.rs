//! Posts: storing what was generated, and looking at it.

pub mod create;
pub mod recent;
pub mod view;
