//! What every step of an import shares: the transaction, the time, new ids, the audit log and the report.

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rostrum_core::ids::{AuditId, WorkspaceId};
use rostrum_store::{
    Error, Transaction,
    audit::{self, Actor, Entry},
};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{Deed, Line, Report};

/// An import in progress.
#[derive(Debug)]
pub(super) struct Writing<'a> {
    pub(super) transaction: &'a mut Transaction,
    pub(super) workspace_id: WorkspaceId,
    pub(super) now: DateTime<Utc>,
    pub(super) random: StdRng,
    pub(super) report: Report,
}

impl<'a> Writing<'a> {
    pub(super) fn new(
        transaction: &'a mut Transaction,
        workspace_id: WorkspaceId,
        now: DateTime<Utc>,
        random: StdRng,
    ) -> Self {
        Self { transaction, workspace_id, now, random, report: Report::default() }
    }

    /// Adds a line to the report.
    pub(super) fn note(&mut self, deed: Deed, what: impl Into<String>) {
        self.report.lines.push(Line { deed, what: what.into() });
    }

    /// Writes down that the import did `action` to the subject.
    pub(super) async fn audit(
        &mut self,
        action: &'static str,
        subject_type: &'static str,
        subject_id: Uuid,
        detail: Json,
    ) -> Result<(), Error> {
        let entry = Entry {
            id: AuditId::new(self.now, &mut self.random),
            workspace_id: self.workspace_id,
            actor: Actor::System,
            action,
            subject_type,
            subject_id,
            detail,
            at: self.now,
        };
        audit::record(self.transaction, &entry).await
    }
}
