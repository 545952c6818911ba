//! The prompt: templates in Jinja syntax, filled in with what is known about campaign and employee.

use minijinja::{Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};
use serde::{Deserialize, Serialize};

/// What the templates may speak of. Its fields are the templates' variables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromptContext {
    /// What is written about.
    pub campaign: CampaignContext,
    /// Who it is by.
    pub employee: EmployeeContext,
    /// Where it appears.
    pub platform: PlatformContext,
    /// Texts that the employee wrote; empty if there are none.
    pub samples: Vec<String>,
    /// Which of the employee's posts of this run it is, from 1.
    pub post_number: i32,
    /// How many posts the employee gets in this run.
    pub post_count: i32,
}

/// The campaign, for the templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignContext {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub brief: String,
    /// Who is to read it; may be empty.
    pub audience: String,
    /// A BCP 47 language tag.
    pub language: String,
    /// What the reader is asked to do; may be empty.
    pub call_to_action: String,
    /// Hashtags, without `#`.
    pub hashtags: Vec<String>,
    /// Who may be mentioned.
    pub mentions: Vec<String>,
}

/// The employee, for the templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmployeeContext {
    /// Their name.
    pub name: String,
    /// Their job title; may be empty.
    pub job_title: String,
    /// Who they are; may be empty.
    pub bio: String,
    /// How they write; may be empty.
    pub voice: String,
}

/// The platform, for the templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlatformContext {
    /// What people call it, for example `LinkedIn`.
    pub name: String,
    /// The most characters that a post may have, as the platform counts them.
    pub limit: usize,
    /// How many posts a thread may have.
    pub max_thread_posts: i32,
}

/// The prompt, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The system prompt.
    pub system: String,
    /// The first user turn.
    pub user: String,
}

/// A template that cannot be filled in.
#[derive(Debug, thiserror::Error)]
#[error("the {template} template of the prompt cannot be filled in: {message}")]
pub struct TemplateError {
    /// `system` or `user`.
    pub template: &'static str,
    /// What is wrong, with the line.
    pub message: String,
}

/// How many instructions a template may run: a hundred times what the built-in one needs, so that a loop in a template
/// cannot hold a worker.
const FUEL: u64 = 100_000;

/// Fills the templates in. A variable that does not exist is an error, not an empty text.
///
/// # Errors
/// If a template is not valid or asks for what is not there.
pub fn render(system_template: &str, user_template: &str, context: &PromptContext) -> Result<Prompt, TemplateError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(|error| TemplateError { template: "system", message: error.to_string() })?,
    );
    environment.set_fuel(Some(FUEL));
    let fill = |name: &'static str, template: &str| {
        environment
            .render_str(template, Serde(context))
            .map(|text| text.trim().to_owned())
            .map_err(|error| TemplateError { template: name, message: error.to_string() })
    };
    Ok(Prompt { system: fill("system", system_template)?, user: fill("user", user_template)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> PromptContext {
        PromptContext {
            campaign: CampaignContext {
                name: "Autumn".to_owned(),
                brief: "Tell what we learned.".to_owned(),
                audience: String::new(),
                language: "en".to_owned(),
                call_to_action: String::new(),
                hashtags: vec!["Bridges".to_owned()],
                mentions: Vec::new(),
            },
            employee: EmployeeContext {
                name: "Ada".to_owned(),
                job_title: "Engineer".to_owned(),
                bio: String::new(),
                voice: "Dry.".to_owned(),
            },
            platform: PlatformContext { name: "X".to_owned(), limit: 280, max_thread_posts: 1 },
            samples: vec!["One <b>.".to_owned(), "Two & three.".to_owned()],
            post_number: 1,
            post_count: 2,
        }
    }

    fn check(template: &str, expected: &str) {
        let text = match render(template, "", &context()) {
            Ok(prompt) => prompt.system,
            Err(error) => error.to_string(),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn fills_in_what_is_known() {
        check("{{ employee.name }} on {{ platform.name }}", "Ada on X");
        check("{% for sample in samples %}\n[{{ sample }}]\n{% endfor %}", "[One <b>.]\n[Two & three.]");
        check("{% if campaign.audience %}for {{ campaign.audience }}{% endif %}.", ".");
    }

    #[test]
    fn refuses_what_is_not_there() {
        check(
            "a\n{{ employee.nickname }}",
            "the system template of the prompt cannot be filled in: undefined value: `employee.nickname` is undefined (in <string>:2)",
        );
        check(
            "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
            "the system template of the prompt cannot be filled in: engine ran out of fuel (in <string>:1)",
        );
        assert!(render("", "{% if %}", &context()).unwrap_err().to_string().starts_with("the user template"));
    }
}
