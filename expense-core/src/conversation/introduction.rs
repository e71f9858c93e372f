//! Whoever speaks to the bot in a group is a member of its ledger from then on, by the name that
//! the platform shows.

use std::sync::Arc;

use super::decision::{Decision, Turn};
use super::event::{Event, Scene};
use super::write::Write;
use crate::domain::ledger::Ledger;
use crate::domain::person::Member;

/// The turn with its sender among the members, where they are new there or have another name by
/// now. What is said to others tells nothing about its sender, and of strangers nothing is kept.
pub(crate) fn met(turn: &Turn, event: &Event) -> Option<(Turn, Member)> {
    if let Event::Denied { .. } = event {
        return None;
    }
    let Scene::Group {
        addressed: true, ..
    } = turn.scene
    else {
        return None;
    };
    let name = turn.name.clone()?;
    let known = turn.ledger.member(&turn.who);
    if known.is_some_and(|member| member.name == name) {
        return None;
    }
    let member = Member {
        id: known.map_or_else(|| turn.ledger.next_member_id(), |member| member.id),
        who: turn.who.clone(),
        name,
    };
    let mut ledger = Ledger::clone(&turn.ledger);
    ledger.members.retain(|other| other.who != member.who);
    ledger.members.push(member.clone());
    ledger.members.sort_by_key(|member| member.id);
    let turn = Turn {
        ledger: Arc::new(ledger),
        ..turn.clone()
    };
    Some((turn, member))
}

/// Keeps the member along with what was decided; not where nothing was, or everything is erased.
pub(crate) fn introduce(decision: &mut Decision, member: &Member) {
    let silent = decision.writes.is_empty() && decision.replies.is_empty();
    if !silent && !decision.writes.contains(&Write::Erase) {
        decision.writes.push(Write::PutMember(member.clone()));
    }
}
