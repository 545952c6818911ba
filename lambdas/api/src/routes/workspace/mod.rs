//! What holds for the whole workspace.

mod prohibited_words;
mod settings;

use crate::endpoint::Endpoint;

/// The routes under `/api/workspace`.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        prohibited_words::get_endpoint(),
        prohibited_words::put_endpoint(),
        settings::get_endpoint(),
        settings::patch_endpoint(),
    ]
}
