//! The only way into a conversation.

use super::context::{Context, Stop};
use super::decision::{Decision, Input, Step, Turn};
use super::flows;
use super::introduction;
use super::session::{Inquiry, Session};
use crate::domain::person::Member;

/// What follows from `input`, or what must be known first.
///
/// It is a pure function: the same arguments come to the same step, whenever and wherever. With
/// the answer to its question it decides from the beginning again, so that what it was given
/// before must not change in between. An answer that nobody asked for changes nothing.
#[must_use]
pub fn step(turn: &Turn, mut session: Session, input: Input) -> Step {
    let Some(mut inquiry) = inquiry(session.inquiry.take(), input) else {
        return Step::Done(Decision {
            session,
            ..Decision::default()
        });
    };
    let met = introduction::met(turn, &inquiry.event);
    let turn = met.as_ref().map_or(turn, |(turn, _)| turn);
    let context = Context {
        turn,
        session: &session,
        answered: &inquiry.answered,
    };
    let question = match flows::decide(&context, &inquiry.event) {
        Ok(decision) => return Step::Done(finished(turn, decision, met.as_ref())),
        Err(Stop::Done(decision)) => return Step::Done(finished(turn, *decision, met.as_ref())),
        Err(Stop::Ask(question)) => question,
    };
    inquiry.asked = Some((*question).clone());
    session.inquiry = Some(inquiry);
    Step::Ask { question, session }
}

/// The decision with what every decision has: who was met, and where its answers belong.
fn finished(turn: &Turn, mut decision: Decision, met: Option<&(Turn, Member)>) -> Decision {
    if let Some((_, member)) = met {
        introduction::introduce(&mut decision, member);
    }
    for reply in &mut decision.replies {
        reply.topic = turn.scene.topic().cloned();
    }
    decision
}

fn inquiry(earlier: Option<Box<Inquiry>>, input: Input) -> Option<Box<Inquiry>> {
    match input {
        Input::Event(event) => Some(Box::new(Inquiry {
            event,
            answered: Vec::new(),
            asked: None,
        })),
        Input::Answer(answer) => {
            let mut inquiry = earlier?;
            let question = inquiry.asked.take()?;
            inquiry.answered.push((question, answer));
            Some(inquiry)
        }
    }
}
