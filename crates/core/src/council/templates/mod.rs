//! The built-in templates of the council's prompts. A migration inserts them as prompt versions; a new wording is a new
//! version, never a change of one that was in use: the log of every call names the version that it was made with.

/// The two templates of a prompt and their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// The name of this wording.
    pub version: &'static str,
    /// The template of the system prompt.
    pub system: &'static str,
    /// The template of the user's turn.
    pub user: &'static str,
}

macro_rules! built_in {
    ($version:literal, $name:literal) => {
        BuiltIn {
            version: $version,
            system: include_str!(concat!($name, ".system.j2")),
            user: include_str!(concat!($name, ".user.j2")),
        }
    };
}

/// Scoring the candidates; its variables are [`AskContext`](super::ask::AskContext).
pub const JUDGE: BuiltIn = built_in!("judge-1", "judge");

/// Ranking the candidates; its variables are [`AskContext`](super::ask::AskContext).
pub const VOTE: BuiltIn = built_in!("vote-1", "vote");

/// Making the chosen post better; its variables are [`RefineContext`](super::refine::RefineContext).
pub const REFINE: BuiltIn = built_in!("refine-1", "refine");

/// Writing the words of the picture; its variables are [`CaptionsContext`](super::captions::CaptionsContext).
pub const CAPTIONS: BuiltIn = built_in!("captions-1", "captions");
