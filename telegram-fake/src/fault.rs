//! Faults on demand.

use std::str::FromStr;
use std::time::Duration;

use crate::error::ApiError;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Harm {
    /// The call is refused without effect.
    Refuse(ApiError),
    /// The connection breaks, nothing was done.
    CloseBefore,
    /// All was done, but the answer is lost.
    CloseAfter,
    /// The call begins late.
    Delay(Duration),
}

/// Which calls it befalls, counted from 1 for each rule alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Every call.
    Always,
    /// The nth call only.
    Nth(u64),
    /// Each nth call.
    Every(u64),
}

/// A rule: from when it is set, some calls of a method go wrong.
///
/// As words, `METHOD[#N|%N]: HARM`, where `#N` is the nth call only, `%N` each nth, and `*` any
/// method. The harms are `CODE [DESCRIPTION]`, `flood SECONDS`, `close before`, `close after`,
/// `delay MILLISECONDS`:
///
/// ```
/// use telegram_fake::Fault;
///
/// for rule in [
///     "sendMessage#3: 502 Bad Gateway",
///     "sendMessage: flood 2",
///     "getUpdates%10: close after",
///     "*%7: delay 30",
/// ] {
///     assert!(rule.parse::<Fault>().is_ok());
/// }
/// assert!("sendMessage: explode".parse::<Fault>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In lower case; `*` is any.
    method: String,
    when: When,
    harm: Harm,
    calls: u64,
}

impl Fault {
    /// A rule for this method, in any case; `*` stands for all.
    pub fn new(method: &str, when: When, harm: Harm) -> Self {
        Self {
            method: method.to_ascii_lowercase(),
            when,
            harm,
            calls: 0,
        }
    }

    fn strikes(&mut self, method: &str) -> bool {
        if self.method != "*" && self.method != method {
            return false;
        }
        self.calls += 1;
        match self.when {
            When::Always => true,
            When::Nth(nth) => self.calls == nth,
            When::Every(nth) => self.calls.is_multiple_of(nth),
        }
    }
}

/// Why a rule can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a fault: {0:?}; say for example `sendMessage#3: 502 Bad Gateway`")]
pub struct FaultError(String);

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let wrong = || FaultError(text.to_owned());
        let (calls, harm) = text.split_once(':').ok_or_else(wrong)?;
        let number = |digits: &str| digits.parse().ok().filter(|nth| *nth > 0);
        let (method, when) = match calls.split_once(['#', '%']) {
            Some((method, nth)) => {
                let nth = number(nth.trim()).ok_or_else(wrong)?;
                let once = calls.contains('#');
                (
                    method,
                    if once {
                        When::Nth(nth)
                    } else {
                        When::Every(nth)
                    },
                )
            }
            None => (calls, When::Always),
        };
        let harm = harm_of(harm.trim()).ok_or_else(wrong)?;
        Ok(Self::new(method.trim(), when, harm))
    }
}

fn harm_of(words: &str) -> Option<Harm> {
    let (first, rest) = words.split_once(' ').unwrap_or((words, ""));
    match (first, rest.trim()) {
        ("close", "before") => Some(Harm::CloseBefore),
        ("close", "after") => Some(Harm::CloseAfter),
        ("flood", seconds) => Some(Harm::Refuse(ApiError::flood(seconds.parse().ok()?))),
        ("delay", ms) => Some(Harm::Delay(Duration::from_millis(ms.parse().ok()?))),
        (code, description) => {
            let code = code.parse().ok().filter(|code| (400..600).contains(code))?;
            Some(Harm::Refuse(ApiError::new(code, description)))
        }
    }
}

/// The rules that are set.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What befalls this call. Every rule counts it; the first that strikes decides.
    pub(crate) fn strike(&mut self, method: &str) -> Option<Harm> {
        let mut harm = None;
        for fault in &mut self.0 {
            if fault.strikes(method) && harm.is_none() {
                harm = Some(fault.harm.clone());
            }
        }
        harm
    }
}
