//! The ids of everything that has one: UUIDv7, each kind its own type, so that one cannot be passed for another.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use rand::Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A new UUIDv7 (RFC 9562, section 5.7) of the given time and randomness.
pub fn new_uuid(now: DateTime<Utc>, random: &mut impl Rng) -> Uuid {
    let mut bytes = [0u8; 10];
    random.fill_bytes(&mut bytes);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// The least UUIDv7 of this millisecond: those that were made earlier are less, those made later are not.
pub fn earliest_uuid(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id of the given time and randomness.
            pub fn new(now: DateTime<Utc>, random: &mut impl Rng) -> Self {
                Self(new_uuid(now, random))
            }

            /// The UUID itself, for the wire and the database.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A workspace: a company or brand, and the border of everything that belongs to it.
    WorkspaceId,
    /// A person; an employee is a person with a profile in a workspace.
    UserId,
    /// A text that an employee wrote, shown to the model as an example of their voice.
    SampleId,
    /// A campaign.
    CampaignId,
    /// A version of a campaign's prompt.
    PromptVersionId,
    /// One run of a campaign.
    ExecutionId,
    /// A post.
    PostId,
    /// One worker's claim on a slot.
    ClaimId,
    /// One try of one workflow step.
    WorkflowLogId,
    /// A message that is still to leave.
    OutboxId,
    /// An entry of the audit log.
    AuditId,
    /// A place where somebody is signed in: a family of refresh tokens.
    SessionId,
    /// Something that lets a program in.
    ApiKeyId,
    /// An invitation to a workspace.
    InvitationId,
    /// A team of a workspace.
    TeamId,
    /// A key under which secrets are sealed.
    DataKeyId,
    /// Somebody at an issuer of tokens who is somebody here.
    IdentityId,
}
