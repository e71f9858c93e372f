use std::collections::HashMap;

use rstest::rstest;

use super::*;

fn read(variables: &[(&str, &str)], file: Option<&Path>) -> Result<Config, ConfigError> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let variable = |name: &str| variables.get(name).map(OsString::from);
    Config::read(variable, file)
}

fn mistakes(variables: &[(&str, &str)], file: Option<&Path>) -> Vec<String> {
    let Err(ConfigError(mistakes)) = read(variables, file) else {
        return Vec::new();
    };
    mistakes
        .into_iter()
        .map(|mistake| mistake.to_string())
        .collect()
}

const HOME: (&str, &str) = ("HOME", "/home/eve");

#[test]
fn nothing_needs_to_be_configured() {
    let config = read(&[HOME], None).unwrap();
    let data = Path::new("/home/eve/.local/share/expense-bot");
    assert_eq!(config.data, data);
    assert_eq!(config.database, data.join("expenses.sqlite"));
    assert_eq!(config.reader, Some(Reader::Local));
    assert_eq!(config.defaults.currency, Currency::EUR);
    assert_eq!(config.defaults.zone, Zone::UTC);
    assert_eq!(config.defaults.locale.as_str(), "en");
    assert_eq!(config.draft_ttl, Duration::from_secs(86_400));
    assert!(!config.telegram);
}

#[rstest]
#[case(&[("XDG_DATA_HOME", "/data"), HOME], "/data/expense-bot", "/data/expense-bot/expenses.sqlite")]
#[case(&[("XDG_DATA_HOME", "data"), HOME], "/home/eve/.local/share/expense-bot", "/home/eve/.local/share/expense-bot/expenses.sqlite")]
#[case(&[("DATABASE_URL", "sqlite:///srv/a b.db")], "/srv", "/srv/a b.db")]
#[case(&[("DATABASE_URL", "sqlite://own.db"), HOME], "/home/eve/.local/share/expense-bot", "own.db")]
#[case(&[("DATABASE_URL", ""), HOME], "/home/eve/.local/share/expense-bot", "/home/eve/.local/share/expense-bot/expenses.sqlite")]
fn finds_its_place(#[case] variables: &[(&str, &str)], #[case] data: &str, #[case] file: &str) {
    let config = read(variables, None).unwrap();
    assert_eq!((config.data, config.database), (data.into(), file.into()));
}

#[rstest]
#[case(
    "DATABASE_URL",
    "postgres://eve:hunter2@db/expenses",
    "no PostgreSQL adapter"
)]
#[case("DATABASE_URL", "mysql://eve:hunter2@db", "write sqlite://FILE")]
#[case("DATABASE_URL", "sqlite://:memory:", "write sqlite://FILE")]
#[case("OCR", "gemini", "no Gemini adapter")]
#[case("OCR", "cloud", "write auto, local, gemini or none")]
#[case("OCR_MODEL_DIR", "/no/such/directory", "there is no such directory")]
#[case("DEFAULT_CURRENCY", "EURO", "write for example EUR")]
#[case("DEFAULT_TIMEZONE", "Berlin/Europe", "Europe/Berlin")]
#[case("DEFAULT_LOCALE", "x", "for example en, de or de-CH")]
#[case("DRAFT_TTL", "soon", "24h")]
#[case("DRAFT_TTL", "0s", "from 1m")]
#[case("RATE_LIMIT_PER_MINUTE", "-1", "0 for no limit")]
#[case("LOG", "a=b=c", "expense_core=debug")]
#[case("LOG_FORMAT", "xml", "text or json")]
fn says_what_is_wrong(#[case] name: &str, #[case] value: &str, #[case] words: &str) {
    let told = mistakes(&[HOME, (name, value)], None);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with(&format!("{name}: ")) && told[0].contains(words),
        "{told:?}"
    );
    assert!(!told[0].contains("hunter2"), "{told:?}");
}

#[test]
fn tells_all_mistakes_at_once() {
    let wrong = [
        ("OCR", "x"),
        ("DEFAULT_CURRENCY", "x"),
        ("DRAFT_TTL", "x"),
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
    assert!(config.telegram);
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
