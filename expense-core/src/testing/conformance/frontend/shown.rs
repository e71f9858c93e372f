//! What the bot shows.

use super::{FrontendBench, Seen, answer, button, with_buttons};
use crate::conversation::action::Action;
use crate::conversation::command::Audience;
use crate::conversation::reply::{Reply, Span, Text};
use crate::domain::keys::ChatKey;
use crate::ports::error::Fault;
use crate::ports::messenger::{Outgoing, Rendered};

const CSV: &[u8] = b"#,Date\r\n1,2026-05-03\r\n\xef\xbb\xbf\x00";

/// Signs that mean something to the platform mean nothing in what is said.
pub async fn words_are_shown_as_they_are(bench: FrontendBench) {
    let text = Text(vec![
        Span::Strong("#1 <b>*bold*</b>".to_owned()),
        Span::Plain(" & [lunch](x) 🥐\nfor _two_ ".to_owned()),
        Span::Number(super::expense()),
        Span::Plain(" \\ ".to_owned()),
        Span::Code("/undo `1`".to_owned()),
    ]);
    let words = text.to_plain();
    bench.show(Reply::text(text)).await;
    assert_eq!(bench.person.sees().await.words, words);
}

/// In as many messages as it takes, with the buttons below the last.
pub async fn long_words_are_shown_whole(bench: FrontendBench) {
    bench.show(long()).await;
    see_long(&bench).await;
}

/// With its own words and buttons.
pub async fn an_edit_stands_in_place_of_its_message(bench: FrontendBench) {
    let said = bench.greet().await;
    let first = bench.tell(&said, with_buttons()).await;
    assert!(!bench.person.sees().await.edited);
    let edit = bench.edit(&said, &first, Reply::plain("It is done.")).await;
    assert_eq!(edit, first);
    let expected = Seen {
        words: "It is done.".to_owned(),
        edited: true,
        ..Seen::default()
    };
    assert_eq!(bench.person.sees().await, expected);
}

/// As when what a button did is taken back.
pub async fn an_edit_may_change_the_buttons_alone(bench: FrontendBench) {
    let said = bench.greet().await;
    let first = bench.tell(&said, with_buttons()).await;
    let before = bench.person.sees().await;
    let other = Reply::plain("#1 · lunch").row(vec![button("Undo", Action::Cancel)]);
    assert_eq!(bench.edit(&said, &first, other).await, first);
    let expected = Seen {
        buttons: vec!["Undo".to_owned()],
        edited: true,
        ..before
    };
    assert_eq!(bench.person.sees().await, expected);
    bench.person.press("Undo").await;
    assert_eq!(bench.next().await.message, Some(first));
}

/// What does not fit into its message follows it.
pub async fn a_long_edit_is_shown_whole(bench: FrontendBench) {
    let said = bench.greet().await;
    let first = bench.tell(&said, with_buttons()).await;
    bench.person.sees().await;
    bench.edit(&said, &first, long()).await;
    assert!(see_long(&bench).await.edited);
}

/// Under its name, with the words that belong to it.
pub async fn a_file_arrives_whole(bench: FrontendBench) {
    let seen = see_files(&bench, Reply::plain("Your expenses."), &["expenses.csv"]).await;
    assert_eq!(seen.words, "Your expenses.");
}

/// In their order, the words and the buttons once.
pub async fn several_files_arrive_with_their_words(bench: FrontendBench) {
    let names = ["expenses-1.csv", "expenses-2.csv", "expenses-3.csv"];
    let seen = see_files(&bench, with_buttons(), &names).await;
    assert_eq!(seen.words, "#1 · lunch");
    assert_eq!(seen.buttons, ["Edit", "Cancel"]);
}

/// Also where there is less room beside a file than elsewhere.
pub async fn a_file_has_words_of_any_length(bench: FrontendBench) {
    let lines = lines(100).join("\n");
    let reply = Reply {
        buttons: with_buttons().buttons,
        ..Reply::plain(lines.clone())
    };
    let seen = see_files(&bench, reply, &["expenses.csv"]).await;
    assert_eq!(seen.words, lines);
    assert_eq!(seen.buttons, ["Edit", "Cancel"]);
}

/// It speaks for itself.
pub async fn a_file_needs_no_words(bench: FrontendBench) {
    let seen = see_files(&bench, Reply::default(), &["expenses.csv"]).await;
    assert_eq!(seen.words, "");
}

/// Where there is a menu of commands it changes beside what is said.
pub async fn a_menu_costs_no_words(bench: FrontendBench) {
    for audience in [Audience::Owners, Audience::Everyone] {
        let reply = Reply {
            menu: Some(audience),
            ..with_buttons()
        };
        bench.show(reply).await;
        let seen = bench.person.sees().await;
        assert_eq!(seen.words, "#1 · lunch");
        assert_eq!(seen.buttons, ["Edit", "Cancel"]);
    }
}

/// One database may serve several frontends: what waits in it for a chat of another one is that
/// one's to say.
pub async fn what_is_for_others_is_not_shown_here(bench: FrontendBench) {
    let said = bench.greet().await;
    let theirs = Outgoing {
        chat: ChatKey::new("elsewhere:1").expect("a key"),
        ..answer(&said, Reply::plain("#1 · a present"))
    };
    // It is left to be tried again.
    let error = bench.send(&theirs).await.expect_err("it is not ours");
    assert!(error.is_transient(), "{:?}", error.fault);
    bench.tell(&said, Reply::plain("Hello.")).await;
    assert_eq!(bench.person.sees().await.words, "Hello.");
}

/// It is tried again later, or dropped where the chat is closed for good.
pub async fn what_nobody_takes_does_not_count_as_said(bench: FrontendBench) {
    let said = bench.greet().await;
    bench.person.turn_away().await;
    let sent = bench.send(&answer(&said, Reply::plain("Hello."))).await;
    let error = sent.expect_err("nobody saw it");
    assert!(error.fault == Fault::Denied || error.is_transient());
}

fn lines(count: usize) -> Vec<String> {
    let line = |nth| format!("#{nth} · <lunch> & tea · 12.50 €");
    (0..count).map(line).collect()
}

/// Longer than any platform's messages.
fn long() -> Reply {
    Reply {
        buttons: with_buttons().buttons,
        ..Reply::plain(lines(500).join("\n"))
    }
}

/// Sees all of it; the first of its messages.
async fn see_long(bench: &FrontendBench) -> Seen {
    let expected = lines(500);
    let mut first = None;
    let mut seen: Vec<String> = Vec::new();
    while seen.len() < expected.len() {
        let shown = bench.person.sees().await;
        seen.extend(shown.words.lines().map(str::to_owned));
        assert_eq!(shown.buttons.is_empty(), seen.len() < expected.len());
        first.get_or_insert(shown);
    }
    assert_eq!(seen, expected);
    first.expect("there are lines")
}

/// Sends files of these names, and sees them and everything else of the reply, together.
async fn see_files(bench: &FrontendBench, reply: Reply, names: &[&str]) -> Seen {
    let file = |name: &&str| Rendered {
        name: (*name).to_owned(),
        bytes: [CSV, name.as_bytes()].concat().into(),
    };
    let files: Vec<Rendered> = names.iter().map(file).collect();
    let said = bench.greet().await;
    let outgoing = Outgoing {
        files: files.clone(),
        ..answer(&said, reply)
    };
    bench.send(&outgoing).await.expect("it is said");
    let mut all = Seen::default();
    while all.files.len() < files.len() {
        let seen = bench.person.sees().await;
        if !all.words.is_empty() && !seen.words.is_empty() {
            all.words.push('\n');
        }
        all.words.push_str(&seen.words);
        all.buttons.extend(seen.buttons);
        all.files.extend(seen.files);
    }
    assert_eq!(all.files, files);
    // Nothing else belongs to it.
    bench.tell(&said, Reply::plain("That is all.")).await;
    assert_eq!(bench.person.sees().await.words, "That is all.");
    all
}
