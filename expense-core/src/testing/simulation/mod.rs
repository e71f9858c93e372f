//! The whole service in simulated time, with every port failing at every place.
//!
//! [`explore`] plays a [`Scenario`] without a fault, then with every single fault at every call,
//! then with every pair, and so on: nothing is left to chance. A fault is an error before or
//! after the effect of a call, or the death of the process there; the transport delivers again
//! until it is acknowledged. However it went, the expenses must be the intended ones and every
//! reply of the undisturbed run must have been said; in its order, too, unless a process died: the
//! next one can't see what the dead one had claimed.

mod clock;
mod people;
pub mod scenario;
mod screen;
mod world;

use std::sync::Arc;

use futures::future::BoxFuture;

pub use clock::{SimulatedClock, Standstill};
pub use screen::Screen;
pub use world::{Ending, Stores, Wrap};

use self::scenario::Scenario;
use self::world::World;
use super::faulty::{Mishap, Plan, Planned};
use crate::domain::keys::ChatKey;
use crate::ports::clock::Clock;
use crate::ports::error::Fault;
use crate::ports::queue::UpdateQueue;

/// What can happen to a call.
const MISHAPS: [Mishap; 4] = [
    Mishap::Before(Fault::Busy { retry_after: None }),
    Mishap::After(Fault::Unavailable),
    Mishap::DieBefore,
    Mishap::DieAfter,
];

/// How often in a row a loop that waits for work is disturbed, after the fault before: it looks
/// again and again, each time in the same state.
const IDLE_LOOKS: usize = 2;

/// What a simulation runs over.
pub struct Setting {
    /// Fresh stores for a run.
    pub stores: Box<dyn Fn(Arc<dyn Clock>) -> BoxFuture<'static, Stores>>,
    /// Whether they work on threads of their own.
    pub threaded: bool,
    /// What stands before the queue: nothing, unless a test breaks it.
    pub wrap_queue: Wrap<dyn UpdateQueue>,
    /// Of the calls that the last fault of a longest run may hit, every how many-th is taken; 1
    /// takes all. Which ones are left out changes from run to run.
    pub stride: usize,
}

/// Plays the scenario with up to `faults` faults a run, in every way, and returns how many runs
/// that were.
///
/// # Errors
///
/// The first run that did not end as intended, with its faults.
pub fn explore(scenario: Scenario, faults: usize, setting: &Setting) -> Result<usize, String> {
    let mut exploration = Exploration {
        scenario,
        setting,
        undisturbed: None,
        runs: 0,
    };
    exploration.from(&mut Vec::new(), faults)?;
    Ok(exploration.runs)
}

struct Exploration<'a> {
    scenario: Scenario,
    setting: &'a Setting,
    undisturbed: Option<Ending>,
    runs: usize,
}

impl Exploration<'_> {
    /// Plays it with these faults, then with one more at every later call.
    fn from(&mut self, planned: &mut Vec<Planned>, more: usize) -> Result<(), String> {
        let calls = self.play(planned)?;
        if more == 0 {
            return Ok(());
        }
        let first = planned.last().map_or(0, |last| last.call + 1);
        let stride = if more == 1 { self.setting.stride } else { 1 };
        for call in places(&calls, first) {
            if !(call + self.runs).is_multiple_of(stride) {
                continue;
            }
            for mishap in MISHAPS {
                // Dying before a call is dying after the one before it, but for what goes on
                // beside it: alone that is played, too, in company once is enough.
                let alone = mishap == Mishap::DieBefore;
                if alone && !planned.is_empty() {
                    continue;
                }
                planned.push(Planned { call, mishap });
                self.from(planned, if alone { 0 } else { more - 1 })?;
                planned.pop();
            }
        }
        Ok(())
    }

    /// Plays it once and returns the calls that were made.
    fn play(&mut self, planned: &[Planned]) -> Result<Vec<&'static str>, String> {
        self.runs += 1;
        let plan = Plan::new(planned.to_vec());
        let ending = self.run(&plan);
        let calls = plan.calls();
        let in_order = !planned.iter().any(|fault| fault.mishap.is_deadly());
        let judged = ending.and_then(|ending| self.judge(ending, in_order));
        judged.map(|()| calls.clone()).map_err(|why| {
            let faults: Vec<String> = planned
                .iter()
                .map(|fault| {
                    let name = calls.get(fault.call).unwrap_or(&"a call that was not made");
                    format!("{:?} at call {} ({name})", fault.mishap, fault.call)
                })
                .collect();
            let (name, run) = (self.scenario.name, self.runs);
            format!("{name}, run {run}, with {faults:?}: {why}")
        })
    }

    fn run(&self, plan: &Arc<Plan>) -> Result<Ending, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let clock = Arc::new(SimulatedClock::beginning(world::noon()));
            let (attachments, photo, recording) = world::attachments();
            let chat = format!("simulation:{}", self.runs);
            let world = World {
                chat: ChatKey::new(chat).map_err(|error| error.to_string())?,
                scenario: self.scenario,
                plan: Arc::clone(plan),
                stores: self.stores(clock.clone()).await,
                threaded: self.setting.threaded,
                wrap_queue: self.setting.wrap_queue,
                clock,
                screen: Arc::new(Screen::refusing(self.scenario.refusals)),
                attachments,
                photo,
                recording,
                expected: self
                    .undisturbed
                    .as_ref()
                    .map(|ending| ending.said.clone())
                    .unwrap_or_default(),
            };
            world.play().await
        })
    }

    async fn stores(&self, clock: Arc<dyn Clock>) -> Stores {
        let _still = self.setting.threaded.then(Standstill::begin);
        (self.setting.stores)(clock).await
    }

    fn judge(&mut self, ending: Ending, in_order: bool) -> Result<(), String> {
        let intended: Vec<_> = self
            .scenario
            .expenses
            .iter()
            .map(|(number, money, words, counts)| {
                (*number, (*money).to_owned(), (*words).to_owned(), *counts)
            })
            .collect();
        if ending.expenses != intended {
            return Err(format!("the expenses are {:?}", ending.expenses));
        }
        let Some(undisturbed) = &self.undisturbed else {
            let mut undisturbed = ending;
            // What is said to each of two deliveries is promised once.
            undisturbed.said.dedup();
            self.undisturbed = Some(undisturbed);
            return Ok(());
        };
        if ending.totals != undisturbed.totals {
            return Err(format!("the totals are {:?}", ending.totals));
        }
        match world::missing(&undisturbed.said, &ending.said, in_order) {
            Some(missing) => Err(format!("{missing:?} is missing in {:?}", ending.said)),
            None => Ok(()),
        }
    }
}

/// The calls from `first` on that are worth a fault.
fn places(calls: &[&'static str], first: usize) -> Vec<usize> {
    let mut looks = std::collections::HashMap::new();
    (first..calls.len())
        .filter(|call| {
            let name = calls[*call];
            if !matches!(name, "jobs.claim" | "queue.claim" | "lease.take") {
                return true;
            }
            let seen = looks.entry(name).or_insert(0);
            *seen += 1;
            *seen <= IDLE_LOOKS
        })
        .collect()
}
