//! Where a provider's endpoints are (OpenID Connect Discovery §4).

use reqwest::Url;
use serde::Deserialize;

use crate::Error;
use crate::http::Http;
use crate::jwks::KeySet;

/// Which issuer the tokens must name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum IssuerRule {
    /// The one that the document was asked for, as the standard says.
    Standard,
    /// That one, or this other name of it.
    Alias(&'static str),
    /// The one that the document names.
    AsDiscovered,
}

/// What the document says.
#[derive(Debug)]
pub(crate) struct Discovered {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: Url,
    pub(crate) keys: KeySet,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// Reads the document of `issuer`.
pub(crate) async fn read(http: &Http, issuer: &str, rule: IssuerRule) -> Result<Discovered, Error> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let document: Document = http.get(&url).await?;
    if document.issuer != issuer && !matches!(rule, IssuerRule::AsDiscovered) {
        return Err(Error::Malformed("the document is another issuer's".to_owned()));
    }
    let encrypted = issuer.starts_with("https:");
    Ok(Discovered {
        authorization_endpoint: endpoint(&document.authorization_endpoint, encrypted)?,
        token_endpoint: endpoint(&document.token_endpoint, encrypted)?,
        keys: KeySet::with_http(http.clone(), endpoint(&document.jwks_uri, encrypted)?.as_str()),
        issuer: document.issuer,
    })
}

/// An address of the document. Only a provider that is asked without TLS, which is one on this machine, may name
/// others without.
fn endpoint(address: &str, encrypted: bool) -> Result<Url, Error> {
    match Url::parse(address) {
        Ok(url) if url.scheme() == "https" || (!encrypted && url.scheme() == "http") => Ok(url),
        Ok(_) => Err(Error::Malformed("the document names an address without TLS".to_owned())),
        Err(_) => Err(Error::Malformed("the document names an address that is none".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, encrypted: bool, expected: bool) {
        assert_eq!(endpoint(address, encrypted).is_ok(), expected, "{address}");
    }

    #[test]
    fn a_provider_with_tls_names_no_address_without() {
        check("https://a.example/token", true, true);
        check("http://a.example/token", true, false);
        check("http://127.0.0.1:1/token", true, false);
        check("http://127.0.0.1:1/token", false, true);
        check("https://a.example/token", false, true);
        check("file:///token", false, false);
        check("/token", false, false);
    }
}
