//! What may be there only once.

use std::collections::HashMap;

use crate::problem::Place;

/// The keys that were seen, with the place of each.
#[derive(Debug, Default)]
pub(crate) struct Unique {
    seen: HashMap<String, Place>,
}

impl Unique {
    /// Takes `key`, which stands at `place`; if it is taken, tells where.
    pub(crate) fn take(&mut self, key: &str, place: &Place) -> Result<(), Place> {
        if let Some(first) = self.seen.get(key) {
            return Err(first.clone());
        }
        self.seen.insert(key.to_owned(), place.clone());
        Ok(())
    }
}
