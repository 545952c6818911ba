//! Writes a text twice, prints a link to it that works for five minutes, and deletes one that is not there.
//!
//! ```text
//! AWS_ENDPOINT_URL=… AWS_REGION=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… \
//!     cargo run -p rostrum-cloud --example object -- BUCKET KEY TEXT
//! ```
//!
//! Without `AWS_ENDPOINT_URL` it goes to S3 itself. Credentials of a role need their `AWS_SESSION_TOKEN` as well.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]
#![expect(clippy::disallowed_methods, reason = "no function runs this: it has no Clock to take the time from")]

use std::{error::Error, time::Duration};

use rostrum_cloud::{Link, Objects as _, S3Objects};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(bucket), Some(key), Some(text)) = (words.next(), words.next(), words.next()) else {
        return Err("BUCKET, KEY and TEXT are needed".into());
    };
    let objects = S3Objects::new(&rostrum_cloud::shared_config().await, bucket);
    println!("{:?}", objects.put(&key, text.clone().into_bytes(), "text/plain; charset=utf-8").await?);
    println!("{:?}", objects.put(&key, text.into_bytes(), "text/plain; charset=utf-8").await?);
    objects.delete("none").await?;
    let from = chrono::Utc::now();
    let lifetime = Duration::from_mins(5);
    let link = Link { key: &key, from, lifetime, disposition: "attachment; filename=\"post.txt\"" };
    println!("{}", objects.link(&link).await?);
    Ok(())
}
