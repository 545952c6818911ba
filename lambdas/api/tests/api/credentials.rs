//! Whatever password somebody has, and whatever is shown: the right one, and no other, gets a token for an hour.

use chrono::TimeDelta;
use http::Method;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use rostrum_core::{access::Role, password};
use serde_json::json;

use crate::harness::Api;

/// What is shown in the place of a password.
#[derive(Debug, Clone)]
enum Shown {
    Itself,
    /// With another character somewhere.
    Changed(prop::sample::Index, char),
    /// Without its last character.
    Cut,
    /// With one more.
    Longer(char),
    InAnotherCase,
    Other(String),
}

impl Shown {
    fn of(&self, password: &str) -> String {
        let mut characters: Vec<char> = password.chars().collect();
        match self {
            Self::Itself => {}
            Self::Changed(index, character) => *index.get_mut(&mut characters) = *character,
            Self::Cut => characters.truncate(characters.len() - 1),
            Self::Longer(character) => characters.push(*character),
            Self::InAnotherCase => return password.to_uppercase(),
            Self::Other(text) => return text.clone(),
        }
        characters.into_iter().collect()
    }
}

fn shown() -> impl Strategy<Value = Shown> {
    prop_oneof![
        3 => Just(Shown::Itself),
        1 => (any::<prop::sample::Index>(), any::<char>()).prop_map(|(index, character)| Shown::Changed(index, character)),
        1 => Just(Shown::Cut),
        1 => any::<char>().prop_map(Shown::Longer),
        1 => Just(Shown::InAnotherCase),
        1 => "\\PC{0,40}".prop_map(Shown::Other),
    ]
}

async fn check(api: &Api, password: &str, shown: &str) {
    let hash = password::hash(password, &mut api.ambient.random()).unwrap();
    sqlx::query("UPDATE users SET password_hash = $2, failed_sign_ins = 0, locked_until = NULL WHERE id = $1")
        .bind(api.user(Role::Admin).uuid())
        .bind(hash)
        .execute(&api.database.admin)
        .await
        .unwrap();
    let body = json!({ "email": "admin@example.com", "password": shown });
    let reply = api.anonymous(Method::POST, "/api/v1/auth/login").json(&body).send().await;
    if shown != password {
        reply.problem(401, "sign-in-refused");
        return;
    }
    let reply = reply.expect(200);
    let token = reply.json["access_token"].as_str().unwrap();
    let now = api.ambient.now();
    let is_valid = |seconds: i64| api.keys.verify(token, now + TimeDelta::seconds(seconds)).is_ok();
    assert_eq!([-61, -60, 0, 3599, 3600].map(is_valid), [false, true, true, true, false]);
}

/// Property 1 of the agent design. Few cases, because each of them hashes twice.
#[test]
fn the_right_password_and_no_other_gets_a_token_for_an_hour() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let api = runtime.block_on(Api::new());
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&("\\PC{12,40}", shown()), |(password, shown)| {
        runtime.block_on(check(&api, &password, &shown.of(&password)));
        Ok(())
    });
    outcome.unwrap();
}
