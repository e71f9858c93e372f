//! Puts a bot under load: starts the server, tells where it is, waits for the bot, and prints the
//! figures as JSON. Chats, seconds, and in open loop messages a second; `acquainted`: everybody has
//! written once before:
//!
//! ```sh
//! cargo run --release -p telegram-fake --example load -- closed 256 10
//! cargo run --release -p telegram-fake --example load -- open 5000 20 500 acquainted
//! ```

use std::time::Duration;

use telegram_fake::load::{Load, Shape, run};
use telegram_fake::{Fake, Options};

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
    let before = cpu();
    let load = Load {
        first: 1_000_000,
        shape,
        acquainted: words.iter().any(|word| word == "acquainted"),
        messages,
        time: Duration::from_secs(u64::try_from(seconds)?),
        patience: Duration::from_secs(10),
    };
    let report = run(&fake, &load).await;
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
