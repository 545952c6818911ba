//! Step Functions that starts nothing and remembers what it was asked to start.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use rostrum_cloud::{Error, StartError, Started, StateMachines};

/// Step Functions that keeps every execution by machine and name.
#[derive(Debug, Default)]
pub struct RecordingStateMachines {
    executions: Mutex<BTreeMap<(String, String), String>>,
    down: AtomicBool,
    refusing: AtomicBool,
}

impl RecordingStateMachines {
    /// The inputs of a machine's executions by their names.
    pub fn executions(&self, machine_arn: &str) -> BTreeMap<String, String> {
        let executions = self.executions.lock().unwrap();
        let of_machine = executions.iter().filter(|((machine, _), _)| machine == machine_arn);
        of_machine.map(|((_, name), input)| (name.clone(), input.clone())).collect()
    }

    /// Lets every start fail for now, or none.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Refuses every start for ever, or none.
    pub fn set_refusing(&self, refusing: bool) {
        self.refusing.store(refusing, Ordering::SeqCst);
    }
}

fn error(message: &str) -> Error {
    Error { service: "states", operation: "StartExecution", message: message.to_owned() }
}

#[async_trait]
impl StateMachines for RecordingStateMachines {
    async fn start(&self, machine_arn: &str, name: &str, input: &str) -> Result<Started, StartError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(StartError::Unavailable { name: name.to_owned(), source: error("it is down") });
        }
        if self.refusing.load(Ordering::SeqCst) {
            return Err(StartError::Refused { name: name.to_owned(), source: error("StateMachineDoesNotExist") });
        }
        let mut executions = self.executions.lock().unwrap();
        let key = (machine_arn.to_owned(), name.to_owned());
        if executions.contains_key(&key) {
            return Ok(Started::Before);
        }
        executions.insert(key, input.to_owned());
        Ok(Started::Now)
    }
}
