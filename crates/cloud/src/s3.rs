//! Requests to one bucket of S3, carried by the runtime of the AWS SDK: it finds the credentials, signs, keeps the time
//! limits, and asks again after throttling, an error of S3's own or a lost connection.
//!
//! The requests are written by hand: the SDK's client of S3 would add a megabyte to every function, most of it rules of
//! endpoints and tables of checksums that we do not use.

use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_runtime::{
    auth::{
        HttpSignatureType, PayloadSigningOverride, SigV4OperationSigningConfig, SigningOptions,
        sigv4::{SCHEME_ID, SigV4AuthScheme},
    },
    retries::classifiers::AwsErrorCodeClassifier,
    service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor},
};
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_http::{
    label::{self, EncodingStrategy},
    query,
};
use aws_smithy_runtime::client::{
    defaults::{DefaultPluginParams, default_plugins},
    http::connection_poisoning::ConnectionPoisoningInterceptor,
    orchestrator::{StopPoint, endpoints::StaticUriEndpointResolver, invoke_with_stop_point},
    retries::{
        classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
        strategy::NeverRetryStrategy,
    },
    stalled_stream_protection::StalledStreamProtectionInterceptor,
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{AuthSchemeOptionResolverParams, static_resolver::StaticAuthSchemeOptionResolver},
        endpoint::EndpointResolverParams,
        interceptors::context::{Input, InterceptorContext},
        orchestrator::{HttpRequest, SensitiveOutput},
        runtime_components::RuntimeComponentsBuilder,
        runtime_plugin::{RuntimePlugins, StaticRuntimePlugin},
        ser_de::{SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer},
    },
};
use aws_smithy_types::{
    body::SdkBody,
    config_bag::{ConfigBag, Layer},
};
use bytes::Bytes;

mod refusal;

use refusal::{Answers, Failure, Refusal};

/// A request for one object.
#[derive(Debug)]
pub(crate) struct Call {
    operation: &'static str,
    method: &'static str,
    /// Percent-encoded, from the `/` before the key on.
    path_and_query: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Call {
    pub(crate) fn new(operation: &'static str, method: &'static str, key: &str) -> Self {
        let path_and_query = format!("/{}", label::fmt_string(key, EncodingStrategy::Greedy));
        Self { operation, method, path_and_query, headers: Vec::new(), body: Bytes::new() }
    }

    /// Adds the only parameter.
    pub(crate) fn parameter(mut self, name: &str, value: &str) -> Self {
        self.path_and_query = format!("{}?{name}={}", self.path_and_query, query::fmt_string(value));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn body(self, bytes: Vec<u8>) -> Self {
        Self { body: Bytes::from(bytes), ..self }
    }
}

impl SerializeRequest for Call {
    fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        let mut request = HttpRequest::new(SdkBody::from(self.body.clone()));
        request.set_method(self.method)?;
        request.set_uri(self.path_and_query.as_str())?;
        for (name, value) in &self.headers {
            request.headers_mut().try_insert(*name, value.clone())?;
        }
        Ok(request)
    }
}

/// What carries the requests.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    plugins: RuntimePlugins,
    signing: SigV4OperationSigningConfig,
}

impl Client {
    /// A client of the process's shared configuration for the bucket at this address, which has no `/` at its end.
    pub(crate) fn new(config: &SdkConfig, address: String) -> Self {
        let signing = signing(config.region());
        let defaults = DefaultPluginParams::new()
            .with_retry_partition_name(config.region().map_or("s3".to_owned(), |region| format!("s3-{region}")))
            .with_behavior_version(config.behavior_version().unwrap_or_else(BehaviorVersion::latest))
            .with_is_aws_sdk(true);
        let plugins = RuntimePlugins::new().with_client_plugins(default_plugins(defaults)).with_client_plugin(
            StaticRuntimePlugin::new()
                .with_config(settings(config, signing.clone()).freeze())
                .with_runtime_components(components(config, address)),
        );
        Self { plugins, signing }
    }

    /// Sends a request, and asks again where that may help. All that is told of a good answer is that it came.
    pub(crate) async fn send(&self, call: Call) -> Result<(), Failure> {
        let operation = call.operation;
        let mut layer = Layer::new("call");
        layer.store_put(SharedRequestSerializer::new(call));
        let plugin = StaticRuntimePlugin::new().with_config(layer.freeze());
        self.carry(operation, plugin, StopPoint::None).await?;
        Ok(())
    }

    /// The address of a request that anybody may send from `from` on. Nothing is sent.
    pub(crate) async fn presign(&self, call: Call, from: SystemTime, lifetime: Duration) -> Result<String, Failure> {
        let operation = call.operation;
        let mut signing = self.signing.clone();
        signing.signing_options.signature_type = HttpSignatureType::HttpRequestQueryParams;
        signing.signing_options.expires_in = Some(lifetime);
        let mut layer = Layer::new("presigned call");
        layer.store_put(signing);
        layer.store_put(PayloadSigningOverride::unsigned_payload());
        layer.store_put(SharedRequestSerializer::new(call));
        let components = RuntimeComponentsBuilder::new("presigned call")
            .with_retry_strategy(Some(NeverRetryStrategy::new()))
            .with_time_source(Some(StaticTimeSource::new(from)));
        let plugin = StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components);
        let context = self.carry(operation, plugin, StopPoint::BeforeTransmit).await?;
        let signed = context.request().map(|request| request.uri().to_owned());
        signed.ok_or_else(|| Failure::of_ours(operation, "the runtime kept no request"))
    }

    async fn carry(
        &self,
        operation: &'static str,
        plugin: StaticRuntimePlugin,
        stop: StopPoint,
    ) -> Result<InterceptorContext, Failure> {
        let plugins = self.plugins.clone().with_operation_plugin(plugin);
        let carried = invoke_with_stop_point("s3", operation, Input::erase(()), &plugins, stop).await;
        carried.map_err(|failure| Failure::new(operation, &failure))
    }
}

/// S3 takes paths as they are, encoded once, and wants the digest of what is sent.
/// Source: "Authenticating Requests (AWS Signature Version 4)" in the S3 API reference.
fn signing(region: Option<&Region>) -> SigV4OperationSigningConfig {
    let mut options = SigningOptions::default();
    options.double_uri_encode = false;
    options.normalize_uri_path = false;
    options.content_sha256_header = true;
    SigV4OperationSigningConfig {
        region: region.cloned().map(Into::into),
        name: Some("s3".into()),
        signing_options: options,
        ..SigV4OperationSigningConfig::default()
    }
}

fn settings(config: &SdkConfig, signing: SigV4OperationSigningConfig) -> Layer {
    let mut layer = Layer::new("s3");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(EndpointResolverParams::new(()));
    layer.store_put(SharedResponseDeserializer::new(Answers));
    layer.store_put(SensitiveOutput);
    layer.store_put(signing);
    if let Some(retries) = config.retry_config() {
        layer.store_put(retries.clone());
    }
    if let Some(timeouts) = config.timeout_config() {
        layer.store_put(timeouts.clone());
    }
    if let Some(protection) = config.stalled_stream_protection() {
        layer.store_put(protection);
    }
    layer
}

/// The same parts as those of the SDK's own clients, in so far as they change what is sent and when.
fn components(config: &SdkConfig, address: String) -> RuntimeComponentsBuilder {
    let components = RuntimeComponentsBuilder::new("s3")
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
        .with_endpoint_resolver(Some(StaticUriEndpointResolver::uri(address)))
        .with_interceptor(ConnectionPoisoningInterceptor::new())
        .with_interceptor(ServiceClockSkewInterceptor::new())
        .with_interceptor(StalledStreamProtectionInterceptor::default())
        .with_retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
        .with_retry_classifier(HttpStatusCodeClassifier::default())
        .with_retry_classifier(ServiceClockSkewClassifier::<Refusal>::new())
        .with_retry_classifier(TransientErrorClassifier::<Refusal>::new())
        .with_http_client(config.http_client())
        .with_identity_cache(config.identity_cache())
        .with_sleep_impl(config.sleep_impl())
        .with_time_source(config.time_source());
    match config.credentials_provider() {
        Some(credentials) => components.with_identity_resolver(SCHEME_ID, credentials),
        None => components,
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
    use chrono::{DateTime, Utc};

    use super::*;

    /// The example of "Authenticating Requests: Using Query Parameters" in the S3 API reference.
    #[tokio::test]
    async fn a_link_has_the_signature_that_s3_publishes() {
        let credentials =
            Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None, None, "example");
        let config = SdkConfig::builder()
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        let client = Client::new(&config, "https://examplebucket.s3.amazonaws.com".to_owned());
        let from: DateTime<Utc> = "2013-05-24T00:00:00Z".parse().unwrap();
        let call = Call::new("GetObject", "GET", "test.txt");
        let link = client.presign(call, from.into(), Duration::from_hours(24)).await.unwrap();
        let expected = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
            &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
            &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
            &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert_eq!(link, expected);
    }
}
