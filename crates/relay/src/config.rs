//! The relay of a function: what infra/template.yaml tells every function that writes outbox rows.

use std::sync::Arc;

use rostrum_cloud::{SchedulerSchedules, SesMailer, SqsQueues, schedules};
use rostrum_lambda_kit::{
    Ambient, Effects, Vault,
    config::{ConfigError, variable},
};
use rostrum_store::Database;

use crate::{Destinations, Postman, Relay};

impl Relay {
    /// The relay to the queues and schedules that the environment names.
    ///
    /// # Errors
    /// If a variable is missing.
    pub fn from_environment(
        aws: &rostrum_cloud::SdkConfig,
        database: Database,
        ambient: Ambient,
        effects: Effects,
    ) -> Result<Self, ConfigError> {
        let schedules = schedules::Settings {
            group: variable("SCHEDULE_GROUP")?,
            role_arn: variable("SCHEDULER_ROLE_ARN")?,
            target_arn: variable("ORCHESTRATION_QUEUE_ARN")?,
            dead_letter_arn: variable("SCHEDULE_DLQ_ARN")?,
        };
        let destinations = Destinations {
            generation_queue_url: variable("GENERATION_QUEUE_URL")?,
            orchestration_queue_url: variable("ORCHESTRATION_QUEUE_URL")?,
        };
        Ok(Self::new(
            database,
            Arc::new(SqsQueues::new(aws)),
            Arc::new(SchedulerSchedules::new(aws, schedules)),
            destinations,
            ambient,
            effects,
        ))
    }
}

impl Postman {
    /// The postman whose mails come from the address that `MAIL_FROM` names.
    ///
    /// # Errors
    /// If the variable is missing.
    pub fn from_environment(aws: &rostrum_cloud::SdkConfig, vault: Vault) -> Result<Self, ConfigError> {
        Ok(Self { vault, mailer: Arc::new(SesMailer::new(aws, variable("MAIL_FROM")?)) })
    }
}
