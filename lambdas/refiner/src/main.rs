//! The Lambda function `refiner`; see the library for what it does.

use lambda_runtime::Error;
use refiner::Refiner;
use rostrum_core::model::Family;
use rostrum_workflow::function;

#[tokio::main]
async fn main() -> Result<(), Error> {
    function::serve(
        &Family::ALL,
        |steps, input, deadline| async move { Refiner { steps }.handle(&input, deadline).await },
    )
    .await
}
