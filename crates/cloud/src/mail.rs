//! SES: mails to people.

use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    types::{Body, Content, Destination, EmailContent, Message},
};
use rostrum_core::mail::Mail;

use crate::Error;

/// Sends mails.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one. It may arrive twice if the sender dies before it knows.
    ///
    /// # Errors
    /// If it was not taken.
    async fn send(&self, mail: &Mail) -> Result<(), Error>;
}

/// The real one.
#[derive(Debug)]
pub struct SesMailer {
    client: Client,
    from: String,
}

impl SesMailer {
    /// A mailer whose mails come from this address, which SES must know as ours.
    pub fn new(config: &aws_config::SdkConfig, from: String) -> Self {
        Self { client: Client::new(config), from }
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, mail: &Mail) -> Result<(), Error> {
        let malformed = |error: aws_sdk_sesv2::error::BuildError| Error::new("ses", "SendEmail", &error);
        let content = |text: &str| Content::builder().data(text).charset("UTF-8").build().map_err(malformed);
        let body = Body::builder().text(content(&mail.text)?).build();
        let message = Message::builder().subject(content(&mail.subject)?).body(body).build();
        self.client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(&mail.to).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map_err(|error| Error::new("ses", "SendEmail", &error))?;
        Ok(())
    }
}
