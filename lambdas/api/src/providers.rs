//! The identity providers with whom people may sign in here.

use rostrum_oidc::Provider;
use serde::Deserialize;

use crate::lazy::Lazy;

/// A provider that we know the ways of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderName {
    /// Google.
    Google,
    /// LinkedIn.
    Linkedin,
}

impl ProviderName {
    /// The name in addresses and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Linkedin => "linkedin",
        }
    }
}

/// Those that are configured; none by default. A provider's secret is read when somebody first signs in there.
#[derive(Debug, Default)]
pub struct Providers {
    /// Google.
    pub google: Option<Lazy<Provider>>,
    /// LinkedIn.
    pub linkedin: Option<Lazy<Provider>>,
}

impl Providers {
    /// The provider, if it is configured.
    pub fn named(&self, name: ProviderName) -> Option<&Lazy<Provider>> {
        match name {
            ProviderName::Google => self.google.as_ref(),
            ProviderName::Linkedin => self.linkedin.as_ref(),
        }
    }
}
