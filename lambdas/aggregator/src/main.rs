//! The Lambda function `aggregator`; see the library for what it does.

use aggregator::Aggregator;
use lambda_runtime::Error;
use rostrum_core::model::Family;
use rostrum_workflow::function;

#[tokio::main]
async fn main() -> Result<(), Error> {
    function::serve(&Family::ALL, |steps, input, deadline| async move {
        Aggregator { steps }.handle(&input, deadline).await
    })
    .await
}
