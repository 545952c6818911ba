//! What `up` left: posts that the real local model wrote, each traceable to the calls that made it.

use anyhow::Result;
use flows::{Fleet, scene::id};
use serde_json::Value;

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
        let of_slot = |log: &&Value| log["employee_id"] == slot["employee_id"] && log["slot"] == slot["slot"];
        let done =
            || execution["logs"].as_array().unwrap().iter().filter(of_slot).filter(|log| log["status"] == "success");
        let written = done().find(|log| {
            let step = log["step_name"].as_str().unwrap();
            step.starts_with("generate") || step.starts_with("repair")
        });
        let log = written.unwrap_or_else(|| panic!("no successful call for post {}", post["id"]));
        assert!(log["input_tokens"].as_i64().unwrap() > 100, "{log}");
        assert!(log["output_tokens"].as_i64().unwrap() > 5, "{log}");
        assert!(log["latency_ms"].as_i64().unwrap() > 0, "{log}");
        assert_eq!(log["prompt_version"], "simple-2");
        assert!(log["raw_output"].as_str().unwrap().contains("\"body\""), "{log}");
        for step in ["fetch_context", "check", "store"] {
            assert!(done().any(|log| log["step_name"] == step), "{step} of post {} is not in the log", post["id"]);
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_samples_councils_have_drawn_a_picture_for_each_platform() -> Result<()> {
    let fleet = Fleet::connect().await?;
    for (platform, template) in [("linkedin", "quote-card"), ("x", "meme-top-bottom")] {
        let campaigns = fleet.get("/campaigns?limit=100").await?;
        let campaigns = campaigns["items"].as_array().unwrap();
        let campaign = campaigns
            .iter()
            .find(|campaign| {
                campaign["platform"] == platform && campaign["workflow_config"]["image"]["template"] == template
            })
            .unwrap_or_else(|| panic!("no campaign of the sample draws {template} for {platform}"));
        let posts = fleet.get(&format!("/posts?campaign_id={}", id(campaign, "id")?)).await?;
        let post = fleet.get(&format!("/posts/{}", id(&posts["items"][0], "id")?)).await?;
        assert_eq!(post["generation_metadata"]["council"]["standing"]["kind"], "full", "{post}");
        let medium = &post["media"][0];
        assert!(!medium["alt_text"].as_str().unwrap().is_empty(), "{post}");
        let picture = reqwest::get(medium["url"].as_str().unwrap()).await?.error_for_status()?.bytes().await?;
        assert_eq!(picture.len() as u64, medium["bytes"].as_u64().unwrap());
        let beginning: &[u8] = match medium["content_type"].as_str().unwrap() {
            "image/jpeg" => &[0xff, 0xd8, 0xff],
            "image/png" => b"\x89PNG\r\n\x1a\n",
            other => panic!("no picture: {other}"),
        };
        assert!(picture.starts_with(beginning), "another file than it says");
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
