//! A sign-in that is under way at an identity provider. All that binds its answer to it is made of one secret, which the
//! browser keeps; we keep the secret's digest, and so nothing that could be read and used.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

/// How long somebody may take at the provider.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// What is made of the secret of an attempt.
#[derive(Clone, Copy)]
pub struct Attempt<'a>(&'a str);

impl<'a> Attempt<'a> {
    /// Of the attempt with this secret ([`super::secret::Kind::SignInAttempt`]).
    pub fn of(secret: &'a str) -> Self {
        Self(secret)
    }

    /// What comes back with the browser (RFC 6749, section 10.12): 43 characters.
    pub fn state(self) -> String {
        URL_SAFE_NO_PAD.encode(self.part("state"))
    }

    /// What comes back in the ID token (OpenID Connect Core, section 3.1.2.1): 43 characters.
    pub fn nonce(self) -> String {
        URL_SAFE_NO_PAD.encode(self.part("nonce"))
    }

    /// The bytes of which the code verifier is made (RFC 7636, section 4.1).
    pub fn verifier(self) -> [u8; 32] {
        self.part("verifier")
    }

    /// Whether `state` is that of this attempt. The time that it takes does not tell where the two differ.
    pub fn has_state(self, state: &str) -> bool {
        verify_slices_are_equal(self.state().as_bytes(), state.as_bytes()).is_ok()
    }

    /// SHA-256 over what it is for and the secret. The secret cannot be found from it, nor one part from another.
    fn part(self, purpose: &str) -> [u8; 32] {
        Sha256::new().chain_update(purpose).chain_update([0_u8]).chain_update(self.0).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_another_and_the_same_again() {
        let attempt = Attempt::of("a secret");
        let parts = [attempt.state(), attempt.nonce(), URL_SAFE_NO_PAD.encode(attempt.verifier())];
        for (index, part) in parts.iter().enumerate() {
            assert_eq!(part.len(), 43);
            assert!(!parts[..index].contains(part));
        }
        assert_eq!(Attempt::of("a secret").state(), parts[0]);
        assert_ne!(Attempt::of("a Secret").state(), parts[0]);
    }

    #[track_caller]
    fn check_state(state: &str, expected: bool) {
        assert_eq!(Attempt::of("a secret").has_state(state), expected, "{state}");
    }

    #[test]
    fn only_its_own_state_is_its_own() {
        let own = Attempt::of("a secret").state();
        check_state(&own, true);
        check_state(&own[1..], false);
        check_state(&format!("{own} "), false);
        check_state("", false);
        check_state(&Attempt::of("another").state(), false);
        check_state(&Attempt::of("a secret").nonce(), false);
    }
}
