//! Where sealed secrets lie. What is not listed here is still under a key when that is retired, and lost with it.

use async_trait::async_trait;
use rostrum_core::{
    ids::{DataKeyId, OutboxId, UserId},
    seal::Binding,
};
use rostrum_store::{Error, Transaction, sealed};
use uuid::Uuid;

/// A row that holds a sealed secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its primary key.
    pub id: Uuid,
    /// What its secret is bound to.
    pub binding: Binding,
    /// The secret as it is stored.
    pub sealed: Vec<u8>,
}

/// A column of sealed secrets.
#[async_trait]
pub trait Source: Send + Sync {
    /// Table and column, for the log.
    fn name(&self) -> &'static str;

    /// Takes up to `limit` rows under this key by the order of their ids, from the one after `after` on, for the rest of the
    /// transaction. May leave out rows that another transaction holds.
    ///
    /// # Errors
    /// If Postgres cannot be read.
    async fn batch(
        &self,
        transaction: &mut Transaction,
        key: DataKeyId,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Row>, Error>;

    /// Replaces the secret of a row of the batch.
    ///
    /// # Errors
    /// If Postgres does not do it.
    async fn replace(&self, transaction: &mut Transaction, id: Uuid, sealed: &[u8]) -> Result<(), Error>;

    /// How many rows are under this key.
    ///
    /// # Errors
    /// If Postgres cannot be read.
    async fn count(&self, transaction: &mut Transaction, key: DataKeyId) -> Result<i64, Error>;
}

/// Every column of sealed secrets that there is.
pub fn every_source() -> Vec<Box<dyn Source>> {
    vec![Box::new(TotpSecrets), Box::new(Mails)]
}

/// `users.totp_secret`.
#[derive(Debug, Clone, Copy)]
pub struct TotpSecrets;

#[async_trait]
impl Source for TotpSecrets {
    fn name(&self) -> &'static str {
        "users.totp_secret"
    }

    async fn batch(
        &self,
        transaction: &mut Transaction,
        key: DataKeyId,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Row>, Error> {
        let secrets = sealed::take_totp_secrets(transaction, key, after.map(UserId::from), limit).await?;
        let row = |secret: sealed::TotpSecret| Row {
            id: secret.user_id.uuid(),
            binding: Binding::of_second_factor(secret.user_id),
            sealed: secret.sealed,
        };
        Ok(secrets.into_iter().map(row).collect())
    }

    async fn replace(&self, transaction: &mut Transaction, id: Uuid, sealed: &[u8]) -> Result<(), Error> {
        sealed::replace_totp_secret(transaction, id.into(), sealed).await
    }

    async fn count(&self, transaction: &mut Transaction, key: DataKeyId) -> Result<i64, Error> {
        sealed::count_totp_secrets(transaction, key).await
    }
}

/// The mails in `outbox.payload`. Few, and short-lived; without an index.
#[derive(Debug, Clone, Copy)]
pub struct Mails;

#[async_trait]
impl Source for Mails {
    fn name(&self) -> &'static str {
        "outbox.payload"
    }

    async fn batch(
        &self,
        transaction: &mut Transaction,
        key: DataKeyId,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Row>, Error> {
        let mails = sealed::take_mails(transaction, key, after.map(OutboxId::from), limit).await?;
        let row = |mail: sealed::SealedMail| Row {
            id: mail.id.uuid(),
            binding: Binding::of_mail(mail.id, mail.workspace_id),
            sealed: mail.sealed,
        };
        Ok(mails.into_iter().map(row).collect())
    }

    async fn replace(&self, transaction: &mut Transaction, id: Uuid, sealed: &[u8]) -> Result<(), Error> {
        sealed::replace_mail(transaction, id.into(), sealed).await
    }

    async fn count(&self, transaction: &mut Transaction, key: DataKeyId) -> Result<i64, Error> {
        sealed::count_mails(transaction, key).await
    }
}
