//! Passwords: argon2id with the parameters of OWASP's Password Storage Cheat Sheet (19 MiB of memory, 2 passes, 1 lane).

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use rand::Rng;

/// The fewest characters of a password. NIST SP 800-63B asks for 8, OWASP for more where there is no second factor.
pub const SHORTEST: usize = 12;

/// The most bytes of a password, so that nobody makes us hash megabytes.
pub const LONGEST: usize = 1024;

/// A password that is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It has too few characters.
    #[error("must have at least {SHORTEST} characters")]
    TooShort,
    /// It has too many bytes.
    #[error("must have at most {LONGEST} bytes")]
    TooLong,
    /// It is one that programs guess early: leaked, a word with a number, a row of keys, a name.
    #[error("is easily guessed; take four or more unrelated words, or let a password manager make one")]
    TooWeak,
    /// The hash function refused its input. Does not happen with these parameters.
    #[error("cannot be hashed")]
    Unhashable,
}

/// Whether somebody may take this password. It is compared with leaked passwords, words and names in many languages, and
/// with what is `known` about the person, such as their name and e-mail address. Takes milliseconds.
///
/// # Errors
/// What is wrong with it.
pub fn check(password: &str, known: &[&str]) -> Result<(), PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if password.len() > LONGEST {
        return Err(PasswordError::TooLong);
    }
    let words = known.iter().flat_map(|text| text.split(|sign: char| !sign.is_alphanumeric()));
    let words: Vec<String> = words.filter(|word| word.chars().count() > 2).map(str::to_lowercase).collect();
    let rest = words.iter().fold(password.to_lowercase(), |rest, word| rest.replace(word.as_str(), ""));
    let known: Vec<&str> = words.iter().map(String::as_str).collect();
    // Three of four: more than 10^8 guesses, which the lock-out and argon2id turn into centuries. What is left without the
    // person's own words must be something, too.
    if rest.chars().count() < 8 || zxcvbn::zxcvbn(password, &known).score() < zxcvbn::Score::Three {
        return Err(PasswordError::TooWeak);
    }
    Ok(())
}

/// The password as a PHC string, with a salt of 16 bytes.
///
/// # Errors
/// If the password is too short or too long.
pub fn hash(password: &str, random: &mut impl Rng) -> Result<String, PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if password.len() > LONGEST {
        return Err(PasswordError::TooLong);
    }
    let mut salt = [0u8; 16];
    random.fill_bytes(&mut salt);
    let hash = hasher()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|_| PasswordError::Unhashable)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that `known` was made of. Where nobody is known by the name that was given, or they
/// have no password, it takes the same time to say no.
pub fn verify(password: &str, known: Option<&str>) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    let phc = known.unwrap_or(NOBODY);
    let Ok(hash) = PasswordHash::new(phc) else { return false };
    let Ok(hasher) = hasher() else { return false };
    let matches = hasher.verify_password(password.as_bytes(), &hash).is_ok();
    matches && known.is_some()
}

/// The hash of a password that nobody has, with today's parameters.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$nAIX/QkKnaE0anbB9lGTsg$tSMKCEJIvJ8WLNqh4X12EBMcTCt/CgqIFGKDEbIykZA";

fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(19_456, 2, 1, None).map_err(|_| PasswordError::Unhashable)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    const PASSWORD: &str = "correct horse battery";

    #[test]
    fn only_the_password_itself_is_accepted() {
        let hash = hash(PASSWORD, &mut StdRng::seed_from_u64(1)).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(PASSWORD, Some(&hash)));
        assert!(!verify("correct horse batterz", Some(&hash)));
        assert!(!verify(PASSWORD, Some("not a hash")));
        assert!(!verify(PASSWORD, None));
    }

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_a_real_one() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let real = hash(PASSWORD, &mut StdRng::seed_from_u64(1)).unwrap();
        assert_eq!(nobody.params, PasswordHash::new(&real).unwrap().params);
        assert_eq!(nobody.algorithm, PasswordHash::new(&real).unwrap().algorithm);
    }

    #[test]
    fn the_same_password_hashes_differently_each_time() {
        let mut random = StdRng::seed_from_u64(1);
        assert_ne!(hash(PASSWORD, &mut random), hash(PASSWORD, &mut random));
    }

    #[test]
    fn passwords_that_are_guessed_early_are_refused() {
        let known = ["Petra Lindqvist", "petra@lindqvist-bridges.example"];
        for weak in [
            "password1234",
            "qwertyuiop12",
            "aaaaaaaaaaaaaaa",
            "123456789012",
            "iloveyouiloveyou",
            "petralindqvist1",
            "Passw0rd2026!",
        ] {
            assert_eq!(check(weak, &known), Err(PasswordError::TooWeak), "{weak}");
        }
        for strong in [PASSWORD, "verhext-Ziegel-7-Trommel", "kT9#vQ2!mZx8Lw"] {
            assert_eq!(check(strong, &known), Ok(()), "{strong}");
        }
        assert_eq!(check("elevenchars", &known), Err(PasswordError::TooShort));
        assert_eq!(check(&"x".repeat(1025), &known), Err(PasswordError::TooLong));
    }

    #[test]
    fn short_and_huge_passwords_are_refused() {
        let mut random = StdRng::seed_from_u64(1);
        assert_eq!(hash("elevenchars", &mut random), Err(PasswordError::TooShort));
        assert_eq!(hash(&"x".repeat(1025), &mut random), Err(PasswordError::TooLong));
        assert!(!verify(&"x".repeat(10_000_000), None));
    }
}
