//! Groups: silence, topics, and buttons that were forged.

use expense_core::conversation::action::Action;
use expense_core::conversation::event::{Event, Scene};
use expense_core::domain::access::Access;
use expense_core::domain::category::CategoryId;
use expense_core::domain::draft::DraftField;
use expense_core::domain::keys::{MessageKey, UpdateKey};
use expense_core::domain::person::MemberId;
use expense_core::testing::fixtures::photo;

use crate::town::{Town, key_of, text};

fn in_topic(topic: &str, addressed: bool) -> Scene {
    Scene::Group {
        addressed,
        topic: MessageKey::new(topic).ok(),
    }
}

#[tokio::test(start_paused = true)]
async fn what_people_say_to_each_other_is_left_alone() {
    let town = Town::new();
    let bot = town.process(Access::default());
    let attachment = photo("a");
    let events = [
        text("12.50 lunch"),
        text("/list"),
        Event::Unsupported,
        Event::Edited {
            text: "12.50 lunch".to_owned(),
        },
        Event::Photo {
            attachment: attachment.clone(),
            caption: "dinner".to_owned(),
            album: None,
        },
        Event::Photo {
            attachment,
            caption: String::new(),
            album: MessageKey::new("album").ok(),
        },
    ];
    for event in events {
        let mut update = town.update("anna", "-1", event);
        update.scene = in_topic("7", false);
        bot.happen(update).await;
    }
    assert!(town.said("-1").is_empty());
    assert!(town.expenses("-1").await.is_empty());
}

/// Also what had to wait, what a reader found, and the answer to a button.
#[tokio::test(start_paused = true)]
async fn answers_go_to_the_topic() {
    let town = Town::refusing(2);
    let bot = town.process(Access::default());
    let attachment = photo("a");
    for event in [
        text("12.50 lunch"),
        text("hello"),
        Event::Photo {
            attachment,
            caption: String::new(),
            album: None,
        },
    ] {
        let mut update = town.update("anna", "-1", event);
        update.scene = in_topic("7", true);
        bot.happen(update).await;
    }
    let said = town.said("-1");
    assert!(said.len() >= 4, "with what came of reading: {said:?}");
    let seven = MessageKey::new("7").ok();
    assert!(town.topics("-1").iter().all(|topic| *topic == seven));
}

/// Buttons carry ids, and ids are looked up in the ledger of the chat where they are pressed.
#[tokio::test(start_paused = true)]
async fn no_button_reaches_another_ledger() {
    let town = Town::new();
    let bot = town.process(Access::default());
    bot.write("anna", "anna", "12.50 lunch").await;
    bot.write("anna", "anna", "12.345 laptop").await;
    let before = town.expenses("anna").await;
    let lunch = before[0].id;
    let (_, save) = town.screen.button(&key_of("anna"), "€").expect("a choice");
    let Action::Save(draft, _) = save else {
        panic!("not a choice: {save:?}");
    };
    bot.write("eve", "eve", "1 bait").await;
    let actions = [
        Action::Undo(before[0].change),
        Action::UndoAnyway(before[0].change),
        Action::Edit(lunch),
        Action::EditField(lunch, DraftField::Amount),
        Action::SetCategory(lunch, CategoryId(3)),
        Action::SetPayer(lunch, MemberId(1)),
        Action::Delete(lunch),
        Action::Show(lunch),
        Action::Save(draft, 0),
        Action::EditDraft(draft),
        Action::EditDraftField(draft, DraftField::Amount),
        Action::SetDraftCategory(draft, CategoryId(3)),
        Action::SetDraftPayer(draft, MemberId(1)),
        Action::Discard(draft),
        Action::ReadAgain(draft),
        Action::ShowDraft(draft),
    ];
    for action in actions {
        bot.forge("eve", "eve", action.clone()).await;
        assert_eq!(
            town.last("eve"),
            "I can't find this any more. /list shows what there is.",
            "{action:?}"
        );
    }
    assert_eq!(town.expenses("anna").await, before);
    assert_eq!(town.expenses("eve").await.len(), 1);
    bot.press("anna", "anna", "€").await;
    assert_eq!(town.expenses("anna").await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn names_are_kept_once_and_follow_their_person() {
    let town = Town::new();
    let bot = town.process(Access::default());
    bot.write("anna", "-1", "5 tea").await;
    let ledger = async || {
        use expense_core::ports::store::ExpenseStore;
        town.store.ledger(&key_of("-1")).await.unwrap().unwrap()
    };
    let first = ledger().await;
    bot.write("anna", "-1", "6 tea").await;
    assert_eq!(ledger().await.revision, first.revision, "nothing to write");
    let mut renamed = town.update("anna", "-1", text("7 tea"));
    renamed.name = expense_core::domain::person::PersonName::new("Änne").ok();
    renamed.key = UpdateKey::new("t:renamed").unwrap();
    bot.happen(renamed).await;
    assert!(town.last("-1").contains("paid by Änne"));
    let members = ledger().await.members;
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].id, first.members[0].id);
    // Alone with the bot nobody needs a name.
    bot.write("anna", "anna", "5 tea").await;
    assert!(!town.last("anna").contains("paid by"));
}
