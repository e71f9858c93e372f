//! Chats that go on under another key.

use expense_core::conversation::event::Event;
use expense_core::domain::access::Access;
use rstest::rstest;

use crate::town::{Town, closed, key_of, text};

fn moved() -> Event {
    Event::Moved { to: key_of("-100") }
}

#[tokio::test(start_paused = true)]
async fn the_ledger_goes_with_its_chat() {
    let town = Town::new();
    let (one, other) = (
        town.process(Access::default()),
        town.process(Access::default()),
    );
    one.write("anna", "-1", "12.50 lunch").await;
    other.write("ben", "-1", "/list").await;
    let notice = town.update("anna", "-1", moved());
    one.happen(notice.clone()).await;
    // The other process still has the old chat in mind; the notice comes again; a message that was
    // sent before it is late.
    other.happen(notice).await;
    other.write("ben", "-100", "4 tea").await;
    other.write("ben", "-1", "5 late").await;
    one.write("anna", "-100", "/list").await;
    let list = town.last("-100");
    for words in ["#1 · lunch", "#2 · tea", "#3 · late", "paid by anna"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    assert_eq!(town.expenses("-1").await.len(), 3);
    assert!(
        town.said("-100").iter().any(|said| said.contains("late")),
        "answered where it is now"
    );
    one.press("anna", "-100", "Undo").await;
    assert_eq!(town.expenses("-1").await.len(), 2);
}

/// Whoever was let in as one of a group stays so, whether it was used before or not.
#[rstest]
#[case::approved(closed("boss"), true)]
#[case::configured(closed("boss//-1"), false)]
#[tokio::test(start_paused = true)]
async fn a_group_that_was_let_in_stays_so(
    #[case] access: Access,
    #[case] approves: bool,
    #[values(false, true)] used: bool,
) {
    let town = Town::new();
    let bot = town.process(access);
    if approves {
        bot.write("boss", "boss", "/approve -1").await;
    }
    if used {
        bot.write("anna", "-1", "12.50 lunch").await;
    }
    bot.happen(town.update("anna", "-1", moved())).await;
    assert_eq!(town.said("-100"), Vec::<String>::new(), "nothing is new");
    bot.write("anna", "-100", "4 tea").await;
    assert!(town.last("-100").contains("tea"), "{}", town.last("-100"));
    // Another notice comes after the owner has thought better of it.
    bot.write("boss", "boss", "/revoke -100").await;
    bot.happen(town.update("anna", "-1", moved())).await;
    let said = town.said("-100").len();
    bot.write("anna", "-100", "5 cake").await;
    assert_eq!(town.said("-100").len(), said);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_was_turned_away_stays_so() {
    let town = Town::new();
    let open = Access {
        open: true,
        ..closed("boss")
    };
    let bot = town.process(open);
    bot.write("boss", "boss", "/revoke -1").await;
    bot.happen(town.update("anna", "-1", moved())).await;
    bot.write("anna", "-100", "4 tea").await;
    assert_eq!(town.said("-100"), Vec::<String>::new());
}

/// The new chat was quicker than the notice.
#[tokio::test(start_paused = true)]
async fn what_the_new_chat_began_comes_along() {
    let town = Town::new();
    let (one, other) = (
        town.process(Access::default()),
        town.process(Access::default()),
    );
    one.write("anna", "-1", "12.50 lunch").await;
    let early = town.update("ben", "-100", text("4 tea"));
    other.happen(early.clone()).await;
    one.happen(town.update("anna", "-1", moved())).await;
    other.happen(early).await;
    other.write("ben", "-100", "5 cake").await;
    let numbers: Vec<_> = town
        .expenses("-1")
        .await
        .iter()
        .filter_map(|e| e.number)
        .collect();
    assert_eq!(
        numbers.len(),
        3,
        "nothing lost, nothing doubled: {numbers:?}"
    );
    assert!(town.expenses("-100").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_waits_to_be_said_is_said_in_the_new_chat() {
    let town = Town::refusing(1);
    let bot = town.process(Access::default());
    // The first answer waits; meanwhile the chat moves.
    let lunch = bot
        .service
        .accept(town.update("anna", "-1", text("12.50 lunch")));
    lunch.await.expect("it is accepted");
    bot.happen(town.update("anna", "-1", moved())).await;
    assert!(town.said("-1").is_empty());
    assert_eq!(town.said("-100").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn coming_and_going_forgets_nothing() {
    let town = Town::new();
    let bot = town.process(Access::default());
    bot.happen(town.update("anna", "-1", Event::Arrived)).await;
    assert!(
        town.last("-1")
            .starts_with("Hi! I keep track of what this group spends")
    );
    bot.write("anna", "-1", "/add 5 tea").await;
    let said = town.said("-1").len();
    bot.happen(town.update("anna", "-1", Event::Departed)).await;
    assert_eq!(town.said("-1").len(), said);
    bot.happen(town.update("ben", "-1", Event::Arrived)).await;
    bot.write("ben", "-1", "/list").await;
    assert!(town.last("-1").contains("#1 · tea"));
    // Without a ledger there is nothing to take along.
    bot.happen(town.update("anna", "-2", moved())).await;
    assert!(town.said("-2").is_empty());
}
