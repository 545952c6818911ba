//! What every token must say (RFC 7519 §4.1), whoever issued it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::Rejection;

/// How far the clocks may differ, in seconds.
const LEEWAY: i64 = 60;

/// The longest subject, in bytes (OpenID Connect Core §2).
const LONGEST_SUBJECT: usize = 255;

/// Who issued the token, for whom, and when, in seconds since 1970.
#[derive(Debug, Deserialize)]
pub(crate) struct Registered {
    iss: String,
    pub(crate) sub: String,
    aud: Audience,
    azp: Option<String>,
    pub(crate) exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A yes or no that some providers write as text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Flag {
    Truth(bool),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Registered {
    pub(crate) fn check_issuer(&self, accepted: &[&str]) -> Result<(), Rejection> {
        if accepted.contains(&self.iss.as_str()) { Ok(()) } else { Err(Rejection::Issuer) }
    }

    /// The token is meant for `audience`, perhaps for others too.
    pub(crate) fn check_audience(&self, audience: &str) -> Result<(), Rejection> {
        let fits = match &self.aud {
            Audience::One(one) => one == audience,
            Audience::Several(several) => several.iter().any(|one| one == audience),
        };
        if fits { Ok(()) } else { Err(Rejection::Audience) }
    }

    /// The token was issued to `client` (OpenID Connect Core §3.1.3.7): a list of several needs `azp`, and `azp` must fit.
    pub(crate) fn check_client(&self, client: &str) -> Result<(), Rejection> {
        self.check_audience(client)?;
        let several = matches!(&self.aud, Audience::Several(list) if list.len() > 1);
        match &self.azp {
            None if several => Err(Rejection::Audience),
            Some(party) if party != client => Err(Rejection::Audience),
            _ => Ok(()),
        }
    }

    pub(crate) fn check_times(&self, now: DateTime<Utc>) -> Result<(), Rejection> {
        let now = now.timestamp();
        let early = |moment: Option<i64>| moment.is_some_and(|moment| moment > now.saturating_add(LEEWAY));
        if self.exp.saturating_add(LEEWAY) <= now {
            Err(Rejection::Expired)
        } else if early(self.iat) || early(self.nbf) {
            Err(Rejection::Early)
        } else {
            Ok(())
        }
    }

    /// OpenID Connect asks for `iat`; other issuers may leave it out.
    pub(crate) fn check_issued(&self) -> Result<(), Rejection> {
        self.iat.map(|_| ()).ok_or(Rejection::Unreadable)
    }

    pub(crate) fn check_subject(&self) -> Result<(), Rejection> {
        let is_one = (1..=LONGEST_SUBJECT).contains(&self.sub.len()) && !self.sub.contains(char::is_control);
        if is_one { Ok(()) } else { Err(Rejection::Unreadable) }
    }
}

impl Flag {
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::Truth(truth) => *truth,
            Self::Text(text) => text == "true",
            Self::Other(_) => false,
        }
    }
}

/// Compares in a time that does not tell where the two differ.
pub(crate) fn check_nonce(claimed: &str, expected: &str) -> Result<(), Rejection> {
    verify_slices_are_equal(claimed.as_bytes(), expected.as_bytes()).map_err(|_| Rejection::Nonce)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn registered(changes: &Value) -> Registered {
        let mut claims = json!({"iss": "https://a", "sub": "7", "aud": "us", "exp": NOW + 300, "iat": NOW});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        serde_json::from_value(claims).unwrap()
    }

    #[track_caller]
    fn check_client(changes: &Value, expected: Result<(), Rejection>) {
        assert_eq!(registered(changes).check_client("us"), expected, "{changes}");
    }

    #[test]
    fn a_token_for_several_names_the_party_it_was_issued_to() {
        let refused = Err(Rejection::Audience);
        check_client(&json!({}), Ok(()));
        check_client(&json!({"aud": ["us"]}), Ok(()));
        check_client(&json!({"aud": ["us"], "azp": "us"}), Ok(()));
        check_client(&json!({"aud": ["us", "them"], "azp": "us"}), Ok(()));
        check_client(&json!({"aud": ["us", "them"]}), refused);
        check_client(&json!({"aud": ["us", "them"], "azp": "them"}), refused);
        check_client(&json!({"aud": "us", "azp": "them"}), refused);
        check_client(&json!({"aud": ["them"], "azp": "us"}), refused);
        check_client(&json!({"aud": []}), refused);
        check_client(&json!({"aud": "them"}), refused);
        check_client(&json!({"aud": "US"}), refused);
    }

    #[track_caller]
    fn check_times(changes: &Value, expected: Result<(), Rejection>) {
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        assert_eq!(registered(changes).check_times(now), expected, "{changes}");
    }

    #[test]
    fn clocks_may_differ_by_a_minute() {
        check_times(&json!({"exp": NOW - 59}), Ok(()));
        check_times(&json!({"exp": NOW - 60}), Err(Rejection::Expired));
        check_times(&json!({"exp": i64::MIN}), Err(Rejection::Expired));
        check_times(&json!({"exp": i64::MAX}), Ok(()));
        check_times(&json!({"iat": NOW + 60}), Ok(()));
        check_times(&json!({"iat": NOW + 61}), Err(Rejection::Early));
        check_times(&json!({"nbf": NOW + 61}), Err(Rejection::Early));
    }

    #[track_caller]
    fn check_subject(subject: &str, expected: bool) {
        assert_eq!(registered(&json!({"sub": subject})).check_subject().is_ok(), expected, "{subject}");
    }

    #[test]
    fn a_subject_is_a_short_text() {
        check_subject("7", true);
        check_subject(&"7".repeat(255), true);
        check_subject(&"7".repeat(256), false);
        check_subject("", false);
        check_subject("7\0", false);
    }

    #[track_caller]
    fn check_flag(value: Value, expected: bool) {
        assert_eq!(serde_json::from_value::<Flag>(value).unwrap().is_true(), expected);
    }

    #[test]
    fn only_true_counts_as_true() {
        check_flag(json!(true), true);
        check_flag(json!("true"), true);
        check_flag(json!(false), false);
        check_flag(json!("false"), false);
        check_flag(json!("TRUE"), false);
        check_flag(json!(1), false);
        check_flag(json!([true]), false);
    }

    #[test]
    fn a_nonce_is_compared_whole() {
        assert_eq!(check_nonce("abc", "abc"), Ok(()));
        assert_eq!(check_nonce("abd", "abc"), Err(Rejection::Nonce));
        assert_eq!(check_nonce("ab", "abc"), Err(Rejection::Nonce));
        assert_eq!(check_nonce("", "abc"), Err(Rejection::Nonce));
    }
}
