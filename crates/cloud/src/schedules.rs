//! EventBridge Scheduler: one schedule per campaign, in the campaign's own time zone.

use async_trait::async_trait;
use aws_sdk_scheduler::{
    Client,
    error::SdkError,
    types::{DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, Target},
};
use rostrum_core::ids::CampaignId;

use crate::Error;

/// When a campaign runs and what its run is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignSchedule {
    /// The campaign; its schedule is named after it.
    pub campaign_id: CampaignId,
    /// `cron(…)` as EventBridge writes it.
    pub expression: String,
    /// An IANA time zone.
    pub timezone: String,
    /// The message for the orchestration queue, as JSON text.
    pub input: String,
}

/// What we ask of EventBridge Scheduler.
#[async_trait]
pub trait Schedules: Send + Sync {
    /// Makes the campaign's schedule be this one, whatever was there.
    ///
    /// # Errors
    /// If Scheduler cannot be reached or refuses it.
    async fn put(&self, schedule: &CampaignSchedule) -> Result<(), Error>;

    /// Makes the campaign have no schedule. That there was none is no error.
    ///
    /// # Errors
    /// If Scheduler cannot be reached.
    async fn delete(&self, campaign_id: CampaignId) -> Result<(), Error>;
}

/// Where the schedules live and what they may reach.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The schedule group (`SCHEDULE_GROUP`).
    pub group: String,
    /// The role that Scheduler sends with (`SCHEDULER_ROLE_ARN`).
    pub role_arn: String,
    /// The orchestration queue (`ORCHESTRATION_QUEUE_ARN`).
    pub target_arn: String,
    /// Where a run goes that could not be delivered (`SCHEDULE_DLQ_ARN`).
    pub dead_letter_arn: String,
}

/// The real EventBridge Scheduler.
#[derive(Debug, Clone)]
pub struct SchedulerSchedules {
    client: Client,
    settings: Settings,
}

impl SchedulerSchedules {
    /// A client of the process's shared configuration.
    pub fn new(config: &aws_config::SdkConfig, settings: Settings) -> Self {
        Self { client: Client::new(config), settings }
    }

    fn target(&self, schedule: &CampaignSchedule) -> Result<Target, aws_sdk_scheduler::error::BuildError> {
        // A run that is an hour late is not the run that was meant: it goes to the dead letters, where a person sees it.
        let retry = RetryPolicy::builder().maximum_event_age_in_seconds(3600).maximum_retry_attempts(10).build();
        Target::builder()
            .arn(&self.settings.target_arn)
            .role_arn(&self.settings.role_arn)
            .input(&schedule.input)
            .retry_policy(retry)
            .dead_letter_config(DeadLetterConfig::builder().arn(&self.settings.dead_letter_arn).build())
            .build()
    }
}

fn name(campaign_id: CampaignId) -> String {
    format!("campaign-{campaign_id}")
}

#[async_trait]
impl Schedules for SchedulerSchedules {
    async fn put(&self, schedule: &CampaignSchedule) -> Result<(), Error> {
        let build = |error| Error::new("scheduler", "build", &error);
        let target = self.target(schedule).map_err(build)?;
        let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().map_err(build)?;
        let update = self
            .client
            .update_schedule()
            .name(name(schedule.campaign_id))
            .group_name(&self.settings.group)
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.timezone)
            .flexible_time_window(window.clone())
            .target(target.clone())
            .send()
            .await;
        match update {
            Ok(_) => return Ok(()),
            Err(SdkError::ServiceError(refusal)) if refusal.err().is_resource_not_found_exception() => {}
            Err(error) => return Err(Error::new("scheduler", "UpdateSchedule", &error)),
        }
        let create = self
            .client
            .create_schedule()
            .name(name(schedule.campaign_id))
            .group_name(&self.settings.group)
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.timezone)
            .flexible_time_window(window)
            .target(target)
            .send()
            .await;
        match create {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::new("scheduler", "CreateSchedule", &error)),
        }
    }

    async fn delete(&self, campaign_id: CampaignId) -> Result<(), Error> {
        let delete =
            self.client.delete_schedule().name(name(campaign_id)).group_name(&self.settings.group).send().await;
        match delete {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(refusal)) if refusal.err().is_resource_not_found_exception() => Ok(()),
            Err(error) => Err(Error::new("scheduler", "DeleteSchedule", &error)),
        }
    }
}
