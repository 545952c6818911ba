//! `generate_slot`: write one post. From the `campaign-orchestrator`, through the generation queue, to the
//! `generation-worker`.

use rostrum_core::ids::{CampaignId, ExecutionId, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::Contract;

/// Write the post of this slot. Execution, employee and slot together are its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerateSlot {
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

impl Contract for GenerateSlot {
    const NAME: &'static str = "generate_slot";
    const VERSION: u64 = 1;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode, encode};

    #[test]
    fn keeps_its_shape() {
        let fixture = include_str!("../fixtures/generate_slot.json");
        let slot: GenerateSlot = decode(fixture).unwrap();
        assert_eq!(encode(&slot).unwrap(), serde_json::from_str::<serde_json::Value>(fixture).unwrap());
    }
}
