//! Tokens of Supabase Auth.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod support;

use std::time::Duration;

use rostrum_oidc::{Error, Foreign, ForeignClaims, Rejection, client};
use rostrum_simulators::replay::{Replay, Scripted};
use serde_json::{Value, json};
use support::{NOW, changed, elliptic, first, forged, keys, later, now, second};

const ISSUER: &str = "https://ref.supabase.co/auth/v1";

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "authenticated", "sub": "6b1f", "exp": NOW + 3_600, "iat": NOW, "role": "authenticated",
        "email": "mira@example.com", "user_metadata": {"email_verified": true},
    })
}

async fn foreign(answers: Vec<Scripted>) -> (Replay, Foreign) {
    let replay = Replay::start(answers).await.unwrap();
    let foreign = Foreign::new(client().unwrap(), ISSUER, "authenticated", &format!("{}/jwks.json", replay.url()));
    (replay, foreign)
}

fn rejection<T: std::fmt::Debug>(result: Result<T, Error>) -> Rejection {
    match result {
        Err(Error::Rejected(rejection)) => rejection,
        other => panic!("no rejection but {other:?}"),
    }
}

#[tokio::test]
async fn a_token_stands_for_a_person() {
    let (replay, foreign) = foreign(vec![keys(&[elliptic(), first()])]).await;
    let (subject, email) = ("6b1f".to_owned(), Some("mira@example.com".to_owned()));
    let expected = ForeignClaims { subject, email, expires_at: NOW + 3_600 };
    assert_eq!(foreign.verify(&elliptic().sign(&claims()), now()).await.unwrap(), expected);
    assert_eq!(foreign.verify(&first().sign(&claims()), now()).await.unwrap(), expected);
    assert_eq!(replay.heard().len(), 1);
    assert_eq!(replay.heard()[0].path, "/jwks.json");
    let anonymous = changed(claims(), &json!({"email": "", "aud": ["authenticated", "others"], "iat": null}));
    assert_eq!(foreign.verify(&first().sign(&anonymous), now()).await.unwrap().email, None);
}

#[tokio::test]
async fn a_token_names_its_issuer_before_anything_is_proven() {
    let (replay, foreign) = foreign(vec![keys(&[first()])]).await;
    assert!(foreign.is_named_by(&forged(&json!({"alg": "none"}), &claims(), "")));
    let other = changed(claims(), &json!({"iss": "https://other.supabase.co/auth/v1"}));
    let nobodys = changed(claims(), &json!({"iss": null}));
    for token in [first().sign(&other), first().sign(&nobodys), "a.b.c".to_owned(), "abc".to_owned(), String::new()] {
        assert!(!foreign.is_named_by(&token), "{token}");
    }
    assert!(replay.heard().is_empty());
}

#[tokio::test]
async fn a_token_that_is_not_for_us_is_rejected() {
    let (_replay, foreign) = foreign(vec![keys(&[elliptic()])]).await;
    for (changes, expected) in [
        (json!({"iss": "https://other.supabase.co/auth/v1"}), Rejection::Issuer),
        (json!({"aud": "anon"}), Rejection::Audience),
        (json!({"aud": null}), Rejection::Unreadable),
        (json!({"sub": null}), Rejection::Unreadable),
        (json!({"exp": NOW - 60}), Rejection::Expired),
        (json!({"nbf": NOW + 61}), Rejection::Early),
    ] {
        let token = elliptic().sign(&changed(claims(), &changes));
        assert_eq!(rejection(foreign.verify(&token, now()).await), expected, "{changes}");
    }
    for algorithm in ["none", "HS256", "RS512"] {
        let token = forged(&json!({"alg": algorithm}), &claims(), "AAAA");
        assert_eq!(rejection(foreign.verify(&token, now()).await), Rejection::Algorithm);
    }
}

#[tokio::test]
async fn a_token_without_a_key_id_fits_only_if_there_is_no_choice() {
    let header = json!({"alg": "RS256"});
    let payload = claims();
    let unsigned = forged(&header, &payload, "");
    let message = unsigned.trim_end_matches('.');
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &first().key, first().algorithm).unwrap();
    let token = format!("{message}.{signature}");
    let (_replay, one) = foreign(vec![keys(&[first(), elliptic()])]).await;
    assert!(one.verify(&token, now()).await.is_ok());
    let (_replay, two) = foreign(vec![keys(&[first(), second()])]).await;
    assert_eq!(rejection(two.verify(&token, now()).await), Rejection::UnknownKey);
}

#[tokio::test]
async fn a_key_for_another_use_signs_nothing() {
    for changes in [json!({"use": "enc"}), json!({"key_ops": ["sign"]}), json!({"alg": "RS512"}), json!({"kid": null})]
    {
        let set = json!({"keys": [changed(first().public(), &changes)]});
        let (_replay, foreign) = foreign(vec![Scripted::json(200, &set)]).await;
        let token = first().sign(&claims());
        assert_eq!(rejection(foreign.verify(&token, now()).await), Rejection::UnknownKey, "{changes}");
    }
}

#[tokio::test]
async fn keys_are_read_again_after_an_hour_and_the_old_ones_hold_while_that_fails() {
    let down = Scripted::json(500, &json!({}));
    let (replay, foreign) = foreign(vec![keys(&[first()]), down]).await;
    let day = 24 * 3_600;
    let token = first().sign(&changed(claims(), &json!({"exp": NOW + 2 * day})));
    for (at, readings) in [(0, 1), (3_599, 1), (3_600, 2), (3_604, 2), (3_605, 3)] {
        assert!(foreign.verify(&token, later(at)).await.is_ok(), "after {at} s");
        assert_eq!(replay.heard().len(), readings, "after {at} s");
    }
    assert!(matches!(foreign.verify(&token, later(day)).await, Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_unavailable_and_asked_for_again_soon() {
    let down = Scripted::json(503, &json!({}));
    let (replay, foreign) = foreign(vec![down, keys(&[first()])]).await;
    let token = first().sign(&claims());
    for at in [0, 4] {
        assert!(matches!(foreign.verify(&token, later(at)).await, Err(Error::Unavailable(_))));
        assert_eq!(replay.heard().len(), 1);
    }
    assert!(foreign.verify(&token, later(5)).await.is_ok());
}

#[tokio::test]
async fn one_reading_serves_all_who_wait_for_it() {
    let (replay, foreign) = foreign(vec![keys(&[first()]).after(Duration::from_millis(200))]).await;
    let token = first().sign(&claims());
    let (one, two, three) =
        tokio::join!(foreign.verify(&token, now()), foreign.verify(&token, now()), foreign.verify(&token, now()));
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(replay.heard().len(), 1);
}

#[tokio::test]
async fn slow_and_huge_key_sets_are_refused() {
    let (_replay, slow) = foreign(vec![keys(&[first()]).after(Duration::from_mins(1))]).await;
    let slow = slow.with_timeout(Duration::from_millis(200));
    let token = first().sign(&claims());
    assert!(matches!(slow.verify(&token, now()).await, Err(Error::Unavailable(_))));
    let padded = json!({"keys": [first().public()], "padding": "x".repeat(64 * 1024)});
    let (_replay, huge) = foreign(vec![Scripted::json(200, &padded)]).await;
    assert!(matches!(huge.verify(&token, now()).await, Err(Error::Malformed(_))));
}
