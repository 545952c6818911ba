//! Campaigns and employees of a flow's own, made through the API.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Fleet, fleet::until};

impl Fleet {
    /// A campaign with this many employees of its own and posts for each. Answers its id.
    ///
    /// # Errors
    /// If the API refuses any of it.
    pub async fn campaign(&self, name: &str, employees: usize, posts_per_employee: usize) -> Result<Uuid> {
        let workflow = json!({ "workflow_config": { "model": "claude-sonnet-5-5" } });
        self.staffed(name, "linkedin", employees, posts_per_employee, workflow).await
    }

    /// A council campaign of one post of one employee. Answers its id.
    ///
    /// # Errors
    /// If the API refuses any of it.
    pub async fn council(&self, name: &str, platform: &str, workflow_config: Value) -> Result<Uuid> {
        self.councils(name, platform, [1, 1], workflow_config).await
    }

    /// A council campaign of so many employees and posts of each. Answers its id.
    ///
    /// # Errors
    /// If the API refuses any of it.
    pub async fn councils(
        &self,
        name: &str,
        platform: &str,
        [employees, posts_per_employee]: [usize; 2],
        workflow_config: Value,
    ) -> Result<Uuid> {
        let workflow = json!({ "workflow_type": "council", "workflow_config": workflow_config });
        self.staffed(name, platform, employees, posts_per_employee, workflow).await
    }

    async fn staffed(
        &self,
        name: &str,
        platform: &str,
        employees: usize,
        posts_per_employee: usize,
        workflow: Value,
    ) -> Result<Uuid> {
        let mut campaign = json!({
            "name": name,
            "platform": platform,
            "brief": "Tell what the team learned from moving a footbridge by an inch.",
            "posts_per_employee": posts_per_employee,
        });
        for (field, value) in workflow.as_object().into_iter().flatten() {
            campaign[field.as_str()] = value.clone();
        }
        let campaign_id = id(&self.post("/campaigns", campaign).await?, "id")?;
        let mut user_ids = Vec::with_capacity(employees);
        for number in 0..employees {
            let employee = self
                .post(
                    "/employees",
                    json!({
                        "email": format!("person-{number}-of-{campaign_id}@example.com"),
                        "display_name": format!("Person {number}"),
                        "voice": "Dry and short.",
                    }),
                )
                .await?;
            user_ids.push(id(&employee, "id")?);
        }
        if !user_ids.is_empty() {
            self.post(&format!("/campaigns/{campaign_id}/employees"), json!({ "user_ids": user_ids })).await?;
        }
        Ok(campaign_id)
    }

    /// Runs a campaign. Answers the id of the execution.
    ///
    /// # Errors
    /// If the API refuses it.
    pub async fn run(&self, campaign_id: Uuid) -> Result<Uuid> {
        let run = self.post(&format!("/campaigns/{campaign_id}/run"), json!({})).await?;
        id(&run, "execution_id")
    }

    /// Waits until an execution has ended. Answers it.
    ///
    /// # Errors
    /// If it does not end within `bound`.
    pub async fn ended(&self, execution_id: Uuid, bound: Duration) -> Result<Value> {
        until(&format!("the end of execution {execution_id}"), bound, || async {
            let execution = self.get(&format!("/executions/{execution_id}")).await?;
            Ok(execution["finished_at"].is_string().then_some(execution))
        })
        .await
    }
}

/// The id in a field of an answer.
///
/// # Errors
/// If there is none.
pub fn id(answer: &Value, field: &str) -> Result<Uuid> {
    answer[field].as_str().and_then(|text| text.parse().ok()).with_context(|| format!("no {field} in {answer}"))
}
