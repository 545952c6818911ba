use std::collections::BTreeSet;

use chrono::TimeDelta;
use http::Method;
use rostrum_core::access::Role;
use serde_json::{Value, json};

use crate::harness::{Api, Reply};

const PATH: &str = "/api/workspace/prohibited-words";

/// Replaces the list of this version.
async fn put(api: &Api, seen: &str, words: Value) -> Reply {
    api.admin(Method::PUT, PATH).header("if-match", seen).json(&json!({ "words": words })).send().await
}

fn version(reply: &Reply) -> String {
    reply.header("etag").unwrap().to_owned()
}

async fn changes(api: &Api) -> i64 {
    api.count("SELECT count(*) FROM audit_log WHERE action = 'workspace.prohibited_words_set'").await
}

#[tokio::test]
async fn the_list_is_replaced_as_a_whole() {
    let api = Api::new().await;
    let empty = api.get(PATH).await.expect(200);
    assert_eq!(empty.json, json!({ "words": [] }));
    let set = put(&api, &version(&empty), json!([" risk free ", "Günstig"])).await.expect(200);
    assert_eq!(set.json, json!({ "words": ["risk free", "Günstig"] }));
    api.ambient.advance(TimeDelta::seconds(1));
    let replaced = put(&api, &version(&set), json!(["Günstig", "cheap"])).await.expect(200);
    api.ambient.advance(TimeDelta::seconds(1));
    // The same again is no change.
    let again = put(&api, &version(&replaced), json!(["Günstig", " cheap"])).await.expect(200);
    assert_eq!(version(&again), version(&replaced));
    for role in Role::ALL {
        let read = api.anonymous(Method::GET, PATH).token(&api.token(role)).send().await.expect(200);
        assert_eq!(read.json, json!({ "words": ["Günstig", "cheap"] }), "{role}");
        assert_eq!(version(&read), version(&replaced), "{role}");
    }
    let details: Vec<Value> = sqlx::query_scalar(
        "SELECT detail FROM audit_log WHERE action = 'workspace.prohibited_words_set' AND subject_id = $1 ORDER BY id",
    )
    .bind(api.workspace.id.uuid())
    .fetch_all(&api.database.admin)
    .await
    .unwrap();
    assert_eq!(
        details,
        [
            json!({ "added": ["risk free", "Günstig"], "removed": [] }),
            json!({ "added": ["cheap"], "removed": ["risk free"] }),
        ]
    );
    let others = api.count("SELECT count(*) FROM workspaces WHERE prohibited_words = '{}'").await;
    assert_eq!(others, 1, "the other workspace has its own list");
    let emptied = put(&api, &version(&replaced), json!([])).await.expect(200);
    assert_eq!(api.get(PATH).await.json, json!({ "words": [] }));
    assert_eq!(version(&emptied), version(&empty), "what was seen at first is there again");
}

#[tokio::test]
async fn a_list_is_replaced_by_who_has_seen_it() {
    let api = Api::new().await;
    let unseen = api.admin(Method::PUT, PATH).json(&json!({ "words": ["rash"] }));
    unseen.send().await.problem(428, "version-missing");
    assert_eq!(changes(&api).await, 0);
    let empty = version(&api.get(PATH).await);
    let current = version(&put(&api, &empty, json!(["cheap"])).await.expect(200));
    // The list that is there already is refused too: whoever sends it has not seen it.
    for (seen, words) in [
        (empty.as_str(), json!(["rash"])),
        (&empty, json!(["cheap"])),
        (&format!("W/{current}"), json!(["rash"])),
        (current.trim_matches('"'), json!(["rash"])),
        ("", json!(["rash"])),
    ] {
        let stale = put(&api, seen, words).await.problem(412, "version-stale");
        assert_eq!(format!("\"{}\"", stale.json["current_version"]), current, "{seen}");
    }
    let read = api.get(PATH).await;
    assert_eq!((&read.json, version(&read)), (&json!({ "words": ["cheap"] }), current.clone()));
    assert_eq!(changes(&api).await, 1);
    put(&api, &format!("{empty}, {current}"), json!(["dear"])).await.expect(200);
    put(&api, "*", json!(["free"])).await.expect(200);
    assert_eq!(changes(&api).await, 3);
}

#[tokio::test]
async fn another_list_is_another_version_and_nothing_else_is() {
    let api = Api::new().await;
    let mut versions = vec![version(&api.get(PATH).await)];
    for words in [json!(["a", "b"]), json!(["b", "a"]), json!(["ab"]), json!(["a b"]), json!(["A", "b"])] {
        versions.push(version(&put(&api, versions.last().unwrap(), words).await.expect(200)));
    }
    let distinct: BTreeSet<&String> = versions.iter().collect();
    assert_eq!(distinct.len(), versions.len(), "{versions:?}");
    api.ambient.advance(TimeDelta::seconds(1));
    let settings = api.admin(Method::PATCH, "/api/workspace/settings").json(&json!({ "name": "Renamed" }));
    settings.send().await.expect(200);
    assert_eq!(Some(&version(&api.get(PATH).await)), versions.last());
}

#[tokio::test]
async fn a_list_that_cannot_be_is_refused_by_entry() {
    let api = Api::new().await;
    put(&api, "*", json!(["cheap"])).await.expect(200);
    put(&api, "*", json!(["", "x".repeat(101), "Risk", "rISK", "a\0"]))
        .await
        .invalid(&["words[0]", "words[1]", "words[3]", "words[4]"]);
    put(&api, "*", json!(["fine", 7])).await.invalid(&["words[1]"]);
    put(&api, "*", json!("cheap")).await.invalid(&["words"]);
    let many: Vec<String> = (0..=1000).map(|number| number.to_string()).collect();
    put(&api, "*", json!(many)).await.invalid(&["words"]);
    put(&api, "*", json!(many[..1000])).await.expect(200);
    put(&api, "*", json!(["cheap"])).await.expect(200);
    let replace = || api.admin(Method::PUT, PATH).header("if-match", "*");
    replace().json(&json!({})).send().await.invalid(&["words"]);
    replace().json(&json!({ "words": [], "wrods": [] })).send().await.invalid(&["wrods"]);
    assert_eq!(api.get(PATH).await.json, json!({ "words": ["cheap"] }));
}
