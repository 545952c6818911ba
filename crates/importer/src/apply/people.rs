//! The admin, the employees and what they wrote.

use std::collections::HashMap;

use rostrum_core::{
    access::Role,
    employee::{Email, ValidSample},
    ids::{SampleId, UserId},
    password,
};
use rostrum_store::{
    employees,
    identity::{self, NewUser},
    import, samples,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{ApplyError, Deed, writing::Writing};
use crate::workspace::{Admin, Employee};

/// An employee of the file, as the database knows them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) id: UserId,
    /// Whether this import made them an employee.
    pub(super) is_new: bool,
    /// Whether nobody writes for them any more.
    pub(super) is_archived: bool,
}

/// Makes the admin a member who can sign in with `password`.
pub(super) async fn admin(writing: &mut Writing<'_>, admin: &Admin, password: &SecretString) -> Result<(), ApplyError> {
    let who = format!("admin {} <{}>", admin.name, admin.email.as_str());
    let known = identity::user_by_email(&mut *writing.transaction, &admin.email).await?;
    let hash = known.as_ref().and_then(|user| user.password_hash.as_deref());
    let new_hash = if password::verify(password.expose_secret(), hash) {
        None
    } else {
        Some(password::hash(password.expose_secret(), &mut writing.random)?)
    };
    let id = user(writing, &admin.email, &admin.name, new_hash.as_deref()).await?;
    let joined = member(writing, id, Role::Admin).await?;
    if joined {
        writing.note(Deed::Created, &who);
    } else {
        let role = identity::role(&mut *writing.transaction, writing.workspace_id, id).await?;
        let standing = match role {
            Some(Role::Admin) => String::new(),
            Some(other) => format!(", who is {other} there and no admin"),
            None => ", who is suspended".to_owned(),
        };
        writing.note(Deed::Kept, format!("{who}{standing}"));
    }
    if let (Some(_), Some(hash)) = (known, new_hash) {
        import::set_password(writing.transaction, id, &hash, writing.now).await?;
        writing.audit("user.password_changed", "user", id.uuid(), json!({})).await?;
        writing.note(Deed::Changed, format!("password of {who}"));
    }
    Ok(())
}

/// Adds the employees and samples that are missing. Answers who everybody is.
pub(super) async fn employees(
    writing: &mut Writing<'_>,
    employees: &[Employee],
) -> Result<HashMap<Email, Person>, ApplyError> {
    let mut people = HashMap::new();
    for employee in employees {
        let person = self::employee(writing, employee).await?;
        samples(writing, person.id, employee).await?;
        people.insert(employee.email.clone(), person);
    }
    Ok(people)
}

async fn employee(writing: &mut Writing<'_>, employee: &Employee) -> Result<Person, ApplyError> {
    let profile = &employee.profile;
    let who = format!("employee {} <{}>", profile.display_name, employee.email.as_str());
    let id = user(writing, &employee.email, &profile.display_name, None).await?;
    if let Some(stored) = employees::get(&mut *writing.transaction, writing.workspace_id, id).await? {
        let archived = if stored.archived_at.is_some() { ", who is archived" } else { "" };
        let differences = super::differences(&[
            ("display_name", stored.display_name == profile.display_name),
            ("job_title", stored.job_title == profile.job_title),
            ("bio", stored.bio == profile.bio),
            ("voice", stored.voice == profile.voice),
        ]);
        writing.note(Deed::Kept, format!("{who}{archived}{differences}"));
        return Ok(Person { id, is_new: false, is_archived: stored.archived_at.is_some() });
    }
    member(writing, id, Role::ContentCreator).await?;
    employees::create(writing.transaction, writing.workspace_id, id, profile, writing.now).await?;
    writing.audit("employee.created", "employee", id.uuid(), json!({})).await?;
    writing.note(Deed::Created, who);
    Ok(Person { id, is_new: true, is_archived: false })
}

async fn samples(writing: &mut Writing<'_>, author: UserId, employee: &Employee) -> Result<(), ApplyError> {
    let mut created = 0;
    for content in &employee.samples {
        created += usize::from(sample(writing, author, content).await?);
    }
    for (deed, count) in [(Deed::Created, created), (Deed::Kept, employee.samples.len() - created)] {
        let plural = if count == 1 { "" } else { "s" };
        if count > 0 {
            writing.note(deed, format!("{count} writing sample{plural} of {}", employee.profile.display_name));
        }
    }
    Ok(())
}

/// Adds a sample unless the author has it. Answers whether it was added.
async fn sample(writing: &mut Writing<'_>, author: UserId, sample: &ValidSample) -> Result<bool, ApplyError> {
    if import::has_sample(writing.transaction, writing.workspace_id, author, &sample.content).await? {
        return Ok(false);
    }
    let id = SampleId::new(writing.now, &mut writing.random);
    samples::create(writing.transaction, id, writing.workspace_id, author, sample, writing.now).await?;
    writing.audit("sample.created", "sample", id.uuid(), json!({ "employee_id": author })).await?;
    Ok(true)
}

/// The person with this address, who is added if nobody knows them.
async fn user(
    writing: &mut Writing<'_>,
    email: &Email,
    name: &str,
    password_hash: Option<&str>,
) -> Result<UserId, ApplyError> {
    let id = UserId::new(writing.now, &mut writing.random);
    let user = NewUser { id, email, name, password_hash };
    let found = identity::create_user(writing.transaction, &user, writing.now).await?;
    if found == id {
        writing.audit("user.created", "user", id.uuid(), json!({})).await?;
    }
    Ok(found)
}

/// Makes a person a member unless they are one. Answers whether they were not.
async fn member(writing: &mut Writing<'_>, id: UserId, role: Role) -> Result<bool, ApplyError> {
    let joined = identity::create_membership(writing.transaction, writing.workspace_id, id, role, writing.now).await?;
    if joined {
        writing.audit("membership.created", "user", id.uuid(), json!({ "role": role.as_str() })).await?;
    }
    Ok(joined)
}
