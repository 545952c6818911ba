use std::fmt::Write as _;

use crate::oidc::face::Face;
use crate::oidc::form::Form;
use crate::oidc::people::Person;

/// The parameters that the page sends on.
const SENT_ON: [&str; 8] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// The consent page: a button for each person, a field for any other address, and a button to say no.
pub(crate) fn page(face: Face, form: &Form) -> String {
    let provider = match face {
        Face::Google => "Google",
        Face::LinkedIn => "LinkedIn",
    };
    let mut hidden = String::new();
    for name in SENT_ON.into_iter().filter(|name| form.has(name)) {
        // Writing to a string cannot fail.
        let _ = writeln!(hidden, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(form.text(name)));
    }
    let mut people = String::new();
    for person in Person::all() {
        let (name, email) = (escaped(&person.name), escaped(&person.email));
        let note = if person.is_verified { "" } else { " (address not verified)" };
        let _ = writeln!(
            people,
            "<li><button name=\"email\" value=\"{email}\"><strong>{name}</strong> {email}{note}</button></li>"
        );
    }
    format!(
        "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>Sign in with {provider}, simulated</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 2rem auto; padding: 0 1rem; }}
ul {{ list-style: none; padding: 0; }}
li button {{ width: 100%; text-align: left; margin-bottom: .5rem; }}
button, input {{ font: inherit; padding: .6rem; }}
</style>
<h1>Sign in with {provider}</h1>
<p>This is a stand-in on your machine. It lets <strong>{client}</strong> know who you are: {scope}.</p>
<form method=\"post\">
{hidden}<ul>
{people}</ul>
<button name=\"decision\" value=\"deny\">Deny</button>
</form>
<h2>Somebody else</h2>
<form method=\"post\">
{hidden}<label>E-mail address <input type=\"email\" name=\"email\" required></label>
<button>Continue</button>
</form>
",
        client = escaped(form.text("client_id")),
        scope = escaped(form.text("scope")),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
