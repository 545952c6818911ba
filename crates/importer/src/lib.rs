//! Imports a workspace from YAML: a company, its admin, the people who post with samples of their writing, and its
//! campaigns.
//!
//! [`workspace::check`] reads the files and tells every mistake with its file, line, column and field; [`apply::apply`]
//! writes what it read.

pub mod apply;
pub mod problem;
pub mod workspace;

mod campaigns;
mod employees;
mod fields;
mod source;
mod tree;
mod unique;
mod yaml;
