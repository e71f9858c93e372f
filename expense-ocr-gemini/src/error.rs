//! What goes wrong with Gemini, by its true meaning, in words that name what to mend.

use std::time::Duration;

use expense_core::ports::error::{Fault, PortError};

/// What Gemini answered instead of a result, or why no answer came.
///
/// The words are for operators. Nothing of what Google wrote is repeated: its texts hold keys
/// and pieces of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GeminiError {
    /// 400 `API_KEY_INVALID`, 401.
    #[error(
        "Google does not know the key: set GEMINI_API_KEY to one from https://aistudio.google.com/apikey"
    )]
    Key,
    /// 403.
    #[error(
        "the project of GEMINI_API_KEY may not use the Gemini API: enable the Generative Language API for it, or take a key of another project"
    )]
    Permission,
    /// 400 `FAILED_PRECONDITION`.
    #[error(
        "Google does not serve this country on the free plan: enable billing for the project of GEMINI_API_KEY, or set OCR to local"
    )]
    Location,
    /// 402.
    #[error("the credit of GEMINI_API_KEY's project is used up: pay it in, or set OCR to local")]
    Credit,
    /// 404, or 400 because the model can't do what is asked.
    #[error(
        "Google has no model of that name that can do this: set GEMINI_MODEL to another, for example {}",
        crate::Config::MODEL
    )]
    Model,
    /// 429 with a limit of zero.
    #[error(
        "the plan of GEMINI_API_KEY has no requests for this model: set GEMINI_MODEL to another, or enable billing"
    )]
    Plan,
    /// A redirect, a page, a 404 that is not Google's.
    #[error("what answers there is not the Gemini API: check GEMINI_API_URL")]
    Address,
    /// 413, or found before anything was sent.
    #[error("it is larger than Gemini takes, 20 MB in all")]
    TooLarge,
    /// 400 about an image, a PDF or a recording: nobody is to blame but the file.
    #[error("Gemini can't open the file")]
    File,
    /// 400 about a field of the request.
    #[error("Gemini does not understand the request")]
    Request,
    /// 429 of a quota by the minute.
    #[error("the requests of this minute are used up")]
    Minute {
        /// How long Google asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// 429 of a quota by the day.
    #[error("the requests of this day are used up; Google counts anew at midnight Pacific time")]
    Day {
        /// How long until then.
        retry_after: Duration,
    },
    /// 503.
    #[error("the model is overloaded")]
    Overloaded {
        /// How long Google asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// 500, 504 and what else begins with 5.
    #[error("Gemini failed with HTTP {status}")]
    Failed {
        /// The HTTP status.
        status: u16,
    },
    /// No connection, or one that broke.
    #[error("Gemini can't be reached: check the network, and GEMINI_API_URL if it is set")]
    Unreachable,
    /// The time limit passed.
    #[error("Gemini took too long")]
    TimedOut,
    /// It refuses to talk about this: safety, recitation, prohibited content.
    #[error("Gemini declines to answer")]
    Declined,
    /// It answered nothing.
    #[error("Gemini answered nothing")]
    Silent,
    /// It answered something that is no answer.
    #[error("the answer can't be understood")]
    Garbled,
}

impl GeminiError {
    /// What follows from it for whoever called.
    #[must_use]
    pub fn fault(self) -> Fault {
        match self {
            Self::Minute { retry_after } | Self::Overloaded { retry_after } => {
                Fault::Busy { retry_after }
            }
            Self::Day { retry_after } => Fault::Busy {
                retry_after: Some(retry_after),
            },
            Self::Failed { .. } | Self::Unreachable | Self::TimedOut | Self::Silent => {
                Fault::Unavailable
            }
            Self::Key
            | Self::Permission
            | Self::Location
            | Self::Credit
            | Self::Model
            | Self::Plan
            | Self::Address
            | Self::TooLarge
            | Self::File
            | Self::Declined => Fault::Denied,
            Self::Garbled => Fault::Corrupt,
            Self::Request => Fault::Bug,
        }
    }

    /// Whether it stays until somebody mends the configuration, or this program.
    pub(crate) fn is_for_operators(self) -> bool {
        match self {
            Self::File | Self::Declined | Self::TooLarge => false,
            _ => matches!(self.fault(), Fault::Denied | Fault::Corrupt | Fault::Bug),
        }
    }

    /// As the error of a port.
    pub(crate) fn at(self, port: &'static str, operation: &'static str) -> PortError {
        PortError::new(port, operation, self.fault()).because(self)
    }
}
