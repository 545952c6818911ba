use rostrum_llm::Error;
use rostrum_llm::http::Answer;
use serde::Deserialize;

/// The codes of an account that has nothing left to spend (`external-apis.md` §3.3); waiting does not help.
const SPENT: [&str; 5] = [
    "credit_balance_exhausted",
    "insufficient_quota",
    "organization_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "project_spend_limit_exceeded",
];

/// Names the error in an answer with any status but 200.
pub(crate) fn read(answer: &Answer, model: &str) -> Error {
    let retry_after = answer.retry_after();
    // A body that cannot be read matters only where the status leaves open what is meant.
    let failure = answer.json::<Failure>().map(|failure| failure.error);
    let code = failure.as_ref().map_or("", Detail::name).to_owned();
    let spent = failure.as_ref().is_ok_and(Detail::is_spent);
    match answer.status {
        401 | 403 => Error::Unauthorized,
        402 => Error::OutOfCredit,
        _ if spent => Error::OutOfCredit,
        413 => Error::TooLarge,
        429 => Error::RateLimited { retry_after },
        status @ 500..=599 => Error::Overloaded { status, retry_after },
        _ if code == "context_length_exceeded" => Error::TooLarge,
        _ if code == "model_not_found" => Error::UnknownModel { model: model.to_owned() },
        400 | 409 | 422 => match failure {
            Ok(detail) => Error::invalid_request(&detail.message),
            Err(error) => error,
        },
        status => failure.err().unwrap_or_else(|| {
            let message = format!("error {code:?} with HTTP status {status}");
            Error::protocol(message, &answer.body)
        }),
    }
}

#[derive(Deserialize)]
struct Failure {
    error: Detail,
}

#[derive(Deserialize)]
struct Detail {
    message: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
}

impl Detail {
    fn name(&self) -> &str {
        self.code.as_deref().or(self.kind.as_deref()).unwrap_or("")
    }

    fn is_spent(&self) -> bool {
        [&self.code, &self.kind].into_iter().flatten().any(|word| SPENT.contains(&word.as_str()))
    }
}
