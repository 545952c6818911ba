//! One model in the place of all, which answers each kind of question in its own way.

use std::collections::BTreeMap;

use rostrum_llm::{Error, Reply, Request};

use crate::model::{ScriptedModel, reply};

type Answer = Box<dyn Fn(&Request) -> Result<Reply, Error> + Send + Sync>;

/// How questions are answered, by the names of the forms that they ask for.
#[derive(Default)]
pub struct Script {
    answers: BTreeMap<&'static str, Answer>,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.answers.keys()).finish()
    }
}

impl Script {
    /// Answers writers' questions.
    pub fn post(self, answer: impl Fn(&Request) -> Result<Reply, Error> + Send + Sync + 'static) -> Self {
        self.on("post", answer)
    }

    /// Answers judges' questions.
    pub fn judge(self, answer: impl Fn(&Request) -> Result<Reply, Error> + Send + Sync + 'static) -> Self {
        self.on("judge", answer)
    }

    /// Answers voters' questions.
    pub fn vote(self, answer: impl Fn(&Request) -> Result<Reply, Error> + Send + Sync + 'static) -> Self {
        self.on("vote", answer)
    }

    /// Answers refiners' questions.
    pub fn refine(self, answer: impl Fn(&Request) -> Result<Reply, Error> + Send + Sync + 'static) -> Self {
        self.on("refinement", answer)
    }

    /// Answers the question for the words of a picture.
    pub fn captions(self, answer: impl Fn(&Request) -> Result<Reply, Error> + Send + Sync + 'static) -> Self {
        self.on("captions", answer)
    }

    /// The model. A question that the script does not know ends the test.
    pub fn model(self) -> ScriptedModel {
        ScriptedModel::new(move |request| {
            let form = request.schema.as_ref().map_or("none", |schema| schema.name.as_str());
            let answer = self.answers.get(form).unwrap_or_else(|| panic!("nobody expects a question for {form:?}"));
            answer(request)
        })
    }

    fn on(
        mut self,
        form: &'static str,
        answer: impl Fn(&Request) -> Result<Reply, Error> + Send + Sync + 'static,
    ) -> Self {
        self.answers.insert(form, Box::new(answer));
        self
    }
}

/// A whole answer of this text by the model that was asked.
///
/// # Errors
/// Never; it has the form of an answer.
pub fn said(request: &Request, text: &str) -> Result<Reply, Error> {
    Ok(Reply { model: request.model.clone(), ..reply(text) })
}
