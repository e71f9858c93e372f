//! What `doctor` says about a bot on Telegram: nothing where all is well, and one thing for each
//! mistake.

use rstest::rstest;
use telegram_fake::{Fake, Options};

use crate::bot::{Bot, Said};

/// Asks about a sound configuration with these changes.
fn ask(fake: &Fake, changes: &[(&str, &str)]) -> Said {
    let bot = Bot::new();
    let database = format!("sqlite://{}", bot.home().join("a.sqlite").display());
    let sound = [
        ("TELEGRAM_API_URL", fake.url()),
        ("TELEGRAM_BOT_TOKEN", fake.token()),
        ("DATABASE_URL", database),
        ("OWNER_IDS", "4711".to_owned()),
        ("OCR", "none".to_owned()),
    ];
    let bot = sound
        .iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name))
        .fold(bot, |bot, (name, value)| bot.with(name, value));
    let bot = changes
        .iter()
        .fold(bot, |bot, (name, value)| bot.with(name, value));
    tokio::task::block_in_place(|| bot.run(&["doctor"], ""))
}

async fn fake() -> Fake {
    Fake::start(Options::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_wrong_where_all_is_well() {
    let said = ask(&fake().await, &[]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.ends_with("Everything is well.\n"), "{said:?}");
    assert!(said.out.contains("updates are polled, 0 waiting"));
}

#[rstest]
#[case::token(&[("TELEGRAM_BOT_TOKEN", "1:nobody")], "telegram", "TELEGRAM_BOT_TOKEN is wrong or was revoked")]
#[case::server(&[("TELEGRAM_API_URL", "http://127.0.0.1:1")], "telegram", "TELEGRAM_API_URL")]
#[case::database(&[("DATABASE_URL", "sqlite:///proc/no/a.sqlite")], "database", "/proc/no")]
#[case::rates(&[("FX_API_URL", "http://127.0.0.1:1")], "rates", "check FX_API_URL")]
#[cfg_attr(feature = "redis", case::redis(&[("REDIS_URL", "redis://eve:hush@127.0.0.1:1")], "redis", "REDIS_URL"))]
#[cfg_attr(feature = "rabbitmq", case::queue(&[("AMQP_URL", "amqp://eve:hush@127.0.0.1:1")], "queue", "AMQP_URL"))]
#[cfg_attr(feature = "postgres", case::server_of_the_database(&[("DATABASE_URL", "postgres://eve:hush@127.0.0.1:1/a")], "database", "DATABASE_URL"))]
#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_is_found_and_no_other(
    #[case] mistake: &[(&str, &str)],
    #[case] part: &str,
    #[case] words: &str,
) {
    let said = ask(&fake().await, mistake);
    assert_eq!(said.code, Some(1), "{said:?}");
    let problems = said.out.lines().filter(|line| line.starts_with("PROBLEM"));
    let problems: Vec<&str> = problems.collect();
    let [problem] = problems[..] else {
        panic!("{said:?}");
    };
    assert!(
        problem.contains(part) && problem.contains(words),
        "{said:?}"
    );
    assert!(!format!("{said:?}").contains("hush"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_not_set_yet_is_told() {
    let fake = fake().await;
    let settings = [
        ("TELEGRAM_MODE", "webhook"),
        ("WEBHOOK_URL", "http://127.0.0.1:1/updates"),
        ("WEBHOOK_SECRET", "known_to_all"),
        ("HTTP_ADDR", "127.0.0.1:0"),
    ];
    let said = ask(&fake, &settings);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(
        said.out.contains("is not set with Telegram yet"),
        "{said:?}"
    );
}
