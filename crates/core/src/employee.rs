//! What people say about an employee: the profile that a prompt describes its author with, and the texts that show how
//! they write.

use std::ops::Deref;

use crate::{check::Check, field::FieldError, platform::Platform};

/// A name of one line: trimmed, 1 to 200 characters, none of them a control character.
///
/// # Errors
/// On `field`.
pub fn name(field: &str, text: &str) -> Result<String, Vec<FieldError>> {
    let mut check = Check::default();
    let name = check.text(field, text, 1..=200);
    if name.contains(['\n', '\r', '\t']) {
        check.fail(field, "must be one line");
    }
    check.finish(name)
}

/// The longest writing sample, in characters.
pub const LONGEST_SAMPLE: usize = 10_000;

/// The profile of an employee.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// The name that the posts are written under.
    pub display_name: String,
    /// What they do.
    pub job_title: String,
    /// Who they are.
    pub bio: String,
    /// How they write: tone, habits, what they avoid.
    pub voice: String,
}

/// A profile that may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidProfile(Profile);

impl Profile {
    /// Trims and checks the profile.
    ///
    /// # Errors
    /// Every field that cannot be accepted.
    pub fn validate(self) -> Result<ValidProfile, Vec<FieldError>> {
        let mut check = Check::default();
        let profile = Self {
            display_name: check.text("display_name", &self.display_name, 1..=200),
            job_title: check.text("job_title", &self.job_title, 0..=200),
            bio: check.text("bio", &self.bio, 0..=4000),
            voice: check.text("voice", &self.voice, 0..=4000),
        };
        check.finish(ValidProfile(profile))
    }
}

impl Deref for ValidProfile {
    type Target = Profile;

    fn deref(&self) -> &Profile {
        &self.0
    }
}

/// A text that an employee wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The network that it was written for; `None` if it fits every one.
    pub platform: Option<Platform>,
    /// The text.
    pub content: String,
}

/// A sample that may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidSample(Sample);

impl Sample {
    /// Trims and checks the sample.
    ///
    /// # Errors
    /// Every field that cannot be accepted.
    pub fn validate(self) -> Result<ValidSample, Vec<FieldError>> {
        let mut check = Check::default();
        let content = check.text("content", &self.content, 1..=LONGEST_SAMPLE);
        check.finish(ValidSample(Self { platform: self.platform, content }))
    }
}

impl Deref for ValidSample {
    type Target = Sample;

    fn deref(&self) -> &Sample {
        &self.0
    }
}

/// An e-mail address in the form in which people are known by it: trimmed, lower case, ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Reads an address. Whether it receives mail, only a mail to it can tell; this keeps out what is none at all.
    ///
    /// # Errors
    /// On the field `email`.
    pub fn parse(text: &str) -> Result<Self, Vec<FieldError>> {
        let text = text.trim();
        let domain_is_name = |domain: &str| {
            domain.split('.').count() >= 2
                && domain.split('.').all(|label| {
                    !label.is_empty()
                        && !label.starts_with('-')
                        && !label.ends_with('-')
                        && label.chars().all(|character| character.is_ascii_alphanumeric() || character == '-')
                })
        };
        let is_address = text.len() <= 254
            && text.chars().all(|character| character.is_ascii_graphic())
            && text.rsplit_once('@').is_some_and(|(local, domain)| {
                (1..=64).contains(&local.len()) && !local.contains('@') && domain_is_name(domain)
            });
        if is_address {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            let message =
                "is not an e-mail address; expected something like name@example.com, at most 254 ASCII characters";
            Err(vec![FieldError::new("email", message)])
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_email(text: &str, expected: Option<&str>) {
        assert_eq!(Email::parse(text).ok().as_ref().map(Email::as_str), expected, "{text:?}");
    }

    #[test]
    fn reads_addresses() {
        check_email(" Ana.Keller@Example.COM ", Some("ana.keller@example.com"));
        check_email("a+b@sub.example.co", Some("a+b@sub.example.co"));
        for text in
            ["", "ana", "@example.com", "ana@", "ana@example", "a b@example.com", "ana@ex..com", "a@b@example.com"]
        {
            check_email(text, None);
        }
        check_email("a@-example.com", None);
        check_email("ana\0@example.com", None);
        check_email(&format!("{}@example.com", "a".repeat(65)), None);
    }

    #[test]
    fn names_every_field_of_a_profile_that_is_wrong() {
        let profile = Profile {
            display_name: "  ".to_owned(),
            job_title: "x".repeat(201),
            bio: "x\0".to_owned(),
            voice: "x".repeat(4001),
        };
        let errors: Vec<String> = profile.validate().unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                "display_name: must not be empty",
                "job_title: must have at most 200 characters, has 201",
                "bio: must not contain control characters",
                "voice: must have at most 4000 characters, has 4001",
            ]
        );
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        let sample = |content: String| Sample { platform: None, content }.validate();
        assert!(sample("ü".repeat(LONGEST_SAMPLE)).is_ok());
        assert!(sample("ü".repeat(LONGEST_SAMPLE + 1)).is_err());
        assert_eq!(sample("  kept \n lines\n".to_owned()).unwrap().content, "kept \n lines");
    }
}
