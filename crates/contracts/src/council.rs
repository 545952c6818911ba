//! The council: what passes between the `generation-worker`, the state machine `statemachines/council.asl.json` and its
//! functions.
//!
//! Texts stay in Postgres. What passes here are ids and the words of errors, so that no payload comes near the 256 KiB
//! that Step Functions carries from one state to the next.

pub mod context;
pub mod error;
pub mod result;
pub mod seat;
pub mod start;
pub mod steps;

pub use context::{ContextFetched, Seat};
pub use error::MatchedError;
pub use result::{Checked, Failure, FailureRecorded, ResultAnswer, ResultJob, Stored};
pub use seat::{SeatAnswer, SeatInput, SeatOutcome};
pub use start::CouncilStart;
pub use steps::{AggregateInput, Aggregated, Kept, RefineInput, Refined, RenderInput, Rendered};

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{Contract, decode, encode};

    fn check<T: Contract>(fixture: &str) {
        let payload: T = decode(fixture).unwrap();
        assert_eq!(encode(&payload).unwrap(), serde_json::from_str::<Value>(fixture).unwrap());
    }

    #[test]
    fn keeps_its_shape() {
        check::<CouncilStart>(include_str!("../fixtures/council/start.json"));
        check::<ContextFetched>(include_str!("../fixtures/council/context_fetched.json"));
        check::<SeatInput>(include_str!("../fixtures/council/seat_input.json"));
        check::<SeatAnswer>(include_str!("../fixtures/council/seat_answer.answered.json"));
        check::<SeatAnswer>(include_str!("../fixtures/council/seat_answer.failed.json"));
        check::<AggregateInput>(include_str!("../fixtures/council/aggregate_input.json"));
        check::<Aggregated>(include_str!("../fixtures/council/aggregated.json"));
        check::<RefineInput>(include_str!("../fixtures/council/refine_input.json"));
        check::<Refined>(include_str!("../fixtures/council/refined.json"));
        check::<RenderInput>(include_str!("../fixtures/council/render_input.json"));
        check::<Rendered>(include_str!("../fixtures/council/rendered.json"));
        check::<ResultJob>(include_str!("../fixtures/council/result_job.check.json"));
        check::<ResultJob>(include_str!("../fixtures/council/result_job.store.json"));
        check::<ResultJob>(include_str!("../fixtures/council/result_job.record_failure.json"));
        check::<ResultAnswer>(include_str!("../fixtures/council/checked.json"));
        check::<ResultAnswer>(include_str!("../fixtures/council/stored.json"));
        check::<ResultAnswer>(include_str!("../fixtures/council/failure_recorded.json"));
    }

    #[test]
    fn a_slot_of_another_version_is_not_read() {
        let fixture = include_str!("../fixtures/council/render_input.json");
        let newer = fixture.replacen("\"slot\": {\"version\": 1", "\"slot\": {\"version\": 2", 1);
        assert_ne!(newer, fixture);
        assert_eq!(
            decode::<RenderInput>(&newer).unwrap_err().to_string(),
            "council_render_input does not have its shape: council_start has version 2, this function reads version 1"
        );
    }
}
