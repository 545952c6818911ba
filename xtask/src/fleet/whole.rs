//! Files and folders that are there as a whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Has `make` write beside `path` and moves that to `path` once it is made. A folder replaces no folder that holds
/// anything.
///
/// # Errors
/// Those of `make`; `path` is as it was then.
pub(super) fn write(path: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let next = beside(path);
    // A killed attempt may have left it.
    let gone = if next.is_dir() { fs::remove_dir_all(&next) } else { fs::remove_file(&next) };
    if let Err(error) = gone
        && error.kind() != ErrorKind::NotFound
    {
        return Err(error).with_context(|| format!("cannot remove {}", next.display()));
    }
    make(&next)?;
    fs::rename(&next, path).with_context(|| format!("cannot write {}", path.display()))
}

/// In the same folder: what is on another disk cannot be moved at once.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".next");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs, process};

    use anyhow::{Result, bail};

    use super::write;

    #[test]
    fn what_could_not_be_made_is_not_there() {
        let folder = env::temp_dir().join(format!("rostrum-whole-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, tree) = (folder.join("key.pem"), folder.join("data"));
        let text = |text: &'static str| move |next: &Path| -> Result<()> { Ok(fs::write(next, text)?) };
        let broken = |next: &Path| text("half")(next).and_then(|()| bail!("the disk is full"));

        let error = write(&file, broken).unwrap_err();
        assert_eq!(error.to_string(), "the disk is full");
        assert!(!file.exists());
        write(&file, text("first")).unwrap();
        write(&file, broken).unwrap_err();
        assert_eq!(fs::read_to_string(&file).unwrap(), "first");
        write(&file, text("second")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "second");

        let initialise = |next: &Path, version: &str| -> Result<()> {
            fs::create_dir(next)?;
            fs::write(next.join("PG_VERSION"), version)?;
            Ok(())
        };
        write(&tree, |next| initialise(next, "half").and_then(|()| bail!("killed"))).unwrap_err();
        assert!(!tree.exists());
        write(&tree, |next| initialise(next, "18")).unwrap();
        assert_eq!(fs::read_to_string(tree.join("PG_VERSION")).unwrap(), "18");
        let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["data", "key.pem"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
