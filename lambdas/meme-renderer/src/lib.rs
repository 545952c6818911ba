//! `meme-renderer`: draws the picture of a council's post and keeps it in S3 under its SHA-256.

mod captions;
mod handler;

pub use handler::MemeRenderer;
