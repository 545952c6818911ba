//! The words that fields may hold, for the document and for reading queries. The answers hold what the database holds,
//! whose CHECKs allow no other words.

use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

/// A network that posts are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Platform)]
pub enum PlatformName {
    /// LinkedIn.
    Linkedin,
    /// X.
    X,
    /// Instagram.
    Instagram,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$word_doc])* $word),+
        }

        impl $name {
            /// The words, for a person who wrote another one.
            pub const WORDS: &'static str = concat!("one of:", $(" ", $text),+);

            /// The word in the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text),+
                }
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text {
                    $($text => Ok(Self::$word),)+
                    _ => Err(()),
                }
            }
        }
    };
}

words! {
    /// Where a post stands.
    PostStatus {
        /// Still being written by a person.
        Draft = "draft",
        /// Waits for a reviewer.
        PendingReview = "pending_review",
        /// A reviewer wants changes.
        ChangesRequested = "changes_requested",
        /// May be published.
        Approved = "approved",
        /// Will not be published.
        Rejected = "rejected",
        /// Will be published at its time.
        Scheduled = "scheduled",
        /// Is being published.
        Publishing = "publishing",
        /// Is out.
        Published = "published",
        /// Could not be published.
        PublishFailed = "publish_failed",
    }
}

words! {
    /// Whether a campaign runs or is only kept.
    CampaignStatus {
        /// It runs.
        Active = "active",
        /// It is kept for what came of it.
        Archived = "archived",
    }
}

words! {
    /// Where a run stands.
    ExecutionStatus {
        /// Asked for, not planned yet.
        Queued = "queued",
        /// Its slots are being worked off.
        Running = "running",
        /// Every slot has its post.
        Completed = "completed",
        /// Some slots have none.
        CompletedWithFailures = "completed_with_failures",
        /// No slot has one.
        Failed = "failed",
    }
}

words! {
    /// What made a campaign run.
    ExecutionTrigger {
        /// Its schedule.
        Schedule = "schedule",
        /// A person.
        Manual = "manual",
    }
}

words! {
    /// Where a slot of a run stands.
    SlotStatus {
        /// Still to be written.
        Planned = "planned",
        /// Being written.
        Running = "running",
        /// Its post is stored.
        Stored = "stored",
        /// There will be no post.
        Failed = "failed",
    }
}

words! {
    /// How a try of a workflow step ended.
    StepStatus {
        /// Well.
        Success = "success",
        /// With an error.
        Error = "error",
        /// Not in time.
        Timeout = "timeout",
    }
}

words! {
    /// Whether enough seats of a council answered.
    CouncilStanding {
        /// As many as the campaign asks for, or more.
        Full = "full",
        /// Fewer: the best of what there was, which is no council's decision.
        BelowQuorum = "below_quorum",
    }
}

words! {
    /// What decided in a council.
    DecidedBy {
        /// A judge, or the mean of two judgings.
        Judge = "judge",
        /// The ballots of the seats.
        Vote = "vote",
        /// Fixed formulas, because they were asked for or because nobody else could decide.
        Rules = "rules",
        /// There was only one to take.
        OnlyCandidate = "only_candidate",
    }
}

words! {
    /// What a seat of a council came to.
    SeatStatus {
        /// It has not answered yet.
        Waiting = "waiting",
        /// It wrote a candidate.
        Answered = "answered",
        /// It did not.
        Failed = "failed",
    }
}

words! {
    /// A step of a council.
    CouncilStep {
        /// The prompt and everything that it was made from are kept.
        FetchContext = "fetch_context",
        /// Every seat has answered or failed.
        Seats = "seats",
        /// One candidate is chosen.
        Aggregate = "aggregate",
        /// It was tried to make it better.
        Refine = "refine",
        /// The picture is drawn.
        Render = "render",
        /// The post is checked.
        Check = "check",
        /// The post is stored.
        Store = "store",
    }
}

words! {
    /// How bad a finding is.
    Severity {
        /// Worth a look.
        Note = "note",
        /// Probably wrong.
        Warning = "warning",
        /// Not to be published like this.
        Blocking = "blocking",
    }
}

words! {
    /// Who may register in a workspace.
    RegistrationName {
        /// Those who are invited.
        Invitation = "invitation",
        /// Everybody who shows that an address is theirs.
        Open = "open",
    }
}

words! {
    /// Of whom a second factor is required.
    SecondFactorRuleName {
        /// Of nobody.
        Optional = "optional",
        /// Of people who are `admin` or `super_admin`.
        RequiredOfAdmins = "required_of_admins",
    }
}

words! {
    /// What somebody is in a team.
    TeamRoleName {
        /// Sees the team's campaigns and posts.
        ContentCreator = "content_creator",
        /// Brings the team's approved posts out.
        Publisher = "publisher",
        /// Decides about the team's posts.
        Reviewer = "reviewer",
        /// Runs the team's campaigns.
        BrandManager = "brand_manager",
    }
}

words! {
    /// What somebody is in a workspace.
    RoleName {
        /// Sees what concerns them.
        User = "user",
        /// As a user, who may ask for more at a time.
        PremiumUser = "premium_user",
        /// Looks after writing samples.
        ContentCreator = "content_creator",
        /// Brings approved posts out.
        Publisher = "publisher",
        /// Decides about posts.
        Reviewer = "reviewer",
        /// Runs campaigns and those who write for them.
        BrandManager = "brand_manager",
        /// Runs the workspace.
        Admin = "admin",
        /// Runs the installation.
        SuperAdmin = "super_admin",
    }
}
