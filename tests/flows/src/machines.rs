//! The fleet's state machines, as an operator reaches them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use aws_sdk_sfn::{Client, types::TaskFailedEventDetails};

use crate::Fleet;

/// A client of the emulator's Step Functions. It connects when it is used.
pub fn client(fleet: &Fleet) -> Client {
    Client::new(&fleet.aws())
}

/// The only state machine of the fleet.
///
/// # Errors
/// If there is none.
pub async fn council(client: &Client) -> Result<String> {
    let listed = client.list_state_machines().send().await?;
    let machine = listed.state_machines().first().context("the fleet has no state machine")?;
    Ok(machine.state_machine_arn().to_owned())
}

/// How often a function died under each state of the machine in the execution of this name. Those under the states inside of
/// a Map count as the Map's.
///
/// # Errors
/// If there is no such execution.
pub async fn deaths(client: &Client, machine: &str, name: &str) -> Result<BTreeMap<String, usize>> {
    let execution = format!("{}:{name}", machine.replace(":stateMachine:", ":execution:"));
    let mut deaths = BTreeMap::new();
    let mut state = String::new();
    let mut page = None;
    loop {
        let request = client.get_execution_history().execution_arn(&execution).max_results(1000);
        let history = request.set_next_token(page).send().await?;
        for event in history.events() {
            if let Some(entered) = event.state_entered_event_details() {
                entered.name().clone_into(&mut state);
            }
            // Lambda and the emulator name the death of a process so, and our functions no error of theirs.
            let error = event.task_failed_event_details().and_then(TaskFailedEventDetails::error);
            if error.is_some_and(|error| error.starts_with("Runtime.")) {
                *deaths.entry(state.clone()).or_default() += 1;
            }
        }
        page = history.next_token().map(str::to_owned);
        if page.is_none() {
            return Ok(deaths);
        }
    }
}
