//! A test of a whole bot without a network: it polls a Bot API server of this machine, keeps
//! ledgers in memory, and its reader of receipts is a mock.
//!
//! `cargo test -p expense-examples --example test_a_bot`

use std::sync::Arc;

use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::ocr::ReceiptOcr;
use expense_core::service::{Options, Service};
use expense_telegram::{Config, Telegram};
use telegram_fake::Fake;
use tokio_util::sync::CancellationToken;

/// One's own bot: everything of it but the reader is given.
async fn serve(
    telegram: Config,
    ocr: Arc<dyn ReceiptOcr>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let clock = Arc::new(SystemClock);
    let telegram = Telegram::new(telegram, clock.clone())?;
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let bot = Arc::new(telegram.clone());
    let mut ports = in_process(store, bot.clone(), bot, clock);
    ports.ocr = Some(ocr);
    let service = Service::new(ports, Options::default());
    let (ended, ()) = tokio::join!(
        telegram.run(service.clone(), shutdown.clone()),
        service.run(shutdown)
    );
    Ok(ended?)
}

/// A bot's configuration for a server of this machine.
fn configured(fake: &Fake) -> anyhow::Result<Config> {
    Ok(Config::polling(fake.token().into(), fake.url().parse()?))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    use expense_core::memory::ocr::ScriptedReader;

    let fake = Fake::start(telegram_fake::Options::default()).await?;
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(serve(
        configured(&fake)?,
        Arc::new(ScriptedReader::default()),
        shutdown.clone(),
    ));
    fake.user(42).say("12.50 lunch");
    println!("{}", fake.chat(42).next_reply().await.words());
    shutdown.cancel();
    running.await?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use expense_core::ports::error::{Fault, PortError};
    use expense_core::testing::mocks::MockReceiptOcr;

    use super::*;

    #[tokio::test]
    async fn a_photo_that_nobody_can_read_asks_for_its_amount() {
        let mut ocr = MockReceiptOcr::new();
        ocr.expect_read()
            .returning(|_| Err(PortError::new("ocr", "read", Fault::Corrupt)));
        let fake = Fake::start(telegram_fake::Options::default())
            .await
            .unwrap();
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(serve(
            configured(&fake).unwrap(),
            Arc::new(ocr),
            shutdown.clone(),
        ));

        fake.user(42).photo(b"a photo".as_slice(), "");
        let asked = async {
            loop {
                let reply = fake.chat(42).next_reply().await;
                if reply.words().contains("What was the amount") {
                    return reply;
                }
            }
        };
        let asked = tokio::time::timeout(Duration::from_secs(20), asked).await;
        assert!(asked.is_ok(), "it never asked");
        assert!(fake.violations().is_empty(), "{:?}", fake.violations());

        shutdown.cancel();
        running.await.unwrap().unwrap();
    }
}
