//! KMS: data keys, made and opened by a key that never leaves it.

use async_trait::async_trait;
use aws_sdk_kms::{Client, primitives::Blob, types::DataKeySpec};
use rostrum_core::{ids::DataKeyId, seal::DataKey};
use zeroize::Zeroizing;

use crate::Error;

/// What we ask of KMS. A wrapped key is opened only under the id that it was made with.
#[async_trait]
pub trait DataKeys: Send + Sync {
    /// A fresh key of this id, and the same key wrapped, which is what may be stored.
    ///
    /// # Errors
    /// If KMS cannot be reached or refuses it.
    async fn generate(&self, id: DataKeyId) -> Result<(DataKey, Vec<u8>), Error>;

    /// The key that was wrapped.
    ///
    /// # Errors
    /// If KMS cannot be reached, or it was wrapped with another id or by another key.
    async fn unwrap(&self, id: DataKeyId, wrapped: &[u8]) -> Result<DataKey, Error>;
}

/// Data keys of a key of the real KMS.
#[derive(Debug, Clone)]
pub struct KmsDataKeys {
    client: Client,
    key_arn: String,
}

/// Under which name KMS is told the id. It is in CloudTrail and no secret.
const CONTEXT: &str = "rostrum:data-key";

impl KmsDataKeys {
    /// A client of the process's shared configuration for one symmetric key.
    pub fn new(config: &aws_config::SdkConfig, key_arn: impl Into<String>) -> Self {
        Self { client: Client::new(config), key_arn: key_arn.into() }
    }
}

#[async_trait]
impl DataKeys for KmsDataKeys {
    async fn generate(&self, id: DataKeyId) -> Result<(DataKey, Vec<u8>), Error> {
        let answer = self
            .client
            .generate_data_key()
            .key_id(&self.key_arn)
            .key_spec(DataKeySpec::Aes256)
            .encryption_context(CONTEXT, id.to_string())
            .send()
            .await
            .map_err(|error| Error::new("kms", "GenerateDataKey", &error))?;
        let wrapped = answer.ciphertext_blob.map(Blob::into_inner);
        let wrapped = wrapped.ok_or_else(|| incomplete("GenerateDataKey", "the wrapped key is missing"))?;
        Ok((read("GenerateDataKey", answer.plaintext)?, wrapped))
    }

    async fn unwrap(&self, id: DataKeyId, wrapped: &[u8]) -> Result<DataKey, Error> {
        let answer = self
            .client
            .decrypt()
            .key_id(&self.key_arn)
            .ciphertext_blob(Blob::new(wrapped))
            .encryption_context(CONTEXT, id.to_string())
            .send()
            .await
            .map_err(|error| Error::new("kms", "Decrypt", &error))?;
        read("Decrypt", answer.plaintext)
    }
}

/// The key in an answer. Its bytes are overwritten here; the buffers of the SDK and of TLS are out of our reach.
fn read(operation: &'static str, plaintext: Option<Blob>) -> Result<DataKey, Error> {
    let bytes = Zeroizing::new(plaintext.map(Blob::into_inner).unwrap_or_default());
    DataKey::read(&bytes).ok_or_else(|| incomplete(operation, "the key has not 256 bits"))
}

fn incomplete(operation: &'static str, message: &str) -> Error {
    Error { service: "kms", operation, message: message.to_owned() }
}
