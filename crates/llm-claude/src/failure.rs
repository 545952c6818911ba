use rostrum_llm::Error;
use rostrum_llm::http::Answer;
use serde::Deserialize;

/// Names the error in an answer with any status but 200 (`external-apis.md` §3.2, "Errors").
pub(crate) fn read(answer: &Answer, model: &str) -> Error {
    let retry_after = answer.retry_after();
    match answer.status {
        401 | 403 => return Error::Unauthorized,
        402 => return Error::OutOfCredit,
        413 => return Error::TooLarge,
        429 => return Error::RateLimited { retry_after },
        // 504 is the provider's own time limit, and passes like the others.
        status @ 500..=599 => {
            return Error::Overloaded { status, retry_after };
        }
        _ => {}
    }
    let failure: Failure = match answer.json() {
        Ok(failure) => failure,
        Err(error) => return error,
    };
    let message = failure.error.message;
    match failure.error.kind.as_str() {
        "not_found_error" => Error::UnknownModel { model: model.to_owned() },
        // A spent balance and the owner's spend limit have no type of their own; both texts are from memory.
        _ if message.contains("credit balance is too low") || message.contains("specified API usage limits") => {
            Error::OutOfCredit
        }
        _ if message.contains("prompt is too long") => Error::TooLarge,
        "invalid_request_error" | "conflict_error" => Error::invalid_request(&message),
        kind => {
            let message = format!("error {kind:?} with HTTP status {}", answer.status);
            Error::protocol(message, &answer.body)
        }
    }
}

#[derive(Deserialize)]
struct Failure {
    error: Detail,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(rename = "type")]
    kind: String,
    message: String,
}
