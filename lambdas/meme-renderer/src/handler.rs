//! One council, one picture.

use std::{fmt, sync::Arc, time::Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_cloud::Objects;
use rostrum_contracts::council::{RenderInput, Rendered};
use rostrum_core::ids::OutboxId;
use rostrum_lambda_kit::TaskError;
use rostrum_render::{Background, Fonts, Note, RenderError, Request, Scene, Style, Template};
use rostrum_store::{councils, outbox, posts::objects};
use rostrum_workflow::{
    Council, Steps, Stop, council,
    note::{Noted, note},
    picture::Picture,
};
use serde_json::json;

use crate::captions::{self, Worded};

/// The use case and what it needs.
#[derive(Clone)]
pub struct MemeRenderer {
    /// Postgres, the models, and the way to them.
    pub steps: Steps,
    /// The typefaces of the pictures.
    pub fonts: Arc<Fonts>,
    /// The bucket of the pictures.
    pub objects: Arc<dyn Objects>,
}

impl fmt::Debug for MemeRenderer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemeRenderer").field("steps", &self.steps).finish_non_exhaustive()
    }
}

/// What drawing and keeping the picture take at most.
const TO_DRAW: TimeDelta = TimeDelta::seconds(15);

impl MemeRenderer {
    /// Draws the picture, unless that has been done. `deadline` is when this invocation is over.
    ///
    /// # Errors
    /// If the picture cannot be drawn or kept; the post can do without it.
    pub async fn handle(&self, input: &RenderInput, deadline: DateTime<Utc>) -> Result<Rendered, TaskError> {
        Ok(self.picture(input, deadline).await?)
    }

    async fn picture(&self, input: &RenderInput, deadline: DateTime<Utc>) -> Result<Rendered, Stop> {
        let started = Instant::now();
        let council = Council::load(&self.steps.database, &input.slot).await?;
        if let Some(picture) = council.image {
            return Ok(Rendered { sha256: picture.sha256 });
        }
        let post = council.draft.as_ref().ok_or_else(|| Stop::internal("Nothing is chosen yet."))?;
        let image = council.config.image.as_ref().ok_or_else(|| {
            Stop::configuration("The council draws nothing, because its workflow_config has no `image`.")
        })?;
        let template = Template::find(&image.template).map_err(|error| Stop::configuration(error.to_string()))?;
        let worded = captions::find(&self.steps, &council, post, template, deadline - TO_DRAW).await?;
        let (picture, bytes) = draw(&self.fonts, &council, template, worded)?;
        let key = picture.key();
        let mut transaction = self.steps.database.begin().await?;
        objects::hold(&mut transaction, &picture.sha256).await?;
        let put = self.objects.put(&key, bytes, &picture.content_type);
        self.steps.effects.perform("object put", put).await.map_err(|error| Stop::internal(error.to_string()))?;
        let subject = council.assignment.subject;
        let (image, now) = (council::json(&picture)?, self.steps.ambient.now());
        let kept = councils::keep_image(&mut transaction, subject.key, &image, now).await?;
        if kept {
            let detail = json!({ "template": picture.template, "sha256": picture.sha256 });
            let step = Noted::done("render", started.elapsed(), detail);
            note(&mut transaction, &self.steps.ambient, subject, &step).await?;
        } else {
            // It may show somebody who was erased meanwhile.
            let id = OutboxId::new(now, &mut self.steps.ambient.random());
            let unused = picture.object().unused(id, subject.key.workspace_id);
            outbox::add(&mut transaction, &[unused], now).await?;
        }
        self.steps.effects.perform("commit", transaction.commit()).await?;
        if kept {
            return Ok(Rendered { sha256: picture.sha256 });
        }
        // Somebody else drew it while we did, perhaps with other words.
        let council = Council::load(&self.steps.database, &input.slot).await?;
        let picture = council.image.ok_or_else(|| Stop::internal("Nothing is drawn."))?;
        Ok(Rendered { sha256: picture.sha256 })
    }
}

/// The picture and its bytes.
fn draw(fonts: &Fonts, council: &Council, template: &Template, worded: Worded) -> Result<(Picture, Vec<u8>), Stop> {
    let Worded { captions, by } = worded;
    let seed = council.seed.to_i64().unsigned_abs();
    let scenes = Scene::ALL.len() as u64;
    let scene = Scene::ALL.into_iter().nth((seed % scenes) as usize).unwrap_or(Scene::Ridges);
    let request = Request {
        template: template.name.clone(),
        platform: council.assignment.rules.platform,
        captions,
        background: Background::Scene { scene, seed },
        style: Style::default(),
    };
    let rendered = rostrum_render::render(fonts, &request).map_err(|error| refused(&error))?;
    let content_type = rendered.format.media_type().to_owned();
    let cut = rendered.notes.iter().filter_map(|note| match note {
        Note::Truncated { field, .. } => Some(field.clone()),
        Note::Cleaned { .. } | Note::BackgroundUnused => None,
    });
    let picture = Picture {
        content_type,
        width: rendered.width,
        height: rendered.height,
        bytes: u32::try_from(rendered.bytes.len()).unwrap_or(u32::MAX),
        alt_text: rendered.alt_text,
        template: request.template,
        captions: request.captions,
        captions_by: by,
        cut: cut.collect(),
        sha256: rendered.sha256,
    };
    Ok((picture, rendered.bytes))
}

/// Captions are the campaign's, fonts are ours.
fn refused(error: &RenderError) -> Stop {
    let message = error.to_string();
    if matches!(error, RenderError::Font { .. }) { Stop::internal(message) } else { Stop::configuration(message) }
}
