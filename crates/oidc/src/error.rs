/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The provider said no (RFC 6749 §5.2), such as `invalid_grant` to a code that is used up.
    #[error("the provider refused: {error}{}", description.as_deref().map(|text| format!(" ({text})")).unwrap_or_default())]
    Refused {
        /// The code of the error, at most 200 characters.
        error: String,
        /// The provider's own words, at most 200 characters. Not for the public.
        description: Option<String>,
    },
    /// The provider cannot be reached, is too slow, overloaded or broken. Later it may work.
    #[error("the provider is unavailable: {0}")]
    Unavailable(String),
    /// The provider's answer is not what the protocol says.
    #[error("the provider's answer cannot be used: {0}")]
    Malformed(String),
    /// The token proves nothing.
    #[error("the token is not accepted: {0}")]
    Rejected(#[from] Rejection),
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It is no JSON Web Token, or lacks what ours must say.
    #[error("it cannot be read")]
    Unreadable,
    /// It is signed in another way than RS256 or ES256, or not at all.
    #[error("its algorithm is neither RS256 nor ES256")]
    Algorithm,
    /// None of the issuer's keys made its signature.
    #[error("its key is not one of the issuer's")]
    UnknownKey,
    /// Its signature is wrong.
    #[error("its signature is wrong")]
    Signature,
    /// Somebody else issued it.
    #[error("its issuer is another one")]
    Issuer,
    /// It is meant for somebody else.
    #[error("its audience is another one")]
    Audience,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// Its time is still to come.
    #[error("it is from the future")]
    Early,
    /// It answers another sign-in.
    #[error("its nonce is another one")]
    Nonce,
}
