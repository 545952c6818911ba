//! Secrets that we hand out and only recognise again: refresh tokens, API keys, the codes in mails. What is kept is
//! their digest, so that nobody who reads the database can use them.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// SHA-256 of a secret. It needs no salt and no slow hash: 32 random bytes cannot be guessed.
pub type SecretDigest = [u8; 32];

/// What a secret is for. Its first letters say so, for people and for scanners of leaked secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Exchanged for the next access token.
    RefreshToken,
    /// Lets a program in.
    ApiKey,
    /// In the link of an invitation.
    Invitation,
    /// In the link that proves an e-mail address.
    EmailVerification,
    /// In the link that sets a new password.
    PasswordReset,
    /// Held by a browser while the person is at an identity provider.
    SignInAttempt,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::RefreshToken => "rostrum_refresh_",
            Self::ApiKey => "rostrum_key_",
            Self::Invitation => "rostrum_invite_",
            Self::EmailVerification => "rostrum_verify_",
            Self::PasswordReset => "rostrum_reset_",
            Self::SignInAttempt => "rostrum_attempt_",
        }
    }
}

/// A secret in the clear, which is shown once.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// A new one.
    pub fn new(kind: Kind, random: &mut impl Rng) -> Self {
        let mut bytes = [0u8; 32];
        random.fill_bytes(&mut bytes);
        Self(format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(bytes)).into())
    }

    /// For the one answer or mail that shows it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is kept of it.
    pub fn digest(&self) -> SecretDigest {
        Sha256::digest(self.expose().as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}

/// The digest of a text that claims to be a secret of this kind; `None` if it cannot be one.
pub fn digest_of(kind: Kind, text: &str) -> Option<SecretDigest> {
    let body = text.strip_prefix(kind.prefix())?;
    let is_one = body.len() == 43 && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_one.then(|| Sha256::digest(text.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    const KINDS: [Kind; 6] = [
        Kind::RefreshToken,
        Kind::ApiKey,
        Kind::Invitation,
        Kind::EmailVerification,
        Kind::PasswordReset,
        Kind::SignInAttempt,
    ];

    #[test]
    fn a_secret_is_known_again_by_its_digest_and_only_as_what_it_is() {
        let mut random = StdRng::seed_from_u64(1);
        for kind in KINDS {
            let secret = Secret::new(kind, &mut random);
            for other in KINDS {
                let expected = (other == kind).then(|| secret.digest());
                assert_eq!(digest_of(other, secret.expose()), expected);
            }
            assert_ne!(secret.expose(), Secret::new(kind, &mut random).expose());
        }
        for text in ["", "rostrum_key_", "rostrum_key_short", &format!("rostrum_key_{}", "ä".repeat(43))] {
            assert_eq!(digest_of(Kind::ApiKey, text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new(Kind::ApiKey, &mut StdRng::seed_from_u64(1));
        assert_eq!(format!("{secret:?}"), "Secret");
    }
}
