//! The menus of commands, which Telegram shows beside where people write.

use std::time::Duration;

use expense_core::domain::keys::UserKey;
use expense_core::service::{OwnerCode, Service};
use expense_telegram::Config;
use rstest::rstest;
use serde_json::json;
use telegram_fake::Fake;

use crate::app::{App, OWNER, assert_sound, config, fake, passes, telegram, until};

/// Whoever becomes the owner by the code sees the owners' commands at once, and whoever is one
/// already at the start.
#[tokio::test]
async fn an_owner_by_the_code_is_offered_the_owners_commands() {
    let fake = fake().await;
    let nobody = Config {
        owners: Vec::new(),
        ..config(&fake)
    };
    let (app, service) = App::start(telegram(nobody), |ports| ports);
    owned_by_seven(&fake, &service).await;
    let offers = |scope: &str| {
        let commands = fake.commands(scope, "").unwrap_or_default();
        let mut entries = commands.as_array().into_iter().flatten();
        entries.any(|entry| entry["command"] == "approve")
    };
    until(|| offers("chat 7")).await;
    let owners = service.owners().await.unwrap();
    assert_eq!(owners, [UserKey::new("telegram:7").unwrap()]);
    assert!(!offers("all_private_chats"));
    app.stop().await.unwrap();
    assert_sound(&fake);
}

#[tokio::test]
async fn registers_its_commands_when_they_changed() {
    let fake = fake().await;
    fake.user(OWNER).say("/start");
    let app = App::polling(&fake);
    let own = format!("chat {OWNER}");
    let list = json!({ "command": "list", "description": "expenses, the newest first" });
    for scope in ["all_private_chats", "all_group_chats", &own] {
        until(|| fake.commands(scope, "").is_some()).await;
        let commands = fake.commands(scope, "").unwrap();
        let commands = commands.as_array().unwrap();
        assert!(commands.contains(&list), "{scope}");
        let operates = commands.iter().any(|entry| entry["command"] == "approve");
        assert_eq!(operates, scope == own, "{scope}");
    }
    app.stop().await.unwrap();

    fake.fault("setMyCommands: 500 not again".parse().unwrap());
    let app = App::polling(&fake);
    fake.user(7).say("12.50 lunch");
    fake.chat(7).next_reply().await;
    app.stop().await.unwrap();
    assert_sound(&fake);
}

/// Those of everybody and of the owner, whichever Telegram does not take at first.
#[rstest]
#[case::trouble(&["setMyCommands#1: 502 Bad Gateway", "setMyCommands#2: 500 again"])]
#[case::flood(&["setMyCommands#3: flood 1"])]
#[case::no_connection(&["getMyCommands#2: close before", "setMyCommands#1: close before"])]
#[case::an_answer_that_is_lost(&["setMyCommands#1: close after"])]
#[case::a_token_that_is_refused_for_a_moment(&["setMyCommands#2: 401 Unauthorized"])]
#[tokio::test]
async fn are_offered_again_where_telegram_did_not_take_them(#[case] faults: &[&str]) {
    let fake = fake().await;
    fake.user(OWNER).say("/start");
    for fault in faults {
        fake.fault(fault.parse().unwrap());
    }
    let app = App::polling(&fake);
    for scope in ["all_private_chats", "all_group_chats", "chat 42"] {
        until(|| fake.commands(scope, "").is_some()).await;
    }
    app.stop().await.unwrap();
}

/// A menu that is refused for good, as in a chat that there is not, holds up no other and is not
/// asked for again.
#[tokio::test]
async fn are_given_up_where_telegram_refuses_them() {
    let fake = fake().await;
    fake.user(OWNER).say("/start");
    fake.fault(
        "setMyCommands#1: 400 Bad Request: chat not found"
            .parse()
            .unwrap(),
    );
    let app = App::polling(&fake);
    let scopes = ["all_private_chats", "all_group_chats", "chat 42"];
    let are_shown = || scopes.map(|scope| fake.commands(scope, "").is_some());
    let count = || are_shown().into_iter().filter(|shown| *shown).count();
    until(|| count() == 2).await;
    passes(Duration::from_secs(60)).await;
    fake.user(7).say("12.50 lunch");
    fake.chat(7).next_reply().await;
    app.stop().await.unwrap();
    assert_eq!(count(), 2);
}

/// Makes user 7 the owner by the code.
async fn owned_by_seven(fake: &Fake, service: &Service) {
    let code = service.owner_code(OwnerCode::of([7; 16])).await;
    let code = code.expect("the store answers").expect("nobody is");
    fake.user(7).say(&format!("/start {}", code.as_str()));
    fake.chat(7).next_reply().await;
}

#[tokio::test]
async fn are_offered_again_to_whoever_became_the_owner() {
    let fake = fake().await;
    let nobody = Config {
        owners: Vec::new(),
        ..config(&fake)
    };
    let (app, service) = App::start(telegram(nobody), |ports| ports);
    for scope in ["all_private_chats", "all_group_chats"] {
        until(|| fake.commands(scope, "").is_some()).await;
    }
    fake.fault("setMyCommands#1: 502 Bad Gateway".parse().unwrap());
    owned_by_seven(&fake, &service).await;
    until(|| fake.commands("chat 7", "").is_some()).await;
    app.stop().await.unwrap();
}
