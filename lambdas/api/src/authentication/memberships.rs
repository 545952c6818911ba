//! Memberships that were looked up before, so that authorizing a request costs no query of its own.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_core::{
    access::reach,
    ids::{SessionId, UserId, WorkspaceId},
    sign_in::secret::SecretDigest,
};
use rostrum_store::{
    Database, Transaction,
    identity::{self, Standing},
    people::{api_keys, foreign_identities},
};

use super::{Caller, Entry};
use crate::error::ApiError;

/// How long a role is believed: this long after a change, the old one may still hold.
const BELIEVED: TimeDelta = TimeDelta::seconds(60);

/// The most memberships that are remembered.
const MOST: usize = 10_000;

/// Somebody in a workspace, signed in somewhere.
#[expect(clippy::struct_field_names, reason = "the ids are called so everywhere")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Member {
    pub(crate) workspace_id: WorkspaceId,
    pub(crate) user_id: UserId,
    pub(crate) session_id: SessionId,
}

/// What they are, with the time when it was looked up. Who is no member is not remembered.
type Known = HashMap<Member, (Standing, DateTime<Utc>)>;

/// Keys by their digests, with the time when they were looked up. What is no key is not remembered.
type Keys = HashMap<SecretDigest, (api_keys::Presented, DateTime<Utc>)>;

/// Whom the tokens of somebody else stand for, by their subject and the workspace that they are to be for, with the time when
/// it was looked up. There is one such issuer. What stands for nobody is not remembered.
type Foreign = HashMap<(String, Option<WorkspaceId>), (foreign_identities::Presented, DateTime<Utc>)>;

/// The memberships of this process, the keys of programs, and whom the tokens of somebody else stand for.
#[derive(Debug, Default)]
pub(crate) struct Memberships {
    known: Mutex<Known>,
    keys: Mutex<Keys>,
    foreign: Mutex<Foreign>,
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room for one more, of those who are believed no longer first.
fn make_room<K, V>(known: &mut HashMap<K, (V, DateTime<Utc>)>, now: DateTime<Utc>) {
    if known.len() >= MOST {
        known.retain(|_, (_, since)| now - *since < BELIEVED);
    }
    if known.len() >= MOST {
        known.clear();
    }
}

impl Memberships {
    /// What the person is in the workspace and its teams; `None` if they are not in it, are suspended, or the session has
    /// ended.
    pub(crate) async fn standing(
        &self,
        database: &Database,
        member: Member,
        now: DateTime<Utc>,
    ) -> Result<Option<Standing>, ApiError> {
        let known = open(&self.known).get(&member).copied();
        if let Some((standing, since)) = known
            && now - since < BELIEVED
        {
            return Ok(Some(standing));
        }
        let Member { workspace_id, user_id, session_id } = member;
        let standing = identity::standing_in_session(database, workspace_id, user_id, session_id).await?;
        let mut known = open(&self.known);
        make_room(&mut known, now);
        match standing {
            Some(standing) => known.insert(member, (standing, now)),
            None => known.remove(&member),
        };
        Ok(standing)
    }

    /// What the key with this digest stands for; `None` if it is none, expired or revoked.
    pub(crate) async fn key(
        &self,
        database: &Database,
        digest: &SecretDigest,
        now: DateTime<Utc>,
    ) -> Result<Option<api_keys::Presented>, ApiError> {
        let known = open(&self.keys).get(digest).cloned();
        if let Some((key, since)) = known
            && now - since < BELIEVED
        {
            return Ok(Some(key).filter(|key| now < key.expires_at));
        }
        let key = api_keys::present(database, digest, now).await?;
        let mut keys = open(&self.keys);
        make_room(&mut keys, now);
        match &key {
            Some(key) => keys.insert(*digest, (key.clone(), now)),
            None => keys.remove(digest),
        };
        Ok(key)
    }

    /// Whom a token of this issuer and subject stands for in the workspace, or in their first one; `None` if it is nobody.
    pub(crate) async fn foreign(
        &self,
        database: &Database,
        issuer: &str,
        subject: &str,
        workspace_id: Option<WorkspaceId>,
        now: DateTime<Utc>,
    ) -> Result<Option<foreign_identities::Presented>, ApiError> {
        let place = (subject.to_owned(), workspace_id);
        let known = open(&self.foreign).get(&place).copied();
        if let Some((presented, since)) = known
            && now - since < BELIEVED
        {
            return Ok(Some(presented));
        }
        let presented = foreign_identities::present(database, issuer, subject, workspace_id).await?;
        let mut foreign = open(&self.foreign);
        make_room(&mut foreign, now);
        match presented {
            Some(presented) => foreign.insert(place, (presented, now)),
            None => foreign.remove(&place),
        };
        Ok(presented)
    }

    /// Looks up whether the caller may still do what they ask for, whatever was believed.
    pub(crate) async fn confirm(
        &self,
        transaction: &mut Transaction,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let Caller { user_id, workspace_id, permission, .. } = *caller;
        let standing = match caller.entry {
            Entry::Session(id) => identity::standing_in_session(&mut *transaction, workspace_id, user_id, id).await?,
            Entry::ApiKey(id) => api_keys::standing(&mut *transaction, id, now).await?,
            Entry::Foreign(id) => foreign_identities::standing(&mut *transaction, id, workspace_id).await?,
        };
        let refusal = match standing {
            None => ApiError::TokenRefused("belongs to a session or a key that has ended, or to somebody who left"),
            Some(Standing { role, teams, .. }) if reach(role, teams, permission) < caller.reach => {
                ApiError::Forbidden(permission)
            }
            Some(standing) if standing.owes_second_factor && permission.waits_for_second_factor() => {
                ApiError::SecondFactorMissing
            }
            Some(_) => return Ok(()),
        };
        self.forget(user_id);
        Err(refusal)
    }

    /// Forgets what is known of the person, because it has changed.
    pub(crate) fn forget(&self, user_id: UserId) {
        open(&self.known).retain(|member, _| member.user_id != user_id);
        open(&self.keys).retain(|_, (key, _)| key.user_id != user_id);
        open(&self.foreign).retain(|_, (presented, _)| presented.user_id != user_id);
    }

    /// Forgets what is known of the people in the workspace, because what it requires of them has changed. It requires
    /// nothing of programs.
    pub(crate) fn forget_people_of(&self, workspace_id: WorkspaceId) {
        open(&self.known).retain(|member, _| member.workspace_id != workspace_id);
        open(&self.foreign).retain(|_, (presented, _)| presented.workspace_id != workspace_id);
    }
}
