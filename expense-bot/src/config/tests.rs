use std::collections::HashMap;

use rstest::rstest;

use super::*;

fn read(variables: &[(&str, &str)], file: Option<&Path>) -> Result<Config, ConfigError> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let variable = |name: &str| variables.get(name).map(OsString::from);
    Config::read(variable, file)
}

pub(super) fn mistakes(variables: &[(&str, &str)], file: Option<&Path>) -> Vec<String> {
    let Err(ConfigError(mistakes)) = read(variables, file) else {
        return Vec::new();
    };
    mistakes
        .into_iter()
        .map(|mistake| mistake.to_string())
        .collect()
}

fn file(config: &Config) -> &Path {
    match &config.database {
        Database::Sqlite(file) => file,
        Database::Postgres(_) => panic!("a server"),
    }
}

const HOME: (&str, &str) = ("HOME", "/home/eve");

#[test]
fn nothing_needs_to_be_configured() {
    let config = read(&[HOME], None).unwrap();
    let data = Path::new("/home/eve/.local/share/expense-bot");
    assert_eq!(config.data, data);
    assert_eq!(file(&config), data.join("expenses.sqlite"));
    assert!(config.readers.local && config.readers.gemini.is_none());
    assert_eq!(config.defaults.currency, Currency::EUR);
    assert_eq!(config.defaults.zone, Zone::UTC);
    assert_eq!(config.defaults.locale.as_str(), "en");
    assert_eq!(config.draft_ttl, Duration::from_secs(86_400));
    assert_eq!(config.ledger_ttl, Duration::from_secs(300));
    assert!(config.telegram.is_none() && config.rates.is_none());
    assert_eq!(config.people, People::default());
}

#[rstest]
#[case(&[("XDG_DATA_HOME", "/data"), HOME], "/data/expense-bot", "/data/expense-bot/expenses.sqlite")]
#[case(&[("XDG_DATA_HOME", "data"), HOME], "/home/eve/.local/share/expense-bot", "/home/eve/.local/share/expense-bot/expenses.sqlite")]
#[case(&[("DATABASE_URL", "sqlite:///srv/a b.db")], "/srv", "/srv/a b.db")]
#[case(&[("DATABASE_URL", "sqlite://own.db"), HOME], "/home/eve/.local/share/expense-bot", "own.db")]
#[case(&[("DATABASE_URL", ""), HOME], "/home/eve/.local/share/expense-bot", "/home/eve/.local/share/expense-bot/expenses.sqlite")]
fn finds_its_place(#[case] variables: &[(&str, &str)], #[case] data: &str, #[case] file: &str) {
    let config = read(variables, None).unwrap();
    assert_eq!(self::file(&config), Path::new(file));
    assert_eq!(config.data, Path::new(data));
}

#[rstest]
#[case("DATABASE_URL", "mysql://eve:hunter2@db", "write sqlite://FILE")]
#[case("REDIS_URL", "http://eve:hunter2@cache", "write redis://")]
#[case("REDIS_URL", "redis://", "write redis://")]
#[case("LEASE_TTL", "1s", "from 2s to 10m")]
#[case("DATABASE_URL", "sqlite://:memory:", "write sqlite://FILE")]
#[case("DATABASE_MAX_CONNECTIONS", "many", "from 1 to 1000")]
#[case(
    "DATABASE_MIN_CONNECTIONS",
    "26",
    "more than DATABASE_MAX_CONNECTIONS, 25"
)]
#[case(
    "DATABASE_REPLICA_URLS",
    "mysql://eve:hunter2@db",
    "with commas between"
)]
#[case(
    "DATABASE_REPLICA_URLS",
    "postgres://eve:hunter2@db/a,",
    "with commas between"
)]
#[case(
    "DATABASE_REPLICA_URLS",
    "postgres://eve:hunter2@db/a",
    "needs a server"
)]
#[case(
    "DATABASE_REPLICA_URLS",
    "postgres://eve:hunter2@db/a, postgres://eve:hunter2@db/a",
    "twice"
)]
#[case("TELEGRAM_BOT_TOKEN", "hunter2", "as BotFather gave it")]
#[case("TELEGRAM_API_URL", "api.telegram.org", "such as https://example.org")]
#[case("TELEGRAM_API_URL", "ftp://api.telegram.org", "begins with https://")]
#[case("TELEGRAM_MODE", "push", "polling or webhook")]
#[case("TELEGRAM_MESSAGES_PER_SECOND", "-1", "from 0")]
#[case("WEBHOOK_SECRET", "hunter 2", "openssl rand")]
#[case("WEBHOOK_MAX_CONNECTIONS", "101", "from 1 to 100")]
#[case("HTTP_ADDR", "localhost", "127.0.0.1:8080")]
#[case("OWNER_IDS", "4711, @eve", "numeric ids")]
#[case("ALLOWED_USER_IDS", "-1", "numeric ids")]
#[case("ALLOWED_CHAT_IDS", "0", "numeric ids")]
#[case("OPEN_TO_ALL", "maybe", "true or false")]
#[case("OCR", "gemini", "is needed with OCR=gemini")]
#[case("GEMINI_MODEL", "gemini pro", "gemini-2.5-flash")]
#[case("GEMINI_REQUESTS_PER_MINUTE", "0", "from 1")]
#[case("GEMINI_CONCURRENCY", "none", "from 1")]
#[case("FX_API_URL", "rates", "such as https://example.org")]
#[case("AMQP_URL", "rabbit", "amqp://USER:PASSWORD@HOST:PORT/VHOST")]
#[cfg_attr(
    feature = "kafka",
    case("KAFKA_BROKERS", "kafka", "HOST:PORT,HOST:PORT")
)]
#[case("KAFKA_PREFIX", "my bot", "letters, digits")]
#[case("KAFKA_PREFIX", "my-bot", "set KAFKA_BROKERS, too")]
#[case("QUEUE_MESSAGES_PER_SECOND", "many", "from 0 to 1000000")]
#[case("OCR", "cloud", "write auto, local, gemini or none")]
#[case("OCR_MODEL_DIR", "/no/such/directory", "there is no such directory")]
#[case("DEFAULT_CURRENCY", "EURO", "write for example EUR")]
#[case("DEFAULT_TIMEZONE", "Berlin/Europe", "Europe/Berlin")]
#[case("DEFAULT_LOCALE", "x", "for example en, de or de-CH")]
#[case("LEDGER_CACHE_TTL", "soon", "5m")]
#[case("LEDGER_CACHE_TTL", "10ms", "0 for no copies")]
#[case("LEDGER_CACHE_TTL", "2days", "1day")]
#[case("DRAFT_TTL", "soon", "24h")]
#[case("DRAFT_TTL", "0s", "from 1m")]
#[case("RATE_LIMIT_PER_MINUTE", "-1", "from 0")]
#[case("LOG", "a=b=c", "expense_core=debug")]
#[case("LOG", "loud", "expense_core=debug")]
#[case("LOG_FORMAT", "xml", "text or json")]
fn says_what_is_wrong(#[case] name: &str, #[case] value: &str, #[case] words: &str) {
    let told = mistakes(&[HOME, (name, value)], None);
    assert_eq!(told.len(), 1, "{told:?}");
    let named = told[0].starts_with(&format!("{name}: ")) || value == "gemini";
    assert!(named && told[0].contains(words), "{told:?}");
    assert!(!told[0].contains("hunter2"), "{told:?}");
}

const TOKEN: (&str, &str) = ("TELEGRAM_BOT_TOKEN", "12:hunter2");

#[test]
fn a_webhook_needs_its_address() {
    let webhook = [HOME, TOKEN, ("TELEGRAM_MODE", "Webhook")];
    let told = mistakes(&webhook, None);
    assert!(
        told.len() == 1 && told[0].starts_with("WEBHOOK_URL: is needed"),
        "{told:?}"
    );
    let whole = [
        &webhook[..],
        &[
            ("WEBHOOK_URL", "https://bot.example.org/hook/"),
            ("WEBHOOK_SECRET", "0123456789abcdef"),
        ],
    ];
    let config = read(&whole.concat(), None).unwrap();
    let Some(telegram::Mode::Webhook(webhook)) = config.telegram.map(|bot| bot.mode) else {
        panic!("no webhook");
    };
    assert_eq!(webhook.url.as_str(), "https://bot.example.org/hook");
    assert_eq!(webhook.max_connections, 40);
    assert_eq!(config.http, Some(([127, 0, 0, 1], 8080).into()));
}

/// By what `setWebhook` takes; a Bot API server of one's own takes any address.
#[rstest]
#[case::another_port("https://bot.example.org:8080/hook", false)]
#[case::open("http://bot.example.org/hook", false)]
#[case::a_port_of_telegrams("https://bot.example.org:8443/hook", true)]
fn a_webhook_is_where_telegram_comes(#[case] url: &str, #[case] fits: bool) {
    let webhook = [HOME, TOKEN, ("WEBHOOK_URL", url)];
    let told = mistakes(&webhook, None);
    let refused = |told: &String| told.starts_with("WEBHOOK_URL: Telegram brings");
    assert_eq!(
        told.iter().filter(|told| refused(told)).count(),
        usize::from(!fits)
    );
    assert_eq!(told.is_empty(), fits, "{told:?}");
    let own = [
        &webhook[..],
        &[("TELEGRAM_API_URL", "http://127.0.0.1:8081")],
    ];
    assert!(read(&own.concat(), None).is_ok());
}

#[test]
fn people_are_named_by_their_ids() {
    let lists = [
        HOME,
        ("OWNER_IDS", "4711"),
        ("ALLOWED_USER_IDS", "1, 2,3 4"),
        ("ALLOWED_CHAT_IDS", "-1001234567890"),
        ("OPEN_TO_ALL", "no"),
    ];
    let people = read(&lists, None).unwrap().people;
    assert_eq!(people.owners, [4711].into());
    assert_eq!(people.users, [1, 2, 3, 4].into());
    assert_eq!(people.chats, [-1_001_234_567_890].into());
    assert!(!people.open);
}

#[rstest]
#[case(&[], true, false)]
#[case(&[("OCR", "auto"), ("GEMINI_API_KEY", "key")], true, true)]
#[case(&[("OCR", "gemini"), ("GEMINI_API_KEY", "key")], false, true)]
#[case(&[("OCR", "local"), ("GEMINI_API_KEY", "key")], true, false)]
#[case(&[("OCR", "none"), ("GEMINI_API_KEY", "key")], false, false)]
fn readers_stand_in_a_chain(
    #[case] variables: &[(&str, &str)],
    #[case] local: bool,
    #[case] gemini: bool,
) {
    let readers = read(&[&[HOME], variables].concat(), None).unwrap().readers;
    assert_eq!((readers.local, readers.gemini.is_some()), (local, gemini));
}

#[test]
fn a_server_is_never_quoted() {
    let url = ("DATABASE_URL", "postgres://eve:hunter2@db/expenses");
    let config = read(&[HOME, url, ("DATABASE_MAX_CONNECTIONS", "1")], None).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    let Database::Postgres(server) = config.database else {
        panic!("a file");
    };
    assert_eq!((server.max_connections, server.min_connections), (1, 1));
    assert!(server.replicas.is_empty());
}

#[test]
fn replicas_are_named_one_after_the_other_and_never_quoted() {
    let url = ("DATABASE_URL", "postgres://eve:hunter2@db/expenses");
    let replicas = "postgres://eve:hunter2@one/expenses, postgresql://eve:hunter2@two/expenses";
    let config = read(&[HOME, url, ("DATABASE_REPLICA_URLS", replicas)], None).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    let Database::Postgres(server) = config.database else {
        panic!("a file");
    };
    assert_eq!(server.replicas.len(), 2);
    let itself = ("DATABASE_REPLICA_URLS", url.1);
    let told = mistakes(&[HOME, url, itself], None);
    assert!(told.len() == 1 && told[0].contains("itself"), "{told:?}");
    // Of a server that can't be understood nothing can be a replica: that is told once.
    let told = mistakes(&[HOME, ("DATABASE_URL", "mysql://db"), itself], None);
    assert!(
        told.len() == 1 && told[0].starts_with("DATABASE_URL"),
        "{told:?}"
    );
}

#[test]
fn tells_all_mistakes_at_once() {
    let wrong = [
        ("OCR", "x"),
        ("DEFAULT_CURRENCY", "x"),
        ("DRAFT_TTL", "x"),
        ("LEDGER_CACHE_TTL", "x"),
        ("LOG_FORMAT", "x"),
        ("TELEGRAM_BOT_TOKEN_FILE", "/no/such/file"),
    ];
    let told = mistakes(&wrong, None).join("\n");
    for name in wrong.map(|(name, _)| name).into_iter().chain(["HOME"]) {
        assert!(told.contains(&format!("{name}: ")), "{name} in {told}");
    }
}

#[test]
fn a_file_goes_behind_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bot.toml");
    std::fs::write(
        &file,
        "default_currency = 'USD'\nDRAFT_TTL = '2h'\nrate_limit_per_minute = 5",
    )
    .unwrap();
    let config = read(&[HOME, ("DEFAULT_CURRENCY", "JPY")], Some(&file)).unwrap();
    assert_eq!(config.defaults.currency.code(), "JPY");
    assert_eq!(
        (config.draft_ttl, config.rate),
        (Duration::from_secs(7_200), Some(5))
    );
}

#[rstest]
#[case("default_curency = 'USD'", "did you mean default_currency?")]
#[case("colour = 1", "has no such setting")]
#[case("ocr = true", "as text or a whole number")]
#[case("ocr = 'none'\ntelegram_bot_token = hunter2", "line 2 is no TOML")]
fn a_file_has_mistakes_too(#[case] text: &str, #[case] words: &str) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bot.toml");
    std::fs::write(&file, text).unwrap();
    let told = mistakes(&[HOME], Some(&file));
    assert!(told.len() == 1 && told[0].contains(words), "{told:?}");
    assert!(!told[0].contains("hunter2"), "{told:?}");
}

#[test]
fn secrets_come_from_files_and_are_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    std::fs::write(&file, "12:hunter2\n").unwrap();
    let named = ("TELEGRAM_BOT_TOKEN_FILE", file.to_str().unwrap());
    let config = read(&[HOME, named, ("GEMINI_API_KEY", "hunter2")], None).unwrap();
    assert!(config.telegram.is_some() && config.readers.gemini.is_some());
    assert!(!format!("{config:?}").contains("hunter2"));

    let told = mistakes(&[HOME, named, ("TELEGRAM_BOT_TOKEN", "hunter2")], None);
    assert!(
        told[0].contains("TELEGRAM_BOT_TOKEN is set, too"),
        "{told:?}"
    );
}

#[rstest]
#[case(&[], "en", "UTC")]
#[case(&[("LANG", "C.UTF-8"), ("TZ", "CET-1CEST")], "en", "UTC")]
#[case(&[("LANG", "de_CH.UTF-8@euro"), ("TZ", ":Europe/Zurich")], "de-CH", "Europe/Zurich")]
#[case(&[("LANG", "de_DE"), ("LC_ALL", "fr_FR")], "fr-FR", "UTC")]
#[case(&[("LANG", "de_DE"), ("DEFAULT_LOCALE", "ja")], "ja", "UTC")]
#[case(&[("TZ", "Asia/Tokyo"), ("DEFAULT_TIMEZONE", "America/Lima")], "en", "America/Lima")]
fn knows_its_user(#[case] variables: &[(&str, &str)], #[case] locale: &str, #[case] zone: &str) {
    let config = read(&[&[HOME], variables].concat(), None).unwrap();
    let settings = config.at_this_machine();
    assert_eq!(
        (settings.locale.as_str(), settings.zone.name()),
        (locale, zone)
    );
    assert_eq!(settings.currency, Currency::EUR);
}
