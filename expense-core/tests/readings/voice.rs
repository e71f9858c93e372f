//! Voice notes.

use std::sync::Arc;

use expense_core::conversation::event::Event;
use expense_core::domain::speech::{Speech, Spoken, Transcript};
use expense_core::domain::text::Description;
use expense_core::memory::speech::ScriptedSpeech;
use expense_core::service::Options;
use rstest::rstest;

use crate::app::App;

#[rstest]
#[case::heard(true, "taxi · €8.00")]
#[case::by_nobody(false, "I can't listen to voice notes here")]
#[tokio::test(start_paused = true)]
async fn a_voice_note_is_heard_beside_the_line(#[case] is_heard: bool, #[case] said: &str) {
    let expense = Box::new(Spoken {
        amount: Some(8.into()),
        description: Some(Description::new("taxi")),
        ..Spoken::default()
    });
    let transcript = Transcript::new("eight for a taxi");
    let speech = Speech::Expense {
        transcript,
        expense,
    };
    let listener = ScriptedSpeech::default().with("a voice", speech);
    let app = App::start(Options::default(), |ports| {
        if is_heard {
            ports.speech = Some(Arc::new(listener));
        }
    });
    let attachment = app.attachments.hold("a voice");
    let (seconds, caption) = (Some(3), String::new());
    app.send(
        "anna",
        Event::Voice {
            attachment,
            seconds,
            caption,
        },
    )
    .await;
    app.service.idle().await;
    assert!(app.last("anna").contains(said), "{}", app.last("anna"));
    assert_eq!(app.last("anna").contains("“eight for a taxi”"), is_heard);
}
