//! What a token is worth, without the router.

use std::sync::LazyLock;

use api::{
    Keys,
    authentication::{AUDIENCE, Claims, ISSUER},
};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, decode_header, encode};
use proptest::{prelude::*, sample::select};
use rostrum_core::ids::{UserId, WorkspaceId};
use rostrum_test_kit::{
    keys::{fresh_signing_key, signing_key},
    sample,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::from_pem(&signing_key()).unwrap());
static THEIRS: LazyLock<SecretString> = LazyLock::new(fresh_signing_key);

/// Who signs a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signer {
    Us,
    Somebody,
    /// Somebody who names our key.
    SomebodyAsUs,
}

impl Signer {
    const ALL: [Self; 3] = [Self::Us, Self::Somebody, Self::SomebodyAsUs];

    fn sign(self, claims: &Claims) -> String {
        match self {
            Self::Us => KEYS.sign(claims).unwrap(),
            Self::Somebody => Keys::from_pem(&THEIRS).unwrap().sign(claims).unwrap(),
            Self::SomebodyAsUs => {
                let kid = decode_header(KEYS.sign(claims).unwrap()).unwrap().kid;
                let key = EncodingKey::from_rsa_pem(THEIRS.expose_secret().as_bytes()).unwrap();
                encode(&Header { kid, ..Header::new(Algorithm::RS256) }, claims, &key).unwrap()
            }
        }
    }
}

/// The right name, mostly.
fn named(right: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![8 => Just(right.to_owned()), 1 => Just(right.to_uppercase()), 1 => "[a-z-]{0,12}"]
}

/// How many seconds a token is valid, and how long after it was signed it is shown: often right at an end of its time.
fn lifetimes_and_ages() -> impl Strategy<Value = (i64, i64)> {
    (-10_i64..4000).prop_flat_map(|lifetime| {
        let least = lifetime.min(0);
        let ages = prop_oneof![least - 70..lifetime.max(0) + 10, -62_i64..-58, lifetime - 2..lifetime + 2];
        (Just(lifetime), ages)
    })
}

fn claims() -> Claims {
    let (user, workspace) = (UserId::from(Uuid::from_u128(1)), WorkspaceId::from(Uuid::from_u128(2)));
    Claims::new(user, workspace, Uuid::from_u128(4).into(), sample::now(), Uuid::from_u128(3))
}

proptest! {
    /// Property 1 of the agent design, whatever a token says and whenever it is shown.
    #[test]
    fn a_token_is_valid_in_its_time_if_we_signed_it_for_ourselves(
        signer in prop_oneof![3 => Just(Signer::Us), 1 => select(Signer::ALL.to_vec())],
        iss in named(ISSUER),
        aud in named(AUDIENCE),
        ids in any::<[u128; 4]>(),
        begins in -1_000_000_000_i64..1_000_000_000,
        (lifetime, age) in lifetimes_and_ages(),
    ) {
        let [sub, workspace_id, sid, jti] = ids.map(Uuid::from_u128);
        let iat = sample::now().timestamp() + begins;
        let exp = iat + lifetime;
        let claims = Claims { iss, aud, sub: sub.into(), workspace_id: workspace_id.into(), sid: sid.into(), iat, exp, jti };
        let is_ours = signer == Signer::Us && claims.iss == ISSUER && claims.aud == AUDIENCE;
        let expected = (is_ours && (-60..lifetime).contains(&age)).then(|| claims.clone());
        let now = sample::now() + TimeDelta::seconds(begins + age);
        prop_assert_eq!(KEYS.verify(&signer.sign(&claims), now).ok(), expected);
    }

    #[test]
    fn a_token_with_any_flipped_bit_is_refused(position in any::<prop::sample::Index>(), bit in 0..7) {
        let mut token = KEYS.sign(&claims()).unwrap().into_bytes();
        let position = position.index(token.len());
        token[position] ^= 1_u8 << bit;
        // The eighth bit is none of ASCII, and what is not UTF-8 is no text.
        let token = String::from_utf8(token).unwrap();
        prop_assert!(KEYS.verify(&token, sample::now()).is_err());
    }

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
