//! What happens in the hall without a word.

use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::{Event, Scene};
use expense_core::ports::error::Fault;
use expense_core::testing::conformance::frontend::{Group, Platform};

use super::Flaw;
use super::hall::{ANNA, FLAT, Hall, Who};

#[async_trait]
impl Platform for Hall {
    async fn stutter(&self) {
        self.state().stutters = true;
    }

    async fn flood(&self, wait: Duration) {
        let retry_after = Some(wait);
        self.state().refusal = Some(Fault::Busy { retry_after });
    }

    async fn stumble(&self) {
        self.state().refusal = Some(Fault::Unavailable);
    }

    async fn seal(&self) {
        let mut state = self.state();
        state.sealed = state.messages.len();
    }

    async fn make_up(&self) {
        self.state().closed = None;
        let anna = Who {
            name: "anna",
            chat: ANNA,
            scene: Scene::Private,
        };
        self.happens(&anna, None, Event::Arrived).await;
    }
}

/// Ben, in the flat, as whoever changes who is there.
fn ben() -> Who<'static> {
    Who {
        name: "ben",
        chat: FLAT,
        scene: Scene::Group {
            addressed: true,
            topic: None,
        },
    }
}

#[async_trait]
impl Group for Hall {
    fn mention(&self) -> String {
        "@bot".to_owned()
    }

    async fn visit(&self) {
        if self.flaw == Flaw::NotesGuests {
            self.happens(&ben(), None, Event::Unsupported).await;
        }
    }

    async fn take_out(&self) {
        self.state().closed = Some(FLAT);
        self.happens(&ben(), None, Event::Departed).await;
    }

    async fn bring_in(&self) {
        self.state().closed = None;
        self.happens(&ben(), None, Event::Arrived).await;
    }
}
