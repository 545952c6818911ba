//! One slot, one council.

use std::time::Instant;

use rand::RngExt;
use rostrum_contracts::council::{ContextFetched, CouncilStart, MatchedError, Seat};
use rostrum_core::{campaign::Workflow, council::seed::Seed, model::Family};
use rostrum_lambda_kit::{Ambient, Effects, TaskError};
use rostrum_store::{
    Database, councils,
    executions::slots::{self, FailureKind},
};
use rostrum_workflow::{
    Council, Stop,
    council::{key, opening},
    note::{Noted, note},
    prepare,
};
use serde_json::json;

/// The use case and what it needs.
#[derive(Debug, Clone)]
pub struct ContextFetcher {
    /// Postgres.
    pub database: Database,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The way to the outside.
    pub effects: Effects,
}

impl ContextFetcher {
    /// Opens the council, unless it is open, and tells the machine who sits in it.
    ///
    /// # Errors
    /// `SlotFinished` if nobody waits for the post any more; else the kind of failure that the slot will end with.
    pub async fn handle(&self, start: &CouncilStart) -> Result<ContextFetched, TaskError> {
        if !slots::is_open(&self.database, key(start)).await.map_err(Stop::from)? {
            let message = "the slot has ended already, or never was";
            return Err(TaskError::new(MatchedError::SlotFinished.name(), message));
        }
        Ok(self.fetch(start).await?)
    }

    /// A council that is open is taken as it is, even if its campaign was changed or archived since.
    async fn fetch(&self, start: &CouncilStart) -> Result<ContextFetched, Stop> {
        if councils::load(&self.database, key(start)).await?.is_none() {
            self.open(start).await?;
        }
        let council = Council::load(&self.database, start).await?;
        let seats = council
            .config
            .seats
            .iter()
            .filter_map(|seat| Some(Seat { name: seat.name.clone(), provider: Family::of_model(&seat.model)? }));
        Ok(ContextFetched {
            seats: seats.collect(),
            refine: council.config.refine.is_some(),
            render: council.config.image.is_some(),
        })
    }

    async fn open(&self, start: &CouncilStart) -> Result<(), Stop> {
        let started = Instant::now();
        let prepared = prepare(&self.database, key(start), start.campaign_id).await?;
        let Workflow::Council(config) = &prepared.workflow else {
            let message = "The campaign's workflow was changed before this post was written.".to_owned();
            return Err(Stop::Failed(FailureKind::Configuration, message));
        };
        let opening = opening(&prepared, config, Seed::new(self.ambient.random().random()))?;
        let mut transaction = self.database.begin().await?;
        if councils::open(&mut transaction, &opening, self.ambient.now()).await? {
            let detail = json!({ "samples": prepared.context.samples.len(), "seats": config.seats.len() });
            let step = Noted::done("fetch_context", started.elapsed(), detail);
            note(&mut transaction, &self.ambient, prepared.assignment.subject, &step).await?;
        }
        Ok(self.effects.perform("commit", transaction.commit()).await?)
    }
}
