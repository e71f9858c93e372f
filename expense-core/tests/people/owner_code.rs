//! The code that makes the first owner.

use expense_core::domain::access::{Access, Role};
use expense_core::domain::limits;
use expense_core::ports::store::ExpenseStore;
use expense_core::service::OwnerCode;

use crate::town::{Town, closed, text};

const FRESH: [u8; 16] = [7; 16];

#[tokio::test(start_paused = true)]
async fn the_first_who_sends_it_is_the_owner_and_then_it_is_dead() {
    let town = Town::new();
    let (one, other) = (
        town.process(Access::closed()),
        town.process(Access::closed()),
    );
    let code = one.service.owner_code(OwnerCode::of(FRESH)).await.unwrap();
    let shared = other.service.owner_code(OwnerCode::of([8; 16])).await;
    assert_eq!(shared.unwrap(), code, "all instances share one");
    let code = code.expect("nobody is the owner");

    let claim = town.update("anna", "anna", text(&format!("/start {}", code.as_str())));
    other.happen(claim.clone()).await;
    assert!(
        town.last("anna")
            .starts_with("You are the owner of this bot now.")
    );
    // The update comes again, to another instance even.
    one.happen(claim).await;
    let people = town.store.people().await.unwrap();
    assert_eq!(people.len(), 1);
    assert_eq!(
        (people[0].who.as_str(), people[0].role),
        ("t:anna", Role::Owner)
    );

    one.write("eve", "eve", &format!("/start {}", code.as_str()))
        .await;
    assert!(town.last("eve").starts_with("This is not the code"));
    assert_eq!(town.store.people().await.unwrap(), people);
    tokio::time::advance(limits::STANDING).await;
    let next = other.service.owner_code(OwnerCode::of(FRESH)).await;
    assert_eq!(next.unwrap(), None);
    one.write("anna", "anna", "/users").await;
    assert!(town.last("anna").contains("t:anna · anna"));
}

#[tokio::test(start_paused = true)]
async fn wrong_codes_are_limited_and_groups_have_none() {
    let town = Town::new();
    let bot = town.process(Access::closed());
    let code = bot.service.owner_code(OwnerCode::of(FRESH)).await.unwrap();
    let right = format!("/start {}", code.unwrap().as_str());
    bot.write("eve", "-1", &right).await;
    assert!(town.said("-1").is_empty());
    for _ in 0..5 {
        bot.write("eve", "eve", "/start 12345").await;
        assert!(town.last("eve").starts_with("This is not the code"));
    }
    for words in ["/start 12345", right.as_str()] {
        bot.write("eve", "eve", words).await;
        assert!(town.last("eve").starts_with("That was a lot at once."));
    }
    assert_eq!(town.store.people().await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn there_is_none_where_an_owner_is_configured() {
    let town = Town::new();
    let bot = town.process(closed("boss"));
    let code = bot.service.owner_code(OwnerCode::of(FRESH)).await;
    assert_eq!(code.unwrap(), None);
    let shown = format!("{:?}", OwnerCode::of(FRESH));
    assert!(!shown.contains("07"), "a code never shows itself in a log");
}
