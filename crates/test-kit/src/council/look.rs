//! What has come of a council, in lines that a test can compare.

use sqlx::AssertSqlSafe;

use super::World;

impl World {
    /// The one text column of a query, row by row.
    pub async fn look(&self, sql: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&self.database.admin).await.unwrap()
    }

    /// `step/attempt model status` of every row of the log, with `final` behind an answer and `selected` or `passed over`
    /// behind one that a choice was made about.
    pub async fn logs(&self) -> Vec<String> {
        self.look(
            "SELECT concat_ws(' ', step_name || '/' || attempt, model, status,
                              CASE WHEN metadata @> '{\"final\": true}' THEN 'final' END,
                              CASE WHEN was_selected THEN 'selected' WHEN NOT was_selected THEN 'passed over' END)
             FROM workflow_logs ORDER BY step_name COLLATE \"C\", attempt",
        )
        .await
    }

    /// The steps that have a row of the log, each once.
    pub async fn steps_done(&self) -> Vec<String> {
        self.look(
            "SELECT step FROM (SELECT DISTINCT concat_ws(' ', step_name, status) COLLATE \"C\" AS step FROM workflow_logs) AS steps
             ORDER BY step",
        )
        .await
    }

    /// `seat model status` of every candidate, with the failure's kind and message, and `selected` behind the chosen one.
    pub async fn candidates(&self) -> Vec<String> {
        self.look(
            "SELECT concat_ws(' ', seat, model, status, failure_kind, failure_message,
                              CASE WHEN was_selected THEN 'selected' END)
             FROM council_candidates ORDER BY seat",
        )
        .await
    }

    /// `status kind message` of every slot, and the status of the execution behind them.
    pub async fn ended(&self) -> Vec<String> {
        let mut ended = self
            .look(
                "SELECT concat_ws(' ', status, failure_kind, failure_message) FROM execution_slots
                 ORDER BY employee_id, slot",
            )
            .await;
        ended.extend(self.look("SELECT status FROM executions").await);
        ended
    }

    /// The texts of the posts.
    pub async fn posts(&self) -> Vec<String> {
        self.look("SELECT content FROM posts ORDER BY employee_id, slot").await
    }
}
