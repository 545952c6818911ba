//! A load of equal requests over kept connections, light enough that the server is what is measured.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// What a load saw.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Requests that were answered, a second.
    pub(crate) per_second: f64,
    /// From writing a request to the last byte of its answer, in milliseconds.
    pub(crate) latencies: Vec<f64>,
    /// The size of an answer in bytes.
    pub(crate) size: usize,
}

/// Sends `request` over `connections` connections, on each the next as soon as the last is answered.
pub(crate) async fn run(server: SocketAddr, request: String, connections: usize, duration: Duration) -> Result<Seen> {
    let mut tasks = JoinSet::new();
    let begin = Instant::now();
    for _ in 0..connections {
        let request = request.clone();
        tasks.spawn(async move { connection(server, request.as_bytes(), begin + duration).await });
    }
    let mut seen = Seen { per_second: 0.0, latencies: Vec::new(), size: 0 };
    while let Some(done) = tasks.join_next().await {
        let (latencies, size) = done??;
        seen.latencies.extend(latencies);
        seen.size = size;
    }
    seen.per_second = seen.latencies.len() as f64 / begin.elapsed().as_secs_f64();
    Ok(seen)
}

async fn connection(server: SocketAddr, request: &[u8], end: Instant) -> Result<(Vec<f64>, usize)> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 256 * 1024];
    let mut latencies = Vec::with_capacity(4096);
    let mut size = 0;
    while Instant::now() < end {
        let sent = Instant::now();
        stream.write_all(request).await?;
        size = answer(&mut stream, &mut buffer).await?;
        latencies.push(sent.elapsed().as_secs_f64() * 1000.0);
    }
    Ok((latencies, size))
}

/// Reads one whole answer, which must be a 200 with a length.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    let mut whole = None;
    loop {
        let rest = buffer.get_mut(filled..).context("the answer is larger than expected")?;
        let read = stream.read(rest).await?;
        ensure!(read > 0, "the server closed the connection");
        filled += read;
        if whole.is_none() {
            let seen = buffer.get(..filled).unwrap_or_default();
            if let Some(head) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
                let text = std::str::from_utf8(seen.get(..head).unwrap_or_default())?.to_ascii_lowercase();
                ensure!(text.starts_with("http/1.1 200"), "the server answered {text}");
                let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
                let length: usize = length.context("the answer has no length")?.trim().parse()?;
                whole = Some((head + 4 + length, length));
            }
        }
        if let Some((end, length)) = whole
            && filled >= end
        {
            return Ok(length);
        }
    }
}
