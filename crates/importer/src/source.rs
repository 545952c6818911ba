//! Reading files, never more than a workspace can need.

use std::{
    fs::File,
    io::{self, Read},
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use crate::{problem::Problem, tree::Node};

/// The longest file that is read, in bytes.
const MAXIMUM_FILE_BYTES: u64 = 1 << 20;

/// Reads the tree of the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Node, Problem> {
    let name: Arc<str> = path.display().to_string().into();
    let text = text(path).map_err(|message| Problem::error(&crate::problem::Place::start(&name), "", message))?;
    Node::parse(&name, &text)
}

/// The path of the file that `reference`, found in the file at `from`, names.
///
/// # Errors
/// In words for the line that refers to the file if it is not below the folder of `from`.
pub(crate) fn beside(from: &Path, reference: &str) -> Result<PathBuf, String> {
    let mut path = from.parent().unwrap_or(Path::new("")).to_path_buf();
    let mut is_below = !reference.is_empty();
    for part in Path::new(reference).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => is_below = false,
        }
    }
    is_below.then_some(path).ok_or_else(|| {
        format!("`{reference}` must be a path below the folder of this file, such as employees/anna.yaml")
    })
}

/// Reads the tree of the file at `path`, to which another one refers as `reference`.
///
/// # Errors
/// In words for the line that refers to the file if it cannot be read, or the problem inside of it.
pub(crate) fn read_referred(path: &Path, reference: &str) -> Result<Node, Refusal> {
    let text = text(path).map_err(|message| Refusal::Reference(format!("the file `{reference}` {message}")))?;
    Node::parse(&path.display().to_string().into(), &text).map_err(Refusal::Inside)
}

/// Why a file that another one refers to was not read.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// What is wrong with the reference.
    Reference(String),
    /// What is wrong inside of the file.
    Inside(Problem),
}

fn text(path: &Path) -> Result<String, String> {
    let unreadable = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read by this user".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    // A pipe or a device may never end.
    if !metadata.is_file() {
        return Err("is not a file; give the path of a YAML file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    file.take(MAXIMUM_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAXIMUM_FILE_BYTES {
        return Err("is larger than 1 MiB; give every employee a file of their own".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + String::from_utf8_lossy(valid).matches('\n').count();
        format!("is not UTF-8 text (line {line}); save it as UTF-8")
    })
}
