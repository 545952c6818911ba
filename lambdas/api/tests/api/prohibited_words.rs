use chrono::TimeDelta;
use http::Method;
use rostrum_core::access::Role;
use serde_json::{Value, json};

use crate::harness::{Api, Reply};

const PATH: &str = "/api/workspace/prohibited-words";

async fn put(api: &Api, words: Value) -> Reply {
    api.admin(Method::PUT, PATH).json(&json!({ "words": words })).send().await
}

#[tokio::test]
async fn the_list_is_replaced_as_a_whole() {
    let api = Api::new().await;
    assert_eq!(api.get(PATH).await.expect(200).json, json!({ "words": [] }));
    let set = put(&api, json!([" risk free ", "Günstig"])).await.expect(200);
    assert_eq!(set.json, json!({ "words": ["risk free", "Günstig"] }));
    api.ambient.advance(TimeDelta::seconds(1));
    put(&api, json!(["Günstig", "cheap"])).await.expect(200);
    // The same again is no change.
    put(&api, json!(["Günstig", "cheap"])).await.expect(200);
    for role in Role::ALL {
        let read = api.anonymous(Method::GET, PATH).token(&api.token(role)).send().await.expect(200);
        assert_eq!(read.json, json!({ "words": ["Günstig", "cheap"] }), "{role}");
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
    put(&api, json!([])).await.expect(200);
    assert_eq!(api.get(PATH).await.json, json!({ "words": [] }));
}

#[tokio::test]
async fn a_list_that_cannot_be_is_refused_by_entry() {
    let api = Api::new().await;
    put(&api, json!(["cheap"])).await.expect(200);
    put(&api, json!(["", "x".repeat(101), "Risk", "rISK", "a\0"]))
        .await
        .invalid(&["words[0]", "words[1]", "words[3]", "words[4]"]);
    put(&api, json!(["fine", 7])).await.invalid(&["words[1]"]);
    put(&api, json!("cheap")).await.invalid(&["words"]);
    let many: Vec<String> = (0..=1000).map(|number| number.to_string()).collect();
    put(&api, json!(many)).await.invalid(&["words"]);
    put(&api, json!(many[..1000])).await.expect(200);
    put(&api, json!(["cheap"])).await.expect(200);
    api.admin(Method::PUT, PATH).json(&json!({})).send().await.invalid(&["words"]);
    api.admin(Method::PUT, PATH).json(&json!({ "words": [], "wrods": [] })).send().await.invalid(&["wrods"]);
    assert_eq!(api.get(PATH).await.json, json!({ "words": ["cheap"] }));
}
