//! How a request is read. Whatever cannot be read is refused in our own words.

mod body;
mod if_match;
mod once;
mod patch;
mod path;
mod query;

pub(crate) use body::read_stored;
use body::read_value;
pub use body::{LONGEST_BODY, Submitted};
pub use if_match::{IfMatch, RequiredIfMatch};
pub use once::Once;
pub use patch::Patch;
pub use path::Path;
pub use query::Query;
