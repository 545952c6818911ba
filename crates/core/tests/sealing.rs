//! What is stored of a secret is AES-256-GCM, and only who has the key and stands for its owner and purpose reads it:
//! Property 5 of the agent design.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use proptest::{
    array::{uniform12, uniform32},
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};
use rostrum_core::{
    ids::{DataKeyId, WorkspaceId},
    seal::{Binding, DataKey, Purpose, SealError, Sealed, open, seal},
};
use uuid::Uuid;

/// A secret, and all that it is sealed with.
#[derive(Debug, Clone)]
struct Case {
    key: [u8; 32],
    id: DataKeyId,
    nonce: [u8; 12],
    binding: Binding,
    plaintext: Vec<u8>,
}

impl Case {
    fn seal(&self) -> Sealed {
        seal(&self.key(), self.id, &self.binding, &self.plaintext, self.nonce).unwrap()
    }

    fn key(&self) -> DataKey {
        DataKey::read(&self.key).unwrap()
    }
}

fn ids() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn cases() -> impl Strategy<Value = Case> {
    let bindings = (option::of(ids()), ids(), select(Purpose::ALL.to_vec()));
    let keys = (uniform32(any::<u8>()), ids(), uniform12(any::<u8>()));
    (keys, bindings, vec(any::<u8>(), 0..200)).prop_map(|((key, id, nonce), (workspace, owner, purpose), plaintext)| {
        Case {
            key,
            id: id.into(),
            nonce,
            binding: Binding { workspace_id: workspace.map(WorkspaceId::from), owner, purpose },
            plaintext,
        }
    })
}

fn flip(bytes: &mut [u8], index: Index) {
    let bit = index.index(bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
}

fn flipped(id: Uuid, index: Index) -> Uuid {
    let mut bytes = id.into_bytes();
    flip(&mut bytes, index);
    Uuid::from_bytes(bytes)
}

proptest! {
    /// By the standard's own means, without ours: header, nonce, ciphertext and tag, bound to what the binding says.
    #[test]
    fn what_is_stored_is_aes_256_gcm(case in cases()) {
        let sealed = case.seal();
        let bytes = sealed.as_bytes();
        let Binding { workspace_id, owner, purpose } = case.binding;
        let workspace = workspace_id.map_or(Uuid::nil(), WorkspaceId::uuid);
        let is_of_one = [u8::from(workspace_id.is_some())];
        let word = purpose.as_str().as_bytes();
        let data = [&bytes[..17], &is_of_one, workspace.as_bytes(), owner.as_bytes(), word].concat();
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &case.key).unwrap());
        let mut body = bytes[29..].to_vec();
        let nonce = Nonce::assume_unique_for_key(case.nonce);
        let opened = cipher.open_in_place(nonce, Aad::from(data), &mut body).unwrap();
        prop_assert_eq!(&*opened, case.plaintext.as_slice());
        let id = case.id.uuid();
        prop_assert_eq!(&bytes[1..17], &id.as_bytes()[..]);
        prop_assert_eq!(&bytes[17..29], &case.nonce[..]);
    }

    #[test]
    fn any_flipped_bit_of_what_is_stored_is_refused(case in cases(), index in any::<Index>()) {
        let mut bytes = case.seal().as_bytes().to_vec();
        flip(&mut bytes, index);
        match Sealed::from_bytes(bytes) {
            Ok(changed) => prop_assert_eq!(open(&case.key(), &case.binding, &changed), Err(SealError::Refused)),
            Err(error) => prop_assert!(matches!(error, SealError::UnknownVersion(_)), "{}", error),
        }
    }

    #[test]
    fn any_flipped_bit_of_a_binding_or_a_key_is_refused(case in cases(), index in any::<Index>()) {
        let sealed = case.seal();
        let Binding { workspace_id, owner, .. } = case.binding;
        let other_workspace = workspace_id.map_or(Uuid::nil(), |id| flipped(id.uuid(), index));
        for binding in [
            Binding { owner: flipped(owner, index), ..case.binding },
            Binding { workspace_id: Some(other_workspace.into()), ..case.binding },
        ] {
            prop_assert_eq!(open(&case.key(), &binding, &sealed), Err(SealError::Refused));
        }
        for purpose in Purpose::ALL.into_iter().filter(|one| *one != case.binding.purpose) {
            let binding = Binding { purpose, ..case.binding };
            prop_assert_eq!(open(&case.key(), &binding, &sealed), Err(SealError::Refused));
        }
        let mut key = case.key;
        flip(&mut key, index);
        let key = DataKey::read(&key).unwrap();
        prop_assert_eq!(open(&key, &case.binding, &sealed), Err(SealError::Refused));
    }
}
