use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::oidc::face::Face;
use crate::oidc::people::Person;
use crate::oidc::signing::SigningKey;

/// How long a code is worth something, in seconds.
const CODE_LIFETIME: i64 = 60;

/// The codes and access tokens that were given out.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    count: u64,
    codes: HashMap<String, Grant>,
    sessions: HashMap<String, Session>,
}

/// What a code stands for.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) face: Face,
    pub(crate) person: Person,
    pub(crate) scope: String,
    pub(crate) redirect_uri: String,
    pub(crate) nonce: String,
    /// Empty without PKCE.
    pub(crate) challenge: String,
    pub(crate) since: i64,
}

/// What an access token opens.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) face: Face,
    pub(crate) person: Person,
    pub(crate) scope: String,
    pub(crate) until: i64,
}

impl Desk {
    /// A code for the grant.
    pub(crate) fn give_code(&mut self, grant: Grant, key: &SigningKey) -> String {
        self.codes.retain(|_, old| grant.since - old.since < CODE_LIFETIME);
        let code = self.next("code", key);
        self.codes.insert(code.clone(), grant);
        code
    }

    /// What the code stands for. It is worth nothing afterwards.
    pub(crate) fn take_code(&mut self, code: &str, now: i64) -> Option<Grant> {
        self.codes.remove(code).filter(|grant| now - grant.since < CODE_LIFETIME)
    }

    /// An access token for the session.
    pub(crate) fn open(&mut self, session: Session, key: &SigningKey) -> String {
        let token = self.next("access", key);
        self.sessions.insert(token.clone(), session);
        token
    }

    /// What the access token opens.
    pub(crate) fn session(&self, token: &str, now: i64) -> Option<Session> {
        self.sessions.get(token).filter(|session| now < session.until).cloned()
    }

    /// A text that only the holder of the key can foretell.
    fn next(&mut self, kind: &str, key: &SigningKey) -> String {
        self.count += 1;
        let hash = Sha256::new().chain_update(key.seed()).chain_update(format!("{kind}\n{}", self.count)).finalize();
        BASE64_URL_SAFE_NO_PAD.encode(hash)
    }
}
