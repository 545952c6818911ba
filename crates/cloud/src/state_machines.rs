//! Step Functions: one execution of a Standard state machine per name.

use async_trait::async_trait;
use aws_sdk_sfn::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};

use crate::Error;

/// What a start came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// An execution of this name runs now. Step Functions says the same of one that was started before, with the same
    /// input, and still runs.
    Now,
    /// There was one of this name already; nothing was started.
    Before,
}

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Step Functions refuses this start, and will refuse it again: the machine does not exist or is being deleted, the
    /// name or the input is not one.
    #[error("the execution {name} can never be started: {source}")]
    Refused {
        /// The execution.
        name: String,
        /// What Step Functions said.
        source: Error,
    },
    /// Step Functions did not answer, or has too much to do. Whether the execution was started is not known; a further
    /// start with the same name starts nothing twice.
    #[error("the execution {name} was not started for now: {source}")]
    Unavailable {
        /// The execution.
        name: String,
        /// What happened.
        source: Error,
    },
}

/// What we ask of Step Functions.
#[async_trait]
pub trait StateMachines: Send + Sync {
    /// Starts the execution `name` (at most 80 characters, unique in its machine for 90 days) with `input`, JSON text of
    /// at most 262,144 characters. Limits: API reference, StartExecution.
    ///
    /// # Errors
    /// If it can never be started, or not for now.
    async fn start(&self, machine_arn: &str, name: &str, input: &str) -> Result<Started, StartError>;
}

/// The real Step Functions.
#[derive(Debug, Clone)]
pub struct StepFunctions {
    client: Client,
}

impl StepFunctions {
    /// A client of the process's shared configuration.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }
}

/// The refusals that another try would meet again.
const FINAL: [&str; 6] = [
    "InvalidArn",
    "InvalidExecutionInput",
    "InvalidName",
    "StateMachineDeleting",
    "StateMachineDoesNotExist",
    "ValidationException",
];

#[async_trait]
impl StateMachines for StepFunctions {
    async fn start(&self, machine_arn: &str, name: &str, input: &str) -> Result<Started, StartError> {
        let start = self.client.start_execution().state_machine_arn(machine_arn).name(name).input(input).send().await;
        let error = match start {
            Ok(_) => return Ok(Started::Now),
            Err(SdkError::ServiceError(refusal)) if refusal.err().is_execution_already_exists() => {
                return Ok(Started::Before);
            }
            Err(error) => error,
        };
        let refused = error.code().is_some_and(|code| FINAL.contains(&code));
        let (name, source) = (name.to_owned(), Error::new("states", "StartExecution", &error));
        Err(if refused { StartError::Refused { name, source } } else { StartError::Unavailable { name, source } })
    }
}
