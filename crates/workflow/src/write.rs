//! Writing one post.

use chrono::{DateTime, Utc};
use rostrum_core::{
    generation::answer::{self, Unusable},
    platform::Fitted,
};
use rostrum_llm::{Schema, Turn};
use rostrum_store::executions::slots::FailureKind;
use serde::{Deserialize, Serialize};

use crate::{Assignment, Said, Step, Steps, Stop, storable};

/// A post that fits, and who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The post.
    pub fitted: Fitted,
    /// The model that wrote it.
    pub model: String,
    /// Whether its first answer could not be used.
    pub repaired: bool,
}

impl Steps {
    /// Asks `model` for the post, and once more if its answer cannot be used. `seat` tells the steps of one writer from
    /// those of another; a single writer has none.
    ///
    /// # Errors
    /// As [`Steps::ask`]; also if neither answer can be used.
    pub async fn write(
        &self,
        assignment: &Assignment,
        model: &str,
        seat: Option<&str>,
        deadline: DateTime<Utc>,
    ) -> Result<Written, Stop> {
        let name = |step: &str| seat.map_or_else(|| step.to_owned(), |seat| format!("{step}:{seat}"));
        let ask = async |name: String, user: String| -> Result<Said, Stop> {
            let step = Step {
                subject: assignment.subject,
                name,
                model: model.to_owned(),
                prompt_version: assignment.prompt_version.clone(),
                system: assignment.prompt.system.clone(),
                turns: vec![Turn::user(user)],
                schema: Schema { name: "post".to_owned(), json: answer::schema() },
                max_output_tokens: assignment.max_output_tokens,
                deadline,
            };
            self.ask(&step).await
        };
        let read = |said: &Said| answer::read(&said.raw, said.complete, &assignment.wishes, &assignment.rules);

        let first = ask(name("generate"), assignment.prompt.user.clone()).await?;
        let problem = match read(&first) {
            Ok(fitted) => return Ok(Written { fitted, model: first.model, repaired: false }),
            Err(problem) => problem,
        };
        tracing::warn!(%problem, "the answer cannot be used; asking for a repair");
        let second = ask(name("repair"), repair(&assignment.prompt.user, &first.raw, &problem)).await?;
        match read(&second) {
            Ok(fitted) => Ok(Written { fitted, model: second.model, repaired: true }),
            Err(problem) => {
                let message = format!("The model's answer could not be used, nor could its repair: {problem}");
                Err(Stop::Failed(FailureKind::InvalidOutput, storable::text(&message)))
            }
        }
    }
}

/// The first answer and what was wrong with it. The answer is quoted in a turn of the user, because current models refuse
/// a conversation that they did not lead.
fn repair(prompt: &str, raw: &str, problem: &Unusable) -> String {
    /// Enough to see what went wrong, not enough to fill the model's context.
    const QUOTED: usize = 4000;
    let quoted: String = raw.chars().take(QUOTED).collect();
    format!(
        "{prompt}\n\nYour first answer was:\n<answer>\n{quoted}\n</answer>\n\nIt cannot be used. {problem}\nAnswer again."
    )
}
