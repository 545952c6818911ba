//! The end of a council: its post is checked and stored, or its failure is recorded. All three are `result-store`'s.

use rostrum_core::ids::PostId;
use serde::{Deserialize, Serialize};

use super::CouncilStart;
use crate::{Contract, message::nested};

/// What the `result-store` shall do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum ResultJob {
    /// Check the post and keep the findings; answered with [`Checked`].
    Check {
        /// The slot whose council it is.
        #[serde(with = "nested")]
        slot: CouncilStart,
    },
    /// Store the post and finish the slot; answered with [`Stored`].
    Store {
        /// The slot whose council it is.
        #[serde(with = "nested")]
        slot: CouncilStart,
        /// The SHA-256 of the post's picture, if it has one.
        picture: Option<String>,
        /// Why the draft was not refined although it should have been, at most 500 characters.
        refine_error: Option<String>,
        /// Why the post has no picture although it should have one, at most 500 characters; a finding of the post.
        render_error: Option<String>,
    },
    /// Finish the slot as failed; answered with [`FailureRecorded`].
    RecordFailure {
        /// The slot whose council it is.
        #[serde(with = "nested")]
        slot: CouncilStart,
        /// What happened.
        failure: Failure,
    },
}

/// What ended an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The state of the machine that failed, for example `Aggregate`.
    pub state: String,
    /// The name of the error: the `errorType` of the function, or one of Step Functions such as `States.Timeout`.
    pub error: String,
    /// What the function or Step Functions says about it, at most 2,000 characters. A function that crashed says
    /// `{"errorType": …, "errorMessage": …}` as JSON text, which may be cut off.
    pub cause: String,
}

/// What came of a [`ResultJob`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ResultAnswer {
    /// The post is stored.
    Stored(Stored),
    /// The post is checked.
    Checked(Checked),
    /// The slot has failed.
    FailureRecorded(FailureRecorded),
}

/// The post is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// How many findings it has.
    pub findings: u32,
}

/// The post is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The post.
    pub post_id: PostId,
}

/// The slot has failed, and says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureRecorded {}

impl Contract for ResultJob {
    const NAME: &'static str = "council_result_job";
    const VERSION: u64 = 1;
}

impl Contract for ResultAnswer {
    const NAME: &'static str = "council_result_answer";
    const VERSION: u64 = 1;
}
