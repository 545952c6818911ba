//! The Lambda function `llm-claude`: answers the seats of a council whose models are Anthropic's.

use lambda_runtime::Error;
use rostrum_core::model::Family;

#[tokio::main]
async fn main() -> Result<(), Error> {
    rostrum_workflow::function::seat(Family::Anthropic).await
}
