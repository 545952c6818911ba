//! Everything that is known before a model is asked for a post.

use rostrum_core::{
    campaign::Workflow,
    generation::{
        answer::Wishes,
        prompt::{self, CampaignContext, EmployeeContext, PlatformContext, Prompt, PromptContext},
    },
    ids::CampaignId,
    platform::{FitRules, Platform},
};
use rostrum_store::{
    Database,
    executions::{
        context,
        slots::{FailureKind, Key},
    },
    prompts::{self, Purpose},
};

use crate::{Stop, Subject};

/// What a writer is told and held to.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The slot.
    pub subject: Subject,
    /// The version of the prompt's templates.
    pub prompt_version: String,
    /// The prompt.
    pub prompt: Prompt,
    /// The most tokens that an answer may have.
    pub max_output_tokens: u32,
    /// What every post of the slot has to keep to.
    pub wishes: Wishes,
    /// What the platform accepts.
    pub rules: FitRules,
}

/// A slot, made ready for its writers.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What a writer is told.
    pub assignment: Assignment,
    /// How the campaign wants its posts written.
    pub workflow: Workflow,
    /// What the prompt was rendered from.
    pub context: PromptContext,
}

/// Reads and renders all of it.
///
/// # Errors
/// [`Stop::Failed`] if campaign, employee or prompt are not as they must be; [`Stop::Store`] if they cannot be read.
pub async fn prepare(database: &Database, key: Key, campaign_id: CampaignId) -> Result<Prepared, Stop> {
    let configuration = |message: String| Stop::Failed(FailureKind::Configuration, message);
    let known = context::load(database, key.workspace_id, campaign_id, key.employee_id)
        .await?
        .ok_or_else(|| configuration("The employee has no profile in this workspace any more.".to_owned()))?;
    if known.archived {
        return Err(configuration("The campaign was archived before this post was written.".to_owned()));
    }
    let platform: Platform =
        known.platform.parse().map_err(|_| configuration(format!("Unknown platform {:?}.", known.platform)))?;
    let workflow = Workflow::read(&known.workflow_type, &known.workflow_config).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        configuration(format!("The campaign's workflow_config cannot be read: {}", errors.join("; ")))
    })?;
    let (few_shot_samples, max_output_tokens) = match &workflow {
        Workflow::Simple(config) => (config.few_shot_samples, config.max_output_tokens),
        Workflow::Council(config) => (config.few_shot_samples, config.max_output_tokens),
    };
    let samples =
        context::samples(database, key.workspace_id, key.employee_id, platform.as_str(), few_shot_samples.into())
            .await?;
    let version = prompts::active(database, key.workspace_id, campaign_id, Purpose::Generate)
        .await?
        .ok_or_else(|| configuration("No version of the prompt is active.".to_owned()))?;
    let context = PromptContext {
        campaign: CampaignContext {
            name: known.campaign_name,
            brief: known.brief,
            audience: known.audience,
            language: known.language,
            call_to_action: known.call_to_action,
            hashtags: known.hashtags,
            mentions: known.mentions,
        },
        employee: EmployeeContext {
            name: known.employee_name,
            job_title: known.job_title,
            bio: known.bio,
            voice: known.voice,
        },
        platform: PlatformContext {
            name: platform.name().to_owned(),
            limit: platform.limits().text,
            max_thread_posts: known.max_thread_posts,
        },
        samples,
        post_number: key.slot,
        post_count: known.posts_per_employee,
    };
    let prompt = prompt::render(&version.system_template, &version.prompt_template, &context)
        .map_err(|error| configuration(error.to_string()))?;
    let assignment = Assignment {
        subject: Subject { key, campaign_id, workflow_type: workflow.name() },
        prompt_version: version.version,
        prompt,
        max_output_tokens,
        wishes: Wishes::of(&context),
        rules: FitRules { platform, max_thread_posts: usize::try_from(known.max_thread_posts).unwrap_or(1) },
    };
    Ok(Prepared { assignment, workflow, context })
}
