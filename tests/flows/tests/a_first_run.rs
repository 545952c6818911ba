//! What `up` left: posts that the real local model wrote, each traceable to the calls that made it.

use anyhow::Result;
use flows::{Fleet, scene::id};

#[tokio::test]
async fn the_samples_posts_wait_for_review_and_each_is_traceable_to_its_calls() -> Result<()> {
    let fleet = Fleet::connect().await?;
    let posts = fleet.get("/posts?status=pending_review&limit=100").await?;
    let posts = posts["items"].as_array().unwrap();
    assert!(posts.len() >= 5, "only {} posts wait for review", posts.len());
    let mut platforms: Vec<&str> = posts.iter().map(|post| post["platform"].as_str().unwrap()).collect();
    platforms.sort_unstable();
    platforms.dedup();
    assert_eq!(platforms, ["linkedin", "x"]);
    for post in posts {
        let execution = fleet.get(&format!("/executions/{}", id(post, "execution_id")?)).await?;
        let slot = execution["slots"]
            .as_array()
            .unwrap()
            .iter()
            .find(|slot| slot["post_id"] == post["id"])
            .unwrap_or_else(|| panic!("no slot of the execution has post {}", post["id"]));
        let written = execution["logs"].as_array().unwrap().iter().find(|log| {
            log["employee_id"] == slot["employee_id"] && log["slot"] == slot["slot"] && log["status"] == "success"
        });
        let log = written.unwrap_or_else(|| panic!("no successful call for post {}", post["id"]));
        assert!(log["input_tokens"].as_i64().unwrap() > 100, "{log}");
        assert!(log["output_tokens"].as_i64().unwrap() > 5, "{log}");
        assert!(log["latency_ms"].as_i64().unwrap() > 0, "{log}");
        assert_eq!(log["prompt_version"], "simple-1");
        assert!(log["raw_output"].as_str().unwrap().contains("\"body\""), "{log}");
    }
    Ok(())
}

#[tokio::test]
async fn health_tells_what_is_reachable_and_the_rest_needs_a_token() -> Result<()> {
    let fleet = Fleet::connect().await?;
    let health = fleet.get("/health").await?;
    assert_eq!(health["status"], "ok", "{health}");
    let anonymous = reqwest::get(format!("{}/posts", fleet.description.api)).await?;
    assert_eq!(anonymous.status(), 401);
    assert!(anonymous.headers()["content-type"].to_str()?.starts_with("application/problem+json"));
    Ok(())
}
