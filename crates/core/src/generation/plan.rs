//! Which posts a run consists of.

use crate::ids::UserId;

/// One slot per employee and post, `(employee, number from 1)`. Everybody's first post comes before anybody's second,
/// so that a run that is stopped has something of everyone.
pub fn slots(employees: &[UserId], posts_per_employee: i32) -> Vec<(UserId, i32)> {
    (1..=posts_per_employee).flat_map(|number| employees.iter().map(move |employee| (*employee, number))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #[test]
        fn gives_every_employee_every_number_once(employees in 0_u128..30, posts in 1_i32..20) {
            let employees: Vec<UserId> = (0..employees).map(|id| Uuid::from_u128(id).into()).collect();
            let mut slots = slots(&employees, posts);
            prop_assert!(slots.is_sorted_by_key(|(_, number)| *number));
            slots.sort_unstable();
            let expected: Vec<_> =
                employees.iter().flat_map(|employee| (1..=posts).map(|number| (*employee, number))).collect();
            prop_assert_eq!(slots, expected);
        }
    }
}
