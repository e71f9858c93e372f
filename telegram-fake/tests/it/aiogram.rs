//! aiogram, a client of another team, talks to the server by both ways of delivery.

use std::path::Path;
use std::process::{Child, Command};

use rstest::rstest;
use telegram_fake::{Fake, Seen};

use crate::support::fake;

/// A bot in Python that ends with the test.
struct Judge(Child);

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `None`, said on stderr, where no Python with aiogram is given.
fn judge(fake: &Fake, mode: &str) -> Option<Judge> {
    let Some(python) = std::env::var_os("JUDGES_PYTHON") else {
        eprintln!("NOT RUN: JUDGES_PYTHON names no Python with aiogram; `cargo xtask test` does");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aiogram/judge.py");
    let mut command = Command::new(python);
    command.arg(script).args([mode, &fake.url(), &fake.token()]);
    Some(Judge(command.spawn().expect("Python starts")))
}

#[rstest]
#[case::polling("polling")]
#[case::webhook("webhook")]
#[tokio::test]
async fn aiogram_talks_to_it(#[case] mode: &str) {
    let fake = fake().await;
    let Some(_judge) = judge(&fake, mode) else {
        return;
    };
    let (anna, chat) = (fake.user(42), fake.chat(42));

    let said = anna.say("hello");
    let reply = chat.next_reply().await;
    assert_eq!(reply.words(), "Hello & welcome");
    let replied = reply.reply_to_message.as_ref().expect("it is a reply");
    assert_eq!(replied.message_id, said);
    anna.press(&reply, "Press");
    assert_eq!(chat.next_reply().await.words(), "You pressed");
    assert_eq!(chat.next_answer().await.as_deref(), Some("Thanks"));

    anna.photo((0..=255).collect::<Vec<u8>>(), "a receipt");
    let back = chat.next_reply().await;
    assert_eq!(back.words(), "256 bytes, a receipt");
    let reversed: Vec<u8> = (0..=255).rev().collect();
    assert_eq!(chat.file(&back).expect("a file"), reversed);

    anna.edit(said, "good bye");
    assert_eq!(chat.next_reply().await.words(), "edited: good bye");
    anna.say("who");
    assert_eq!(
        chat.next_reply().await.words(),
        format!("{} in private", fake.bot_name())
    );
    assert!(fake.commands("chat 42", "de").is_some());
    anna.say("in the answer");
    assert_eq!(chat.next_reply().await.words(), "by the answer");

    errors(&fake).await;
    assert_eq!(fake.violations(), Vec::<String>::new());
}

/// Each refusal becomes the exception that aiogram has for it.
async fn errors(fake: &Fake) {
    let (anna, chat) = (fake.user(42), fake.chat(42));
    fake.user(2).block();
    let group = fake.group("Flat");
    let moved = group.migrate();
    let kicked = fake.supergroup("Club", false);
    kicked.kick_bot(&anna);
    for (to, outcome) in [
        (1, "TelegramBadRequest".to_owned()),
        (2, "TelegramForbiddenError".to_owned()),
        (kicked.id(), "TelegramForbiddenError".to_owned()),
        (group.id(), format!("TelegramMigrateToChat {}", moved.id())),
        (moved.id(), "sent".to_owned()),
    ] {
        anna.say(&format!("write to {to}"));
        assert_eq!(chat.next_reply().await.words(), outcome);
    }
    for (rule, outcome) in [
        ("sendMessage#1: flood 9", "TelegramRetryAfter 9"),
        ("sendMessage#1: 502 Bad Gateway", "TelegramServerError"),
        (
            "sendMessage#1: 401 Unauthorized",
            "TelegramUnauthorizedError",
        ),
        ("sendMessage#1: close before", "TelegramNetworkError"),
    ] {
        fake.fault(rule.parse().expect("a rule"));
        anna.say(&format!("write to {}", moved.id()));
        assert_eq!(chat.next_reply().await.words(), outcome, "{rule}");
        fake.heal();
    }
    let events = chat.events();
    assert!(events.iter().any(|event| matches!(event, Seen::Edited(_))));
}
