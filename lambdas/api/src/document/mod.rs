//! The OpenAPI document: a file beside the program, made of the endpoints that are served.
//!
//! What describes them is compiled with the feature `document` alone, for the test that compares the file with the code
//! and writes it (`tests/api/document.rs`).

#[cfg(feature = "document")]
mod describe;

use std::{fs, io, path::PathBuf};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tokio::sync::OnceCell;

#[cfg(feature = "document")]
pub use describe::of;
#[cfg(feature = "document")]
pub(crate) use describe::{Description, describe};

use crate::{App, endpoint::PREFIXES, error::ApiError};

const FILE: &str = "openapi.json";

/// The file of the document, read when somebody asks for it first.
#[derive(Debug)]
pub struct Document {
    folder: PathBuf,
    text: OnceCell<Bytes>,
}

/// The document cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the OpenAPI document {} cannot be read; it belongs into the function's zip, beside the program", .path.display())]
struct Unreadable {
    path: PathBuf,
    source: io::Error,
}

impl Document {
    /// The file `openapi.json` in this folder, which may lack it until somebody asks.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), text: OnceCell::new() }
    }

    /// The document as JSON. What was read is kept; a failure is not.
    async fn text(&self) -> Result<Bytes, Unreadable> {
        let read = || async {
            let path = self.folder.join(FILE);
            fs::read(&path).map(Bytes::from).map_err(|source| Unreadable { path, source })
        };
        self.text.get_or_try_init(read).await.cloned()
    }
}

/// Serves the document.
pub fn served() -> Router<App> {
    PREFIXES.iter().fold(Router::new(), |router, prefix| router.route(&format!("{prefix}/{FILE}"), get(show)))
}

async fn show(State(app): State<App>) -> Result<Response, ApiError> {
    let text = app.document().text().await.map_err(ApiError::internal)?;
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], text).into_response())
}

#[cfg(test)]
mod tests {
    use std::{env, error::Error, fs, process};

    use super::Document;

    #[tokio::test]
    async fn it_is_read_once_it_is_there_and_kept() {
        let folder = env::temp_dir().join(format!("rostrum-document-{}", process::id()));
        let document = Document::in_folder(&folder);
        let error = document.text().await.unwrap_err();
        assert!(error.to_string().contains(&folder.join("openapi.json").display().to_string()), "{error}");
        assert!(error.source().is_some());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("openapi.json"), "{}").unwrap();
        assert_eq!(document.text().await.unwrap(), "{}");
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(document.text().await.unwrap(), "{}");
    }
}
