//! The whole way of one slot through its council, as JSON.

use chrono::{DateTime, Utc};
use rostrum_core::council::{judge::Judging, verdict::Verdict};
use rostrum_store::{councils::view, executions::slots::Key};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Progress,
    candidates::{self, ConfiguredSeat, CouncilCandidate},
    decision::CouncilDecision,
    outcome::{CouncilPicture, CouncilRefinement, KeptPicture, KeptRefinement},
};
use crate::{
    App,
    error::ApiError,
    extract::read_stored,
    routes::{
        findings::{self, Finding},
        names::{CouncilStep, StepStatus},
    },
};

/// The way of one slot through its council.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CouncilDetails {
    /// The run.
    execution_id: Uuid,
    /// Who the post is by.
    employee_id: Uuid,
    /// Which of the employee's posts of this run, from 1.
    slot: i32,
    /// What ran.
    campaign_id: Uuid,
    /// The campaign's `workflow_config` when the council began.
    #[schema(value_type = Object)]
    config: Value,
    /// The version of the prompt that all seats were given.
    prompt_version: String,
    /// What the orders of the candidates follow from; a number, written as a text because it may have more digits than
    /// JavaScript keeps.
    seed: String,
    /// The steps that are done, in their order.
    steps_done: Vec<CouncilStep>,
    /// What all calls cost, in millionths of a US dollar; calls without a known price are not in it, and null says that
    /// there is no other.
    cost_microusd: Option<i64>,
    /// The seats in the order of the settings, with what they wrote.
    candidates: Vec<CouncilCandidate>,
    /// Which candidate was chosen, and why; null as long as none is.
    decision: Option<CouncilDecision>,
    /// What came of making it better; null if that was not tried.
    refinement: Option<CouncilRefinement>,
    /// The picture; null if there is none.
    picture: Option<CouncilPicture>,
    /// What the checks found; null as long as nothing was checked.
    findings: Option<Vec<Finding>>,
    /// The post; null unless it is stored.
    post_id: Option<Uuid>,
    /// Every try of every step, oldest first, at most 1,000. What the models wrote is in the log of the run.
    steps: Vec<CouncilCall>,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it last came further.
    updated_at: DateTime<Utc>,
}

/// One try of one step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CouncilCall {
    /// The id of its entry in the log.
    log_id: Uuid,
    /// The step: `generate:` and `repair:` with a seat, `judge:` with a round, `vote:` with a seat, `aggregate`,
    /// `refine`, `refine-judge:` with a round, `refinement`, `captions`, `render`. A round after the first is told with its
    /// judge and the order of the candidates.
    step_name: String,
    /// Which try of it, from 1.
    attempt: i32,
    /// The model that answered, or was asked; null for a step without one.
    model: Option<String>,
    /// The version of the prompt.
    prompt_version: Option<String>,
    /// How many tokens the model read.
    input_tokens: Option<i32>,
    /// How many it wrote.
    output_tokens: Option<i32>,
    /// What it cost, in millionths of a US dollar; null if its model's price is not known.
    cost_microusd: Option<i64>,
    /// How long it took, in milliseconds.
    latency_ms: Option<i32>,
    /// How it ended.
    #[schema(value_type = StepStatus)]
    status: String,
    /// What went wrong.
    error_message: Option<String>,
    /// Whether it is the answer that was chosen among those of all seats; null where there was no choice.
    was_selected: Option<bool>,
    /// When it ended.
    created_at: DateTime<Utc>,
}

/// What is needed of the settings.
#[derive(Debug, Deserialize)]
struct Settings {
    seats: Vec<ConfiguredSeat>,
}

impl CouncilDetails {
    /// Puts together what is kept.
    pub(super) async fn new(
        app: &App,
        key: Key,
        council: view::Council,
        candidates: Vec<view::Candidate>,
        steps: Vec<view::Step>,
    ) -> Result<Self, ApiError> {
        let verdict: Option<Verdict> = optional("councils.verdict", council.verdict)?;
        let judgings: Vec<Judging> = optional("councils.judgings", council.judgings)?.unwrap_or_default();
        let refinement: Option<KeptRefinement> = optional("councils.refinement", council.refinement)?;
        let picture: Option<KeptPicture> = optional("councils.image", council.image)?;
        let settings: Settings = read_stored("councils.config", council.config.clone())?;
        let progress = Progress {
            all_seats_ended: settings.seats.len() <= candidates.len(),
            is_decided: verdict.is_some(),
            is_refined: refinement.is_some(),
            has_picture: picture.is_some(),
            is_checked: council.findings.is_some(),
            is_stored: council.post_id.is_some(),
        };
        Ok(Self {
            execution_id: key.execution_id.uuid(),
            employee_id: key.employee_id.uuid(),
            slot: key.slot,
            campaign_id: council.campaign_id,
            config: council.config,
            prompt_version: council.prompt_version,
            seed: council.seed.to_string(),
            steps_done: progress.steps(),
            cost_microusd: candidates::total(steps.iter().map(|step| step.cost_microusd)),
            candidates: candidates::all(settings.seats, candidates, verdict.as_ref(), &steps)?,
            decision: verdict.map(|verdict| CouncilDecision::new(&verdict, &judgings)),
            refinement: refinement.map(CouncilRefinement::from),
            picture: match picture {
                Some(picture) => Some(CouncilPicture::new(app, picture).await?),
                None => None,
            },
            findings: council.findings.map(findings::read).transpose()?,
            post_id: council.post_id,
            steps: steps.into_iter().map(CouncilCall::from).collect(),
            created_at: council.created_at,
            updated_at: council.updated_at,
        })
    }
}

fn optional<T: serde::de::DeserializeOwned>(column: &'static str, kept: Option<Value>) -> Result<Option<T>, ApiError> {
    kept.map(|kept| read_stored(column, kept)).transpose()
}

impl From<view::Step> for CouncilCall {
    fn from(stored: view::Step) -> Self {
        Self {
            log_id: stored.id,
            step_name: stored.step_name,
            attempt: stored.attempt,
            model: stored.model,
            prompt_version: stored.prompt_version,
            input_tokens: stored.input_tokens,
            output_tokens: stored.output_tokens,
            cost_microusd: stored.cost_microusd,
            latency_ms: stored.latency_ms,
            status: stored.status,
            error_message: stored.error_message,
            was_selected: stored.was_selected,
            created_at: stored.created_at,
        }
    }
}
