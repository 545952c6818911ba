use rostrum_llm::Error;
use rostrum_llm::http::Answer;
use serde::Deserialize;

/// Phrases of a spent account, which comes as 403 or as 429.
const SPENT: [&str; 4] =
    ["used all available credits", "run out of credits", "doesn't have any credits", "insufficient_quota"];

/// Phrases of a model that is not there, which comes as 404 or as 400.
const UNKNOWN_MODEL: [&str; 3] = ["Model not found", "does not exist", "model_not_found"];

/// Names the error in an answer with any status but 200.
pub(crate) fn read(answer: &Answer, model: &str) -> Error {
    let retry_after = answer.retry_after();
    // A body that cannot be read matters only where the status leaves open what is meant.
    let failure = answer.json::<Failure>().map(Failure::text);
    let text = failure.as_deref().unwrap_or("");
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    match answer.status {
        402 => Error::OutOfCredit,
        _ if says(&SPENT) => Error::OutOfCredit,
        401 | 403 => Error::Unauthorized,
        413 => Error::TooLarge,
        429 => Error::RateLimited { retry_after },
        status @ 500..=599 => Error::Overloaded { status, retry_after },
        400 if says(&["Incorrect API key"]) => Error::Unauthorized,
        400 | 404 if says(&UNKNOWN_MODEL) => Error::UnknownModel { model: model.to_owned() },
        400 if says(&["context_length_exceeded", "maximum prompt length"]) => Error::TooLarge,
        400 | 409 | 422 => match failure {
            Ok(text) => Error::invalid_request(&text),
            Err(error) => error,
        },
        status => failure.err().unwrap_or_else(|| {
            let message = format!("an error with HTTP status {status}");
            Error::protocol(message, &answer.body)
        }),
    }
}

#[derive(Deserialize)]
struct Failure {
    error: Detail,
    code: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Detail {
    Text(String),
    OpenAi { message: String, code: Option<String> },
}

impl Failure {
    /// All that the provider says, code first.
    fn text(self) -> String {
        let (code, message) = match self.error {
            Detail::Text(message) => (self.code, message),
            Detail::OpenAi { message, code } => (code.or(self.code), message),
        };
        match code {
            Some(code) => format!("{code}: {message}"),
            None => message,
        }
    }
}
