use http::Method;

use crate::harness::Api;

#[tokio::test]
async fn health_tells_what_answers() {
    let api = Api::new().await;
    let well = api.anonymous(Method::GET, "/api/health").send().await.expect(200);
    assert_eq!(well.json["status"], "ok");
    assert_eq!(well.json["checks"]["database"]["status"], "ok");
    assert_eq!(well.json["checks"]["signing_key"]["status"], "ok");
    api.database.database.close().await;
    let ill = api.anonymous(Method::GET, "/api/v1/health").send().await.expect(503);
    assert_eq!(ill.json["status"], "unavailable");
    assert_eq!(ill.json["checks"]["database"]["status"], "unavailable");
    assert_eq!(ill.json["checks"]["signing_key"]["status"], "ok");
}

#[tokio::test]
async fn the_keys_are_public_and_may_be_kept() {
    let api = Api::new().await;
    let set = api.anonymous(Method::GET, "/.well-known/jwks.json").send().await.expect(200);
    assert_eq!(set.header("cache-control"), Some("public, max-age=300"));
    let key = &set.json["keys"][0];
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&"RSA".into(), &"RS256".into(), &"sig".into()));
    let fields: Vec<&String> = key.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["alg", "e", "kid", "kty", "n", "use"], "nothing private");
}
