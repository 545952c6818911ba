//! Looks for secrets where none may be: in the log, in every row of every table, in answers.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use http::Method;
use rostrum_lambda_kit::logging;
use serde_json::Value;
use sqlx::AssertSqlSafe;
use tracing::subscriber::DefaultGuard;

use crate::harness::{Api, Call, Reply};

/// Ours in full, and of others what a fleet says too.
const FILTER: &str = "info,api=trace,rostrum=trace";

/// Everything that may have been said or kept, and what must not be found in it.
pub(crate) struct Watch<'a> {
    api: &'a Api,
    log: Log,
    secrets: Vec<Hidden>,
    answers: Vec<(String, String)>,
    rows: BTreeSet<(String, String)>,
    _listening: DefaultGuard,
}

struct Hidden {
    name: &'static str,
    forms: Vec<String>,
    /// The answer that shows it, this once.
    shown_by: Option<usize>,
}

impl<'a> Watch<'a> {
    /// Listens to what the thread says from now on.
    pub(crate) fn new(api: &'a Api) -> Self {
        let log = Log::default();
        let writer = log.clone();
        let listening = tracing::subscriber::set_default(logging::written_to(FILTER, move || writer.clone()));
        Self { api, log, secrets: Vec::new(), answers: Vec::new(), rows: BTreeSet::new(), _listening: listening }
    }

    /// No answer shows this.
    pub(crate) fn hide(&mut self, name: &'static str, secret: impl AsRef<[u8]>) {
        self.secrets.push(Hidden { name, forms: forms(secret.as_ref()), shown_by: None });
    }

    /// The last answer shows this, and nothing else.
    pub(crate) fn shown(&mut self, name: &'static str, secret: impl AsRef<[u8]>) {
        let shown_by = self.answers.len().checked_sub(1);
        self.secrets.push(Hidden { name, forms: forms(secret.as_ref()), shown_by });
    }

    /// Sends a request and keeps what is answered, and what is in the database then.
    pub(crate) async fn send(&mut self, what: &str, call: Call<'_>) -> Reply {
        let reply = self.ask(what, call).await;
        self.look().await;
        reply
    }

    /// Sends a request and keeps what is answered.
    pub(crate) async fn ask(&mut self, what: &str, call: Call<'_>) -> Reply {
        let reply = call.send().await;
        self.answers.push((what.to_owned(), format!("{:?}\n{}", reply.headers, reply.text)));
        reply
    }

    /// Posts as the holder of this token, or as nobody.
    pub(crate) async fn post(&mut self, path: &str, token: Option<&str>, body: &Value) -> Reply {
        let call = self.api.anonymous(Method::POST, path).json(body);
        let call = match token {
            Some(token) => call.token(token),
            None => call,
        };
        self.send(path, call).await
    }

    /// Where secrets were found, as `name in place`.
    pub(crate) fn findings(&self) -> Vec<String> {
        let log = self.log.text();
        let mut found = BTreeSet::new();
        for secret in &self.secrets {
            let rows = self.rows.iter().map(|(place, text)| (place, text));
            let others = self.answers.iter().enumerate().filter(|(index, _)| secret.shown_by != Some(*index));
            let answers = others.map(|(_, (place, text))| (place, text));
            if secret.is_in(&log) {
                found.insert(format!("{} in the log", secret.name));
            }
            for (place, _) in rows.chain(answers).filter(|(_, text)| secret.is_in(text)) {
                found.insert(format!("{} in {place}", secret.name));
            }
        }
        found.into_iter().collect()
    }

    /// Keeps every row as it is now: what is sealed or removed later was there, too.
    pub(crate) async fn look(&mut self) {
        let database = &self.api.database.admin;
        let tables: Vec<(String, Vec<String>)> = sqlx::query_as(
            "SELECT relname::text, coalesce(array_agg(attname::text) FILTER (WHERE atttypid = 'bytea'::regtype), '{}')
             FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm') GROUP BY relname",
        )
        .fetch_all(database)
        .await
        .unwrap();
        for (table, columns) in tables {
            let sql = format!("SELECT row::text FROM \"{table}\" AS row");
            let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(database).await.unwrap();
            self.rows.extend(rows.into_iter().map(|row| (format!("the table {table}"), row)));
            for column in columns {
                let sql = format!("SELECT \"{column}\" FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
                let values: Vec<Vec<u8>> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(database).await.unwrap();
                let place = format!("the bytes of {table}.{column}");
                self.rows.extend(values.into_iter().map(|value| (place.clone(), latin(&value))));
            }
        }
    }
}

impl Hidden {
    fn is_in(&self, text: &str) -> bool {
        self.forms.iter().any(|form| {
            text.match_indices(form.as_str()).any(|(start, _)| {
                let (before, after) = (&text[..start], &text[start + form.len()..]);
                // Six digits are part of many a number.
                form.len() > 6 || !(before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric))
            })
        })
    }
}

/// The ways in which a secret is written down: as it is, base 64 of both alphabets, hexadecimal, escaped for an address.
fn forms(secret: &[u8]) -> Vec<String> {
    // What follows a secret changes its last letters in base 64, unless they stand for three whole bytes.
    let whole = &secret[..secret.len() - secret.len() % 3];
    let written = |write: fn(&u8) -> String| secret.iter().map(write).collect::<Vec<_>>().concat();
    vec![
        latin(secret),
        STANDARD_NO_PAD.encode(whole),
        URL_SAFE_NO_PAD.encode(whole),
        written(|byte| format!("{byte:02x}")),
        written(
            |byte| {
                if byte.is_ascii_alphanumeric() { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
            },
        ),
    ]
}

/// Bytes as a text that can be searched: a character for each.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        latin(&self.0.lock().unwrap())
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
