//! Secrets at rest: sealed with AES-256-GCM (NIST SP 800-38D) under a data key, and bound to whose they are and what for.
//!
//! What is sealed is opened only with the same key and the same [`Binding`], so that a ciphertext that is moved to another
//! row, workspace or column opens nothing.

use std::{fmt, ops::Range};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use crate::ids::{DataKeyId, OutboxId, UserId, WorkspaceId};

/// What a secret is for. Its word is part of what a ciphertext is bound to: it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The secret from which a person's one-time codes are made. Its owner is the user.
    TotpSecret,
    /// The token in a link that was sent by mail.
    MailToken,
    /// What is kept of a sign-in while the person is at the identity provider.
    SignInState,
    /// An access or refresh token of a connected account.
    ConnectionToken,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TotpSecret, Self::MailToken, Self::SignInState, Self::ConnectionToken];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TotpSecret => "totp_secret",
            Self::MailToken => "mail_token",
            Self::SignInState => "sign_in_state",
            Self::ConnectionToken => "connection_token",
        }
    }
}

/// Whose a secret is, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The workspace that it belongs to; none for what a person has in every workspace.
    pub workspace_id: Option<WorkspaceId>,
    /// The row that it belongs to: a user, a connection, a sign-in.
    pub owner: Uuid,
    /// What it is for.
    pub purpose: Purpose,
}

impl Binding {
    /// Of the secret of a person's one-time codes, which they have in every workspace.
    pub fn of_second_factor(user_id: UserId) -> Self {
        Self { workspace_id: None, owner: user_id.uuid(), purpose: Purpose::TotpSecret }
    }

    /// Of a mail in the outbox.
    pub fn of_mail(id: OutboxId, workspace_id: WorkspaceId) -> Self {
        Self { workspace_id: Some(workspace_id), owner: id.uuid(), purpose: Purpose::MailToken }
    }

    /// The associated data of a ciphertext with this header. Every field but the last has a fixed size, so that no two
    /// bindings read the same: header (17 bytes), 1 if there is a workspace and otherwise 0, the workspace or zeros (16),
    /// the owner (16), the word of the purpose.
    fn associated_data(&self, header: &[u8]) -> Vec<u8> {
        let workspace = self.workspace_id.map_or(Uuid::nil(), WorkspaceId::uuid);
        let mut data = Vec::with_capacity(80);
        data.extend_from_slice(header);
        data.push(u8::from(self.workspace_id.is_some()));
        data.extend_from_slice(workspace.as_bytes());
        data.extend_from_slice(self.owner.as_bytes());
        data.extend_from_slice(self.purpose.as_str().as_bytes());
        data
    }
}

/// A key of 256 bits. Its memory is overwritten when it goes.
pub struct DataKey(Box<Zeroizing<[u8; DataKey::BYTES]>>);

impl DataKey {
    /// How long a key is.
    pub const BYTES: usize = 32;

    /// The key of these bytes, or none if they are not [`DataKey::BYTES`]. The bytes are copied: whoever has them
    /// overwrites them.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut key = Self(Box::new(Zeroizing::new([0; Self::BYTES])));
        if bytes.len() != Self::BYTES {
            return None;
        }
        key.0.copy_from_slice(bytes);
        Some(key)
    }

    fn cipher(&self) -> Result<LessSafeKey, SealError> {
        let bytes: &[u8] = self.0.as_slice();
        UnboundKey::new(&AES_256_GCM, bytes).map(LessSafeKey::new).map_err(|_| SealError::Refused)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKey")
    }
}

/// A sealed secret: version 1 (1 byte), id of the data key (16), nonce (12), ciphertext (as long as the secret), tag (16).
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// The only version that there is.
const VERSION: u8 = 1;

/// What the tag covers besides nonce and ciphertext: version and key.
const HEADER: Range<usize> = 0..17;

const KEY_ID: Range<usize> = 1..17;

/// How long a nonce is.
pub const NONCE_BYTES: usize = 12;

const NONCE: Range<usize> = 17..BODY;

/// Where the ciphertext begins.
const BODY: usize = 29;

/// How long a tag is.
const TAG_BYTES: usize = 16;

impl Sealed {
    /// Reads what [`Sealed::as_bytes`] gave. Whether it can be opened is not looked at.
    ///
    /// # Errors
    /// If it is too short or of another version.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SealError> {
        match bytes.first() {
            Some(&version) if version != VERSION => Err(SealError::UnknownVersion(version)),
            _ if bytes.len() < BODY + TAG_BYTES => Err(SealError::Truncated),
            _ => Ok(Self(bytes)),
        }
    }

    /// As it is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key that opens it.
    pub fn key_id(&self) -> DataKeyId {
        let mut id = [0; 16];
        id.copy_from_slice(&self.0[KEY_ID]);
        Uuid::from_bytes(id).into()
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sealed").field("key_id", &self.key_id()).field("bytes", &self.0.len()).finish()
    }
}

/// Why a secret was not sealed or opened. Says nothing of the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is shorter than a sealed nothing.
    #[error("the ciphertext is cut off")]
    Truncated,
    /// It was sealed in a way that this code does not know.
    #[error("the ciphertext is of version {0}, only 1 is known")]
    UnknownVersion(u8),
    /// The key or the binding is another, or somebody changed the ciphertext.
    #[error("the ciphertext does not belong to this key, owner and purpose, or was changed")]
    Refused,
}

/// Seals a secret under the key of this id.
///
/// The nonce is random: with one key at most 2^32 secrets are sealed (NIST SP 800-38D, section 8.3).
///
/// # Errors
/// [`SealError::Refused`] if the secret is longer than AES-GCM takes (64 GiB).
pub fn seal(
    key: &DataKey,
    id: DataKeyId,
    binding: &Binding,
    plaintext: &[u8],
    nonce: [u8; NONCE_BYTES],
) -> Result<Sealed, SealError> {
    // As long as it will be: a buffer that grows would leave a copy of the plaintext behind.
    let mut bytes = Vec::with_capacity(BODY + plaintext.len() + TAG_BYTES);
    bytes.push(VERSION);
    bytes.extend_from_slice(id.uuid().as_bytes());
    bytes.extend_from_slice(&nonce);
    let data = binding.associated_data(&bytes[HEADER]);
    bytes.extend_from_slice(plaintext);
    let sealed = key.cipher().and_then(|cipher| {
        let nonce = Nonce::assume_unique_for_key(nonce);
        cipher.seal_in_place_separate_tag(nonce, Aad::from(data), &mut bytes[BODY..]).map_err(|_| SealError::Refused)
    });
    match sealed {
        Ok(tag) => {
            bytes.extend_from_slice(tag.as_ref());
            Ok(Sealed(bytes))
        }
        Err(error) => {
            bytes.zeroize();
            Err(error)
        }
    }
}

/// Opens a secret with the key that [`Sealed::key_id`] names.
///
/// # Errors
/// [`SealError::Refused`] if key or binding is not the one that it was sealed with, or a bit of it has changed.
pub fn open(key: &DataKey, binding: &Binding, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let bytes = sealed.as_bytes();
    let nonce = Nonce::try_assume_unique_for_key(&bytes[NONCE]).map_err(|_| SealError::Refused)?;
    let data = binding.associated_data(&bytes[HEADER]);
    let mut body = Zeroizing::new(bytes[BODY..].to_vec());
    let length = key.cipher()?.open_in_place(nonce, Aad::from(data), &mut body).map_err(|_| SealError::Refused)?.len();
    body.truncate(length);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use proptest::{
        array::{uniform12, uniform16, uniform32},
        collection::vec,
        option,
        prelude::*,
        sample::select,
    };

    use super::*;

    fn key(byte: u8) -> DataKey {
        DataKey::read(&[byte; 32]).unwrap()
    }

    fn key_id() -> DataKeyId {
        Uuid::from_bytes([7; 16]).into()
    }

    fn totp() -> Binding {
        Binding { workspace_id: None, owner: Uuid::from_bytes([2; 16]), purpose: Purpose::TotpSecret }
    }

    fn bindings() -> impl Strategy<Value = Binding> {
        let ids = || uniform16(any::<u8>()).prop_map(Uuid::from_bytes);
        (option::of(ids()), ids(), select(Purpose::ALL.to_vec())).prop_map(|(workspace_id, owner, purpose)| Binding {
            workspace_id: workspace_id.map(WorkspaceId::from),
            owner,
            purpose,
        })
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_opened_by_the_same_binding(
            key in uniform32(any::<u8>()),
            nonce in uniform12(any::<u8>()),
            binding in bindings(),
            plaintext in vec(any::<u8>(), 0..200),
        ) {
            let key = DataKey::read(&key).unwrap();
            let sealed = seal(&key, key_id(), &binding, &plaintext, nonce).unwrap();
            prop_assert_eq!(sealed.key_id(), key_id());
            let sealed = Sealed::from_bytes(sealed.as_bytes().to_vec()).unwrap();
            let opened = open(&key, &binding, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        }

        #[test]
        fn any_other_binding_or_key_is_refused(
            keys in (uniform32(any::<u8>()), uniform32(any::<u8>())),
            nonce in uniform12(any::<u8>()),
            one in bindings(),
            other in bindings(),
            plaintext in vec(any::<u8>(), 0..50),
        ) {
            prop_assume!(one != other && keys.0 != keys.1);
            let key = DataKey::read(&keys.0).unwrap();
            let sealed = seal(&key, key_id(), &one, &plaintext, nonce).unwrap();
            prop_assert_eq!(open(&key, &other, &sealed), Err(SealError::Refused));
            prop_assert_eq!(open(&DataKey::read(&keys.1).unwrap(), &one, &sealed), Err(SealError::Refused));
        }

        #[test]
        fn a_ciphertext_never_contains_the_plaintext(
            key in uniform32(any::<u8>()),
            nonce in uniform12(any::<u8>()),
            plaintext in vec(any::<u8>(), 8..64),
        ) {
            let sealed = seal(&DataKey::read(&key).unwrap(), key_id(), &totp(), &plaintext, nonce).unwrap();
            let found = sealed.as_bytes()[BODY..].windows(plaintext.len()).any(|window| window == plaintext);
            prop_assert!(!found);
        }
    }

    #[test]
    fn a_binding_that_differs_in_one_field_is_refused() {
        let workspace = |byte: u8| Some(WorkspaceId::from(Uuid::from_bytes([byte; 16])));
        let binding = Binding { workspace_id: workspace(1), ..totp() };
        let sealed = seal(&key(1), key_id(), &binding, b"secret", [3; 12]).unwrap();
        for other in [
            Binding { workspace_id: None, ..binding },
            // The id of all zeros is not the absence of one.
            Binding { workspace_id: workspace(0), ..binding },
            Binding { workspace_id: workspace(4), ..binding },
            Binding { owner: Uuid::from_bytes([1; 16]), ..binding },
            Binding { purpose: Purpose::MailToken, ..binding },
            Binding { purpose: Purpose::SignInState, ..binding },
            Binding { purpose: Purpose::ConnectionToken, ..binding },
        ] {
            assert_eq!(open(&key(1), &other, &sealed), Err(SealError::Refused), "{other:?}");
        }
        let without = seal(&key(1), key_id(), &totp(), b"secret", [3; 12]).unwrap();
        let zeros = Binding { workspace_id: workspace(0), ..totp() };
        assert_eq!(open(&key(1), &zeros, &without), Err(SealError::Refused));
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let sealed = seal(&key(1), key_id(), &totp(), b"JBSWY3DPEHPK3PXP", [3; 12]).unwrap();
        for bit in 0..sealed.as_bytes().len() * 8 {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let version = bytes[0];
            match Sealed::from_bytes(bytes) {
                Ok(changed) => assert_eq!(open(&key(1), &totp(), &changed), Err(SealError::Refused), "bit {bit}"),
                Err(error) => assert_eq!(error, SealError::UnknownVersion(version), "bit {bit}"),
            }
        }
    }

    #[test]
    fn what_is_cut_off_or_of_another_version_is_told_apart() {
        let sealed = seal(&key(1), key_id(), &totp(), b"", [3; 12]).unwrap();
        let bytes = sealed.as_bytes();
        assert_eq!(bytes.len(), BODY + TAG_BYTES);
        for length in 0..bytes.len() {
            assert_eq!(Sealed::from_bytes(bytes[..length].to_vec()), Err(SealError::Truncated), "{length} bytes");
        }
        assert_eq!(Sealed::from_bytes([&[2][..], &bytes[1..]].concat()), Err(SealError::UnknownVersion(2)));

        let longer = seal(&key(1), key_id(), &totp(), b"secret", [3; 12]).unwrap();
        let cut = longer.as_bytes()[..longer.as_bytes().len() - 1].to_vec();
        assert_eq!(open(&key(1), &totp(), &Sealed::from_bytes(cut).unwrap()), Err(SealError::Refused));
    }

    #[test]
    fn a_key_has_32_bytes_and_is_never_shown() {
        for length in [0, 16, 31, 33, 64] {
            assert!(DataKey::read(&vec![0; length]).is_none(), "{length} bytes");
        }
        assert_eq!(format!("{:?}", key(1)), "DataKey");
        let sealed = seal(&key(1), key_id(), &totp(), b"secret", [3; 12]).unwrap();
        assert_eq!(
            format!("{sealed:?}"),
            "Sealed { key_id: DataKeyId(07070707-0707-0707-0707-070707070707), bytes: 51 }"
        );
    }

    #[test]
    fn the_layout_is_the_one_that_is_stored() {
        let sealed = seal(&key(1), key_id(), &totp(), b"secret", [3; 12]).unwrap();
        let bytes = sealed.as_bytes();
        assert_eq!((bytes[0], &bytes[KEY_ID], &bytes[NONCE]), (1, &[7; 16][..], &[3; 12][..]));
        assert_eq!(bytes.len(), 1 + 16 + 12 + 6 + 16);
    }
}
