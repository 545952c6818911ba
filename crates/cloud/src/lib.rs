//! Thin typed faces of the AWS services that we use.
//!
//! What a handler does with them is behind a trait where a test needs to see or break it; everything else is concrete.

pub mod keys;
pub mod ledger;
pub mod mail;
pub mod objects;
pub mod queues;
mod s3;
pub mod schedules;
pub mod secrets;
pub mod state_machines;

pub use aws_config::SdkConfig;
use aws_config::{
    BehaviorVersion,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
    meta::region::ProvideRegion,
};
use aws_sdk_sqs::config::SharedCredentialsProvider;
pub use keys::{DataKeys, KmsDataKeys};
pub use ledger::{Counters, DynamoCounters};
pub use mail::{Mailer, SesMailer};
pub use objects::{Link, Objects, S3Objects, Written};
pub use queues::{Outgoing, Queues, SqsQueues};
pub use schedules::{CampaignSchedule, SchedulerSchedules, Schedules};
pub use secrets::Secrets;
pub use state_machines::{StartError, Started, StateMachines, StepFunctions};

/// An AWS service did not do what we asked. The message is AWS's own, which names no secret.
#[derive(Debug, thiserror::Error)]
#[error("{service} {operation}: {message}")]
pub struct Error {
    /// The service, for example `sqs`.
    pub service: &'static str,
    /// The operation, for example `SendMessageBatch`.
    pub operation: &'static str,
    /// What it said.
    pub message: String,
}

impl Error {
    pub(crate) fn new(service: &'static str, operation: &'static str, error: &impl std::error::Error) -> Self {
        // The SDK's own text is only the outermost layer ("service error"); what happened is in its sources.
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Self { service, operation, message }
    }
}

/// The configuration that all clients of this process share: region and credentials come from the variables that Lambda
/// sets. `AWS_ENDPOINT_URL` points everything at an emulator.
///
/// Files and services that know credentials are not asked: no function needs them, and each would be a part of all.
pub async fn shared_config() -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new().region().await)
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()));
    config.set_endpoint_url(std::env::var("AWS_ENDPOINT_URL").ok());
    config.build()
}
