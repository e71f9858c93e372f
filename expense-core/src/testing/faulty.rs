//! Ports that fail when a plan says so, before or after their effect.

mod ports;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::simulation::Standstill;
use crate::ports::error::{Fault, PortError, Result};

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// It fails and does nothing.
    Before(Fault),
    /// It does what it should, and fails.
    After(Fault),
    /// The process dies before it does anything.
    DieBefore,
    /// It does what it should, and then the process dies.
    DieAfter,
}

impl Mishap {
    /// Whether the process dies of it.
    #[must_use]
    pub fn is_deadly(self) -> bool {
        matches!(self, Self::DieBefore | Self::DieAfter)
    }
}

/// One mishap: which call of all calls, from 0, and what happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// The place of the call among all calls of all ports that share the plan.
    pub call: usize,
    /// What happens.
    pub mishap: Mishap,
}

/// Counts the calls of all ports that share it and lets some of them fail. A call that the
/// process dies in never returns; [`died`](Self::died) tells whoever plays the process.
#[derive(Debug)]
pub struct Plan {
    state: Mutex<State>,
    death: Notify,
}

#[derive(Debug)]
struct State {
    mishaps: Vec<Planned>,
    calls: Vec<&'static str>,
}

impl Plan {
    /// A plan with these mishaps; without any it only counts.
    #[must_use]
    pub fn new(mishaps: Vec<Planned>) -> Arc<Self> {
        let calls = Vec::new();
        Arc::new(Self {
            state: Mutex::new(State { mishaps, calls }),
            death: Notify::new(),
        })
    }

    /// How many calls there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state().calls.len()
    }

    /// The calls so far, as `port.operation`.
    #[must_use]
    pub fn calls(&self) -> Vec<&'static str> {
        self.state().calls.clone()
    }

    /// Returns when the process is to die.
    pub async fn died(&self) {
        self.death.notified().await;
    }

    fn next(&self, name: &'static str) -> Option<Mishap> {
        let mut state = self.state();
        let call = state.calls.len();
        state.calls.push(name);
        let planned = state.mishaps.iter().find(|planned| planned.call == call);
        planned.map(|planned| planned.mishap)
    }

    async fn around<T>(
        &self,
        name: &'static str,
        call: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        let Some(mishap) = self.next(name) else {
            return call.await;
        };
        // Whatever it came to, its caller never learns it.
        if matches!(mishap, Mishap::After(_) | Mishap::DieAfter) {
            let _ = call.await;
        }
        match mishap {
            Mishap::Before(fault) | Mishap::After(fault) => {
                let (port, operation) = name.split_once('.').unwrap_or((name, ""));
                Err(PortError::new(port, operation, fault))
            }
            Mishap::DieBefore | Mishap::DieAfter => {
                self.death.notify_one();
                std::future::pending().await
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port around a port that fails when its plan says so.
#[derive(Debug)]
pub struct Faulty<T: ?Sized> {
    inner: Arc<T>,
    plan: Arc<Plan>,
    threaded: bool,
}

impl<T: ?Sized> Faulty<T> {
    /// `inner`, failing by `plan`.
    #[must_use]
    pub fn new(inner: Arc<T>, plan: &Arc<Plan>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            plan: Arc::clone(plan),
            threaded: false,
        })
    }

    /// The same around a port that works on threads of its own: simulated time stands still
    /// while a call of it lasts.
    #[must_use]
    pub fn threaded(inner: Arc<T>, plan: &Arc<Plan>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            plan: Arc::clone(plan),
            threaded: true,
        })
    }

    async fn around<R>(
        &self,
        name: &'static str,
        call: impl Future<Output = Result<R>> + Send,
    ) -> Result<R> {
        let threaded = self.threaded;
        let call = async move {
            let _still = threaded.then(Standstill::begin);
            call.await
        };
        self.plan.around(name, call).await
    }
}
