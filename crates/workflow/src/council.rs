//! A council as its functions see it: what was frozen when it began, and how far it has come.

use rostrum_contracts::council::CouncilStart;
use rostrum_core::{
    campaign::{CouncilConfig, Workflow},
    checks::Finding,
    council::{seed::Seed, verdict::Verdict},
    generation::{
        answer::Wishes,
        prompt::{Prompt, PromptContext},
    },
    platform::{FitRules, Platform},
};
use rostrum_store::{
    Database,
    councils::{self, Opening},
    executions::slots::Key,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Assignment, Prepared, Stop, Subject, Written, picture::Picture, refinement::Refinement, storable};

/// What was known when the council began, beside the prompt.
#[derive(Serialize, Deserialize)]
struct Frozen {
    platform: String,
    prompt: PromptContext,
}

/// A council.
#[derive(Debug, Clone)]
pub struct Council {
    /// What every seat is told.
    pub assignment: Assignment,
    /// The campaign's settings.
    pub config: CouncilConfig,
    /// What the prompt was rendered from.
    pub context: PromptContext,
    /// Decides in which order judges see the candidates.
    pub seed: Seed,
    /// The seat whose candidate was chosen.
    pub winner: Option<String>,
    /// How it was chosen.
    pub verdict: Option<Verdict>,
    /// The post as it stands.
    pub draft: Option<Written>,
    /// What came of the refinement.
    pub refinement: Option<Refinement>,
    /// The picture.
    pub image: Option<Picture>,
    /// What the checks found.
    pub findings: Option<Vec<Finding>>,
}

/// The slot that a council works on.
pub fn key(slot: &CouncilStart) -> Key {
    Key {
        workspace_id: slot.workspace_id,
        execution_id: slot.execution_id,
        employee_id: slot.employee_id,
        slot: slot.slot,
    }
}

/// What is to be kept when a council begins.
///
/// # Errors
/// If it is no JSON, which it always is.
pub fn opening(prepared: &Prepared, config: &CouncilConfig, seed: Seed) -> Result<Opening, Stop> {
    let assignment = &prepared.assignment;
    let frozen = Frozen { platform: assignment.rules.platform.as_str().to_owned(), prompt: prepared.context.clone() };
    Ok(Opening {
        key: assignment.subject.key,
        campaign_id: assignment.subject.campaign_id,
        config: json(config)?,
        context: json(&frozen)?,
        prompt_version: assignment.prompt_version.clone(),
        system_prompt: assignment.prompt.system.clone(),
        user_prompt: assignment.prompt.user.clone(),
        seed: seed.to_i64(),
    })
}

impl Council {
    /// The council of this slot.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub async fn load(database: &Database, slot: &CouncilStart) -> Result<Self, Stop> {
        let key = key(slot);
        let stored = councils::load(database, key).await?.ok_or_else(|| Stop::internal("This slot has no council."))?;
        let Frozen { platform, prompt: context } = read(stored.context)?;
        let platform: Platform = platform.parse().map_err(|_| unreadable(format!("unknown platform {platform:?}")))?;
        let Ok(Workflow::Council(config)) = Workflow::read("council", &stored.config) else {
            return Err(unreadable("its settings are not those of a council"));
        };
        let assignment = Assignment {
            subject: Subject { key, campaign_id: stored.campaign_id, workflow_type: "council" },
            prompt_version: stored.prompt_version,
            prompt: Prompt { system: stored.system_prompt, user: stored.user_prompt },
            max_output_tokens: config.max_output_tokens,
            wishes: Wishes::of(&context),
            rules: FitRules {
                platform,
                max_thread_posts: usize::try_from(context.platform.max_thread_posts).unwrap_or(1),
            },
        };
        Ok(Self {
            assignment,
            config,
            context,
            seed: Seed::from_i64(stored.seed),
            winner: stored.winner,
            verdict: stored.verdict.map(read).transpose()?,
            draft: stored.draft.map(read).transpose()?,
            refinement: stored.refinement.map(read).transpose()?,
            image: stored.image.map(read).transpose()?,
            findings: stored.findings.map(read).transpose()?,
        })
    }
}

/// What is kept of a council as JSON.
///
/// # Errors
/// If it is not of this form.
pub fn read<T: DeserializeOwned>(kept: Value) -> Result<T, Stop> {
    serde_json::from_value(kept).map_err(unreadable)
}

/// What is to be kept of a council.
///
/// # Errors
/// If it is no JSON, which it always is.
pub fn json(value: &impl Serialize) -> Result<Value, Stop> {
    serde_json::to_value(value).map(storable::json).map_err(unreadable)
}

fn unreadable(reason: impl std::fmt::Display) -> Stop {
    Stop::internal(format!("What is kept of this council cannot be read: {reason}."))
}
