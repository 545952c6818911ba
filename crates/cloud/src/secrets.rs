//! Secrets Manager: read when first needed and kept for as long as the process lives.

use std::collections::HashMap;

use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::Error;

/// The secrets of this process.
#[derive(Debug)]
pub struct Secrets {
    client: Client,
    read: Mutex<HashMap<String, SecretString>>,
}

impl Secrets {
    /// A client of the process's shared configuration.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self { client: Client::new(config), read: Mutex::new(HashMap::new()) }
    }

    /// The text of the secret with this ARN.
    ///
    /// # Errors
    /// If it cannot be read, or is not text.
    pub async fn get(&self, arn: &str) -> Result<SecretString, Error> {
        let mut read = self.read.lock().await;
        if let Some(secret) = read.get(arn) {
            return Ok(secret.clone());
        }
        // Boxed: the SDK's futures are nearly deeper than the compiler follows.
        let secret = Box::pin(self.get_anew(arn)).await?;
        read.insert(arn.to_owned(), secret.clone());
        Ok(secret)
    }

    /// The text of the secret with this ARN as it is now, whether or not it was read before.
    ///
    /// # Errors
    /// If it cannot be read, or is not text.
    pub async fn get_anew(&self, arn: &str) -> Result<SecretString, Error> {
        let answer = self
            .client
            .get_secret_value()
            .secret_id(arn)
            .send()
            .await
            .map_err(|error| Error::new("secretsmanager", "GetSecretValue", &error))?;
        let Some(text) = answer.secret_string() else {
            return Err(Error {
                service: "secretsmanager",
                operation: "GetSecretValue",
                message: "the secret is binary, expected text".to_owned(),
            });
        };
        Ok(SecretString::from(text.to_owned()))
    }
}
