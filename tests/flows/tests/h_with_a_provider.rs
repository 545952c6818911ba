//! Signing in with a provider on the running fleet: the consent page is walked as a browser would, by plain HTTP.

use anyhow::{Context, Result, ensure};
use flows::{Fleet, Id};
use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};

/// An employee of the sample, who has no password.
const MIRA: &str = "mira.keller@example.com";

fn text(answer: &Value, field: &str) -> Result<String> {
    Ok(answer[field].as_str().with_context(|| format!("no {field} in {answer}"))?.to_owned())
}

/// What the form sends on without showing it.
fn hidden(page: &str) -> Vec<(String, String)> {
    let plain =
        |value: &str| value.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&");
    let form = page.split("</form>").next().unwrap_or_default();
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    inputs
        .filter_map(|input| input.split_once("\">")?.0.split_once("\" value=\""))
        .map(|(name, value)| (name.to_owned(), plain(value)))
        .collect()
}

/// Opens the page that the sign-in leads to, answers it, and comes back with the fields of the address.
async fn consent(begun: &Value, answer: (&str, &str), back: &str) -> Result<Vec<(String, String)>> {
    let browser = Client::builder().redirect(Policy::none()).build()?;
    let address = text(begun, "authorize_url")?;
    let page = browser.get(&address).send().await?.error_for_status()?.text().await?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(hidden(&page)).append_pair(answer.0, answer.1);
    let sent = browser.post(&address).body(form.finish()).send().await?;
    let location = sent.headers().get("location").context("the page sends the browser nowhere")?.to_str()?;
    let (place, query) = location.split_once('?').context("it comes back with nothing")?;
    assert_eq!(place, back);
    Ok(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
}

fn field(fields: &[(String, String)], wanted: &str) -> Result<String> {
    let found = fields.iter().find(|(name, _)| name == wanted);
    Ok(found.with_context(|| format!("it comes back without {wanted}: {fields:?}"))?.1.clone())
}

/// What finishes the sign-in of whoever chose this address on the provider's page.
async fn there_and_back(fleet: &Fleet, provider: &str, email: &str) -> Result<Value> {
    let begun = fleet.post(&format!("/v1/auth/with/{provider}"), json!({})).await?;
    let back = format!("{}/sign-in/{provider}", fleet.description.web);
    let fields = consent(&begun, ("email", email), &back).await?;
    let (code, state) = (field(&fields, "code")?, field(&fields, "state")?);
    Ok(json!({ "code": code, "state": state, "attempt": text(&begun, "attempt")? }))
}

#[tokio::test]
async fn an_employee_signs_in_with_both_providers() -> Result<()> {
    let nobody = Fleet::connect().await?.with_token("");
    for provider in ["google", "linkedin"] {
        let body = there_and_back(&nobody, provider, MIRA).await?;
        let path = format!("/v1/auth/with/{provider}/completion");
        let session = nobody.post(&path, body.clone()).await?;
        let me = nobody.with_token(&text(&session, "access_token")?);
        assert_eq!(me.get("/v1/user/profile").await?["email"], MIRA);
        let identities = me.get("/v1/user/identities").await?["items"].clone();
        let all = identities.as_array().context("no identities")?;
        ensure!(all.iter().any(|one| one["provider"] == provider), "{identities}");
        let again = nobody.send(Method::POST, &path, Some(body)).await?;
        assert_eq!((again.status, &again.body["errors"][0]["field"]), (422, &json!("attempt")));
        me.post("/v1/auth/logout", Value::Null).await?;
    }
    Ok(())
}

#[tokio::test]
async fn somebody_new_comes_in_with_an_invitation_and_whoever_says_no_comes_back() -> Result<()> {
    let admin = Fleet::connect().await?;
    let nobody = admin.with_token("");
    let email = format!("{}.guest@example.com", Id::from_u128(u128::from(std::process::id())).simple());
    let mut body = there_and_back(&nobody, "google", &email).await?;
    let path = "/v1/auth/with/google/completion";
    let refused = nobody.send(Method::POST, path, Some(body.clone())).await?;
    assert_eq!((refused.status, &refused.body["type"]), (403, &json!("urn:rostrum:problem:not-invited")));

    admin.post("/v1/invitations", json!({ "email": email, "role": "reviewer" })).await?;
    let mail = admin.mail(&email).await?;
    let invitation = mail.split_once('#').and_then(|(_, rest)| rest.split_whitespace().next()).context("no secret")?;
    body["invitation"] = json!(invitation);
    let session = nobody.post(path, body).await?;
    let profile = admin.with_token(&text(&session, "access_token")?).get("/v1/user/profile").await?;
    assert_eq!((&profile["email"], &profile["role"]), (&json!(email), &json!("reviewer")));

    let begun = nobody.post("/v1/auth/with/linkedin", json!({})).await?;
    let back = format!("{}/sign-in/linkedin", nobody.description.web);
    let fields = consent(&begun, ("decision", "deny"), &back).await?;
    assert_eq!(field(&fields, "error")?, "access_denied");
    Ok(())
}
