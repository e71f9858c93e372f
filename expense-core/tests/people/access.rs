//! Who is let in.

use std::time::Duration;

use expense_core::conversation::event::Event;
use expense_core::domain::access::Access;
use expense_core::domain::limits;
use expense_core::ports::error::Fault;
use expense_core::ports::store::ExpenseStore;
use expense_core::service::OwnerCode;
use expense_core::testing::faulty::{Faulty, Mishap, Plan, Planned};

use crate::town::{Town, closed, text};

const DAY: Duration = Duration::from_secs(24 * 60 * 60 + 1);

#[tokio::test(start_paused = true)]
async fn a_stranger_hears_one_answer_a_day_and_the_owner_is_asked_once() {
    let town = Town::new();
    let bot = town.process(closed("boss"));
    for words in ["hello", "12.50 lunch", "/users"] {
        bot.write("zoe", "zoe", words).await;
    }
    assert_eq!(
        town.said("zoe"),
        [
            "Hi! This bot is private. Your id is t:zoe. I asked its owner to let you in; you will hear from me."
        ]
    );
    assert_eq!(town.said("boss"), ["zoe (t:zoe) would like to use me."]);
    assert!(town.expenses("zoe").await.is_empty());
    assert_eq!(town.store.census().await.unwrap().ledgers, 0);

    tokio::time::advance(DAY).await;
    bot.write("zoe", "zoe", "hello").await;
    assert_eq!(town.said("zoe").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_answer_comes_again_with_its_update_alone() {
    let town = Town::new();
    let bot = town.process(closed("boss"));
    let hello = town.update("zoe", "zoe", text("hello"));
    bot.happen(hello.clone()).await;
    bot.happen(hello).await;
    assert_eq!(town.said("zoe").len(), 2);
    bot.write("zoe", "zoe", "hello").await;
    assert_eq!(town.said("zoe").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn whom_the_owner_approves_is_let_in_and_hears_of_it() {
    let town = Town::new();
    let bot = town.process(closed("boss"));
    bot.write("zoe", "zoe", "hello").await;
    bot.press("boss", "boss", "Approve").await;
    assert_eq!(town.last("boss"), "zoe (t:zoe) is let in.");
    bot.write("boss", "boss", "/users").await;
    assert!(
        town.last("boss").contains("\nt:zoe · zoe\n"),
        "{}",
        town.last("boss")
    );
    assert!(town.last("zoe").starts_with("You may use me now."));
    bot.write("zoe", "zoe", "12.50 lunch").await;
    assert_eq!(town.expenses("zoe").await.len(), 1);
    // Elsewhere, too, where others are strangers.
    bot.write("zoe", "-1", "4 tea").await;
    bot.write("ben", "-1", "5 cake").await;
    assert_eq!(town.expenses("-1").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_came_before_there_was_an_owner_is_asked_about_once_there_is_one() {
    let town = Town::new();
    let bot = town.process(closed(""));
    let code = bot
        .service
        .owner_code(OwnerCode::of([7; 16]))
        .await
        .unwrap();
    for words in ["hello", "hello?"] {
        bot.write("zoe", "zoe", words).await;
    }
    assert_eq!(town.said("zoe").len(), 1);
    let claim = format!("/start {}", code.unwrap().as_str());
    bot.write("boss", "boss", &claim).await;
    for words in ["12.50 lunch", "hello?"] {
        bot.write("zoe", "zoe", words).await;
    }
    assert_eq!(town.said("zoe").len(), 2);
    assert!(town.last("zoe").contains("I asked its owner"));
    assert_eq!(town.last("boss"), "zoe (t:zoe) would like to use me.");
}

#[tokio::test(start_paused = true)]
async fn who_was_refused_is_never_asked_about_again() {
    let town = Town::new();
    let bot = town.process(closed("boss"));
    bot.write("zoe", "zoe", "hello").await;
    bot.press("boss", "boss", "Refuse").await;
    let asked = town.said("boss").len();
    tokio::time::advance(DAY).await;
    bot.write("zoe", "zoe", "hello").await;
    assert_eq!(town.said("boss").len(), asked);
    assert!(town.last("zoe").contains("Its owner can let you in"));
}

/// Whatever entry let them in, on every instance, at the latest when it looks again.
#[tokio::test(start_paused = true)]
async fn revoking_holds_everywhere() {
    let access = || closed("boss / anna / -1");
    let town = Town::new();
    let (one, other) = (town.process(access()), town.process(access()));
    one.write("boss", "boss", "/approve ben").await;
    tokio::time::advance(limits::STANDING).await;
    for (who, chat) in [("anna", "anna"), ("ben", "ben"), ("zoe", "-1")] {
        other.write(who, chat, "12.50 lunch").await;
        assert_eq!(town.expenses(chat).await.len(), 1, "{who} is let in");
        one.write("boss", "boss", &format!("/revoke {who}")).await;
        one.write(who, chat, "4 tea").await;
        tokio::time::advance(limits::STANDING).await;
        other.write(who, chat, "5 cake").await;
        assert_eq!(town.expenses(chat).await.len(), 1, "{who} is turned away");
    }
    // Others of the group stay; the group itself can be revoked.
    other.write("kim", "-1", "6 milk").await;
    assert_eq!(town.expenses("-1").await.len(), 2);
    other.write("boss", "boss", "/revoke -1").await;
    other.write("kim", "-1", "7 bread").await;
    assert_eq!(town.expenses("-1").await.len(), 2);
    other.write("boss", "boss", "/revoke boss").await;
    assert!(town.last("boss").contains("by the bot's configuration"));
}

#[tokio::test(start_paused = true)]
async fn a_group_that_is_not_let_in_hears_how_it_could_be_and_nothing_else() {
    let town = Town::new();
    let bot = town.process(closed("boss"));
    for event in [Event::Arrived, text("/add 5 tea"), Event::Arrived] {
        bot.happen(town.update("zoe", "-7", event)).await;
    }
    assert_eq!(
        town.said("-7"),
        ["Hi! This bot is private. Its owner can let this group in: /approve t:-7"]
    );
    assert!(town.said("boss").is_empty());
    assert_eq!(town.store.census().await.unwrap().ledgers, 0);
    bot.write("boss", "boss", "/approve t:-7").await;
    bot.write("zoe", "-7", "/add 5 tea").await;
    assert_eq!(town.expenses("-7").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_let_in_by_an_error() {
    let town = Town::new();
    let mishap = Mishap::Before(Fault::Unavailable);
    let plan = Plan::new(vec![Planned { call: 0, mishap }]);
    for access in [closed("boss / anna"), Access::default()] {
        let store: std::sync::Arc<dyn ExpenseStore> = Faulty::new(town.store.clone(), &plan);
        let bot = town.process_with(store, access);
        let update = town.update("zoe", "zoe", text("12.50 lunch"));
        let failed = plan.count() == 0;
        let accepted = bot.service.accept(update).await;
        assert_eq!(accepted.is_err(), failed);
        if let Err(error) = accepted {
            assert!(error.is_transient());
            assert_eq!(plan.calls(), ["store.people"]);
        }
    }
    assert_eq!(
        town.expenses("zoe").await.len(),
        1,
        "let in by the second alone"
    );
}

#[tokio::test(start_paused = true)]
async fn buttons_of_owners_do_nothing_for_others() {
    let town = Town::new();
    let bot = town.process(closed("boss / anna"));
    bot.write("zoe", "zoe", "hello").await;
    let (_, approve) = town
        .screen
        .button(&crate::town::key_of("boss"), "Approve")
        .unwrap();
    bot.forge("anna", "anna", approve).await;
    assert_eq!(
        town.last("anna"),
        "I can't find this any more. /list shows what there is."
    );
    assert_eq!(town.store.people().await.unwrap(), []);
}
