use crate::bot::Bot;

#[test]
fn a_copy_brings_back_what_was_there() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch"]);
    let copied = bot.run(&["backup", "copy.gz"], "");
    assert_eq!(copied.code, Some(0), "{copied:?}");
    assert!(copied.out.contains("1 ledger, 1 expense, "), "{copied:?}");
    bot.chat(&["7.70 tea"]);

    let refused = bot.run(&["restore", "copy.gz"], "");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("say --replace"), "{}", refused.err);
    assert!(bot.chat(&["/list"]).join("\n").contains("tea"));
    let restored = bot.run(&["restore", "copy.gz", "--replace"], "");
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let list = bot.chat(&["/list"]).join("\n");
    assert!(list.contains("lunch") && !list.contains("tea"), "{list}");

    // What was replaced is not lost.
    let kept = restored
        .out
        .split("kept as ")
        .nth(1)
        .unwrap()
        .trim()
        .trim_end_matches('.');
    let undone = bot.run(&["restore", "--replace", kept], "");
    assert_eq!(undone.code, Some(0), "{undone:?}");
    assert!(bot.chat(&["/list"]).join("\n").contains("tea"));
}

#[test]
fn a_copy_never_replaces_a_file() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch"]);
    std::fs::write(bot.home().join("mine"), "dear").unwrap();
    let said = bot.run(&["backup", "mine"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("exists already"), "{}", said.err);
    assert_eq!(
        std::fs::read_to_string(bot.home().join("mine")).unwrap(),
        "dear"
    );
}

#[test]
fn a_copy_that_has_no_folder_is_named() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch"]);
    let said = bot.run(&["backup", "nowhere/copy.gz"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    let words = "nowhere/copy.gz can't be written: its folder is not there";
    assert!(said.err.contains(words), "{}", said.err);
}

#[test]
fn a_stranger_is_not_restored() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch"]);
    std::fs::write(bot.home().join("letter.txt"), "dear").unwrap();
    for (file, words) in [
        ("letter.txt", "another program"),
        ("missing", "is not there"),
    ] {
        let said = bot.run(&["restore", file], "");
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.err.contains(words), "{}", said.err);
    }
    assert!(bot.chat(&["/list"]).join("\n").contains("lunch"));
}

#[test]
fn an_unusable_file_is_told_and_left_alone() {
    let bot = Bot::new();
    let file = bot.home().join("letter.txt");
    std::fs::write(&file, "a letter to somebody, longer than a header").unwrap();
    let bot = bot.with("DATABASE_URL", &format!("sqlite://{}", file.display()));
    for command in ["console", "migrate"] {
        let said = bot.run(&[command], "12.50 lunch");
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
        assert!(said.err.contains("another program"), "{}", said.err);
    }
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .starts_with("a letter")
    );
}

#[test]
fn migrate_makes_a_database_that_doctor_finds_sound() {
    let bot = Bot::new().with("OCR", "none");
    assert_eq!(bot.run(&["migrate"], "").code, Some(0));
    let said = bot.run(&["doctor"], "");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("sound"), "{}", said.out);
}

#[test]
fn partitions_are_for_a_server() {
    let bot = Bot::new();
    let said = bot.run(&["migrate", "--partitions", "4"], "");
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.err.contains("DATABASE_URL"), "{}", said.err);
    let said = bot.run(&["migrate", "--partitions", "1000"], "");
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.err.contains("0..=256"), "{}", said.err);
}

#[test]
fn doctor_finds_every_problem() {
    let bot = Bot::new();
    let file = bot.home().join("letter.txt");
    std::fs::write(&file, "a letter to somebody, longer than a header").unwrap();
    let bot = bot.with("DATABASE_URL", &format!("sqlite://{}", file.display()));
    let said = bot.run(&["doctor"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    for part in ["PROBLEM  database", "PROBLEM  models"] {
        assert!(said.out.contains(part), "{}", said.out);
    }
    let said = bot.with("LOG_FORMAT", "xml").run(&["doctor"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.out.contains("PROBLEM  configuration  LOG_FORMAT"),
        "{}",
        said.out
    );
}
