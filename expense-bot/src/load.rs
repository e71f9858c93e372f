//! `load`: the bot in the crowd, for as many messages and as long as one likes.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::domain::limits;
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::messenger::Outbox;
use expense_core::ports::clock::Clock;
use expense_core::ports::store::ExpenseStore;
use serde::Serialize;
use telegram_fake::load::{Load, Report, Shape, index};
use telegram_fake::{Fake, Fault, Options};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Database, Mode, People, Readers, Telegram, Webhook};
use crate::error::Failure;
use crate::telegram;
use crate::wire::store::Store;

/// How long the last answers may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Parallel deliveries to the webhook: what is written by so many chats at a time.
const CONNECTIONS: u8 = 100;

/// What the crowd does.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Chats that write
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    chats: u32,
    /// Messages that are written at most
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    messages: u32,
    /// Messages a second, answered or not; without it each chat writes when it was answered
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// The longest time of writing
    #[arg(long, default_value = "60s")]
    time: humantime::Duration,
    /// Updates come by webhook
    #[arg(long)]
    webhook: bool,
    /// How often each update is delivered at least and at most, for example 2-5
    #[arg(long, default_value = "1-1", value_parser = range)]
    deliveries: (u32, u32),
    /// What goes wrong, for example "sendMessage%10: 502 Bad Gateway"; may be repeated
    #[arg(long)]
    fault: Vec<Fault>,
}

/// What is printed.
#[derive(Serialize)]
struct Outcome {
    #[serde(flatten)]
    report: Report,
    /// Messages that are in their sender's ledger.
    recorded: usize,
    /// Expenses that came of a message besides its first.
    doubled: usize,
}

/// Runs it to its end: success where every message was recorded once and answered.
pub(crate) async fn run(config: Config, args: &Args) -> Result<ExitCode, Failure> {
    let folder = tempfile::tempdir()?;
    let (least, most) = args.deliveries;
    let options = Options {
        deliveries: least..=most,
        ..Options::load()
    };
    let fake = Fake::start(options).await?;
    for fault in &args.fault {
        fake.fault(fault.clone());
    }
    let first = first_person();
    let config = under_load(config, folder.path(), first);
    let (http, telegram) = bot(&fake, args.webhook)?;
    let config = Config { http, ..config };
    let shutdown = CancellationToken::new();
    let serving = async {
        let served = telegram::serve(&config, &telegram, shutdown.clone()).await;
        shutdown.cancel();
        served
    };
    let loading = async {
        let report = tokio::select! {
            // A bot that ends before the load does has failed.
            () = shutdown.cancelled() => Report::default(),
            report = load(&fake, args, first) => report,
        };
        shutdown.cancel();
        report
    };
    let (served, report) = tokio::join!(serving, loading);
    served?;
    let outcome = look(&config, report, first, args.chats).await?;
    let printed = serde_json::to_string(&outcome).map_err(std::io::Error::from)?;
    println!("{printed}");
    Ok(match outcome.is_right() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

impl Outcome {
    fn is_right(&self) -> bool {
        let sent = self.report.sent;
        self.report.answered == sent && self.recorded == sent && self.doubled == 0
    }
}

/// Ids that no earlier load has used: a database may be loaded again.
fn first_person() -> i64 {
    const MOST_CHATS: i64 = 100_000;
    SystemClock.now().timestamp() * MOST_CHATS
}

async fn load(fake: &Fake, args: &Args, first: i64) -> Report {
    fake.connected().await;
    let chats = size(args.chats);
    let shape = match args.rate {
        Some(rate) => Shape::Open { chats, rate },
        None => Shape::Closed { chats },
    };
    let load = Load {
        first,
        shape,
        acquainted: false,
        messages: size(args.messages),
        time: *args.time,
        patience: PATIENCE,
    };
    telegram_fake::load::run(fake, &load).await
}

/// The bot as configured, but open to everyone, without readers and without a limit a person; on
/// a database of its own unless another one than the usual is configured.
fn under_load(config: Config, folder: &Path, first: i64) -> Config {
    let usual = config.data.join("expenses.sqlite");
    let database = match config.database {
        Database::Sqlite(file) if file == usual => Database::Sqlite(folder.join("load.sqlite")),
        other => other,
    };
    Config {
        database,
        readers: Readers::default(),
        rates: None,
        rate: Some(0),
        people: People {
            owners: BTreeSet::from([first]),
            open: true,
            ..People::default()
        },
        ..config
    }
}

/// The bot of this server, and where it listens.
fn bot(fake: &Fake, webhook: bool) -> Result<(Option<SocketAddr>, Telegram), Failure> {
    let parsed = |text: String| {
        let url = text.parse();
        url.map_err(|_| Failure::Refused(format!("{text} is no address")))
    };
    let http = match webhook {
        true => Some(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?),
        false => None,
    };
    let mode = match http {
        Some(address) => Mode::Webhook(Webhook {
            url: parsed(format!("http://{address}/updates"))?,
            secret: None,
            max_connections: CONNECTIONS,
        }),
        None => Mode::Polling,
    };
    let telegram = Telegram {
        token: fake.token().into(),
        api: parsed(fake.url())?,
        mode,
        messages_per_second: 0,
    };
    Ok((http, telegram))
}

/// What is in the ledgers of the crowd.
async fn look(config: &Config, report: Report, first: i64, chats: u32) -> Result<Outcome, Failure> {
    let database = Store::open(config).await?;
    let (screen, attachments) = (Outbox::default(), MemoryAttachments::default());
    let ports = database.ports(
        Arc::new(screen),
        Arc::new(attachments),
        Arc::new(SystemClock),
    );
    let mut outcome = Outcome {
        report,
        recorded: 0,
        doubled: 0,
    };
    let mut known = vec![false; outcome.report.sent];
    for id in (first..).take(size(chats)) {
        for words in descriptions(&*ports.store, id).await? {
            let Some(known) = index(&words).and_then(|index| known.get_mut(index)) else {
                continue;
            };
            match std::mem::replace(known, true) {
                true => outcome.doubled += 1,
                false => outcome.recorded += 1,
            }
        }
    }
    database.close().await;
    Ok(outcome)
}

async fn descriptions(store: &dyn ExpenseStore, id: i64) -> Result<Vec<String>, Failure> {
    let Ok(chat) = ChatKey::new(format!("telegram:{id}")) else {
        return Ok(Vec::new());
    };
    let (ledger, filter) = (LedgerId::of(&chat), ExpenseFilter::default());
    let mut found = Vec::new();
    let mut page = PageRequest {
        after: None,
        limit: limits::MAX_PAGE,
    };
    loop {
        let part = store.expenses(ledger, &filter, page).await?;
        let words = part
            .expenses
            .iter()
            .map(|one| one.details.description.as_str());
        found.extend(words.map(str::to_owned));
        page.after = part.next;
        if page.after.is_none() {
            return Ok(found);
        }
    }
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// `2-5`, or `3` for `3-3`.
fn range(text: &str) -> Result<(u32, u32), String> {
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    match (least.parse(), most.parse()) {
        (Ok(least), Ok(most)) if 1 <= least && least <= most && most <= 100 => Ok((least, most)),
        _ => Err("write for example 2-5".to_owned()),
    }
}
