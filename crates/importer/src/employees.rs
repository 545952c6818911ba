//! The employees of a workspace file and of the files that it names.

use std::path::Path;

use rostrum_core::{
    employee::{Email, Profile, Sample, ValidSample},
    platform::{self, Platform},
};
use serde_json::Value as Json;

use crate::{
    fields::Fields,
    problem::{Place, Problem},
    source::{self, Refusal},
    tree::{Content, Node},
    unique::Unique,
    workspace::Employee,
};

/// With fewer writing samples a model cannot tell a habit from a coincidence; the prompt shows as many.
const ENOUGH_SAMPLES: usize = 3;

/// An employee who is in the file, right or wrong: campaigns may refer to them by their address all the same.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) email: Option<Email>,
    pub(crate) employee: Option<Employee>,
}

/// What all employees share while they are read.
#[derive(Default)]
struct Reading {
    files: Unique,
    addresses: Unique,
    names: Unique,
    texts: Unique,
}

/// Reads the field `employees`: each is a group of fields or the path of a file with them.
pub(crate) fn read(root: &Fields<'_>, path: &Path, problems: &mut Vec<Problem>) -> Vec<Entry> {
    root.required("employees", problems);
    let mut reading = Reading::default();
    let mut entries = Vec::new();
    for (at, item) in root.list("employees", problems) {
        let Content::Scalar(Json::String(reference)) = &item.content else {
            entries.push(reading.employee(item, &at, problems));
            continue;
        };
        match reading.file(path, reference, &item.place) {
            Ok(node) => entries.push(reading.employee(&node, "", problems)),
            Err(Refusal::Reference(message)) => problems.push(Problem::error(&item.place, at, message)),
            Err(Refusal::Inside(problem)) => problems.push(problem),
        }
    }
    entries
}

/// The field `email`.
pub(crate) fn email(fields: &Fields<'_>, problems: &mut Vec<Problem>) -> Option<Email> {
    let text = fields.required_text("email", problems)?;
    Email::parse(&text).map_err(|errors| fields.refuse(errors, problems)).ok()
}

impl Reading {
    /// The tree of the file that `reference`, found at `place` in the file at `from`, names.
    fn file(&mut self, from: &Path, reference: &str, place: &Place) -> Result<Node, Refusal> {
        let path = source::beside(from, reference).map_err(Refusal::Reference)?;
        // Each file is read once, so that a short list cannot cost much more than it is long.
        self.files
            .take(&path.display().to_string(), place)
            .map_err(|first| Refusal::Reference(format!("`{reference}` is in the list already, at {first}")))?;
        source::read_referred(&path, reference)
    }

    fn employee(&mut self, node: &Node, path: &str, problems: &mut Vec<Problem>) -> Entry {
        let known = ["display_name", "email", "job_title", "bio", "voice", "samples"];
        let Some(fields) = Fields::of(node, path, &known, problems) else {
            return Entry { email: None, employee: None };
        };
        let profile = Profile {
            display_name: fields.required_text("display_name", problems).unwrap_or_default(),
            job_title: fields.text("job_title", problems).unwrap_or_default(),
            bio: fields.text("bio", problems).unwrap_or_default(),
            voice: fields.text("voice", problems).unwrap_or_default(),
        };
        let email = email(&fields, problems);
        if let Some(email) = &email
            && let Err(first) = self.addresses.take(email.as_str(), fields.place_of("email"))
        {
            let message = format!("`{}` is taken at {first}; give everybody an address of their own", email.as_str());
            problems.push(Problem::error(fields.place_of("email"), fields.path_of("email"), message));
        }
        let profile = profile.validate().map_err(|errors| fields.refuse(errors, problems)).ok();
        if let Some(profile) = &profile
            && let Err(first) = self.names.take(&profile.display_name, fields.place_of("display_name"))
        {
            let message =
                format!("`{}` is also the name at {first}; readers cannot tell them apart", profile.display_name);
            problems.push(Problem::warning(fields.place_of("display_name"), fields.path_of("display_name"), message));
        }
        let samples = self.samples(&fields, problems);
        let employee = match (&email, profile) {
            (Some(email), Some(profile)) => Some(Employee { email: email.clone(), profile, samples }),
            _ => None,
        };
        Entry { email, employee }
    }

    fn samples(&mut self, employee: &Fields<'_>, problems: &mut Vec<Problem>) -> Vec<ValidSample> {
        let items = employee.list("samples", problems);
        if items.len() < ENOUGH_SAMPLES {
            let message = format!(
                "{} of {ENOUGH_SAMPLES} writing samples; with fewer the posts hardly sound like their author",
                items.len()
            );
            problems.push(Problem::warning(employee.place_of("samples"), employee.path_of("samples"), message));
        }
        let mut own = Unique::default();
        items.iter().filter_map(|(path, item)| self.sample(item, path, &mut own, problems)).collect()
    }

    fn sample(
        &mut self,
        node: &Node,
        path: &str,
        own: &mut Unique,
        problems: &mut Vec<Problem>,
    ) -> Option<ValidSample> {
        let fields = Fields::of(node, path, &["platform", "content"], problems)?;
        let platform = fields.text("platform", problems).and_then(|name| network(&name, &fields, problems));
        let content = fields.required_text("content", problems).unwrap_or_default();
        let sample = Sample { platform, content }.validate().map_err(|errors| fields.refuse(errors, problems)).ok()?;
        let place = fields.place_of("content");
        if let Err(first) = own.take(&sample.content, place) {
            let message = format!("is the same text as at {first}; remove one of them, a second teaches nothing");
            problems.push(Problem::error(place, fields.path_of("content"), message));
        } else if let Err(first) = self.texts.take(&sample.content, place) {
            let message = format!("is the same text as at {first}, by somebody else; two authors will sound alike");
            problems.push(Problem::warning(place, fields.path_of("content"), message));
        }
        if let Some(platform) = sample.platform {
            let (length, limit) = (platform::length(platform, &sample.content), platform.limits().text);
            if length > limit {
                let message = format!(
                    "counts {length} of at most {limit} characters on {}: an example too long to be posted",
                    platform.as_str()
                );
                problems.push(Problem::warning(place, fields.path_of("content"), message));
            }
        }
        Some(sample)
    }
}

/// The field `platform`, which reads `name`.
pub(crate) fn network(name: &str, fields: &Fields<'_>, problems: &mut Vec<Problem>) -> Option<Platform> {
    let read = name.parse::<Platform>();
    if let Err(error) = &read {
        problems.push(Problem::error(fields.place_of("platform"), fields.path_of("platform"), error.to_string()));
    }
    read.ok()
}
