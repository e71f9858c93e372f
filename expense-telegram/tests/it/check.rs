//! What an operator is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use expense_core::ports::error::{Fault, PortError};
use expense_core::testing::inbox::Inbox;
use expense_telegram::{Config, Transport, Webhook};

use crate::app::{App, SECRET, config, fake, telegram};

const LOOK: Duration = Duration::from_millis(10);

/// A webhook that takes nothing is a problem as long as somebody waits, and told afterwards.
#[tokio::test]
async fn a_delivery_that_failed_is_a_problem_while_it_is_waited_for() {
    let fake = fake().await;
    let open = Arc::new(AtomicBool::new(false));
    let inbox = Inbox::answering({
        let open = Arc::clone(&open);
        move |_| match open.load(Ordering::SeqCst) {
            true => Ok(()),
            false => Err(PortError::new("queue", "publish", Fault::Denied)),
        }
    });
    let (app, url) = App::webhook(&fake, |ports| inbox.among(ports)).await;
    fake.user(7).say("1 tea");
    inbox.first(1).await;
    let bot = telegram(Config {
        transport: Transport::Webhook(Webhook {
            url: url.parse().expect("an address"),
            secret: Some(SECRET.to_owned().into()),
            max_connections: 10,
        }),
        ..config(&fake)
    });
    // Telegram notes the answer a moment after it was given.
    let problem = loop {
        let mut findings = bot.check().await.into_iter();
        if let Some(problem) = findings.find_map(Result::err) {
            break problem;
        }
        tokio::time::sleep(LOOK).await;
    };
    assert!(problem.contains("could not deliver to WEBHOOK_URL"));
    open.store(true, Ordering::SeqCst);
    while fake.pending() > 0 {
        tokio::time::sleep(LOOK).await;
    }
    let findings: Result<Vec<String>, String> = bot.check().await.into_iter().collect();
    let findings = findings.expect("nothing is wrong any more");
    assert!(
        findings.iter().any(|fact| fact.contains("and has since")),
        "{findings:?}"
    );
    app.stop().await.unwrap();
}
