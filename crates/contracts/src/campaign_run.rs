//! `campaign_run`: run a campaign. From a schedule or a person, through the orchestration queue, to the
//! `campaign-orchestrator`.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, ExecutionId, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::Contract;

/// Run this campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignRun {
    /// The workspace of the campaign.
    pub workspace_id: WorkspaceId,
    /// The campaign to run.
    pub campaign_id: CampaignId,
    /// What made it run; with the campaign it is the identity of the run.
    pub trigger: Trigger,
}

/// What made a campaign run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trigger {
    /// Its schedule. EventBridge Scheduler fills in the time that it meant, so that a repeated delivery is known.
    Schedule {
        /// The minute that the schedule meant.
        scheduled_for: DateTime<Utc>,
    },
    /// A person, through the API, which has already written the execution.
    Manual {
        /// The execution to plan.
        execution_id: ExecutionId,
    },
}

impl Contract for CampaignRun {
    const NAME: &'static str = "campaign_run";
    const VERSION: u64 = 1;
}

/// The placeholder that EventBridge Scheduler replaces by the time that the schedule meant, as RFC 3339 in UTC.
/// Source: EventBridge Scheduler user guide, "Adding context attributes".
pub const SCHEDULED_TIME: &str = "<aws.scheduler.scheduled-time>";

/// The input of a campaign's schedule: a [`CampaignRun`] whose time is still the placeholder.
pub fn schedule_input(workspace_id: WorkspaceId, campaign_id: CampaignId) -> serde_json::Value {
    serde_json::json!({
        "version": CampaignRun::VERSION,
        "workspace_id": workspace_id,
        "campaign_id": campaign_id,
        "trigger": { "kind": "schedule", "scheduled_for": SCHEDULED_TIME },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode, encode};

    #[test]
    fn keeps_its_shape() {
        for fixture in [
            include_str!("../fixtures/campaign_run.manual.json"),
            include_str!("../fixtures/campaign_run.schedule.json"),
        ] {
            let run: CampaignRun = decode(fixture).unwrap();
            assert_eq!(encode(&run).unwrap(), serde_json::from_str::<serde_json::Value>(fixture).unwrap());
        }
    }

    #[test]
    fn is_what_a_schedule_sends_once_its_time_is_filled_in() {
        let run: CampaignRun = decode(include_str!("../fixtures/campaign_run.schedule.json")).unwrap();
        let input = schedule_input(run.workspace_id, run.campaign_id).to_string();
        let sent = input.replace(SCHEDULED_TIME, "2026-11-23T08:00:00Z");
        assert_eq!(decode::<CampaignRun>(&sent).unwrap(), run);
    }
}
