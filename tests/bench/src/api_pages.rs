//! `GET /api/posts?status=…`, pages of fifty over a million posts: fifty connections, the router served directly, with
//! Postgres and the client on the same two cores.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Result;
use api::{App, Backend, Document, Gate, KeyRing, Keys, Lazy, Providers, authentication::Claims};
use rostrum_core::{
    ids::{SessionId, UserId, new_uuid},
    mail::Web,
};
use rostrum_lambda_kit::{Ambient, Effects, Vault};
use rostrum_relay::{Destinations, Relay};
use rostrum_test_kit::{
    cloud::{RecordingQueues, RecordingSchedules},
    data_keys::MemoryDataKeys,
    database::TestDatabase,
    keys,
    objects::MemoryObjects,
    sample::{self, Workspace},
};
use sqlx::PgPool;
use tokio::net::TcpListener;

use crate::{
    load,
    report::{Promise, Report, quantile},
};

const CONNECTIONS: usize = 50;
const WARM_UP: Duration = Duration::from_secs(2);
const DURATION: Duration = Duration::from_secs(8);

pub(crate) async fn measure() -> Result<Report> {
    let small = Stage::set(10_000).await?;
    let large = Stage::set(1_000_000).await?;
    let mut report = Report::new("api");
    // Twice in turn, so that a slow moment of the machine does not fall on one of them alone.
    let (mut small_p99, mut large_p99, mut per_second, mut size) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..2 {
        let (mut seen, _) = small.load().await?;
        small_p99.push(quantile(&mut seen, 0.99));
        let (mut seen, rate) = large.load().await?;
        large_p99.push(quantile(&mut seen, 0.99));
        per_second.push(rate.per_second);
        size = rate.size;
    }
    let (small_p99, large_p99) = (quantile(&mut small_p99, 0.0), quantile(&mut large_p99, 0.0));
    report.add("requests over 1,000,000 posts", quantile(&mut per_second, 1.0), "1/s", Promise::AtLeast(6000.0));
    report.add("p99 over 1,000,000 posts", large_p99, "ms", Promise::AtMost(15.0));
    report.add("p99 over 10,000 posts", small_p99, "ms", Promise::None);
    report.add("p99, 1,000,000 to 10,000", large_p99 / small_p99, "", Promise::AtMost(1.2));
    report.add("size of a page", size as f64 / 1024.0, "KiB", Promise::None);
    Ok(report)
}

/// A router over a database with so many posts.
struct Stage {
    // Dropped last: the database goes with it.
    address: SocketAddr,
    request: String,
    _database: TestDatabase,
}

struct Rate {
    per_second: f64,
    size: usize,
}

impl Stage {
    async fn set(posts: i32) -> Result<Self> {
        let database = TestDatabase::new().await;
        let ambient = Ambient::system();
        let workspace = sample::workspace(&database.admin, &ambient, 20).await;
        fill(&database.admin, &workspace, posts).await?;
        let keys = Keys::from_pem(&keys::signing_key())?;
        let now = ambient.now();
        let user: UserId = workspace.employees.first().copied().ok_or_else(|| anyhow::anyhow!("no employee"))?;
        let session = SessionId::new(now, &mut ambient.random());
        sqlx::query(
            "INSERT INTO sessions (id, user_id, workspace_id, device, created_at, last_used_at, expires_at)
             VALUES ($1, $2, $3, 'bench', $4, $4, $4 + interval '30 days')",
        )
        .bind(session.uuid())
        .bind(user.uuid())
        .bind(workspace.id.uuid())
        .bind(now)
        .execute(&database.admin)
        .await?;
        let claims = Claims::new(user, workspace.id, session, now, new_uuid(now, &mut ambient.random()));
        let token = keys.sign(&claims)?;
        let relay = Relay::new(
            database.database.clone(),
            Arc::new(RecordingQueues::default()),
            Arc::new(RecordingSchedules::default()),
            Destinations { generation_queue_url: String::new(), orchestration_queue_url: String::new() },
            ambient.clone(),
            Effects::live(),
        );
        let media = Lazy::ready(Arc::new(MemoryObjects::default()) as _);
        let vault = Vault::new(Arc::new(MemoryDataKeys::default()), database.database.clone(), ambient.clone());
        let web = Web("http://127.0.0.1".to_owned());
        let backend =
            Backend { database: database.database.clone(), relay, vault, web, providers: Providers::default(), media };
        // Nobody asks for the document here.
        let document = Document::in_folder("openapi");
        let (backend, keys) = (Lazy::ready(backend), KeyRing::ready(keys));
        let app = App::new(backend, keys, Gate::default(), document, ambient, Effects::live());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, api::router(app)).await });
        let request = format!(
            "GET /api/posts?status=pending_review&limit=50 HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        Ok(Self { address, request, _database: database })
    }

    async fn load(&self) -> Result<(Vec<f64>, Rate)> {
        load::run(self.address, self.request.clone(), CONNECTIONS, WARM_UP).await?;
        let seen = load::run(self.address, self.request.clone(), CONNECTIONS, DURATION).await?;
        Ok((seen.latencies, Rate { per_second: seen.per_second, size: seen.size }))
    }
}

/// Posts of a usual length, a fifth of them waiting for review, spread over runs, employees and time.
async fn fill(admin: &PgPool, workspace: &Workspace, posts: i32) -> Result<()> {
    sqlx::query(
        "INSERT INTO executions (id, workspace_id, campaign_id, trigger, scheduled_for, status, created_at, finished_at)
         SELECT gen_random_uuid(), $1, $2, 'schedule', timestamptz '2020-01-01' + number * interval '1 hour', 'completed', now(), now()
         FROM generate_series(1, $3 / 400) AS number",
    )
    .bind(workspace.id.uuid())
    .bind(workspace.campaign_id.uuid())
    .bind(posts)
    .execute(admin)
    .await?;
    // The first 48 bits count up as those of a UUIDv7 do.
    sqlx::query(
        "INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                            original_content, created_at, updated_at)
         SELECT (lpad(to_hex(1700000000000 + (run.number * 400 + place) * 1000), 12, '0') || '7' || substr(md5(place::text || run.number), 1, 19))::uuid,
                $1, $2, employee.id, run.id, 1 + place / $4, 'linkedin',
                (ARRAY['pending_review', 'approved', 'published', 'rejected', 'published'])[1 + place % 5],
                repeat(md5(place::text) || ' ', 12), repeat(md5(place::text) || ' ', 12), now(), now()
         FROM (SELECT id, row_number() OVER (ORDER BY scheduled_for) AS number FROM executions WHERE workspace_id = $1) AS run
         CROSS JOIN generate_series(0, 399) AS place
         JOIN LATERAL (SELECT ($3::uuid[])[1 + place % $4] AS id) AS employee ON true",
    )
    .bind(workspace.id.uuid())
    .bind(workspace.campaign_id.uuid())
    .bind(workspace.employees.iter().map(|employee| employee.uuid()).collect::<Vec<_>>())
    .bind(i32::try_from(workspace.employees.len())?)
    .execute(admin)
    .await?;
    sqlx::raw_sql("VACUUM ANALYZE posts").execute(admin).await?;
    Ok(())
}
