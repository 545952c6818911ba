//! How the post of a slot was made by a council.

mod candidates;
mod decision;
mod details;
mod get;
mod outcome;
mod summary;

pub(super) use get::endpoint;
pub(super) use summary::CouncilSummary;

use crate::routes::names::CouncilStep;

/// How far a council has come.
#[expect(clippy::struct_excessive_bools, reason = "each is a step that is done or not")]
#[derive(Debug, Clone, Copy)]
struct Progress {
    all_seats_ended: bool,
    is_decided: bool,
    is_refined: bool,
    has_picture: bool,
    is_checked: bool,
    is_stored: bool,
}

impl Progress {
    /// The steps that are done, in their order. A council that is there has its context.
    fn steps(self) -> Vec<CouncilStep> {
        let steps = [
            (true, CouncilStep::FetchContext),
            (self.all_seats_ended, CouncilStep::Seats),
            (self.is_decided, CouncilStep::Aggregate),
            (self.is_refined, CouncilStep::Refine),
            (self.has_picture, CouncilStep::Render),
            (self.is_checked, CouncilStep::Check),
            (self.is_stored, CouncilStep::Store),
        ];
        steps.into_iter().filter_map(|(is_done, step)| is_done.then_some(step)).collect()
    }
}
