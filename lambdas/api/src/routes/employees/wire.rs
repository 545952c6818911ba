//! Employees as JSON.

use chrono::{DateTime, Utc};
use rostrum_core::employee::{Email, Profile, ValidProfile};
use rostrum_store::employees;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{error::ApiError, extract::Patch};

/// Somebody who is to become an employee.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEmployeeBody {
    /// What they are known by. Cannot be changed later.
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// The name that their posts are written under.
    #[schema(min_length = 1, max_length = 200)]
    display_name: String,
    /// What they do.
    #[serde(default)]
    #[schema(max_length = 200)]
    job_title: String,
    /// Who they are.
    #[serde(default)]
    #[schema(max_length = 4000)]
    bio: String,
    /// How they write: tone, habits, what they avoid.
    #[serde(default)]
    #[schema(max_length = 4000)]
    voice: String,
}

/// What can be changed of an employee.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmployeeBody {
    /// The name that their posts are written under.
    #[schema(min_length = 1, max_length = 200)]
    display_name: String,
    /// What they do.
    #[serde(default)]
    #[schema(max_length = 200)]
    job_title: String,
    /// Who they are.
    #[serde(default)]
    #[schema(max_length = 4000)]
    bio: String,
    /// How they write: tone, habits, what they avoid.
    #[serde(default)]
    #[schema(max_length = 4000)]
    voice: String,
}

/// An employee.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Employee {
    /// The id of the person; campaigns call it `user_id`.
    id: Uuid,
    /// What they are known by.
    email: String,
    /// The name that their posts are written under.
    display_name: String,
    /// What they do.
    job_title: String,
    /// Who they are.
    bio: String,
    /// How they write.
    voice: String,
    /// Counts the changes; the ETag is the same number.
    version: i32,
    /// When they were archived; null if they are not.
    archived_at: Option<DateTime<Utc>>,
    /// When they were added.
    created_at: DateTime<Utc>,
    /// When they were last changed.
    updated_at: DateTime<Utc>,
}

impl NewEmployeeBody {
    /// Address and profile, if both can be accepted.
    pub(super) fn validate(self) -> Result<(Email, ValidProfile), ApiError> {
        let Self { email, display_name, job_title, bio, voice } = self;
        let email = Email::parse(&email);
        let profile = Profile { display_name, job_title, bio, voice }.validate();
        match (email, profile) {
            (Ok(email), Ok(profile)) => Ok((email, profile)),
            (email, profile) => {
                let errors = email.err().into_iter().chain(profile.err()).flatten().collect();
                Err(ApiError::Invalid(errors))
            }
        }
    }
}

/// A change of that.
pub(super) type EmployeePatch = Patch<EmployeeBody>;

impl EmployeeBody {
    /// The profile, if it can be accepted.
    pub(super) fn validate(self) -> Result<ValidProfile, ApiError> {
        let Self { display_name, job_title, bio, voice } = self;
        Ok(Profile { display_name, job_title, bio, voice }.validate()?)
    }
}

impl From<employees::Employee> for EmployeeBody {
    fn from(stored: employees::Employee) -> Self {
        let employees::Employee { display_name, job_title, bio, voice, .. } = stored;
        Self { display_name, job_title, bio, voice }
    }
}

impl From<employees::Employee> for Employee {
    fn from(stored: employees::Employee) -> Self {
        let employees::Employee {
            id,
            email,
            display_name,
            job_title,
            bio,
            voice,
            version,
            archived_at,
            created_at,
            updated_at,
        } = stored;
        Self { id, email, display_name, job_title, bio, voice, version, archived_at, created_at, updated_at }
    }
}
