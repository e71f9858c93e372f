//! The roll call: whoever works says so now and then, with what it holds.
//!
//! The broker counts its consumers, and knows first of one that ends. But where one of its nodes dies,
//! it keeps those whom that node served until the node is back, since they may only be cut off. By
//! its count alone shares would be too small meanwhile, and what the dead seem to hold would be read
//! by nobody.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use futures::StreamExt;
use lapin::{BasicProperties, Consumer};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::broadcast::listen;
use crate::partition::broken;
use crate::publisher::Message;
use crate::shared::{Shared, locked};

/// Who has nothing new to say repeats it after so many looks at the shares, and whoever was not
/// heard for so many is gone.
const REPEAT: u32 = 5;
const SILENCE: u32 = 16;
/// Calls that wait for a listener; beyond that the oldest goes.
const WAITING: i64 = 10_000;

/// What a worker says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Call {
    name: String,
    /// Whether it goes on working.
    pub(crate) works: bool,
    /// Whether it has less than others.
    pub(crate) hungry: bool,
    /// Its partitions.
    pub(crate) holds: Vec<u16>,
}

/// What all others said last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// How many work beside this one.
    pub(crate) others: u32,
    /// How many of them have less than others.
    pub(crate) hungry: u32,
    /// What they hold.
    pub(crate) held: HashSet<u16>,
}

/// What one process says and hears.
pub(crate) struct Roll {
    name: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When this one spoke last, and what it said.
    said: Option<(Instant, Call)>,
    /// Since when it hears everybody, and when it heard the last one, be it itself.
    hears: Option<Instant>,
    last: Option<Instant>,
    others: HashMap<String, (Instant, Call)>,
}

impl Roll {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            state: Mutex::default(),
        }
    }

    /// What is known of the others; nothing before everybody had time to speak.
    pub(crate) fn heard(&self, look: Duration) -> Option<Heard> {
        let mut state = locked(&self.state);
        let is_deaf = state.last?.elapsed() > look * REPEAT * 2;
        if is_deaf || state.hears?.elapsed() <= look * (REPEAT + 1) {
            return None;
        }
        let alive = |at: &Instant| at.elapsed() < look * SILENCE;
        state.others.retain(|_, (at, _)| alive(at));
        let calls = || state.others.values().map(|(_, call)| call);
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Some(Heard {
            others: count(calls().count()),
            hungry: count(calls().filter(|call| call.hungry).count()),
            held: calls()
                .flat_map(|call| call.holds.iter().copied())
                .collect(),
        })
    }

    /// What is to be said now, where it is news or a repetition is due.
    fn next(&self, works: bool, hungry: bool, holds: Vec<u16>, look: Duration) -> Option<Call> {
        let call = Call {
            name: self.name.clone(),
            works,
            hungry,
            holds,
        };
        let mut state = locked(&self.state);
        // Before it hears anything, there may be nowhere to say it.
        state.hears?;
        if let Some((at, said)) = &state.said
            && *said == call
            && at.elapsed() < look * REPEAT
        {
            return None;
        }
        state.said = Some((Instant::now(), call.clone()));
        Some(call)
    }

    fn said(&self) -> Option<Call> {
        let state = locked(&self.state);
        state.said.as_ref().map(|(_, call)| call.clone())
    }

    /// What was to be said was not: it is due again.
    fn unsaid(&self) {
        locked(&self.state).said = None;
    }

    fn note(&self, call: Call, look: Duration) {
        let mut state = locked(&self.state);
        let was_deaf = state
            .last
            .is_some_and(|last| last.elapsed() > look * REPEAT * 2);
        if was_deaf {
            // While a broker takes nothing, nobody is heard: all need time to speak again.
            state.hears = Some(Instant::now());
            state.said = None;
        }
        state.last = Some(Instant::now());
        if call.name == self.name {
            return;
        }
        if call.works {
            state
                .others
                .insert(call.name.clone(), (Instant::now(), call));
        } else {
            state.others.remove(&call.name);
        }
    }

    fn begins_to_hear(&self, look: Duration) {
        let mut state = locked(&self.state);
        // Whoever missed one call will hear the next before its speaker counts as gone.
        let is_known = |last: Instant| last.elapsed() < look * REPEAT * 2;
        if !state.last.is_some_and(is_known) {
            state.hears = Some(Instant::now());
        }
        // Others may have missed what it said.
        state.said = None;
    }
}

/// Says that this process works, or does so no more, and what it holds.
pub(crate) fn say(shared: &Shared, works: bool, hungry: bool, holds: Vec<u16>) {
    let look = shared.config.balance;
    let Some(call) = shared.roll.next(works, hungry, holds, look) else {
        return;
    };
    if !publish(shared, &call) {
        shared.roll.unsaid();
    }
}

fn publish(shared: &Shared, call: &Call) -> bool {
    // Numbers and names are always JSON.
    let body = serde_json::to_vec(call).unwrap_or_default();
    shared.publisher.mention(Message {
        exchange: shared.names.roll(),
        key: String::new(),
        body,
        properties: BasicProperties::default(),
        mandatory: false,
    })
}

/// Hears what others say for as long as it is polled.
pub(crate) async fn hear(shared: &Shared) {
    let look = shared.config.balance;
    loop {
        match listen(shared, &shared.names.roll(), WAITING).await {
            Ok((channel, calls)) => {
                shared.roll.begins_to_hear(look);
                tokio::select! {
                    () = note_all(shared, calls) => {}
                    () = broken(&channel) => {}
                    () = repeat(shared) => {}
                }
            }
            Err(failure) => tracing::warn!(error = %failure, "other workers can't be heard"),
        }
        tokio::time::sleep(look / 2).await;
    }
}

/// Repeats what was said last, however long a look at the shares takes: else a worker with a slow
/// broker would hear nothing, itself included, and take itself to be deaf.
async fn repeat(shared: &Shared) {
    loop {
        tokio::time::sleep(shared.config.balance * REPEAT).await;
        if let Some(call) = shared.roll.said() {
            publish(shared, &call);
        }
    }
}

async fn note_all(shared: &Shared, mut calls: Consumer) {
    while let Some(Ok(call)) = calls.next().await {
        // One of a newer version may be none.
        if let Ok(call) = serde_json::from_slice(&call.data) {
            shared.roll.note(call, shared.config.balance);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Duration = Duration::from_secs(1);

    fn call(name: &str, hungry: bool, holds: &[u16]) -> Call {
        Call {
            name: name.to_owned(),
            works: true,
            hungry,
            holds: holds.to_vec(),
        }
    }

    /// Time passes, and it hears itself.
    async fn pass(roll: &Roll, looks: u32) {
        for _ in 0..looks {
            tokio::time::advance(LOOK).await;
            roll.note(call("a", false, &[]), LOOK);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_was_not_heard_for_long_is_gone() {
        let roll = Roll::new("a".to_owned());
        assert_eq!(roll.heard(LOOK), None);
        roll.begins_to_hear(LOOK);
        roll.note(call("b", true, &[1, 2]), LOOK);
        assert_eq!(roll.heard(LOOK), None, "others had no time to speak");
        pass(&roll, REPEAT + 2).await;
        roll.note(call("c", false, &[3]), LOOK);
        let heard = roll.heard(LOOK).unwrap();
        assert_eq!((heard.others, heard.hungry), (2, 1));
        assert_eq!(heard.held, HashSet::from([1, 2, 3]));
        pass(&roll, SILENCE - REPEAT).await;
        let heard = roll.heard(LOOK).unwrap();
        assert_eq!((heard.others, heard.held), (1, HashSet::from([3])));
        let works = false;
        let left = Call {
            works,
            ..call("c", false, &[])
        };
        roll.note(left, LOOK);
        assert_eq!(roll.heard(LOOK), Some(Heard::default()));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_hears_nothing_knows_nothing() {
        let roll = Roll::new("a".to_owned());
        roll.begins_to_hear(LOOK);
        pass(&roll, REPEAT + 2).await;
        assert_eq!(roll.heard(LOOK), Some(Heard::default()));
        tokio::time::advance(LOOK * SILENCE).await;
        assert_eq!(roll.heard(LOOK), None);
        // It hears again, by the same ear: the others need their time once more.
        roll.note(call("a", false, &[]), LOOK);
        assert_eq!(roll.heard(LOOK), None);
        pass(&roll, REPEAT + 2).await;
        assert_eq!(roll.heard(LOOK), Some(Heard::default()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_news_is_repeated_now_and_then() {
        let roll = Roll::new("a".to_owned());
        let next = |holds: &[u16]| roll.next(true, false, holds.to_vec(), LOOK);
        assert_eq!(next(&[1]), None, "there is nowhere to say it");
        roll.begins_to_hear(LOOK);
        assert_eq!(next(&[1]), Some(call("a", false, &[1])));
        assert_eq!(next(&[1]), None);
        assert_eq!(next(&[1, 2]), Some(call("a", false, &[1, 2])));
        tokio::time::advance(LOOK * REPEAT).await;
        assert!(next(&[1, 2]).is_some());
    }
}
