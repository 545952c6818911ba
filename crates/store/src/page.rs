//! What all lists share.

use uuid::Uuid;

/// The last id of a page that holds only ids below `before`. A list compares with `<=`, because the planner guesses
/// how many rows `(workspace_id, id) < ($1, $2)` lets through as if it said `workspace_id < $1`: none.
pub(crate) fn up_to(before: Uuid) -> Uuid {
    Uuid::from_u128(before.as_u128().saturating_sub(1))
}
