//! Puts a bot under load: starts the server, tells where it is, waits for the bot, and prints the
//! figures as JSON. Chats, seconds, and in open loop messages a second; `acquainted`: everybody has
//! written once before; `later`: some seconds after the bot came, when all of its instances did;
//! `photos`: as many others have sent one before, and wait for what is on it:
//!
//! ```sh
//! cargo run --release -p telegram-fake --example load -- closed 256 10
//! cargo run --release -p telegram-fake --example load -- open 5000 20 500 acquainted
//! ```

use std::time::Duration;

use telegram_fake::load::{Crowd, Load, Shape};
use telegram_fake::{Fake, Options};

/// How long a bot of several instances is given to come.
const LATER: Duration = Duration::from_secs(4);
/// Messages in closed loop at most, however quick the bot.
const MOST: usize = 10_000_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse::<usize>().ok());
    let (Some(chats), Some(seconds)) = (number(1), number(2)) else {
        return Err("say: closed CHATS SECONDS, or open CHATS SECONDS RATE".into());
    };
    let (shape, messages) = match number(3) {
        Some(rate) => {
            let shape = Shape::Open {
                chats,
                rate: u32::try_from(rate)?,
            };
            (shape, seconds * rate)
        }
        None => (Shape::Closed { chats }, MOST),
    };
    let fake = Fake::start(Options::load()).await?;
    println!("TELEGRAM_API_URL={}", fake.url());
    println!("TELEGRAM_BOT_TOKEN={}", fake.token());
    fake.connected().await;
    println!("connected");
    let wanted = |what: &str| words.iter().any(|word| word == what);
    if wanted("later") {
        tokio::time::sleep(LATER).await;
    }
    let load = Load {
        first: 1_000_000,
        shape,
        acquainted: wanted("acquainted"),
        messages,
        time: Duration::from_secs(u64::try_from(seconds)?),
        patience: Duration::from_secs(10),
    };
    let crowd = Crowd::gather(&fake, &load).await;
    if wanted("photos") {
        for id in (load.first..).skip(chats).take(chats) {
            fake.user(id).photo("of a receipt", "");
        }
        fake.settled().await;
        // What was taken in is looked at, and waits from then on.
        tokio::time::sleep(LATER).await;
    }
    println!("begun");
    let before = cpu();
    let report = crowd.write(&load).await;
    let spent = cpu().saturating_sub(before);
    let answered = u32::try_from(report.answered.max(1))?;
    println!("report {}", serde_json::to_string(&report)?);
    println!("CPU of this server per message: {:?}", spent / answered);
    Ok(())
}

/// What this process used so far, user and system, as Linux counts it in hundredths of a second.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
