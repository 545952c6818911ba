//! What became of the chosen post: its refinement and its picture, as JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rostrum_core::council::{
    judge::Judging,
    points::Points,
    refine::Keep,
    verdict::{self, Verdict},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decision::{JudgingRound, rounds};
use crate::{
    App,
    error::ApiError,
    routes::{media, names::DecidedBy},
};

/// A refinement as it is kept.
#[derive(Debug, Deserialize)]
pub(super) struct KeptRefinement {
    kept: Keep,
    model: String,
    critique: Option<String>,
    text: Option<String>,
    problem: Option<String>,
    verdict: Option<Verdict>,
    judgings: Vec<Judging>,
}

/// What came of making the post better.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CouncilRefinement {
    /// Which text is the post: `draft` or `refinement`.
    #[schema(value_type = String)]
    kept: Keep,
    /// The model that was asked.
    model: String,
    /// What it found wrong with the draft.
    critique: Option<String>,
    /// What it wrote instead.
    text: Option<String>,
    /// Why there is no other text; null if there is.
    problem: Option<String>,
    /// How the two came out against each other; null if there was nothing to compare.
    comparison: Option<Comparison>,
}

/// The draft against its refinement. They are shown to the judges like two candidates, as `draft` and `refinement`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Comparison {
    /// `draft` or `refinement`.
    winner: String,
    /// What decided.
    #[schema(value_type = DecidedBy)]
    decided_by: verdict::DecidedBy,
    /// By how many points of 10.
    #[schema(value_type = Option<f64>)]
    margin: Option<Points>,
    /// Every question to a judge, in order.
    rounds: Vec<JudgingRound>,
}

impl From<KeptRefinement> for CouncilRefinement {
    fn from(kept: KeptRefinement) -> Self {
        let comparison = kept.verdict.map(|verdict| Comparison {
            rounds: rounds(&verdict, &kept.judgings),
            winner: verdict.winner,
            decided_by: verdict.decided_by,
            margin: verdict.margin,
        });
        Self {
            kept: kept.kept,
            model: kept.model,
            critique: kept.critique,
            text: kept.text,
            problem: kept.problem,
            comparison,
        }
    }
}

/// A picture as it is kept.
#[derive(Debug, Deserialize)]
pub(super) struct KeptPicture {
    sha256: String,
    content_type: String,
    width: u32,
    height: u32,
    bytes: u32,
    alt_text: String,
    template: String,
    captions: BTreeMap<String, String>,
    captions_by: Option<String>,
    cut: Vec<String>,
}

/// The picture of the post.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CouncilPicture {
    /// The template that it was drawn by.
    template: String,
    /// The texts in it, by the names of the template's fields.
    captions: BTreeMap<String, String>,
    /// The model that wrote them; null if they were taken from the post.
    captions_by: Option<String>,
    /// The fields whose text did not fit and was cut.
    cut: Vec<String>,
    /// What somebody is told who cannot see it.
    alt_text: String,
    /// The SHA-256 of its bytes.
    sha256: String,
    /// `image/jpeg` or `image/png`.
    content_type: String,
    /// In pixels.
    width: u32,
    /// In pixels.
    height: u32,
    /// How many bytes it has.
    bytes: u32,
    /// Where it can be seen without signing in, for a short time.
    url: String,
    /// Until when; ask again for another address.
    url_expires_at: DateTime<Utc>,
}

impl CouncilPicture {
    /// The picture with an address.
    pub(super) async fn new(app: &App, kept: KeptPicture) -> Result<Self, ApiError> {
        let (url, url_expires_at) = media::link(app, &kept.sha256, &kept.content_type).await?;
        Ok(Self {
            template: kept.template,
            captions: kept.captions,
            captions_by: kept.captions_by,
            cut: kept.cut,
            alt_text: kept.alt_text,
            sha256: kept.sha256,
            content_type: kept.content_type,
            width: kept.width,
            height: kept.height,
            bytes: kept.bytes,
            url,
            url_expires_at,
        })
    }
}
