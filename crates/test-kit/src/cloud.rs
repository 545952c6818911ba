//! AWS services that take everything and remember it, or fail on demand.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use rostrum_cloud::{CampaignSchedule, Error, Mailer, Outgoing, Queues, Schedules};
use rostrum_core::{ids::CampaignId, mail::Mail};

/// SQS that keeps what it is sent.
#[derive(Debug, Default)]
pub struct RecordingQueues {
    sent: Mutex<Vec<(String, Outgoing)>>,
    delays: Mutex<Vec<(String, Duration)>>,
    down: AtomicBool,
}

impl RecordingQueues {
    /// The bodies that a queue was sent, without repetitions, which every consumer must endure anyway.
    pub fn bodies(&self, queue_url: &str) -> BTreeSet<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|(url, _)| url == queue_url).map(|(_, message)| message.body.clone()).collect()
    }

    /// Everything that a queue was sent, in order.
    pub fn messages(&self, queue_url: &str) -> Vec<Outgoing> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|(url, _)| url == queue_url).map(|(_, message)| message.clone()).collect()
    }

    /// The delays that were set, by receipt handle.
    pub fn delays(&self) -> Vec<(String, Duration)> {
        self.delays.lock().unwrap().clone()
    }

    /// Lets every call fail from now on, or none.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    fn answer<T>(&self, operation: &'static str, answer: T) -> Result<T, Error> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Error { service: "sqs", operation, message: "it is down".to_owned() });
        }
        Ok(answer)
    }
}

#[async_trait]
impl Queues for RecordingQueues {
    async fn send(&self, queue_url: &str, messages: &[Outgoing]) -> Result<Vec<usize>, Error> {
        self.answer("SendMessageBatch", ())?;
        let messages = messages.iter().map(|message| (queue_url.to_owned(), message.clone()));
        self.sent.lock().unwrap().extend(messages);
        Ok(Vec::new())
    }

    async fn delay(&self, _: &str, receipt_handle: &str, delay: Duration) -> Result<(), Error> {
        self.answer("ChangeMessageVisibility", ())?;
        self.delays.lock().unwrap().push((receipt_handle.to_owned(), delay));
        Ok(())
    }
}

/// EventBridge Scheduler that keeps what it is told.
#[derive(Debug, Default)]
pub struct RecordingSchedules {
    schedules: Mutex<BTreeMap<CampaignId, CampaignSchedule>>,
}

impl RecordingSchedules {
    /// The schedules as they are now.
    pub fn all(&self) -> BTreeMap<CampaignId, CampaignSchedule> {
        self.schedules.lock().unwrap().clone()
    }
}

#[async_trait]
impl Schedules for RecordingSchedules {
    async fn put(&self, schedule: &CampaignSchedule) -> Result<(), Error> {
        self.schedules.lock().unwrap().insert(schedule.campaign_id, schedule.clone());
        Ok(())
    }

    async fn delete(&self, campaign_id: CampaignId) -> Result<(), Error> {
        self.schedules.lock().unwrap().remove(&campaign_id);
        Ok(())
    }
}

/// SES that keeps what it is sent.
#[derive(Debug, Default)]
pub struct RecordingMailer {
    sent: Mutex<Vec<Mail>>,
    down: AtomicBool,
}

impl RecordingMailer {
    /// Everything that was sent, in order.
    pub fn all(&self) -> Vec<Mail> {
        self.sent.lock().unwrap().clone()
    }

    /// Lets every call fail from now on, or none.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }
}

#[async_trait]
impl Mailer for RecordingMailer {
    async fn send(&self, mail: &Mail) -> Result<(), Error> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Error { service: "ses", operation: "SendEmail", message: "it is down".to_owned() });
        }
        self.sent.lock().unwrap().push(mail.clone());
        Ok(())
    }
}
