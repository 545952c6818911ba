//! An API with a workspace, one person per role, and another workspace that nothing may leak into.

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use api::{
    App, Backend, Document, Gate, KeyRing, Keys, Lazy, Limits, Providers, authentication::Claims, limits::SourceAddress,
};
use axum::{
    Router,
    body::{Body, to_bytes},
};
use chrono::TimeDelta;
use http::{HeaderMap, Method, Request, StatusCode};
use rostrum_core::{
    access::Role,
    employee::Email,
    ids::{SessionId, UserId, WorkspaceId, new_uuid},
    limits::Tier,
    mail::Web,
    password,
    sign_in::secret::{Kind, Secret},
};
use rostrum_lambda_kit::{Ambient, Effects, Vault};
use rostrum_relay::{Destinations, Postman, Relay};
use rostrum_store::{
    identity::{self, NewUser},
    sessions::{self, NewSession},
};
use rostrum_test_kit::{
    cloud::{RecordingMailer, RecordingQueues, RecordingSchedules},
    counters::MemoryCounters,
    data_keys::MemoryDataKeys,
    database::TestDatabase,
    keys::signing_key,
    objects::MemoryObjects,
    sample::{self, Workspace},
};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "correct horse battery";
/// Made once: five people with a hash of their own would cost every test a tenth of a second.
static HASH: LazyLock<String> =
    LazyLock::new(|| password::hash(PASSWORD, &mut Ambient::fixed(sample::now(), 1).random()).unwrap());
/// The web app. The simulated providers send browsers nowhere but to this machine.
pub(crate) const WEB: &str = "http://127.0.0.1:3000";
/// Where the document lies that the function takes along.
pub(crate) const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi");
pub(crate) const ORCHESTRATION: &str = "https://queues.test/orchestration";

pub(crate) struct Api {
    pub(crate) router: Router,
    pub(crate) database: TestDatabase,
    pub(crate) ambient: Ambient,
    pub(crate) keys: Keys,
    pub(crate) queues: Arc<RecordingQueues>,
    pub(crate) schedules: Arc<RecordingSchedules>,
    pub(crate) media: Arc<MemoryObjects>,
    pub(crate) counters: Arc<MemoryCounters>,
    pub(crate) workspace: Workspace,
    pub(crate) other: Workspace,
    pub(crate) mails: Arc<RecordingMailer>,
    pub(crate) data_keys: Arc<MemoryDataKeys>,
    people: Vec<(Role, UserId, SessionId)>,
}

impl Api {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::new().await;
        let ambient = Ambient::fixed(sample::now(), 7);
        let workspace = sample::workspace(&database.admin, &ambient, 2).await;
        Self::over(database, ambient, workspace).await
    }

    /// An API over a workspace that is there already.
    pub(crate) async fn over(database: TestDatabase, ambient: Ambient, workspace: Workspace) -> Self {
        let other = sample::workspace(&database.admin, &ambient, 1).await;
        let (queues, schedules) = (Arc::new(RecordingQueues::default()), Arc::new(RecordingSchedules::default()));
        let keys = Keys::from_pem(&signing_key()).unwrap();
        let mut api = Self {
            router: Router::new(),
            database,
            ambient,
            keys,
            queues,
            schedules,
            media: Arc::default(),
            counters: Arc::default(),
            mails: Arc::default(),
            data_keys: Arc::default(),
            workspace,
            other,
            people: Vec::new(),
        };
        api.router = api.router(Effects::live());
        for role in Role::ALL {
            let id = api.person(&format!("{role}@example.com"), true).await;
            let membership = if role == Role::SuperAdmin { Role::Admin } else { role };
            api.join(api.workspace.id, id, membership).await;
            if role == Role::SuperAdmin {
                api.change(&format!("UPDATE users SET is_super_admin = true WHERE id = '{id}'")).await;
            }
            let session = api.session(id, api.workspace.id).await;
            api.people.push((role, id, session));
        }
        api
    }

    /// The API whose effects are these, over the same database and queues.
    pub(crate) fn router(&self, effects: Effects) -> Router {
        self.behind(self.gate(|_| Tier::Staff), effects)
    }

    /// A gate without other origins, whose accounts are of these tiers.
    pub(crate) fn gate(&self, tier_of: fn(Role) -> Tier) -> Gate {
        Gate { limits: Limits::new(self.counters.clone(), tier_of), ..Gate::default() }
    }

    /// The API behind this gate.
    pub(crate) fn behind(&self, gate: Gate, effects: Effects) -> Router {
        self.vouched_for(Providers::default(), gate, effects)
    }

    /// The API behind this gate, with whom people may sign in besides.
    pub(crate) fn vouched_for(&self, providers: Providers, gate: Gate, effects: Effects) -> Router {
        self.described_by(Document::in_folder(DOCUMENT), providers, gate, effects)
    }

    /// The API behind this gate, with this document.
    pub(crate) fn described_by(
        &self,
        document: Document,
        providers: Providers,
        gate: Gate,
        effects: Effects,
    ) -> Router {
        let backend = Backend {
            database: self.database.database.clone(),
            relay: self.relay(effects.clone()),
            vault: self.vault(),
            web: Web(WEB.to_owned()),
            providers,
            media: Lazy::ready(self.media.clone()),
        };
        let (backend, keys) = (Lazy::ready(backend), KeyRing::ready(Keys::from_pem(&signing_key()).unwrap()));
        api::router(App::new(backend, keys, gate, document, self.ambient.clone(), effects))
    }

    /// What lets the messages of the outbox leave.
    pub(crate) fn relay(&self, effects: Effects) -> Relay {
        let destinations = Destinations {
            generation_queue_url: "https://queues.test/generation".to_owned(),
            orchestration_queue_url: ORCHESTRATION.to_owned(),
        };
        let database = self.database.database.clone();
        let (queues, schedules) = (self.queues.clone(), self.schedules.clone());
        let postman = Postman { vault: self.vault(), mailer: self.mails.clone() };
        Relay::new(database, queues, schedules, destinations, self.ambient.clone(), effects)
            .with_postman(postman)
            .with_media(self.media.clone())
    }

    /// What seals secrets, with nothing in its memory.
    pub(crate) fn vault(&self) -> Vault {
        Vault::new(self.data_keys.clone(), self.database.database.clone(), self.ambient.clone())
    }

    /// What the minute does: lets leave what could not leave at once. A transaction whose handler died is rolled back a
    /// moment later, and holds its messages until then.
    pub(crate) async fn sweep(&self) {
        let (relay, end) = (self.relay(Effects::live()), Instant::now() + Duration::from_secs(10));
        while self.count("SELECT count(*) FROM outbox").await > 0 && Instant::now() < end {
            relay.sweep().await.unwrap();
        }
    }

    /// The secret of the newest mail to this address, once the outbox was swept.
    pub(crate) async fn mailed(&self, to: &str) -> String {
        self.relay(Effects::live()).sweep().await.unwrap();
        let mails = self.mails.all();
        let mail = mails.iter().rev().find(|mail| mail.to == to).unwrap();
        let (_, secret) = mail.text.split_once('#').unwrap();
        secret.split_whitespace().next().unwrap().to_owned()
    }

    /// Changes the database behind the API's back.
    pub(crate) async fn change(&self, sql: &str) {
        sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&self.database.admin).await.unwrap();
    }

    /// Somebody signs in.
    pub(crate) async fn session(&self, user_id: UserId, workspace_id: WorkspaceId) -> SessionId {
        let now = self.ambient.now();
        let (id, secret) = {
            let mut random = self.ambient.random();
            (SessionId::new(now, &mut random), Secret::new(Kind::RefreshToken, &mut random))
        };
        let expires_at = now + TimeDelta::days(30);
        let new = NewSession { id, user_id, workspace_id, device: "test", digest: secret.digest(), expires_at };
        let mut transaction = self.database.database.begin().await.unwrap();
        sessions::begin(&mut transaction, &new, now).await.unwrap();
        transaction.commit().await.unwrap();
        id
    }

    /// A token of somebody's session.
    pub(crate) fn token_of(&self, user_id: UserId, workspace_id: WorkspaceId, session: SessionId) -> String {
        let now = self.ambient.now();
        let id = new_uuid(now, &mut self.ambient.random());
        self.keys.sign(&Claims::new(user_id, workspace_id, session, now, id)).unwrap()
    }

    /// A person with this address, whose password is [`PASSWORD`] if they have one.
    pub(crate) async fn person(&self, email: &str, has_password: bool) -> UserId {
        let mut random = self.ambient.random();
        let user = NewUser {
            id: UserId::new(self.ambient.now(), &mut random),
            email: &Email::parse(email).unwrap(),
            name: "Somebody",
            password_hash: has_password.then_some(HASH.as_str()),
        };
        let mut transaction = self.database.database.begin().await.unwrap();
        let id = identity::create_user(&mut transaction, &user, self.ambient.now()).await.unwrap();
        transaction.commit().await.unwrap();
        id
    }

    /// Makes a person a member.
    pub(crate) async fn join(&self, workspace: WorkspaceId, user: UserId, role: Role) {
        let mut transaction = self.database.database.begin().await.unwrap();
        let now = self.ambient.now();
        assert!(identity::create_membership(&mut transaction, workspace, user, role, now).await.unwrap());
        transaction.commit().await.unwrap();
    }

    pub(crate) fn user(&self, role: Role) -> UserId {
        self.people.iter().find(|(other, ..)| *other == role).unwrap().1
    }

    /// A token of the person with this role.
    pub(crate) fn token(&self, role: Role) -> String {
        self.keys.sign(&self.claims(role)).unwrap()
    }

    pub(crate) fn claims(&self, role: Role) -> Claims {
        let now = self.ambient.now();
        let session = self.people.iter().find(|(other, ..)| *other == role).unwrap().2;
        Claims::new(self.user(role), self.workspace.id, session, now, new_uuid(now, &mut self.ambient.random()))
    }

    /// A request of the workspace's admin.
    pub(crate) fn admin(&self, method: Method, path: &str) -> Call<'_> {
        self.anonymous(method, path).token(&self.token(Role::Admin))
    }

    pub(crate) fn anonymous(&self, method: Method, path: &str) -> Call<'_> {
        let (headers, body) = (HeaderMap::new(), Body::empty());
        Call { api: self, method, path: path.to_owned(), address: None, headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.admin(Method::GET, path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.admin(Method::POST, path).json(body).send().await
    }

    pub(crate) async fn patch(&self, path: &str, version: i32, body: &Value) -> Reply {
        self.admin(Method::PATCH, path).header("if-match", &format!("\"{version}\"")).json(body).send().await
    }

    /// What the database says, one value.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.database.admin).await.unwrap()
    }

    pub(crate) async fn audited(&self, subject: Uuid) -> Vec<String> {
        sqlx::query_scalar("SELECT action FROM audit_log WHERE subject_id = $1 ORDER BY created_at, action")
            .bind(subject)
            .fetch_all(&self.database.admin)
            .await
            .unwrap()
    }
}

/// A request that is being put together.
pub(crate) struct Call<'a> {
    api: &'a Api,
    method: Method,
    path: String,
    address: Option<SourceAddress>,
    headers: HeaderMap,
    body: Body,
}

impl Call<'_> {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().unwrap());
        self
    }

    /// From this network address; without, from none that counts.
    pub(crate) fn sent_from(self, address: &str) -> Self {
        Self { address: Some(SourceAddress(address.to_owned())), ..self }
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) async fn send(self) -> Reply {
        let router = self.api.router.clone();
        self.send_to(router).await
    }

    pub(crate) async fn send_to(self, router: Router) -> Reply {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().unwrap();
        *request.headers_mut() = self.headers;
        if let Some(address) = self.address {
            request.extensions_mut().insert(address);
        }
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, text, json }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Reply {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn id(&self) -> Uuid {
        self.json["id"].as_str().unwrap().parse().unwrap()
    }

    /// Expects a problem of this status and kind, in full dress.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, kind: &str) -> Self {
        let reply = self.expect(status);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        assert_eq!(reply.json["type"], format!("urn:rostrum:problem:{kind}"), "{}", reply.text);
        assert_eq!(reply.json["status"], status);
        let instance = reply.json["instance"].as_str().unwrap();
        assert_eq!(instance, format!("urn:uuid:{}", reply.header("x-request-id").unwrap()));
        for field in ["title", "detail"] {
            assert!(!reply.json[field].as_str().unwrap().is_empty());
        }
        reply
    }

    /// Expects a refusal of exactly these fields.
    #[track_caller]
    pub(crate) fn invalid(self, fields: &[&str]) -> Self {
        let reply = self.problem(422, "invalid");
        let errors = reply.json["errors"].as_array().unwrap();
        let named: Vec<&str> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(named, fields, "{}", reply.text);
        reply
    }
}

/// What a campaign must at least say.
pub(crate) fn campaign() -> Value {
    json!({ "name": "Spring", "platform": "linkedin", "brief": "Bridges that last." })
}
