//! How quickly commits of many chats are recorded, and what each costs client and server.
//!
//! Starts a private server, durable as in production, in the folder for temporary files; `TMPDIR`
//! names another disk. `--json` prints one object.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::conversation::action::Action;
use expense_core::conversation::reply::{Button, Reply, Span, Text};
use expense_core::conversation::write::Write;
use expense_core::domain::change::Effect;
use expense_core::domain::expense::Origin;
use expense_core::domain::ledger::Ledger;
use expense_core::ports::store::{Commit, Committed, ExpenseStore, StoredSession};
use expense_core::testing::fixtures;
use expense_store_postgres::{Config, PostgresStore};
use test_servers::postgres::{Durability, Server};
use test_servers::processor_time;
use tokio::task::JoinSet;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Chats that record one expense after the other, all at the same time, unless told otherwise.
const CHATS: usize = 256;
/// Expenses of each chat that are timed.
const MESSAGES: usize = 200;

#[tokio::main]
async fn main() -> Outcome<()> {
    let chats = std::env::var("CHATS").map_or(Ok(CHATS), |chats| chats.parse())?;
    let server = Server::start(Durability::On)?;
    let mut config = Config::new(server.url("postgres"));
    if let Ok(writers) = std::env::var("WRITERS") {
        config.writers = writers.parse()?;
    }
    let store = Arc::new(PostgresStore::open(config).await?);
    record(&store, chats, 0..10).await?;

    let (client, database) = (processor_time()?, server.processor_time()?);
    let begin = Instant::now();
    record(&store, chats, 10..MESSAGES + 10).await?;
    let took = begin.elapsed();
    let count = u32::try_from(chats * MESSAGES)?;
    let (client, database) = (
        processor_time()? - client,
        server.processor_time()? - database,
    );
    store.close().await;

    let rate = u128::from(count) * 1_000_000 / took.max(Duration::from_micros(1)).as_micros();
    let (client, database) = ((client / count).as_nanos(), (database / count).as_nanos());
    if std::env::args().any(|argument| argument == "--json") {
        println!(r#"{{"commit_per_s": {rate}, "client_ns": {client}, "server_ns": {database}}}"#);
    } else {
        println!("commits of {chats} chats   {rate:>7} /s");
        println!("processor time of each   {client:>7} ns here, {database} ns in the server");
    }
    Ok(())
}

async fn record(
    store: &Arc<PostgresStore>,
    chats: usize,
    messages: std::ops::Range<usize>,
) -> Outcome<()> {
    let mut talking = JoinSet::new();
    for chat in 0..chats {
        let (store, messages) = (Arc::clone(store), messages.clone());
        talking.spawn(async move { talk(&store, chat, messages).await });
    }
    while let Some(done) = talking.join_next().await {
        done??;
    }
    Ok(())
}

async fn talk(store: &PostgresStore, chat: usize, messages: std::ops::Range<usize>) -> Outcome<()> {
    let key = fixtures::chat(&format!("telegram:{chat}"));
    let known = store.ledger(&key).await?;
    let mut ledger = known.unwrap_or_else(|| fixtures::ledger(&key));
    for message in messages {
        let commit = lunch(&ledger, &format!("telegram:4711:{chat}-{message}"));
        match store.commit(Arc::new(commit)).await? {
            Committed::Recorded { revision, .. } => ledger.revision = revision,
            other => return Err(format!("not recorded: {other:?}").into()),
        }
    }
    Ok(())
}

/// What `12.50 lunch` comes to.
fn lunch(ledger: &Ledger, update: &str) -> Commit {
    let key = fixtures::key(update);
    let details = fixtures::details("12.50", "EUR", "lunch");
    let mut expense = fixtures::expense(ledger.id, &key, 0, details);
    let message = fixtures::message(update);
    expense.origin = Some(Origin::new(message, 0, "12.50 lunch", expense.details.date));
    let mut change = fixtures::change(ledger.id, &key);
    change.effects = vec![Effect::Expense {
        id: expense.id,
        before: None,
    }];
    let buttons = vec![
        button("Edit", Action::Edit(expense.id)),
        button("Undo", Action::Undo(change.id)),
    ];
    let reply = Reply {
        text: Text(vec![
            Span::Number(expense.id),
            Span::Plain(" · lunch · ".to_owned()),
            Span::Strong("€12.50".to_owned()),
            Span::Plain(" · Others · today".to_owned()),
        ]),
        buttons: vec![buttons],
        ..Reply::default()
    };
    let writes = vec![
        Write::AddExpense(Box::new(expense)),
        Write::PutChange(Box::new(change)),
    ];
    let mut commit = fixtures::commit(key, ledger, &StoredSession::default(), writes);
    commit.replies = vec![reply];
    commit
}

fn button(label: &str, action: Action) -> Button {
    Button {
        label: label.to_owned(),
        action,
    }
}
