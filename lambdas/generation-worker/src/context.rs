//! Everything that is known before the model is asked.

use rostrum_contracts::GenerateSlot;
use rostrum_core::{
    campaign::{SimpleConfig, Workflow},
    generation::{
        answer::Wishes,
        prompt::{self, CampaignContext, EmployeeContext, PlatformContext, Prompt, PromptContext},
    },
    platform::{FitRules, Platform},
};
use rostrum_store::{
    Database,
    executions::{
        context,
        slots::{FailureKind, Key},
    },
    prompts,
};
use serde_json::Value;

use crate::outcome::Stop;

/// The slot, made ready for the model.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) message: GenerateSlot,
    pub(crate) key: Key,
    pub(crate) platform: Platform,
    pub(crate) config: SimpleConfig,
    pub(crate) workflow_type: String,
    pub(crate) prompt_version: String,
    pub(crate) prompt: Prompt,
    pub(crate) samples: usize,
    pub(crate) wishes: Wishes,
    pub(crate) rules: FitRules,
}

/// Reads and renders all of it.
pub(crate) async fn prepare(database: &Database, message: GenerateSlot, key: Key) -> Result<Ready, Stop> {
    let configuration = |message: String| Stop::Failed(FailureKind::Configuration, message);
    let context = context::load(database, message.workspace_id, message.campaign_id, message.employee_id)
        .await?
        .ok_or_else(|| configuration("The employee has no profile in this workspace any more.".to_owned()))?;
    if context.archived {
        return Err(configuration("The campaign was archived before this post was written.".to_owned()));
    }
    let platform: Platform =
        context.platform.parse().map_err(|_| configuration(format!("Unknown platform {:?}.", context.platform)))?;
    let config = simple(&context.workflow_type, &context.workflow_config).map_err(configuration)?;
    let samples = context::samples(
        database,
        message.workspace_id,
        message.employee_id,
        platform.as_str(),
        i64::from(config.few_shot_samples),
    )
    .await?;
    let version = prompts::active(database, message.workspace_id, message.campaign_id)
        .await?
        .ok_or_else(|| configuration("No version of the prompt is active.".to_owned()))?;
    let sample_count = samples.len();
    let variables = PromptContext {
        campaign: CampaignContext {
            name: context.campaign_name,
            brief: context.brief,
            audience: context.audience,
            language: context.language,
            call_to_action: context.call_to_action.clone(),
            hashtags: context.hashtags.clone(),
            mentions: context.mentions.clone(),
        },
        employee: EmployeeContext {
            name: context.employee_name,
            job_title: context.job_title,
            bio: context.bio,
            voice: context.voice,
        },
        platform: PlatformContext {
            name: platform.name().to_owned(),
            limit: platform.limits().text,
            max_thread_posts: context.max_thread_posts,
        },
        samples,
        post_number: message.slot,
        post_count: context.posts_per_employee,
    };
    let prompt = prompt::render(&version.system_template, &version.prompt_template, &variables)
        .map_err(|error| configuration(error.to_string()))?;
    Ok(Ready {
        message,
        key,
        platform,
        config,
        workflow_type: context.workflow_type,
        prompt_version: version.version,
        prompt,
        samples: sample_count,
        wishes: Wishes {
            call_to_action: context.call_to_action,
            hashtags: context.hashtags,
            mentions: context.mentions,
        },
        rules: FitRules { platform, max_thread_posts: usize::try_from(context.max_thread_posts).unwrap_or(1) },
    })
}

fn simple(workflow_type: &str, config: &Value) -> Result<SimpleConfig, String> {
    match Workflow::read(workflow_type, config) {
        Ok(Workflow::Simple(config)) => Ok(config),
        Ok(other) => {
            Err(format!("This function writes simple campaigns; this one is of the workflow `{}`.", other.name()))
        }
        Err(errors) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(format!("The campaign's workflow_config cannot be read: {}", errors.join("; ")))
        }
    }
}
