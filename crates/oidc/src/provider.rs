use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::OnceCell;

use crate::claims::{Flag, Registered, check_nonce};
use crate::discovery::{self, Discovered, IssuerRule};
use crate::http::{Answer, Http};
use crate::{Error, Rejection};

/// What we ask to know: who it is, the name and the address.
pub const SCOPES: &str = "openid profile email";

/// The longest words of a provider that an error repeats, in characters.
const WORDS: usize = 200;

/// A provider with whom people sign in.
///
/// Its endpoints are read from its discovery document when they are first needed, and then kept.
#[derive(Debug)]
pub struct Provider {
    http: Http,
    issuer: String,
    client_id: String,
    client_secret: SecretString,
    token_authentication: TokenAuthentication,
    issuer_rule: IssuerRule,
    has_pkce: bool,
    has_nonce: bool,
    discovered: OnceCell<Discovered>,
}

/// How we prove to the token endpoint who we are (OpenID Connect Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAuthentication {
    /// Id and secret in the form.
    ClientSecretPost,
    /// Id and secret in the header `Authorization`.
    ClientSecretBasic,
}

/// What goes to the provider with the browser. The caller keeps all of it until the browser comes back.
#[derive(Debug, Clone, Copy)]
pub struct Authorization<'a> {
    /// Comes back with the browser; it must be bound to that browser.
    pub state: &'a str,
    /// Comes back in the ID token.
    pub nonce: &'a str,
    /// [`Pkce::challenge`](crate::Pkce::challenge).
    pub challenge: &'a str,
    /// Where the browser comes back to, exactly as it is registered with the provider.
    pub redirect_uri: &'a str,
}

/// What a code is worth.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Says who signed in, once it is verified.
    pub id_token: SecretString,
    /// Opens the provider's own API.
    pub access_token: SecretString,
    /// For how long the access token does, in seconds.
    pub expires_in: Option<u64>,
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider, always by the name that it was configured with.
    pub issuer: String,
    /// The person at this provider; it never changes.
    pub subject: String,
    /// The e-mail address, as the provider writes it.
    pub email: Option<String>,
    /// Whether the provider vouches that the address is this person's. Without a word about it: no.
    pub email_verified: bool,
    /// The name to show.
    pub name: Option<String>,
}

impl Provider {
    /// A provider that keeps to the standard; `issuer` is its address without `/.well-known/openid-configuration`.
    pub fn new(
        client: Client,
        issuer: &str,
        client_id: &str,
        client_secret: SecretString,
        token_authentication: TokenAuthentication,
    ) -> Self {
        Self {
            http: Http::new(client),
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret,
            token_authentication,
            issuer_rule: IssuerRule::Standard,
            has_pkce: true,
            has_nonce: true,
            discovered: OnceCell::new(),
        }
    }

    /// Google. Its tokens may name the issuer without `https://`.
    pub fn google(client: Client, client_id: &str, client_secret: SecretString) -> Self {
        let issuer = "https://accounts.google.com";
        let by = TokenAuthentication::ClientSecretPost;
        Self {
            issuer_rule: IssuerRule::Alias("accounts.google.com"),
            ..Self::new(client, issuer, client_id, client_secret, by)
        }
    }

    /// LinkedIn. It has changed its issuer's name before, so its document is believed.
    ///
    /// It answers a `code_verifier` from a client with a secret with 401 `invalid_client`, and leaves the nonce out of its
    /// ID tokens: its flow has neither, and rests on `state`.
    pub fn linkedin(client: Client, client_id: &str, client_secret: SecretString) -> Self {
        let issuer = "https://www.linkedin.com/oauth";
        let by = TokenAuthentication::ClientSecretPost;
        Self {
            issuer_rule: IssuerRule::AsDiscovered,
            has_pkce: false,
            has_nonce: false,
            ..Self::new(client, issuer, client_id, client_secret, by)
        }
    }

    /// The same provider's ways at another address, for tests and local runs.
    pub fn with_issuer(self, issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), discovered: OnceCell::new(), ..self }
    }

    /// Waits this long for each of the provider's answers instead of ten seconds.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { http: self.http.with_timeout(timeout), discovered: OnceCell::new(), ..self }
    }

    /// The name that [`Identity::issuer`] will have.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where to send the browser.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] or [`Error::Malformed`] if the discovery document is needed and cannot be read.
    pub async fn authorize_url(&self, authorization: &Authorization<'_>) -> Result<String, Error> {
        let mut url = self.discovered().await?.authorization_endpoint.clone();
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.client_id)
                .append_pair("redirect_uri", authorization.redirect_uri)
                .append_pair("scope", SCOPES)
                .append_pair("state", authorization.state)
                .append_pair("nonce", authorization.nonce);
            if self.has_pkce {
                query
                    .append_pair("code_challenge", authorization.challenge)
                    .append_pair("code_challenge_method", "S256");
            }
        }
        Ok(url.into())
    }

    /// Redeems the code that the browser brought back; `redirect_uri` is the one that it was sent with.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if the code or we are not accepted, [`Error::Unavailable`] or [`Error::Malformed`] if there is no
    /// answer or none that can be used. A code that was sent may be used up: the person begins again.
    pub async fn exchange(&self, code: &str, verifier: &SecretString, redirect_uri: &str) -> Result<Tokens, Error> {
        let endpoint = &self.discovered().await?.token_endpoint;
        let answer = self.http.send(self.redemption(endpoint, code, verifier, redirect_uri)?).await?;
        if answer.status == StatusCode::OK { tokens(&answer) } else { Err(refusal(&answer)) }
    }

    fn redemption(
        &self,
        endpoint: &Url,
        code: &str,
        verifier: &SecretString,
        redirect_uri: &str,
    ) -> Result<RequestBuilder, Error> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", redirect_uri);
        if self.has_pkce {
            form.append_pair("code_verifier", verifier.expose_secret());
        }
        Ok(match self.token_authentication {
            TokenAuthentication::ClientSecretPost => {
                form.append_pair("client_id", &self.client_id)
                    .append_pair("client_secret", self.client_secret.expose_secret());
                self.http.post(endpoint.as_str(), form.finish())
            }
            TokenAuthentication::ClientSecretBasic => {
                self.http.post(endpoint.as_str(), form.finish()).header(AUTHORIZATION, self.basic()?)
            }
        })
    }

    /// Who the ID token says signed in, if the provider made it for us and for the sign-in with `nonce`.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] if the token is not accepted; [`Error::Unavailable`] or [`Error::Malformed`] if the provider's
    /// keys are needed and cannot be read.
    pub async fn verify(&self, id_token: &SecretString, nonce: &str, now: DateTime<Utc>) -> Result<Identity, Error> {
        let discovered = self.discovered().await?;
        let claims: Claims = discovered.keys.verify(id_token.expose_secret(), now).await?;
        let registered = &claims.registered;
        match self.issuer_rule {
            IssuerRule::Alias(alias) => registered.check_issuer(&[&discovered.issuer, alias])?,
            IssuerRule::Standard | IssuerRule::AsDiscovered => registered.check_issuer(&[&discovered.issuer])?,
        }
        registered.check_client(&self.client_id)?;
        registered.check_times(now)?;
        registered.check_issued()?;
        registered.check_subject()?;
        match &claims.nonce {
            Some(claimed) => check_nonce(claimed, nonce)?,
            None if self.has_nonce => return Err(Rejection::Nonce.into()),
            None => {}
        }
        let email = claims.email.filter(|email| !email.is_empty());
        Ok(Identity {
            issuer: self.issuer.clone(),
            subject: claims.registered.sub,
            email_verified: email.is_some() && claims.email_verified.is_some_and(|flag| flag.is_true()),
            email,
            name: claims.name.filter(|name| !name.is_empty()),
        })
    }

    async fn discovered(&self) -> Result<&Discovered, Error> {
        self.discovered.get_or_try_init(|| discovery::read(&self.http, &self.issuer, self.issuer_rule)).await
    }

    /// RFC 6749 §2.3.1: both parts are form-encoded first.
    fn basic(&self) -> Result<HeaderValue, Error> {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&self.client_id), encoded(self.client_secret.expose_secret()));
        let mut value = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair)))
            .map_err(|_| Error::Malformed("the secret does not fit into a header".to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// What an ID token says (OpenID Connect Core §2 and §5.1).
#[derive(Deserialize)]
struct Claims {
    #[serde(flatten)]
    registered: Registered,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<Flag>,
    name: Option<String>,
}

fn tokens(answer: &Answer) -> Result<Tokens, Error> {
    #[derive(Deserialize)]
    struct Wire {
        id_token: SecretString,
        access_token: SecretString,
        expires_in: Option<u64>,
    }
    let Wire { id_token, access_token, expires_in } = answer.json()?;
    Ok(Tokens { id_token, access_token, expires_in })
}

fn refusal(answer: &Answer) -> Error {
    #[derive(Deserialize)]
    struct Wire {
        error: String,
        error_description: Option<String>,
    }
    match answer.json::<Wire>() {
        Ok(wire) => {
            Error::Refused { error: words(&wire.error), description: wire.error_description.as_deref().map(words) }
        }
        Err(error) => error,
    }
}

fn words(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(WORDS).collect()
}
