//! The settings of the workflows as JSON. The domain reads and checks them; these types describe them to clients.

use rostrum_core::campaign::Workflow;
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema, schema::AnyOfBuilder},
};

use crate::error::ApiError;

/// The settings of the campaign's workflow. Not `oneOf`, as a derived schema has it: which one holds is said outside of them,
/// in `workflow_type`, and settings that leave much out fit both.
pub(super) enum WorkflowConfig {}

impl PartialSchema for WorkflowConfig {
    fn schema() -> RefOr<Schema> {
        AnyOfBuilder::new()
            .description(Some(
                "The settings of the campaign's workflow: of `simple` or of `council`. What is left out gets its default.",
            ))
            .item(Ref::from_schema_name(SimpleConfig::name()))
            .item(Ref::from_schema_name(CouncilConfig::name()))
            .into()
    }
}

impl ToSchema for WorkflowConfig {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((SimpleConfig::name().into_owned(), SimpleConfig::schema()));
        SimpleConfig::schemas(schemas);
        schemas.push((CouncilConfig::name().into_owned(), CouncilConfig::schema()));
        CouncilConfig::schemas(schemas);
    }
}

/// The settings of the workflow `simple`: one model writes.
#[derive(Serialize, ToSchema)]
pub(super) struct SimpleConfig {
    /// The model that writes, by an id that begins with `claude-`, `gpt-` or `grok-`.
    #[schema(default = "claude-sonnet-5-5")]
    model: Option<String>,
    /// The most tokens that it may write.
    #[schema(minimum = 64, maximum = 16_000, default = 1500)]
    max_output_tokens: Option<u32>,
    /// How many writing samples of the employee it is shown.
    #[schema(minimum = 0, maximum = 10, default = 3)]
    few_shot_samples: Option<u32>,
}

/// The settings of the workflow `council`: several models write, and one post is chosen.
#[derive(Serialize, ToSchema)]
pub(super) struct CouncilConfig {
    /// Who writes a candidate each. By default one seat for each family of models.
    #[schema(min_items = 2, max_items = 6)]
    seats: Option<Vec<Seat>>,
    /// How many candidates there must be for a full council's decision; by default more than half.
    #[schema(minimum = 1, maximum = 6)]
    quorum: Option<u32>,
    /// What happens below the quorum: the best single candidate, marked as such, or a failed slot.
    #[schema(default = "best_single")]
    below_quorum: Option<BelowQuorum>,
    /// How one candidate is chosen; by default by a judge.
    aggregation: Option<Aggregation>,
    /// The step that makes the chosen post better; left out, there is none.
    refine: Option<Refine>,
    /// The picture of the post; left out, there is none.
    image: Option<Image>,
    /// The most tokens that a seat may write.
    #[schema(minimum = 64, maximum = 16_000, default = 1500)]
    max_output_tokens: Option<u32>,
    /// How many writing samples of the employee a seat is shown.
    #[schema(minimum = 0, maximum = 10, default = 3)]
    few_shot_samples: Option<u32>,
}

/// One place in the council.
#[derive(Serialize, ToSchema)]
#[schema(as = CouncilSeat)]
pub(super) struct Seat {
    /// What it is called; unlike the others of its council.
    #[schema(pattern = "^[a-z0-9-]{1,20}$")]
    name: String,
    /// The model that sits there.
    model: String,
}

/// What happens below the quorum.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes the JSON, which is passed on as it is")]
pub(super) enum BelowQuorum {
    BestSingle,
    Fail,
}

/// How one candidate is chosen.
#[derive(Serialize, ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case")]
#[expect(dead_code, reason = "describes the JSON, which is passed on as it is")]
pub(super) enum Aggregation {
    /// A model scores the candidates without knowing whose they are.
    Judge {
        /// The model that is asked first.
        model: Option<String>,
        /// The other one, which takes over if the first fails.
        successor: Option<String>,
        /// A judging that is closer than this, in points of 10, is followed by a second one.
        #[schema(minimum = 0.0, maximum = 5.0, default = 0.5)]
        margin: Option<f64>,
    },
    /// Fixed formulas score them.
    Rules,
    /// Each seat's model ranks the candidates of the others; at least three seats.
    Vote,
}

/// The step that makes the chosen post better.
#[derive(Serialize, ToSchema)]
pub(super) struct Refine {
    /// The model that criticises and rewrites.
    model: Option<String>,
}

/// The picture of a post.
#[derive(Serialize, ToSchema)]
pub(super) struct Image {
    /// `meme-top-bottom`, `meme-caption-above`, `quote-card` or `headline-card`.
    template: String,
}

/// The stored settings, with today's defaults for what they leave out.
pub(super) fn read(workflow_type: &str, stored: &Value) -> Result<Value, ApiError> {
    let workflow = Workflow::read(workflow_type, stored).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        ApiError::internal(errors.join("; "))
    })?;
    workflow.config().map_err(ApiError::internal)
}
