use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::oidc::face::Face;

/// Name, address, and whether the provider vouches for the address. The first ones are of the sample workspace.
const PEOPLE: [(&str, &str, bool); 8] = [
    ("Sofia Lindqvist", "sofia.lindqvist@example.com", true),
    ("Mira Keller", "mira.keller@example.com", true),
    ("Jonas Brandt", "jonas.brandt@example.com", true),
    ("Luca Bernasconi", "luca.bernasconi@example.com", true),
    ("Noé Favre", "noe.favre@example.com", true),
    ("Priya Raman", "priya.raman@example.com", true),
    ("Nora Newcomer", "nora.newcomer@example.com", true),
    ("Ulla Unverified", "ulla.unverified@example.com", false),
];

/// Somebody with an account at both providers.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) is_verified: bool,
}

impl Person {
    /// The people of the consent page.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        PEOPLE.into_iter().map(|(name, email, is_verified)| Self {
            name: name.to_owned(),
            email: email.to_owned(),
            is_verified,
        })
    }

    /// Whoever has this address: one of the fixed people, or somebody made up whose address is verified. None if it
    /// is no address.
    pub(crate) fn with_email(email: &str) -> Option<Self> {
        let (local, domain) = email.split_once('@')?;
        if local.is_empty() || domain.is_empty() || email.chars().any(|letter| letter.is_whitespace() || letter == '<')
        {
            return None;
        }
        Self::all().find(|person| person.email.eq_ignore_ascii_case(email)).or_else(|| {
            let words: Vec<String> = local.split(['.', '_', '-']).map(capitalised).collect();
            Some(Self { name: words.join(" "), email: email.to_owned(), is_verified: true })
        })
    }

    /// The same at every sign-in, and another at each provider: digits at Google, letters at LinkedIn.
    pub(crate) fn subject(&self, face: Face) -> String {
        let hash = Sha256::digest(format!("{}\n{}", face.name(), self.email.to_ascii_lowercase()));
        match face {
            Face::Google => hash.iter().take(10).map(|byte| format!("{:02}", byte % 100)).collect::<Vec<_>>().concat(),
            Face::LinkedIn => BASE64_URL_SAFE_NO_PAD.encode(hash).chars().take(10).collect(),
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
