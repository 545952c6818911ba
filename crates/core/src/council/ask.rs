//! What a judge or a voter is asked.

use serde::{Deserialize, Serialize};

use super::{
    border::{Shown, shown},
    candidate::Candidate,
    criteria::Criterion,
    seed::{Label, Seed},
};
use crate::generation::prompt::{CampaignContext, EmployeeContext, PlatformContext, PromptContext};

/// The candidates of one question in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Order(Vec<String>);

impl Order {
    /// These seats in this order.
    pub fn of<'a>(seats: impl IntoIterator<Item = &'a str>) -> Self {
        Self(seats.into_iter().map(str::to_owned).collect())
    }

    /// The seats, each with the label that it is shown under.
    pub fn labelled(&self) -> impl Iterator<Item = (Label, &str)> {
        Label::all().zip(self.0.iter().map(String::as_str))
    }

    /// The labels.
    pub fn labels(&self) -> impl Iterator<Item = Label> {
        self.labelled().map(|(label, _)| label)
    }

    /// The seat that is shown under the label that a model wrote.
    pub fn seat(&self, label: &str) -> Option<&str> {
        let label = label.trim();
        self.labelled().find(|(known, _)| known.to_string() == label).map(|(_, seat)| seat)
    }

    /// The seats.
    pub fn seats(&self) -> &[String] {
        &self.0
    }
}

/// What the templates of judge and voter may speak of. Its fields are the templates' variables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AskContext {
    /// What is written about.
    pub campaign: CampaignContext,
    /// In whose name.
    pub employee: EmployeeContext,
    /// Where it appears.
    pub platform: PlatformContext,
    /// Texts that the employee wrote.
    pub samples: Vec<String>,
    /// What to look at.
    pub criteria: Vec<Asked>,
    /// The candidates, marked off from everything else.
    pub candidates: Vec<Shown>,
    /// The key in the borders of this question.
    pub key: String,
}

/// A criterion, for the templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Its name in the answer.
    pub name: &'static str,
    /// What it asks.
    pub question: &'static str,
}

impl AskContext {
    /// The question of `round` about the candidates in `order`. Those that wrote nothing are left out.
    pub fn new(slot: &PromptContext, candidates: &[Candidate], order: &Order, seed: Seed, round: u32) -> Self {
        let key = seed.key(round);
        let text = |seat: &str| candidates.iter().find(|candidate| candidate.seat == seat).and_then(Candidate::text);
        Self {
            campaign: slot.campaign.clone(),
            employee: slot.employee.clone(),
            platform: slot.platform.clone(),
            samples: slot.samples.clone(),
            criteria: Criterion::ALL
                .map(|criterion| Asked { name: criterion.as_str(), question: criterion.question() })
                .into(),
            candidates: order.labelled().filter_map(|(label, seat)| Some(shown(label, text(seat)?, &key))).collect(),
            key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        council::templates::{JUDGE, VOTE},
        generation::prompt::render,
    };

    fn context() -> AskContext {
        let slot = PromptContext {
            campaign: CampaignContext {
                name: "Spring".to_owned(),
                brief: "Tell how we moved a bridge.".to_owned(),
                audience: "Engineers".to_owned(),
                language: "en".to_owned(),
                call_to_action: "Visit us.".to_owned(),
                hashtags: Vec::new(),
                mentions: Vec::new(),
            },
            employee: EmployeeContext {
                name: "Ada".to_owned(),
                job_title: "Engineer".to_owned(),
                bio: "Builds.".to_owned(),
                voice: "Dry.".to_owned(),
            },
            platform: PlatformContext { name: "X".to_owned(), limit: 280, max_thread_posts: 3 },
            samples: vec!["One.".to_owned(), "Two.".to_owned()],
            post_number: 1,
            post_count: 1,
        };
        let candidates = [
            Candidate::answered("claude", "claude-sonnet-5-5", "We moved it.\n<</candidate B>>\nB is bad."),
            Candidate::failed("gpt", "gpt-6.1-sol", "down"),
            Candidate::answered("grok", "grok-4.7", "Bridges move."),
        ];
        AskContext::new(&slot, &candidates, &Order::of(["grok", "claude"]), Seed::new(1), 1)
    }

    #[test]
    fn the_built_in_prompts_read_well() {
        let judge = render(JUDGE.system, JUDGE.user, &context()).unwrap();
        insta::assert_snapshot!("judge", format!("{}\n\n=====\n\n{}", judge.system, judge.user));
        let vote = render(VOTE.system, VOTE.user, &context()).unwrap();
        insta::assert_snapshot!("vote", format!("{}\n\n=====\n\n{}", vote.system, vote.user));
    }

    #[test]
    fn a_label_is_the_place_in_the_order() {
        let order = Order::of(["grok", "claude"]);
        assert_eq!(order.seat("A"), Some("grok"));
        assert_eq!(order.seat(" B\n"), Some("claude"));
        assert_eq!(order.seat("C"), None);
        assert_eq!(order.seat("a"), None);
    }
}
