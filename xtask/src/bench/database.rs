//! What the database does by itself: the work of a plain bot without the bot.

use std::process::Command;

use test_servers::postgres::Server;

use crate::shell::{Result, TaskError, output};

/// The tables of a plain bot, with a category for each of the chats that write.
const SCHEMA: &str = "
    CREATE TABLE categories (id serial PRIMARY KEY, chat_id bigint NOT NULL, name text NOT NULL,
        UNIQUE (chat_id, name));
    CREATE TABLE expenses (id bigserial PRIMARY KEY, chat_id bigint NOT NULL,
        category_id integer NOT NULL REFERENCES categories, amount numeric NOT NULL,
        currency text NOT NULL, description text NOT NULL, day date NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX expenses_by_chat ON expenses (chat_id, day);
    INSERT INTO categories (chat_id, name) SELECT 1000000 + n, 'food' FROM generate_series(0, 255) AS n";

/// One message: the category is looked up, the expense is committed.
const MESSAGE: &str = r"\set chat random(1000000, 1000255)
SELECT id AS category FROM categories WHERE chat_id = :chat AND name = 'food' \gset
INSERT INTO expenses (chat_id, category_id, amount, currency, description, day) VALUES (:chat, :category, 1.25, 'EUR', 'lunch', current_date);
";

/// What `pgbench` reached.
struct Pace {
    per_second: f64,
    latency_ms: f64,
}

/// How statements are sent.
#[derive(Clone, Copy)]
pub(super) enum Protocol {
    /// pgbench's own default: each is parsed and planned when it comes.
    Simple,
    /// Parsed and planned once a connection.
    Prepared,
}

/// Messages a second that 16 clients get through, without a bot.
pub(super) fn messages_per_second(server: &Server, how: Protocol, seconds: u64) -> Result<f64> {
    Ok(pgbench(server, &["--client=16"], how, seconds)?.per_second)
}

/// How long the statements of a message take a single client, in milliseconds, with as many
/// messages a second.
pub(super) fn message_ms(server: &Server, rate: u64, seconds: u64) -> Result<f64> {
    let rate = format!("--rate={rate}");
    let found = pgbench(server, &["--client=1", &rate], Protocol::Simple, seconds)?;
    // Counted from when it was due, as the waits of people are.
    Ok(found.latency_ms)
}

fn pgbench(server: &Server, load: &[&str], how: Protocol, seconds: u64) -> Result<Pace> {
    let database = fresh(server, "pace")?;
    schema(server, &database)?;
    let file = server.data().with_file_name("script.sql");
    std::fs::write(&file, MESSAGE)?;
    let mut bench = server.program("pgbench");
    let protocol = match how {
        Protocol::Simple => "--protocol=simple",
        Protocol::Prepared => "--protocol=prepared",
    };
    bench
        .args([
            "--no-vacuum",
            "--jobs=2",
            protocol,
            "--time",
            &seconds.to_string(),
        ])
        .args(load)
        .arg("--file")
        .arg(&file)
        .arg(server.url(&database));
    let said = output(&mut bench)?;
    let number = |before: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(before));
        let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| TaskError::Wrong(format!("pgbench told no `{before}`:\n{said}")))
    };
    Ok(Pace {
        per_second: number("tps = ")?,
        latency_ms: number("latency average = ")?,
    })
}

/// An empty database of this name, and its address.
pub(super) fn fresh(server: &Server, name: &str) -> Result<String> {
    let admin = server.url("postgres");
    for statement in [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name}"),
        // What the last round left to be written is written now, and not during the next.
        "CHECKPOINT".to_owned(),
    ] {
        output(&mut sql(server, &admin, &statement))?;
    }
    Ok(name.to_owned())
}

/// The tables of a plain bot.
pub(super) fn schema(server: &Server, database: &str) -> Result {
    output(&mut sql(server, &server.url(database), SCHEMA)).map(drop)
}

fn sql(server: &Server, url: &str, statement: &str) -> Command {
    let mut psql = server.program("psql");
    psql.args([
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--command",
        statement,
        url,
    ]);
    psql
}
