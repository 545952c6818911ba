//! JSON Merge Patch (RFC 7396): what is not named stays, null takes the field away and with that back to its default.

use std::{borrow::Cow, marker::PhantomData};

use axum::extract::{FromRequest, Request};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{body, read_value};
use crate::error::ApiError;

/// A change of a `T`.
#[derive(Debug, Clone)]
pub struct Patch<T> {
    changes: Map<String, Value>,
    of: PhantomData<fn(T)>,
}

impl<T: Serialize + DeserializeOwned> Patch<T> {
    /// `current` with the change.
    ///
    /// # Errors
    /// If what comes out is no `T`: a field that is not known, or one that cannot be taken away.
    pub fn apply(&self, current: &T) -> Result<T, ApiError> {
        let mut value = serde_json::to_value(current).map_err(ApiError::internal)?;
        merge(&mut value, &Value::Object(self.changes.clone()));
        read_value(value)
    }

    /// The fields that it names.
    pub fn fields(&self) -> Vec<&str> {
        self.changes.keys().map(String::as_str).collect()
    }
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

impl<T, S: Send + Sync> FromRequest<S> for Patch<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, content) = request.into_parts();
        body::expect_media_type(&parts.headers, &["application/merge-patch+json", "application/json"])?;
        let bytes = body::bytes(content).await?;
        Ok(Self { changes: body::read(&bytes)?, of: PhantomData })
    }
}

impl<T: ToSchema> PartialSchema for Patch<T> {
    /// As of a `T`, where every field may be left out.
    fn schema() -> RefOr<Schema> {
        let mut schema = T::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required.clear();
        }
        schema
    }
}

impl<T: ToSchema> ToSchema for Patch<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Patch", T::name().trim_end_matches("Body")).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(mut target: Value, patch: &Value, expected: &Value) {
        merge(&mut target, patch);
        assert_eq!(&target, expected, "{patch}");
    }

    /// Cases of RFC 7396, appendix A.
    #[test]
    fn merges_as_the_rfc_says() {
        check(json!({"a": "b"}), &json!({"a": "c"}), &json!({"a": "c"}));
        check(json!({"a": "b"}), &json!({"b": "c"}), &json!({"a": "b", "b": "c"}));
        check(json!({"a": "b", "b": "c"}), &json!({"a": null}), &json!({"b": "c"}));
        check(json!({"a": ["b"]}), &json!({"a": "c"}), &json!({"a": "c"}));
        check(json!({"a": "c"}), &json!({"a": ["b"]}), &json!({"a": ["b"]}));
        check(json!({"a": {"b": "c"}}), &json!({"a": {"b": "d", "c": null}}), &json!({"a": {"b": "d"}}));
        check(json!({"a": [{"b": "c"}]}), &json!({"a": [1]}), &json!({"a": [1]}));
        check(json!({"e": null}), &json!({"a": 1}), &json!({"e": null, "a": 1}));
        check(json!({}), &json!({"a": {"bb": {"ccc": null}}}), &json!({"a": {"bb": {}}}));
    }
}
