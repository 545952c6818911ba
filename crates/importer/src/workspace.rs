//! A workspace as its file describes it, checked as a whole.

use std::path::Path;

use chrono::{DateTime, Utc};
use rostrum_core::{
    campaign::CampaignFields,
    employee::{Email, ValidProfile, ValidSample},
    field::FieldError,
    workspace::prohibited_words,
};

use crate::{
    campaigns, employees,
    fields::Fields,
    problem::{Problem, Severity},
    source,
    tree::Node,
};

/// A workspace that can be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    /// Its name in addresses, by which it is known again.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// The words and phrases that none of its posts may hold.
    pub prohibited_words: Vec<String>,
    /// Who runs it.
    pub admin: Admin,
    /// Who posts.
    pub employees: Vec<Employee>,
    /// What is posted about.
    pub campaigns: Vec<Campaign>,
}

/// The person who signs in first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// What they are called.
    pub name: String,
    /// How they sign in.
    pub email: Email,
}

/// A person in whose name posts are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employee {
    /// By which they are known again.
    pub email: Email,
    /// How the prompt describes them.
    pub profile: ValidProfile,
    /// What they wrote themselves; no two alike.
    pub samples: Vec<ValidSample>,
}

/// A campaign and who writes for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// What a person says about it; the name is the one that it is known again by.
    pub fields: CampaignFields,
    /// Who writes, each one of the workspace's employees.
    pub employees: Vec<Email>,
}

/// A workspace and what may not have been meant in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The workspace.
    pub workspace: Workspace,
    /// Doubts that do not keep it from being imported, in the order of the files.
    pub warnings: Vec<Problem>,
}

/// Reads and checks the workspace in the file at `path` and in the files that it names. Schedules must run after `now`.
///
/// # Errors
/// Every problem, warnings included, in the order of the files; at least one of them is an error.
pub fn check(path: &Path, now: DateTime<Utc>) -> Result<Checked, Vec<Problem>> {
    let root = source::read(path).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let workspace = read(&root, path, now, &mut problems);
    problems.sort();
    match workspace {
        Some(workspace) if problems.iter().all(|problem| problem.severity == Severity::Warning) => {
            Ok(Checked { workspace, warnings: problems })
        }
        _ => Err(problems),
    }
}

fn read(root: &Node, path: &Path, now: DateTime<Utc>, problems: &mut Vec<Problem>) -> Option<Workspace> {
    let fields = Fields::of(root, "", &["workspace", "admin", "employees", "campaigns"], problems)?;
    let identity = fields.required("workspace", problems).and_then(|node| identity(node, problems));
    let admin = fields.required("admin", problems).and_then(|node| admin(node, problems));
    let employees = employees::read(&fields, path, problems);
    let campaigns = campaigns::read(&fields, &employees, now, problems);
    let (slug, name, prohibited_words) = identity?;
    let employees = employees.into_iter().filter_map(|entry| entry.employee).collect();
    Some(Workspace { slug, name, prohibited_words, admin: admin?, employees, campaigns })
}

fn identity(node: &Node, problems: &mut Vec<Problem>) -> Option<(String, String, Vec<String>)> {
    let fields = Fields::of(node, "workspace", &["slug", "name", "prohibited_words"], problems)?;
    let slug = fields.required_text("slug", problems);
    if let Some(slug) = &slug
        && !is_slug(slug)
    {
        let message =
            format!("`{slug}` must be lower-case letters, digits and single hyphens, at most 63, such as my-company");
        fields.refuse(vec![FieldError::new("slug", message)], problems);
    }
    let words = fields.texts("prohibited_words", problems);
    let words = prohibited_words("prohibited_words", &words).map_err(|errors| fields.refuse(errors, problems));
    let name = name(&fields, problems);
    Some((slug?, name?, words.ok()?))
}

/// A DNS label in lower case, as the table `workspaces` demands it.
fn is_slug(slug: &str) -> bool {
    slug.len() <= 63
        && slug.split('-').all(|word| {
            !word.is_empty()
                && word.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit())
        })
}

fn admin(node: &Node, problems: &mut Vec<Problem>) -> Option<Admin> {
    let fields = Fields::of(node, "admin", &["name", "email"], problems)?;
    let name = name(&fields, problems);
    let email = employees::email(&fields, problems);
    Some(Admin { name: name?, email: email? })
}

/// The field `name` as the tables `workspaces` and `users` take it.
fn name(fields: &Fields<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let name = fields.required_text("name", problems)?.trim().to_owned();
    let length = name.chars().count();
    if !(1..=200).contains(&length) {
        let message = format!("must have 1 to 200 characters, has {length}");
        fields.refuse(vec![FieldError::new("name", message)], problems);
    } else if name.chars().any(char::is_control) {
        fields.refuse(vec![FieldError::new("name", "must be one line without control characters")], problems);
    }
    Some(name)
}
