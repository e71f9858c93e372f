//! The program on Telegram while everything fails at once: it is killed at random moments, every
//! update comes several times, and the Bot API server, the model and the database fail in all
//! their ways.
//!
//! `STORM_SECONDS` says how long (20), `SEED` how. What a seed decides are the faults and what
//! people do; when they do it depends on the machine.

mod weather;

use std::sync::Arc;
use std::time::Duration;

use expense_core::domain::limits;
use expense_core::testing::dice::Dice;
use expense_ocr_gemini::fake::FakeGemini;
use rstest::rstest;
use telegram_fake::{Fake, Options};
use tokio::time::{Instant, sleep};

use super::books::complaints;
use super::bot::By;
use super::database::Database;
use super::errands::Crowd;
use super::number;
use super::program::Program;
use weather::Weather;

/// People who want something at the same time.
const PEOPLE: i64 = 40;
/// How often they look at their chats.
const LOOK: Duration = Duration::from_millis(20);
/// The longest wait for a sign of life before a kill: a database may be away for a while.
const SIGN: Duration = Duration::from_secs(5);
/// The longest time from the first sign of life to the kill, mostly and at times.
const LONGEST_MS: usize = 1_000;
const LONGER_MS: usize = 8_000;
/// How long everything may take to come to its end when nothing fails any more.
const PATIENCE: Duration = Duration::from_secs(150);

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_and_everyone_is_answered(
    #[values(By::Polling, By::Webhook)] by: By,
    #[values("sqlite", "postgres")] database: &str,
) {
    let seed = number("SEED", 4_711);
    let length = Duration::from_secs(number("STORM_SECONDS", 20));
    eprintln!("SEED={seed} STORM_SECONDS={}", length.as_secs());
    let database = Arc::new(Database::fresh(database).await);
    let options = Options {
        deliveries: 2..=5,
        shuffle: true,
        seed,
        webhook_retry: Duration::from_millis(20),
        ..Options::default()
    };
    let fake = Fake::start(options).await.expect("a free port");
    let google = Arc::new(FakeGemini::start().await.expect("a free port"));
    google.answers(serde_json::json!({"category": "Utilities"}));
    let home = tempfile::tempdir().expect("a folder");
    let program = Program::new(&fake, by, home.path(), database.url().await).reading(&google);
    let mut crowd = Crowd::new(&fake, &google, 1..=PEOPLE, 0);
    let mut dice = Dice::new(seed);

    let weather = Weather::bad(&fake, &google, &database, Dice::new(seed + 1));
    let kills = storm(&program, &mut crowd, &mut dice, length).await;
    let faults = weather.calm(&fake, &google).await;
    let (begun, over) = (crowd.begun(), crowd.over());
    assert!(
        kills > 3 && over < begun,
        "the kills came at no good moment"
    );
    database.pass(limits::READING_CLAIM).await;
    let life = program.start();
    finish(&mut crowd, &mut dice, &fake).await;
    life.kill();

    let kept = database.kept(crowd.people()).await;
    let wrong = [complaints(&crowd.meant(), &kept), crowd.complaints()].concat();
    assert!(wrong.is_empty(), "SEED={seed}\n{}", wrong.join("\n"));
    assert_eq!(fake.violations(), Vec::<String>::new());
    assert_eq!(google.breaches(), Vec::<String>::new());
    eprintln!(
        "{kills} kills, {faults} faults of the database, {} requests to the model; {begun} errands, \
         {over} of them over before the last life, {} expenses kept",
        google.requests(),
        kept.len()
    );
}

/// Lives and deaths of the program for so long. How often it was killed.
async fn storm(program: &Program, crowd: &mut Crowd, dice: &mut Dice, length: Duration) -> usize {
    let end = Instant::now() + length;
    let mut kills = 0;
    while Instant::now() < end {
        let mut life = program.start();
        let before = crowd.over();
        let sign = Instant::now() + SIGN;
        let mut death = None;
        while death.is_none_or(|death| Instant::now() < death) {
            crowd.begin(dice);
            crowd.go_on(dice);
            // The kill comes while it works: some are answered, others are not.
            if death.is_none() && (crowd.over() > before || Instant::now() > sign) {
                death = Some(Instant::now() + rest_of_life(dice));
            }
            if life.has_ended() {
                // The database was away when it started: whoever runs it starts it again.
                life = program.start();
            }
            sleep(LOOK).await;
        }
        if !life.has_ended() {
            life.kill();
            kills += 1;
        }
    }
    kills
}

fn rest_of_life(dice: &mut Dice) -> Duration {
    let longest = if dice.below(6) == 0 {
        LONGER_MS
    } else {
        LONGEST_MS
    };
    Duration::from_millis(u64::try_from(dice.below(longest)).unwrap_or(0))
}

/// Until everybody has what they wanted and every update was delivered as often as it will be.
async fn finish(crowd: &mut Crowd, dice: &mut Dice, fake: &Fake) {
    let end = Instant::now() + PATIENCE;
    while (crowd.over() < crowd.begun() || fake.pending() > 0) && Instant::now() < end {
        crowd.go_on(dice);
        sleep(LOOK).await;
    }
}
