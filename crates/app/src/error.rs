//! What a use case answers when it does not do what was asked.

use std::time::Duration;

use crate::{Quota, Standing};

/// The one error that the edges see; each turns it into its own envelope.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Who asks has not shown who it is.
    #[error("authentication is required")]
    Unauthenticated,
    /// Who asks may not do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// There is no such thing, or it is somebody else's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It cannot be, as things are.
    #[error("{0}")]
    Conflict(String),
    /// What was asked for makes no sense.
    #[error("{}", told(.0))]
    Invalid(Vec<Issue>),
    /// Too often.
    #[error("too many attempts; try again in {}", seconds(*.retry_after))]
    LimitReached {
        /// When it may be tried again.
        retry_after: Duration,
    },
    /// Too many calls within a window.
    #[error("too many requests; try again in {}", seconds(*.retry_after))]
    RateLimited {
        /// When there is room again.
        retry_after: Duration,
        /// How the caller stands with that window.
        standing: Standing,
    },
    /// The month's scans are used up.
    #[error("all scans that the plan {} holds this month are used", .0.plan.as_str())]
    QuotaExceeded(Quota),
    /// The plan does not hold that.
    #[error("{0}")]
    PlanRequired(String),
    /// Nobody has shown that the domain is the organization's.
    #[error("active scans are open to domains that are verified")]
    VerifyRequired,
    /// Nobody has signed that the domain may be scanned actively.
    #[error("active scans are open to domains for which an administrator has authorized them")]
    AuthorizationRequired,
    /// Nothing at this address is visited.
    #[error("{0}")]
    TargetNotAllowed(String),
    /// Not now; a later attempt may succeed.
    #[error("the service is not available at the moment")]
    Unavailable,
    /// A mistake of ours, which the caller is told nothing of.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What is wrong with one part of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Which part, as the caller named it.
    pub field: String,
    /// What kind of mistake it is, in a word for programs: `invalid`, `missing`, `unrecognized`.
    pub code: &'static str,
    /// What is wrong with it, as a sentence that begins with the part.
    pub message: String,
}

impl Error {
    /// One thing is wrong.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Issue { field: field.into(), code: "invalid", message: message.into() }])
    }

    /// A mistake of ours.
    pub(crate) fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

fn told(issues: &[Issue]) -> String {
    issues.iter().map(|issue| issue.message.as_str()).collect::<Vec<_>>().join("; ")
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict => Self::Conflict("something of that name is there".to_owned()),
            // It was there a moment ago.
            store::Error::Missing => Self::NotFound("object any more"),
            store::Error::Unavailable(_) => Self::Unavailable,
            store::Error::Internal(_) => Self::internal(error),
        }
    }
}
