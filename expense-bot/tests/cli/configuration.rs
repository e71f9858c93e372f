use crate::bot::Bot;

#[test]
fn says_what_it_is() {
    let bot = Bot::new();
    let version = bot.run(&["--version"], "");
    assert_eq!(
        version.out,
        concat!("expense-bot ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let help = bot.run(&["--help"], "").out;
    for command in [
        "run", "console", "parse", "scan", "models", "migrate", "doctor", "backup", "restore",
    ] {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "{command} in {help}"
        );
    }
}

#[test]
fn tells_all_mistakes_at_once_and_no_secret() {
    let bot = Bot::new()
        .with("DATABASE_URL", "mysql://eve:hunter2@db/expenses")
        .with("DEFAULT_CURRENCY", "EURO")
        .with("DRAFT_TTL", "soon");
    let said = bot.run(&["console"], "");
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    for name in ["DATABASE_URL", "DEFAULT_CURRENCY", "DRAFT_TTL"] {
        assert!(said.err.contains(&format!("\n  {name}: ")), "{}", said.err);
    }
    assert!(!said.err.contains("hunter2"), "{}", said.err);
}

#[test]
fn a_webhook_needs_its_address_and_a_token_leaves_the_console_alone() {
    let bot = Bot::new()
        .with("TELEGRAM_BOT_TOKEN", "12:hunter2")
        .with("TELEGRAM_MODE", "webhook");
    for args in [&[][..], &["run"]] {
        let said = bot.run(args, "");
        assert_eq!(said.code, Some(2));
        assert!(said.err.contains("WEBHOOK_URL: is needed"), "{}", said.err);
        assert!(!said.err.contains("hunter2"), "{}", said.err);
    }
    let bot = Bot::new().with("TELEGRAM_BOT_TOKEN", "12:hunter2");
    assert!(!bot.chat(&["/id"]).is_empty());
}

#[test]
fn a_file_configures_too() {
    let bot = Bot::new();
    let file = bot.home().join("bot.toml");
    std::fs::write(&file, "default_currency = 'JPY'").unwrap();
    let by_option = bot.run(&["--config", "bot.toml", "parse", "--json"], "500 ramen");
    assert!(
        by_option.out.contains("\"currency\":\"JPY\""),
        "{by_option:?}"
    );
    let bot = bot.with("EXPENSE_BOT_CONFIG", file.to_str().unwrap());
    let by_variable = bot.run(&["parse", "--json"], "500 ramen");
    assert_eq!(by_variable.out, by_option.out);
}

#[test]
fn its_home_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bot = Bot::new();
    bot.chat(&["12.50 lunch"]);
    let mode = std::fs::metadata(bot.data()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
