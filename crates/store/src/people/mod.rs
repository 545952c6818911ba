//! How people and programs come into a workspace, what they are there, and how they leave.

pub mod api_keys;
pub mod erasure;
pub mod foreign_identities;
pub mod invitations;
pub mod mail_proofs;
pub mod members;
pub mod profile;
