//! The input of one execution of the state machine, and that execution's name.

use chrono::TimeDelta;
use rostrum_core::ids::{CampaignId, ExecutionId, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::{Contract, GenerateSlot};

/// Have a council write the post of this slot. Execution, employee and slot together are its identity.
///
/// It is the input of the execution and of the `context-fetcher`; every other function gets it as `slot`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouncilStart {
    /// The workspace of all the others.
    pub workspace_id: WorkspaceId,
    /// The campaign that is run.
    pub campaign_id: CampaignId,
    /// The run.
    pub execution_id: ExecutionId,
    /// Who the post is by.
    pub employee_id: UserId,
    /// Which of the employee's posts of this run, from 1.
    pub slot: i32,
}

impl Contract for CouncilStart {
    const NAME: &'static str = "council_start";
    const VERSION: u64 = 1;
}

impl CouncilStart {
    /// How long an execution runs at most, by its machine's `TimeoutSeconds`.
    pub const TIMEOUT: TimeDelta = TimeDelta::minutes(70);

    /// The name of the slot's only execution of the state machine, so that a message that is delivered twice starts
    /// nothing twice: 32 hexadecimal digits of the run, 32 of the employee and the slot's number, at most 77 characters.
    /// Step Functions takes 80 and keeps a name for 90 days.
    pub fn execution_name(&self) -> String {
        format!("{}-{}-{}", self.execution_id.uuid().simple(), self.employee_id.uuid().simple(), self.slot)
    }
}

impl From<GenerateSlot> for CouncilStart {
    fn from(message: GenerateSlot) -> Self {
        let GenerateSlot { workspace_id, campaign_id, execution_id, employee_id, slot } = message;
        Self { workspace_id, campaign_id, execution_id, employee_id, slot }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    fn check(slot: i32, expected: &str) {
        let start: CouncilStart = decode(include_str!("../../fixtures/council/start.json")).unwrap();
        let name = CouncilStart { slot, ..start }.execution_name();
        assert_eq!(name, expected);
        // The characters that Step Functions takes without exception: API reference, StartExecution, `name`.
        assert!(name.len() <= 80 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{name}");
    }

    #[test]
    fn the_time_is_that_of_the_machine() {
        let machine: serde_json::Value =
            serde_json::from_str(include_str!("../../../../statemachines/council.asl.json")).unwrap();
        assert_eq!(machine["TimeoutSeconds"], CouncilStart::TIMEOUT.num_seconds());
    }

    #[test]
    fn the_name_is_the_slots_key() {
        check(2, "019a0000000070008000000000000003-019a0000000070008000000000000004-2");
        check(i32::MAX, "019a0000000070008000000000000003-019a0000000070008000000000000004-2147483647");
        check(i32::MIN, "019a0000000070008000000000000003-019a0000000070008000000000000004--2147483648");
    }

    #[test]
    fn a_slot_becomes_a_council_of_its_own_ids() {
        let message: GenerateSlot = decode(include_str!("../../fixtures/generate_slot.json")).unwrap();
        assert_eq!(CouncilStart::from(message), decode(include_str!("../../fixtures/council/start.json")).unwrap());
    }
}
