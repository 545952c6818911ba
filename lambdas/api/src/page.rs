//! Lists, a page at a time: newest first, the id of the last item is where the next page goes on.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most items of a page.
pub const MOST: i64 = 100;

/// How many items a page has if nothing is said.
pub const DEFAULT: i64 = 50;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; null if this is the last one.
    pub next_cursor: Option<String>,
}

/// Which page is asked for.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    /// Where the page before ended.
    pub after: Option<Uuid>,
    /// How many items it may have.
    pub limit: i64,
}

impl PageRequest {
    /// Only ids below this one are on the page, in a list that starts with the greatest.
    pub fn before(&self) -> Uuid {
        self.after.unwrap_or(Uuid::max())
    }

    /// How many rows to read: one more than are shown tells whether there is a next page.
    pub fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// The page of these rows, each with its id.
    pub fn page<R, T>(&self, mut rows: Vec<R>, id: impl Fn(&R) -> Uuid, item: impl FnMut(R) -> T) -> Page<T> {
        let shown = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > shown;
        rows.truncate(shown);
        let next_cursor = rows.last().filter(|_| has_more).map(|row| cursor(id(row)));
        Page { items: rows.into_iter().map(item).collect(), next_cursor }
    }
}

/// The cursor of a page that ended with this id. What is in it is nobody's business but ours.
pub fn cursor(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// The id in a cursor of ours.
pub fn read_cursor(text: &str) -> Option<Uuid> {
    Uuid::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_cursors_are_read() {
        let id = Uuid::from_u128(7);
        assert_eq!(read_cursor(&cursor(id)), Some(id));
        for text in ["", "1", "AAAA", "not a cursor!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(read_cursor(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let request = PageRequest { after: None, limit: 2 };
        let page = |rows: Vec<u128>| request.page(rows, |row| Uuid::from_u128(*row), |row| row);
        assert_eq!(page(vec![3, 2, 1]).items, [3, 2]);
        assert_eq!(page(vec![3, 2, 1]).next_cursor, Some(cursor(Uuid::from_u128(2))));
        assert_eq!(page(vec![3, 2]).next_cursor, None);
        assert_eq!(page(vec![]).next_cursor, None);
    }
}
