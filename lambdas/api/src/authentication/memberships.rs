//! Memberships that were looked up before, so that authorizing a request costs no query of its own.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_core::{
    access::Role,
    ids::{UserId, WorkspaceId},
};
use rostrum_store::{Database, identity};

use crate::error::ApiError;

/// How long a role is believed: this long after a change, the old one may still hold.
const BELIEVED: TimeDelta = TimeDelta::seconds(60);

/// The most memberships that are remembered.
const MOST: usize = 10_000;

/// Roles by workspace and person, with the time when they were looked up. Who is no member is not remembered.
type Known = HashMap<(WorkspaceId, UserId), (Role, DateTime<Utc>)>;

/// The memberships of this process.
#[derive(Debug, Default)]
pub(crate) struct Memberships(Mutex<Known>);

impl Memberships {
    /// What the person is in the workspace; `None` if they are not in it or are suspended.
    pub(crate) async fn role(
        &self,
        database: &Database,
        workspace_id: WorkspaceId,
        user_id: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<Role>, ApiError> {
        let key = (workspace_id, user_id);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        if let Some((role, since)) = known
            && now - since < BELIEVED
        {
            return Ok(Some(role));
        }
        let role = identity::role(database, workspace_id, user_id).await?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (_, since)| now - *since < BELIEVED);
        }
        if known.len() >= MOST {
            known.clear();
        }
        match role {
            Some(role) => known.insert(key, (role, now)),
            None => known.remove(&key),
        };
        Ok(role)
    }
}
