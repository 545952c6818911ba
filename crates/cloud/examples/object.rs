//! Writes a text, prints a link to it that works for five minutes, and deletes one that is not there.
//!
//! ```text
//! AWS_ENDPOINT_URL=… AWS_REGION=… cargo run -p rostrum-cloud --example object -- BUCKET KEY TEXT
//! ```
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
    println!("before: {}", objects.exists(&key).await?);
    println!("{:?}", objects.put(&key, text.clone().into_bytes(), "text/plain; charset=utf-8").await?);
    println!("{:?}", objects.put(&key, text.clone().into_bytes(), "text/plain; charset=utf-8").await?);
    println!("after: {}", objects.exists(&key).await?);
    println!("{}", String::from_utf8(objects.get(&key, 1000).await?)?);
    for (what, read) in [("none", objects.get("none", 1000).await), ("more than one byte", objects.get(&key, 1).await)]
    {
        println!("{what}: {}", read.err().map(|error| error.to_string()).unwrap_or_default());
    }
    objects.delete("none").await?;
    let from = chrono::Utc::now();
    let lifetime = Duration::from_mins(5);
    let link = Link { key: &key, from, lifetime, disposition: "attachment; filename=\"post.txt\"" };
    println!("{}", objects.link(&link).await?);
    Ok(())
}
