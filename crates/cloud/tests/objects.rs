//! What goes to S3, and what becomes of its answers. Instead of a network there is a list of answers.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::{Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use rostrum_cloud::{Link, Objects as _, S3Objects, Written};

/// A key of which S3 wants four characters encoded.
const KEY: &str = "a b/é+.png";
const ADDRESS: &str = "https://pictures.s3.eu-central-1.amazonaws.com/a%20b/%C3%A9%2B.png";
const LOCAL: &str = "http://127.0.0.1:4566";
/// `printf hello | openssl dgst -sha256 -binary | base64`
const HELLO: &str = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

/// An end of the line: what it was asked, and what it will answer. With no answer left it loses the connection.
#[derive(Debug, Clone, Default)]
struct Line {
    requests: Arc<Mutex<Vec<HttpRequest>>>,
    answers: Arc<Mutex<VecDeque<HttpResponse>>>,
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.requests.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front();
        HttpConnectorFuture::ready(answer.ok_or_else(|| ConnectorError::io("the connection is lost".into())))
    }
}

impl Line {
    fn answering(answers: impl IntoIterator<Item = HttpResponse>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() }
    }

    fn objects(&self, endpoint: Option<&str>) -> S3Objects {
        let credentials = Credentials::new("AKID", "SECRET", Some("TOKEN".to_owned()), None, "test");
        let line = self.clone();
        let mut config = SdkConfig::builder()
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(line.clone())));
        config.set_endpoint_url(endpoint.map(str::to_owned));
        S3Objects::new(&config.build(), "pictures")
    }

    fn asked(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// The only request.
    fn request(&self) -> HttpRequest {
        let mut requests = self.requests.lock().unwrap();
        assert_eq!(requests.len(), 1);
        requests.pop().unwrap()
    }
}

fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> HttpResponse {
    let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    for (name, value) in headers {
        answer.headers_mut().insert(*name, *value);
    }
    answer
}

fn ok() -> HttpResponse {
    answer(200, &[("content-length", "0")], "")
}

fn link(lifetime: Duration) -> Link<'static> {
    let from = "2026-11-22T12:00:00Z".parse().unwrap();
    Link { key: KEY, from, lifetime, disposition: "attachment; filename=\"post.jpg\"" }
}

#[tokio::test]
async fn a_write_is_conditional_and_carries_its_digest() {
    let line = Line::answering([ok()]);
    let written = line.objects(None).put(KEY, b"hello".to_vec(), "image/png").await.unwrap();
    assert_eq!(written, Written::Now);
    let request = line.request();
    assert_eq!((request.method(), request.uri()), ("PUT", ADDRESS));
    let check = |name: &str, expected: &str| assert_eq!(request.headers().get(name), Some(expected), "{name}");
    check("cache-control", "private, max-age=31536000, immutable");
    check("content-length", "5");
    check("content-type", "image/png");
    check("if-none-match", "*");
    check("x-amz-checksum-sha256", HELLO);
    check("x-amz-content-sha256", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    check("x-amz-security-token", "TOKEN");
    let authorization = request.headers().get("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{authorization}");
    let signed = "/eu-central-1/s3/aws4_request, SignedHeaders=cache-control;content-length;content-type;host;\
        if-none-match;x-amz-checksum-sha256;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=";
    assert!(authorization.contains(signed), "{authorization}");
    let body = ByteStream::new(request.into_body()).collect().await.unwrap();
    assert_eq!(body.to_vec(), b"hello");
}

#[tokio::test]
async fn a_deletion_names_its_object() {
    let line = Line::answering([answer(204, &[], "")]);
    line.objects(None).delete(KEY).await.unwrap();
    let request = line.request();
    assert_eq!((request.method(), request.uri()), ("DELETE", ADDRESS));
    assert!(request.headers().get("authorization").is_some());
}

#[tokio::test]
async fn the_bucket_is_in_the_path_where_the_host_cannot_name_it() {
    let line = Line::answering([answer(204, &[], "")]);
    line.objects(Some(&format!("{LOCAL}/"))).delete(KEY).await.unwrap();
    assert_eq!(line.request().uri(), format!("{LOCAL}/pictures/a%20b/%C3%A9%2B.png"));
}

#[tokio::test]
async fn what_was_written_before_stays() {
    let refusal = "<Error><Code>PreconditionFailed</Code><Message>It did not hold</Message></Error>";
    let line = Line::answering([answer(412, &[], refusal)]);
    assert_eq!(line.objects(None).put(KEY, Vec::new(), "image/png").await.unwrap(), Written::Before);
}

#[tokio::test]
async fn a_conflict_is_told_as_s3_tells_it() {
    let refusal = "<Error><Code>ConditionalRequestConflict</Code><Message>Somebody else writes</Message></Error>";
    let ids = [("x-amz-request-id", "79104EXAMPLEB723"), ("x-amz-id-2", "IOWQ4fDEXAMPLEQM+ey7N9Wg=")];
    let line = Line::answering([answer(409, &ids, refusal)]);
    let error = line.objects(None).put(KEY, Vec::new(), "image/png").await.unwrap_err();
    let expected = "s3 PutObject: service error: status 409, ConditionalRequestConflict: Somebody else writes, \
        request id 79104EXAMPLEB723, extended request id IOWQ4fDEXAMPLEQM+ey7N9Wg=";
    assert_eq!(error.to_string(), expected);
    assert_eq!(line.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_asked_three_times() {
    let slow = || answer(503, &[], "<Error><Code>SlowDown</Code><Message>Please</Message></Error>");
    let line = Line::answering([slow(), answer(500, &[], ""), ok()]);
    assert_eq!(line.objects(None).put(KEY, b"hello".to_vec(), "image/png").await.unwrap(), Written::Now);
    assert_eq!(line.asked(), 3);
    let line = Line::answering([slow(), slow(), slow(), ok()]);
    let error = line.objects(None).put(KEY, b"hello".to_vec(), "image/png").await.unwrap_err();
    assert!(error.to_string().ends_with("status 503, SlowDown: Please"), "{error}");
    assert_eq!(line.asked(), 3);
    let line = Line::default();
    let error = line.objects(None).delete(KEY).await.unwrap_err();
    assert!(error.to_string().ends_with("the connection is lost"), "{error}");
    assert_eq!(line.asked(), 3);
}

/// S3 answers 204 where there is no object.
#[tokio::test]
async fn a_deletion_that_finds_nothing_is_somewhere_else() {
    let check = async |status: u16, body: &'static str, expected: &str| {
        let error = Line::answering([answer(status, &[], body)]).objects(None).delete(KEY).await.unwrap_err();
        assert_eq!(error.to_string(), format!("s3 DeleteObject: service error: {expected}"));
    };
    let none = "<Error><Code>NoSuchBucket</Code><Message>None</Message></Error>";
    check(404, none, "status 404, NoSuchBucket: None").await;
    let none = "<Error><Code>NoSuchKey</Code><Message>None</Message></Error>";
    check(404, none, "status 404, NoSuchKey: None").await;
    check(404, "", "status 404, without a code: without a message").await;
    check(403, "", "status 403, without a code: without a message").await;
}

/// The signatures were calculated by the steps of "Authenticating Requests: Using Query Parameters" in the S3 API
/// reference, with another program.
#[tokio::test]
async fn a_link_is_signed_here_for_its_time() {
    let check = async |endpoint: Option<&str>, address: &str, signature: &str| {
        let line = Line::default();
        let told = line.objects(endpoint).link(&link(Duration::from_mins(5))).await.unwrap();
        let expected = format!(
            "{address}?response-content-disposition=attachment%3B%20filename%3D%22post.jpg%22\
             &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261122%2Feu-central-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20261122T120000Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}\
             &X-Amz-Security-Token=TOKEN"
        );
        assert_eq!(told, expected);
        assert_eq!(line.asked(), 0);
    };
    check(None, ADDRESS, "56f76d24abc15dd65c6024b1db871d592fac56b2dd9ff06480a75ec58fc56ef7").await;
    let local = format!("{LOCAL}/pictures/a%20b/%C3%A9%2B.png");
    check(Some(LOCAL), &local, "c0fdc44e6917f7d34ad50a48511ded9aa48652f3fd91a90da4fd6d5f1a744d7a").await;
}

#[tokio::test]
async fn a_link_works_for_seven_days_at_most() {
    let objects = Line::default().objects(None);
    let week = Duration::from_hours(7 * 24);
    assert!(objects.link(&link(week)).await.is_ok());
    let error = objects.link(&link(week + Duration::from_secs(1))).await.unwrap_err();
    assert_eq!(error.to_string(), "s3 presign GetObject: a link works for seven days at most");
}
