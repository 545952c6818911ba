//! The mails that we send, as plain text. They say why they come, what to do, and until when.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A mail to one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// The subject, one line.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl fmt::Debug for Mail {
    /// Without the text, which holds a secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Where the links of mails lead: the address of the web app, without a slash at its end.
#[derive(Debug, Clone)]
pub struct Web(pub String);

impl Web {
    /// The page that an identity provider sends the browser back to, exactly as it is registered there.
    pub fn sign_in(&self, provider: &str) -> String {
        format!("{}/sign-in/{provider}", self.0)
    }

    /// The secret stands behind the `#`: browsers keep that part to themselves, so that it is in nobody's log.
    fn link(&self, page: &str, secret: &str) -> String {
        format!("{}/{page}#{secret}", self.0)
    }
}

/// Somebody is invited to a workspace.
pub fn invitation(web: &Web, to: &str, workspace: &str, role: &str, secret: &str) -> Mail {
    let link = web.link("invitation", secret);
    Mail {
        to: to.to_owned(),
        subject: one_line(&format!("You are invited to {workspace}")),
        text: format!(
            "You are invited to {workspace} on Rostrum, as {role}.\n\n\
             To join, open this link within seven days:\n{link}\n\n\
             The invitation itself, for programs:\n{secret}\n\n\
             If you do not know {workspace}, do nothing.\n"
        ),
    }
}

/// Somebody registered, and is to show that the address is theirs.
pub fn verification(web: &Web, to: &str, secret: &str) -> Mail {
    let link = web.link("verification", secret);
    Mail {
        to: to.to_owned(),
        subject: "Verify your e-mail address".to_owned(),
        text: format!(
            "Somebody, we hope you, registered at Rostrum with this address.\n\n\
             To show that it is yours, open this link within a day:\n{link}\n\n\
             The code itself, for programs:\n{secret}\n\n\
             If it was not you, do nothing: without the link nobody gets in.\n"
        ),
    }
}

/// Somebody wants a new password.
pub fn password_reset(web: &Web, to: &str, secret: &str) -> Mail {
    let link = web.link("password", secret);
    Mail {
        to: to.to_owned(),
        subject: "Set a new password".to_owned(),
        text: format!(
            "Somebody, we hope you, asked for a new password at Rostrum.\n\n\
             To set one, open this link within an hour:\n{link}\n\n\
             The code itself, for programs:\n{secret}\n\n\
             If it was not you, do nothing: your password stays as it is.\n"
        ),
    }
}

/// Somebody registered with an address that has an account.
pub fn known_already(web: &Web, to: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "You have an account already".to_owned(),
        text: format!(
            "Somebody, perhaps you, tried to register at Rostrum with this address, which has an account already.\n\n\
             To sign in, or to set a new password, go to {}.\n\n\
             If it was not you, do nothing: nothing has changed.\n",
            web.0
        ),
    }
}

/// A workspace's name may not begin another header.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_carries_its_secret_where_no_server_sees_it() {
        let web = Web("https://rostrum.example".to_owned());
        for mail in [
            invitation(&web, "a@example.com", "Bridges\r\nBcc: b@example.com", "reviewer", "s3cret"),
            verification(&web, "a@example.com", "s3cret"),
            password_reset(&web, "a@example.com", "s3cret"),
        ] {
            assert!(mail.text.contains("#s3cret\n"), "{}", mail.text);
            assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
            assert!(!format!("{mail:?}").contains("s3cret"));
        }
        assert!(known_already(&web, "a@example.com").text.contains("https://rostrum.example"));
    }
}
