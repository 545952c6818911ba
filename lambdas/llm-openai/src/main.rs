//! The Lambda function `llm-openai`: answers the seats of a council whose models are OpenAI's.

use lambda_runtime::Error;
use rostrum_core::model::Family;

#[tokio::main]
async fn main() -> Result<(), Error> {
    rostrum_workflow::function::seat(Family::OpenAi).await
}
