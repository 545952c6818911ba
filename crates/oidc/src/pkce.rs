use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

/// The proof that whoever redeems a code is who asked for it (RFC 7636), by the method S256.
#[derive(Debug, Clone)]
pub struct Pkce {
    /// Kept until the code is redeemed: 43 characters.
    pub verifier: SecretString,
    /// Sent with the browser: the SHA-256 of the verifier, 43 characters.
    pub challenge: String,
}

impl Pkce {
    /// The pair whose verifier is 32 random bytes in base64url.
    pub fn from_random(random: [u8; 32]) -> Self {
        let verifier = BASE64_URL_SAFE_NO_PAD.encode(random);
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        Self { verifier: verifier.into(), challenge }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_comes_out() {
        let random = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
            240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let pkce = Pkce::from_random(random);
        assert_eq!(pkce.verifier.expose_secret(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(pkce.challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(!format!("{pkce:?}").contains("dBjftJ"));
    }
}
