//! The secrets of a local fleet: made once, readable by their owner only.

use std::fs::{self, DirBuilder, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::{Context, Result};

use super::whole;
use crate::house::{self, State};
use crate::{run, tools};

/// What the fleet keeps to itself.
pub(crate) struct Secrets {
    /// The password of the sample's administrator.
    pub(crate) admin_password: String,
    /// The RSA key that signs access tokens (PKCS#8 PEM).
    pub(crate) signing_key: String,
}

impl Secrets {
    /// Reads the secrets, after making those that are missing.
    ///
    /// # Errors
    /// If they cannot be made or kept.
    pub(crate) fn of(state: &State) -> Result<Self> {
        let folder = state.path("secrets");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let password = folder.join("admin-password");
        if !password.exists() {
            write_private(&password, &random_word()?)?;
        }
        let key = folder.join("signing-key.pem");
        if !key.exists() {
            let mut make = tools::EMULATOR.python();
            let pem = run::captured(make.arg(house::infra("local/signing_key.py")), "making the signing key")?;
            write_private(&key, &pem)?;
        }
        Ok(Self { admin_password: read(&password)?, signing_key: read(&key)? })
    }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Writes a file that only its owner may read. One that is there already is replaced when the new one is whole.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn write_private(file: &Path, text: &str) -> Result<()> {
    whole::write(file, |next| {
        let opened = File::options().create_new(true).write(true).mode(0o600).open(next);
        opened
            .and_then(|mut opened| opened.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", next.display()))
    })
}

/// Twenty letters and digits (100 bits) without those that look alike.
///
/// # Errors
/// If the system gives no randomness.
pub(crate) fn random_word() -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 20];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("cannot read /dev/urandom")?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::{env, fs, process};

    use super::write_private;

    #[test]
    fn what_is_private_is_its_owners_alone_whatever_was_there() {
        let folder = env::temp_dir().join(format!("rostrum-secrets-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, left) = (folder.join("parameters.json"), folder.join("parameters.json.next"));
        for before in ["nothing", "a file of everybody", "a file and what a killed attempt left"] {
            if before != "nothing" {
                fs::write(&file, before).unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
            }
            if before.contains("left") {
                fs::write(&left, before).unwrap();
            }
            write_private(&file, "secret").unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), "secret", "{before}");
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{before}");
            assert!(!left.exists(), "{before}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
