//! The Lambda function `meme-renderer`; see the library for what it does.

use std::{path::Path, sync::Arc};

use futures::FutureExt;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use meme_renderer::MemeRenderer;
use rostrum_cloud::{S3Objects, SdkConfig};
use rostrum_core::model::Family;
use rostrum_lambda_kit::{config, logging, task};
use rostrum_render::Fonts;
use rostrum_workflow::function;
use serde_json::Value;
use tokio::sync::OnceCell;

#[tokio::main]
async fn main() -> Result<(), Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let renderer = OnceCell::new();
    let (aws, renderer) = (&aws, &renderer);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let answer = async move {
            let renderer: &MemeRenderer = renderer.get_or_try_init(|| build(aws)).await?;
            task::call(event, |input, deadline| async move { renderer.handle(&input, deadline).await }).await
        };
        answer.boxed()
    }))
    .await
}

async fn build(aws: &SdkConfig) -> Result<MemeRenderer, Error> {
    let objects = Arc::new(S3Objects::new(aws, config::variable("MEDIA_BUCKET")?));
    // Where Lambda unpacks the function's zip.
    let folder = Path::new(&config::variable("LAMBDA_TASK_ROOT")?).join("fonts");
    let fonts = Fonts::open(folder).inspect_err(|error| tracing::error!(%error, "no picture can be drawn"))?;
    Ok(MemeRenderer { steps: function::steps(aws, &Family::ALL).await?, fonts: Arc::new(fonts), objects })
}
