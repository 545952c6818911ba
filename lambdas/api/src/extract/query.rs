//! The query of an address. Parameters that nobody reads are refused: a filter that is spelled wrong would show too much.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Query as AxumQuery};
use http::request::Parts;
use rostrum_core::field::FieldError;

use crate::{
    error::ApiError,
    page::{self, PageRequest},
};

/// The parameters that nobody has read yet, and what was wrong with the others.
#[derive(Debug)]
pub struct Query {
    parameters: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Query {
    /// The parameter `name`, for which `expected` says what is allowed.
    pub fn take<T: FromStr>(&mut self, name: &str, expected: &str) -> Option<T> {
        self.read(name, |text| text.parse().map_err(|_| format!("must be {expected}")))
    }

    /// Which page is asked for: `limit` and `cursor`.
    pub fn page(&mut self) -> PageRequest {
        self.page_named("limit", "cursor", page::DEFAULT, page::MOST)
    }

    /// Which page is asked for, by parameters of these names.
    pub fn page_named(&mut self, limit: &str, cursor: &str, default: i64, most: i64) -> PageRequest {
        let limit = self.read(limit, |text| match text.parse() {
            Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
            _ => Err(format!("must be a number from 1 to {most}")),
        });
        let after = self.read(cursor, |text| {
            page::read_cursor(text).ok_or_else(|| "must be the `next_cursor` of the page before".to_owned())
        });
        PageRequest { after, limit: limit.unwrap_or(default) }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// If a parameter cannot be accepted, or nobody has read it.
    pub fn finish(mut self) -> Result<(), ApiError> {
        for (name, _) in self.parameters {
            let error = FieldError::new(name, "is not a parameter of this address");
            self.errors.push(FieldError { is_unknown: true, ..error });
        }
        if self.errors.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self.errors)) }
    }

    fn read<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let mut found = self.parameters.extract_if(.., |(other, _)| other == name);
        let (_, text) = found.next()?;
        if found.next().is_some() {
            drop(found);
            self.errors.push(FieldError::new(name, "is there twice"));
            return None;
        }
        drop(found);
        match read(&text) {
            Ok(value) => Some(value),
            Err(message) => {
                self.errors.push(FieldError::new(name, message));
                None
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let parameters = AxumQuery::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let AxumQuery(parameters) =
            parameters.map_err(|_| ApiError::Malformed("The query of the address cannot be read.".to_owned()))?;
        Ok(Self { parameters, errors: Vec::new() })
    }
}
