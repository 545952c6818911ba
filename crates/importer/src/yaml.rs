//! How YAML is read: with which bounds, and what a reader is told when it is refused.

use std::borrow::Cow;

use serde_saphyr::{
    DefaultMessageFormatter, DuplicateKeyPolicy, Error, Localizer, Location, MergeKeyPolicy, MessageFormatter, Options,
    SnippetMode, budget::BudgetBreach,
};

/// What a file may cost to read. A workspace of a thousand employees stays far below; a bomb of aliases does not.
pub(crate) fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 200_000,
            max_nodes: 100_000,
            max_depth: 16,
            max_documents: 1,
            max_anchors: 1_000,
            max_aliases: 1_000,
            max_total_scalar_bytes: 4 << 20,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 20_000,
            max_replay_stack_depth: 8,
        },
        // Doubles arrive in the tree and are reported there, together with everything else.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        // YAML 1.2: only true and false are Booleans, so that `language: no` stays Norwegian.
        strict_booleans: true,
        with_snippet: false,
    }
}

/// What is wrong with the YAML and what would be right, without the place.
pub(crate) fn explanation(error: &Error) -> String {
    error.render_with_options(serde_saphyr::render_options! { formatter: &Wording, snippets: SnippetMode::Off })
}

/// Our words for the refusals that a user can do something about, the parser's for the rest.
struct Wording;

impl MessageFormatter for Wording {
    fn localizer(&self) -> &dyn Localizer {
        self
    }

    fn format_message<'a>(&self, error: &'a Error) -> Cow<'a, str> {
        let message = match error {
            Error::Budget { breach: BudgetBreach::Documents { .. }, .. } | Error::MultipleDocuments { .. } => {
                "starts a second YAML document; a file holds one, so remove this `---`"
            }
            Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => {
                "is nested deeper than 16 levels, which no workspace needs"
            }
            Error::Budget { .. } => {
                "holds more values than a workspace can have; give every employee a file of their own"
            }
            Error::AliasReplayLimitExceeded { .. }
            | Error::AliasReplayStackDepthExceeded { .. }
            | Error::AliasExpansionLimitExceeded { .. }
            | Error::AliasReplayCounterOverflow { .. } => {
                "repeats too much through aliases (`*name`); write the values out"
            }
            Error::MergeKeyNotAllowed { .. } => "merge keys (`<<`) are not supported; write the fields out",
            Error::RecursiveReferencesRequireWeakTypes { .. } => {
                "the alias stands inside of what it repeats; write the value out"
            }
            Error::UnknownAnchor { .. } => {
                "there is no anchor of this name; put the text in quotes if it is meant to begin with `*`"
            }
            Error::Unexpected { expected: "string scalar", .. } => "the name of a field must be a text",
            // By far the most common slip: prose that nobody thought of as syntax.
            Error::ExternalMessage { msg, .. } if msg.contains("mapping values are not allowed") => {
                "is not valid YAML: a text that contains `: ` must be in quotes or in a block that begins with `>` or `|`"
            }
            other => return format!("is not valid YAML: {}", DefaultMessageFormatter.format_message(other)).into(),
        };
        message.into()
    }
}

/// The place is told in front of the message, so the message does not repeat it.
impl Localizer for Wording {
    fn attach_location<'a>(&self, base: Cow<'a, str>, _: Location) -> Cow<'a, str> {
        base
    }

    fn alias_defined_at(&self, _: Location) -> String {
        String::new()
    }

    fn alias_used_at(&self, _: Location) -> String {
        String::new()
    }
}
