//! Lets the messages of the outbox leave: to the queues, EventBridge Scheduler, people, and the media bucket.
//!
//! Who writes outbox rows calls [`Relay::send_now`] right after its commit, and the `outbox-relay` function sends every
//! minute what could not leave then. A message may leave twice, if its sender dies between sending and committing; every
//! consumer endures that.

mod config;
pub mod mail;
mod pictures;

use std::{fmt, sync::Arc};

use chrono::TimeDelta;
use rostrum_cloud::{CampaignSchedule, Mailer, Objects, Outgoing, Queues, Schedules};
use rostrum_contracts::campaign_run::schedule_input;
use rostrum_core::{
    ids::{CampaignId, OutboxId, WorkspaceId},
    schedule::Schedule,
};
use rostrum_lambda_kit::{Ambient, Effects, Vault};
use rostrum_store::{
    Database, Transaction,
    outbox::{self, Kind, Message},
    schedules,
};
use serde::Deserialize;

/// Where the messages go.
#[derive(Debug, Clone)]
pub struct Destinations {
    /// The queue of the `generation-worker`.
    pub generation_queue_url: String,
    /// The queue of the `campaign-orchestrator`.
    pub orchestration_queue_url: String,
}

/// The sender; cheap to clone.
#[derive(Clone)]
pub struct Relay {
    database: Database,
    queues: Arc<dyn Queues>,
    schedules: Arc<dyn Schedules>,
    destinations: Destinations,
    postman: Option<Postman>,
    media: Option<Arc<dyn Objects>>,
    ambient: Ambient,
    effects: Effects,
}

/// What mails need to leave.
#[derive(Clone)]
pub struct Postman {
    /// Opens them.
    pub vault: Vault,
    /// Sends them.
    pub mailer: Arc<dyn Mailer>,
}

impl fmt::Debug for Relay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Relay").field("destinations", &self.destinations).finish_non_exhaustive()
    }
}

/// What came of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Messages that left.
    pub sent: usize,
    /// Messages that stay for later.
    pub postponed: usize,
}

impl Sent {
    /// Whether there was nothing to send.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// How many messages one transaction takes: short locks, few round trips.
const ROUND: i64 = 100;

/// How long a message waits that could not leave. The minute sweep is what picks it up.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

impl Relay {
    /// A sender of these messages to these places.
    pub fn new(
        database: Database,
        queues: Arc<dyn Queues>,
        schedules: Arc<dyn Schedules>,
        destinations: Destinations,
        ambient: Ambient,
        effects: Effects,
    ) -> Self {
        Self { database, queues, schedules, destinations, postman: None, media: None, ambient, effects }
    }

    /// One that sends mails, too. Without a postman they stay where they are.
    #[must_use]
    pub fn with_postman(self, postman: Postman) -> Self {
        Self { postman: Some(postman), ..self }
    }

    /// One that deletes unused pictures from this bucket, too. Without it they stay where they are.
    #[must_use]
    pub fn with_media(self, media: Arc<dyn Objects>) -> Self {
        Self { media: Some(media), ..self }
    }

    /// Sends messages whose transaction has just committed. That it cannot is no error of the caller: they leave with
    /// the next sweep.
    pub async fn send_now(&self, ids: &[OutboxId]) {
        for ids in ids.chunks(ROUND as usize) {
            match self.round(Some(ids)).await {
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "messages stay in the outbox until the next sweep"),
            }
        }
    }

    /// Sends what is due, oldest first, up to a hundred messages.
    ///
    /// # Errors
    /// If the outbox cannot be read or written. Messages that a queue refused are postponed instead.
    pub async fn sweep(&self) -> Result<Sent, rostrum_store::Error> {
        self.round(None).await
    }

    async fn round(&self, only: Option<&[OutboxId]>) -> Result<Sent, rostrum_store::Error> {
        let now = self.ambient.now();
        let mut transaction = self.database.begin().await?;
        let messages = outbox::take(&mut transaction, only, ROUND, now).await?;
        if messages.is_empty() {
            return Ok(Sent::default());
        }
        let mut postponed = Vec::new();
        // Pictures come last: whoever writes one of them waits until this transaction is over.
        for kind in [Kind::CampaignRun, Kind::CampaignSchedule, Kind::GenerateSlot, Kind::Mail, Kind::UnusedPicture] {
            let of_kind: Vec<&Message> = messages.iter().filter(|message| message.kind == kind).collect();
            let failed = match kind {
                Kind::CampaignRun => self.to_queue(&self.destinations.orchestration_queue_url, &of_kind).await,
                Kind::GenerateSlot => self.to_queue(&self.destinations.generation_queue_url, &of_kind).await,
                Kind::CampaignSchedule => self.to_scheduler(&mut transaction, &of_kind).await?,
                Kind::Mail => self.to_people(&of_kind).await,
                Kind::UnusedPicture => self.delete_unused(&mut transaction, &of_kind).await?,
            };
            postponed.extend(failed);
        }
        for (id, reason) in &postponed {
            tracing::warn!(outbox_id = %id, reason, "a message could not leave");
            outbox::postpone(&mut transaction, &[*id], reason, now + PAUSE).await?;
        }
        let sent: Vec<OutboxId> = messages
            .iter()
            .map(|message| message.id)
            .filter(|id| !postponed.iter().any(|(kept, _)| kept == id))
            .collect();
        outbox::remove(&mut transaction, &sent).await?;
        self.effects.perform("commit", transaction.commit()).await?;
        Ok(Sent { sent: sent.len(), postponed: postponed.len() })
    }

    async fn to_queue(&self, queue_url: &str, messages: &[&Message]) -> Vec<(OutboxId, String)> {
        if messages.is_empty() {
            return Vec::new();
        }
        let outgoing: Vec<Outgoing> = messages
            .iter()
            .map(|message| Outgoing {
                body: message.payload.to_string(),
                group: message.workspace_id.to_string(),
                attributes: std::collections::BTreeMap::new(),
            })
            .collect();
        match self.effects.perform("send to queue", self.queues.send(queue_url, &outgoing)).await {
            Ok(refused) => refused
                .into_iter()
                .filter_map(|position| messages.get(position))
                .map(|message| (message.id, "SQS did not take the message".to_owned()))
                .collect(),
            Err(error) => messages.iter().map(|message| (message.id, error.to_string())).collect(),
        }
    }

    /// Sends mails, one by one.
    async fn to_people(&self, messages: &[&Message]) -> Vec<(OutboxId, String)> {
        let mut failed = Vec::new();
        for message in messages {
            if let Err(reason) = self.send_mail(message).await {
                failed.push((message.id, reason));
            }
        }
        failed
    }

    async fn send_mail(&self, message: &Message) -> Result<(), String> {
        let postman = self.postman.as_ref().ok_or("this function sends no mails")?;
        let mail = mail::open(&postman.vault, message).await?;
        let sent = self.effects.perform("send mail", postman.mailer.send(&mail)).await;
        sent.map_err(|error| error.to_string())
    }

    /// Makes the schedules of these campaigns what the campaigns say now, whatever they said when the message was
    /// written. The campaign cannot be changed meanwhile, so that the newest wish is always the last to arrive.
    async fn to_scheduler(
        &self,
        transaction: &mut Transaction,
        messages: &[&Message],
    ) -> Result<Vec<(OutboxId, String)>, rostrum_store::Error> {
        let mut failed = Vec::new();
        for message in messages {
            let Ok(wish) = serde_json::from_value::<ScheduleOf>(message.payload.clone()) else {
                failed.push((message.id, "the message does not name a campaign".to_owned()));
                continue;
            };
            let schedule = schedules::wanted(transaction, message.workspace_id, wish.campaign_id).await?;
            if let Err(reason) = self.arrange(message.workspace_id, wish.campaign_id, schedule).await {
                failed.push((message.id, reason));
            }
        }
        Ok(failed)
    }

    async fn arrange(
        &self,
        workspace_id: WorkspaceId,
        campaign_id: CampaignId,
        wish: Option<(String, String)>,
    ) -> Result<(), String> {
        let outcome = match wish {
            None => self.effects.perform("delete schedule", self.schedules.delete(campaign_id)).await,
            Some((cron, timezone)) => {
                let schedule = Schedule::parse(&cron, &timezone)
                    .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
                let schedule = CampaignSchedule {
                    campaign_id,
                    expression: schedule.cron.expression(),
                    timezone,
                    input: schedule_input(workspace_id, campaign_id).to_string(),
                };
                self.effects.perform("put schedule", self.schedules.put(&schedule)).await
            }
        };
        outcome.map_err(|error| error.to_string())
    }
}

/// The payload of [`Kind::CampaignSchedule`].
#[derive(Debug, Deserialize)]
struct ScheduleOf {
    campaign_id: CampaignId,
}
