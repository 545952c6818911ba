//! The second factor: codes of an authenticator app (TOTP, RFC 6238, with the parameters that every app knows: SHA-1, six
//! digits, 30 seconds), and recovery codes for the day on which the phone is gone.

use chrono::{DateTime, Utc};
use rand::{Rng, RngExt};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Totp};

use super::secret::SecretDigest;

/// The bytes of a secret: as many as SHA-1 has (RFC 4226, section 4).
const SECRET_BYTES: usize = 20;

/// How many recovery codes a person gets.
pub const RECOVERY_CODES: usize = 10;

/// What is kept of a second factor is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kept secret of a second factor has not {SECRET_BYTES} bytes")]
pub struct BadSecret;

/// The secret that a person's app and we share. Zeroized when it goes.
pub struct SecondFactor(Totp);

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecondFactor")
    }
}

impl SecondFactor {
    /// A new one.
    pub fn new(random: &mut impl Rng) -> Self {
        let mut secret = [0u8; SECRET_BYTES];
        random.fill_bytes(&mut secret);
        Self(Builder::new().with_secret(secret).build_noncompliant())
    }

    /// The one with this secret, as [`SecondFactor::secret`] gave it.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_secret(secret: &[u8]) -> Result<Self, BadSecret> {
        let secret: [u8; SECRET_BYTES] = secret.try_into().map_err(|_| BadSecret)?;
        Ok(Self(Builder::new().with_secret(secret).build_noncompliant()))
    }

    /// The secret, to be sealed and kept.
    pub fn secret(&self) -> &[u8] {
        self.0.secret().as_ref()
    }

    /// The secret as a person types it into their app (base 32).
    pub fn typed(&self) -> String {
        self.0.secret().to_base32()
    }

    /// What the app reads from a QR code: the address that Google Authenticator introduced and all apps know.
    pub fn address(&self, email: &str) -> String {
        let escaped = |byte: u8| match byte {
            b'-' | b'.' | b'_' | b'~' | b'@' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        let account = email.bytes().map(escaped).collect::<Vec<_>>().concat();
        format!("otpauth://totp/Rostrum:{account}?secret={}&issuer=Rostrum", self.typed())
    }

    /// The step of a code that is right now, one step early or late allowed. A code of `last_step`, or an older one, was
    /// used before and is not right any more.
    pub fn step_of(&self, code: &str, now: DateTime<Utc>, last_step: Option<i64>) -> Option<i64> {
        let seconds = u64::try_from(now.timestamp()).ok()?;
        let step = i64::try_from(self.0.check(code, seconds)?).ok()?;
        last_step.is_none_or(|last| last < step).then_some(step)
    }

    /// The code of this moment, as the app shows it.
    pub fn code(&self, now: DateTime<Utc>) -> String {
        self.0.generate(u64::try_from(now.timestamp()).unwrap_or(0)).to_string()
    }
}

/// New recovery codes, for the person to write down: 80 random bits each.
pub fn recovery_codes(random: &mut impl Rng) -> Vec<String> {
    // Without letters and digits that look alike.
    const LETTERS: [char; 32] = [
        '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P',
        'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
    ];
    let mut group = || (0..4).map(|_| LETTERS[random.random_range(0..LETTERS.len())]).collect::<String>();
    (0..RECOVERY_CODES).map(|_| [group(), group(), group(), group()].join("-")).collect()
}

/// What is kept of a recovery code, whatever the case and the hyphens that it is typed with.
pub fn recovery_digest(code: &str) -> SecretDigest {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    Sha256::digest(plain.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B: the codes of SHA-1, of which the last six digits are shown.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let factor = SecondFactor::from_secret(b"12345678901234567890").unwrap();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(factor.code(at(seconds)), code);
            assert_eq!(factor.step_of(code, at(seconds), None), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_a_step_more_or_less_and_once() {
        let factor = SecondFactor::new(&mut StdRng::seed_from_u64(1));
        let (now, step) = (at(1_795_000_000), 1_795_000_000 / 30);
        let code = factor.code(now);
        for (offset, right) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let now = at(now.timestamp() + offset);
            assert_eq!(factor.step_of(&code, now, None).is_some(), right, "{offset}");
        }
        assert_eq!(factor.step_of(&code, now, Some(step - 1)), Some(step));
        assert_eq!(factor.step_of(&code, now, Some(step)), None);
        for wrong in ["", "12345", "1234567", "abcdef", "000000"] {
            assert_eq!(factor.step_of(wrong, now, None), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_reads_the_address() {
        let factor = SecondFactor::from_secret(b"12345678901234567890").unwrap();
        assert_eq!(
            factor.address("a+b@example.com"),
            "otpauth://totp/Rostrum:a%2Bb@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Rostrum"
        );
        assert!(SecondFactor::from_secret(b"short").is_err());
    }

    #[test]
    fn recovery_codes_are_read_as_people_type_them() {
        let codes = recovery_codes(&mut StdRng::seed_from_u64(1));
        assert_eq!(codes.len(), RECOVERY_CODES);
        let code = &codes[0];
        assert_eq!(code.len(), 19, "{code}");
        assert_eq!(recovery_digest(code), recovery_digest(&code.to_lowercase().replace('-', " ")));
        assert_ne!(recovery_digest(code), recovery_digest(&codes[1]));
    }
}
