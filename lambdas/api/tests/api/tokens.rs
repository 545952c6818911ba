//! What a token is worth, without the router.

use std::sync::LazyLock;

use api::{Keys, authentication::Claims};
use chrono::TimeDelta;
use proptest::prelude::*;
use rostrum_core::ids::{UserId, WorkspaceId};
use rostrum_test_kit::{
    keys::{fresh_signing_key, signing_key},
    sample,
};
use secrecy::ExposeSecret;
use uuid::Uuid;

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::from_pem(&signing_key()).unwrap());

fn claims() -> Claims {
    let (user, workspace) = (UserId::from(Uuid::from_u128(1)), WorkspaceId::from(Uuid::from_u128(2)));
    Claims::new(user, workspace, Uuid::from_u128(4).into(), sample::now(), Uuid::from_u128(3))
}

proptest! {
    #[test]
    fn a_token_is_valid_until_it_expires_and_not_after(seconds in 0_i64..7200) {
        let token = KEYS.sign(&claims()).unwrap();
        let outcome = KEYS.verify(&token, sample::now() + TimeDelta::seconds(seconds));
        prop_assert_eq!(outcome.is_ok(), seconds < 3600);
    }

    #[test]
    fn a_token_with_any_other_character_is_refused(position in 0_usize..10_000, character in "[A-Za-z0-9_.-]") {
        let token = KEYS.sign(&claims()).unwrap();
        let position = position % token.len();
        let mut changed = token.clone();
        changed.replace_range(position..=position, &character);
        prop_assume!(changed != token);
        prop_assert!(KEYS.verify(&changed, sample::now()).is_err());
    }

    #[test]
    fn no_text_is_a_token(text in ".{0,200}") {
        prop_assert!(KEYS.verify(&text, sample::now()).is_err());
    }
}

#[test]
fn a_token_says_what_was_signed() {
    let token = KEYS.sign(&claims()).unwrap();
    assert_eq!(KEYS.verify(&token, sample::now()).unwrap(), claims());
}

#[test]
fn keys_are_replaced_without_anybody_being_logged_out() {
    let (old, new) = (signing_key(), fresh_signing_key());
    let both = Keys::from_pem(&format!("{}\n{}", new.expose_secret(), old.expose_secret()).into()).unwrap();
    let before = KEYS.sign(&claims()).unwrap();
    assert_eq!(both.verify(&before, sample::now()).unwrap(), claims(), "a token of the old key");
    let after = both.sign(&claims()).unwrap();
    assert!(KEYS.is_stranger(&after) && KEYS.verify(&after, sample::now()).is_err(), "the new key signs");
    assert_eq!(both.verify(&after, sample::now()).unwrap(), claims());
    let alone = Keys::from_pem(&new).unwrap();
    assert!(alone.verify(&before, sample::now()).is_err(), "the old key is gone for good");
    let set: serde_json::Value = serde_json::from_str(both.set()).unwrap();
    assert_eq!(set["keys"].as_array().unwrap().len(), 2);
}

#[test]
fn nothing_but_an_rsa_key_signs() {
    for pem in ["", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert!(Keys::from_pem(&pem.to_owned().into()).is_err(), "{pem}");
    }
}
