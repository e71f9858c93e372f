//! The program at its usual pace, before a server with all the limits of the platform: thirty messages a
//! second, one a second in a chat, twenty a minute in a group.

use std::collections::BTreeMap;
use std::time::Duration;

use rstest::rstest;
use telegram_fake::{Arrival, Fake, Limits, Options};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

use super::bot::By;
use super::program::Program;

/// How long an answer may take that waits for a minute to pass.
const PATIENCE: Duration = Duration::from_secs(180);
/// What one person writes at once, alone with the bot.
const HASTY: usize = 12;
/// What a group writes at once: more than it can be told in a minute.
const LOUD: usize = 22;
/// Others who write to the bot meanwhile, and how much each.
const OTHERS: usize = 30;
const EACH: usize = 2;

/// Nobody is lost, nothing is said twice, the platform has nothing to refuse, and a chat that has to
/// wait keeps no other waiting.
#[rstest]
#[case::polling(By::Polling)]
#[case::webhook(By::Webhook)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_writes_a_lot_is_answered_as_the_platform_allows(#[case] by: By) {
    let options = Options {
        limits: Limits::telegram(),
        ..Options::default()
    };
    let fake = Fake::start(options).await.expect("a free port");
    let mut arrivals = fake.arrivals();
    let home = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite://{}", home.path().join("expenses.sqlite").display());
    let program = Program::new(&fake, by, home.path(), file);
    let life = program.without("TELEGRAM_MESSAGES_PER_SECOND").start();
    fake.connected().await;

    let group = fake.group("Flat");
    let anna = group.member(&fake.user(7));
    let mut written = BTreeMap::new();
    for number in 1..=LOUD {
        anna.say(&format!("@{} {number} tea", fake.bot_name()));
    }
    written.insert(group.id(), LOUD);
    for number in 1..=HASTY {
        fake.user(8).say(&format!("{number} milk"));
    }
    written.insert(8, HASTY);
    for person in (1_001..).take(OTHERS) {
        for number in 1..=EACH {
            fake.user(person).say(&format!("{number} bread"));
        }
        written.insert(person, EACH);
    }

    let told = answered(&mut arrivals, &written).await;
    let others = |chat: &i64| *chat > 1_000;
    let last_other = told.iter().rposition(others).expect("they are answered");
    let last = told.iter().rposition(|chat| *chat == group.id());
    assert!(Some(last_other) < last, "the others waited for the group");
    life.end();
    for (chat, number) in &written {
        assert_eq!(fake.chat(*chat).replies().len(), *number, "in {chat}");
    }
    let (refused, said) = (fake.refused(), told.len());
    eprintln!("{refused} of {said} answers were refused");
    assert!(
        refused * 1_000 <= said.try_into().expect("few"),
        "{refused}"
    );
    assert_eq!(fake.violations(), Vec::<String>::new());
}

/// Until each chat was told the numbers of all its expenses, in order: where each answer went.
async fn answered(
    arrivals: &mut UnboundedReceiver<Arrival>,
    written: &BTreeMap<i64, usize>,
) -> Vec<i64> {
    let mut counts = BTreeMap::new();
    let mut told = Vec::new();
    while counts != *written {
        let arrival = timeout(PATIENCE, arrivals.recv()).await;
        let arrival = arrival.expect("an answer comes").expect("it is there");
        let count = counts.entry(arrival.chat).or_default();
        *count += 1;
        let begins = format!("#{count} ");
        assert!(arrival.words.starts_with(&begins), "{}", arrival.words);
        told.push(arrival.chat);
    }
    told
}
