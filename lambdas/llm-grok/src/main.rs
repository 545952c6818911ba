//! The Lambda function `llm-grok`: answers the seats of a council whose models are xAI's.

use lambda_runtime::Error;
use rostrum_core::model::Family;

#[tokio::main]
async fn main() -> Result<(), Error> {
    rostrum_workflow::function::seat(Family::Xai).await
}
