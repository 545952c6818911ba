//! From the start of a function's process to its first poll for work, and what it holds in memory then.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tokio::{io::AsyncReadExt, net::TcpListener, time::timeout};

use crate::{
    memory,
    report::{Promise, Report, quantile},
};

/// The functions that are started again and again; the migrator runs once a deployment.
const ROLES: [&str; 13] = [
    "aggregator",
    "api",
    "campaign-orchestrator",
    "context-fetcher",
    "generation-worker",
    "key-rotator",
    "llm-claude",
    "llm-grok",
    "llm-openai",
    "meme-renderer",
    "outbox-relay",
    "refiner",
    "result-store",
];
const STARTS: usize = 21;
const MEGABYTE: f64 = 1e6;

/// `ROSTRUM_FUNCTIONS` is the folder with the functions as they are deployed; `cargo xtask bench cold-start` builds it.
pub(crate) async fn measure() -> Result<Report> {
    let folder = PathBuf::from(std::env::var_os("ROSTRUM_FUNCTIONS").context("ROSTRUM_FUNCTIONS is not set")?);
    let mut report = Report::new("cold-start");
    for role in ROLES {
        let program = folder.join(role);
        let size = std::fs::metadata(&program).with_context(|| format!("{} is not built", program.display()))?.len();
        let (mut starts, mut resident) = (Vec::new(), Vec::new());
        for _ in 0..STARTS {
            let (start, memory) = start(&program).await?;
            starts.push(start);
            resident.push(memory);
        }
        report.add(
            format!("{role}: start to first poll, median"),
            quantile(&mut starts, 0.5),
            "ms",
            Promise::AtMost(25.0),
        );
        report.add(
            format!("{role}: resident then, median"),
            quantile(&mut resident, 0.5),
            "MiB",
            Promise::AtMost(30.0),
        );
        report.add(format!("{role}: size"), size as f64 / MEGABYTE, "MB", Promise::AtMost(10.0));
    }
    Ok(report)
}

/// Starts the function against a Runtime API of our own and waits for its first `next`.
async fn start(program: &PathBuf) -> Result<(f64, f64)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut command = Command::new(program);
    command.env_clear().stdout(Stdio::null()).stderr(Stdio::inherit());
    command.env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string());
    for (name, value) in ENVIRONMENT {
        command.env(name, value);
    }
    let begin = Instant::now();
    let mut function = Running(command.spawn().context("the function cannot be started")?);
    let polled = timeout(Duration::from_secs(10), async {
        let (mut stream, _) = listener.accept().await?;
        let mut head = [0; 512];
        let read = stream.read(&mut head).await?;
        let polled = begin.elapsed();
        let head = String::from_utf8_lossy(head.get(..read).unwrap_or_default()).into_owned();
        anyhow::ensure!(head.starts_with("GET /2018-06-01/runtime/invocation/next"), "it asked for {head}");
        Ok((polled, stream))
    });
    let (polled, _stream) = polled.await.context("the function did not poll within 10 s")??;
    let resident = memory::resident(function.0.id())?;
    function.0.kill()?;
    Ok((polled.as_secs_f64() * 1000.0, resident))
}

/// Ends its process when it goes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What Lambda and the template set; nothing of it is asked for before the first message.
const ENVIRONMENT: [(&str, &str); 33] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "bench"),
    ("AWS_SECRET_ACCESS_KEY", "bench"),
    ("AWS_SESSION_TOKEN", "bench"),
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
    ("LAMBDA_TASK_ROOT", "/var/task"),
    ("RUST_LOG", "info"),
    ("STAGE", "local"),
    ("DATABASE_SECRET_ARN", "bench"),
    ("DATABASE_STATEMENT_CACHE", "on"),
    ("SIGNING_KEY_SECRET_ARN", "bench"),
    ("MODEL_KEYS_SECRET_ARN", "bench"),
    ("ANTHROPIC_BASE_URL", "http://127.0.0.1:1"),
    ("OPENAI_BASE_URL", "http://127.0.0.1:1"),
    ("XAI_BASE_URL", "http://127.0.0.1:1"),
    ("ORCHESTRATION_QUEUE_URL", "bench"),
    ("ORCHESTRATION_QUEUE_ARN", "bench"),
    ("ORCHESTRATION_DLQ_URL", "bench"),
    ("GENERATION_QUEUE_URL", "bench"),
    ("GENERATION_DLQ_URL", "bench"),
    ("SCHEDULE_GROUP", "bench"),
    ("SCHEDULER_ROLE_ARN", "bench"),
    ("SCHEDULE_DLQ_ARN", "bench"),
    ("COUNCIL_ARN", "bench"),
    ("MEDIA_BUCKET", "bench"),
    ("DATA_KEY_ARN", "bench"),
    ("MAX_RECEIVES", "3"),
    ("TZ", "UTC"),
];
