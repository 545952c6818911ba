//! The way to Postgres: a pool that connects when it is first used, and transactions on it.
//!
//! A transaction pooler (Supavisor on port 6543, PgBouncer) may give every transaction another server connection, on
//! which a named prepared statement of ours does not exist or belongs to somebody else. With [`Statements::Unnamed`]
//! every statement therefore runs unnamed and inside a transaction. sqlx alone names them even with its cache off.

use std::time::Duration;

use futures::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Describe, Either, Execute, Executor, PgPool, Postgres, SqlStr,
    error::BoxDynError,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo},
};

/// How statements are prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statements {
    /// Prepared once per connection under a name. For a direct connection or a session pooler.
    Named,
    /// Never named, always in a transaction. For a transaction pooler.
    Unnamed,
}

/// Where Postgres is and how to talk to it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A `postgres://` URL with user, password and database.
    pub url: SecretString,
    /// How statements are prepared.
    pub statements: Statements,
    /// The most connections that this process opens.
    pub max_connections: u32,
}

/// A pool of connections; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pool: PgPool,
    statements: Statements,
}

impl Database {
    /// A pool that connects when it is first used, so that a cold start does not wait for it.
    ///
    /// # Errors
    /// If the URL cannot be read. The error does not repeat it.
    pub fn new(settings: &Settings) -> Result<Self, UrlError> {
        let mut options: PgConnectOptions = settings.url.expose_secret().parse().map_err(|_| UrlError)?;
        options = options.application_name("rostrum");
        if settings.statements == Statements::Unnamed {
            options = options.statement_cache_capacity(0);
        }
        let pool = PgPoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(Duration::from_secs(10))
            // A frozen Lambda wakes up with connections that the other side closed long ago.
            .test_before_acquire(settings.max_connections == 1)
            .connect_lazy_with(options);
        Ok(Self { pool, statements: settings.statements })
    }

    /// Starts a transaction. Dropped without [`Transaction::commit`], it is rolled back.
    ///
    /// # Errors
    /// If no connection can be had within ten seconds.
    pub async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        Ok(Transaction { inner: self.pool.begin().await?, statements: self.statements })
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The database URL cannot be read.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the database URL cannot be read; expected postgres://user:password@host:port/database")]
pub struct UrlError;

/// A transaction in progress.
#[derive(Debug)]
pub struct Transaction {
    inner: sqlx::Transaction<'static, Postgres>,
    statements: Statements,
}

impl Transaction {
    /// Makes everything done in the transaction last.
    ///
    /// # Errors
    /// If Postgres did not confirm; then nothing was kept, or the connection broke before the answer came.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.inner.commit().await
    }
}

type Step = Either<PgQueryResult, PgRow>;

impl<'c> Executor<'c> for &'c mut Transaction {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let named = self.statements == Statements::Named;
        (&mut *self.inner).fetch_many(Prepared { query, named })
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let named = self.statements == Statements::Named;
        (&mut *self.inner).fetch_optional(Prepared { query, named })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        (&mut *self.inner).prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, sqlx::Error>>
    where
        'c: 'e,
    {
        (&mut *self.inner).describe(sql)
    }
}

impl<'c> Executor<'c> for &Database {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        match self.statements {
            Statements::Named => self.pool.fetch_many(query),
            Statements::Unnamed => {
                let database = self.clone();
                stream::once(database.in_transaction(query))
                    .map_ok(|steps| stream::iter(steps).map(Ok))
                    .try_flatten()
                    .boxed()
            }
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        match self.statements {
            Statements::Named => self.pool.fetch_optional(query),
            Statements::Unnamed => {
                let database = self.clone();
                Box::pin(async move {
                    let steps = database.in_transaction(query).await?;
                    Ok(steps.into_iter().find_map(Either::right))
                })
            }
        }
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        let pool = self.pool.clone();
        Box::pin(async move { (&pool).prepare_with(sql, parameters).await })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, sqlx::Error>>
    where
        'c: 'e,
    {
        let pool = self.pool.clone();
        Box::pin(async move { (&pool).describe(sql).await })
    }
}

impl Database {
    async fn in_transaction<'q, E: 'q + Execute<'q, Postgres>>(self, query: E) -> Result<Vec<Step>, sqlx::Error> {
        let mut transaction = self.begin().await?;
        let steps = (&mut transaction).fetch_many(query).try_collect().await?;
        transaction.commit().await?;
        Ok(steps)
    }
}

/// A query that is prepared under a name only if that is allowed.
struct Prepared<E> {
    query: E,
    named: bool,
}

impl<'q, E: Execute<'q, Postgres>> Execute<'q, Postgres> for Prepared<E> {
    fn sql(self) -> SqlStr {
        self.query.sql()
    }

    fn statement(&self) -> Option<&PgStatement> {
        self.query.statement()
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, BoxDynError> {
        self.query.take_arguments()
    }

    fn persistent(&self) -> bool {
        self.named && self.query.persistent()
    }
}
