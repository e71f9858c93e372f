//! The scripts that containers run.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use rstest::rstest;

use super::{deploy, read};

#[rstest]
#[case::ready("200 OK", true)]
#[case::not_ready("503 Service Unavailable", false)]
fn the_image_is_healthy_where_the_bot_is_ready(#[case] status: &str, #[case] healthy: bool) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let answer = format!("HTTP/1.0 {status}\r\n\r\n");
    let serving = std::thread::spawn(move || {
        let (connection, _) = listener.accept().expect("a request");
        // All of it: an answer is lost with what is left unread.
        let lines = BufReader::new(&connection).lines().map_while(Result::ok);
        let asked: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        let sent = (&connection).write_all(answer.as_bytes());
        sent.expect("it is read");
        asked.join("\n")
    });
    let address = format!("0.0.0.0:{}", address.port());
    let judged = Command::new(deploy("healthy.sh"))
        .env("HTTP_ADDR", address)
        .status();
    assert_eq!(judged.expect("bash is here").success(), healthy);
    let asked = serving.join().expect("it does not panic");
    assert!(asked.starts_with("GET /readyz HTTP/1.0\n"), "{asked}");
}

#[test]
fn where_nobody_listens_the_image_is_not_healthy() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.expect("a free port").to_string();
    let judged = Command::new(deploy("healthy.sh"))
        .env("HTTP_ADDR", address)
        .output();
    assert!(!judged.expect("bash is here").status.success());
}

#[test]
fn secrets_are_made_once_and_kept_from_others() {
    let folder = super::secrets();
    let first = read(folder.path().join("database_url"));
    let again = Command::new("sh")
        .arg(deploy("secrets.sh"))
        .arg(folder.path())
        .status();
    assert!(
        again.expect("sh is here").success(),
        "the token is known by now"
    );
    assert_eq!(read(folder.path().join("database_url")), first);
    let mode = std::fs::metadata(folder.path())
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn without_a_token_no_secrets_are_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = Command::new("sh")
        .arg(deploy("secrets.sh"))
        .arg(folder.path())
        .env_remove("TELEGRAM_BOT_TOKEN")
        .output()
        .expect("sh is here");
    assert!(!said.status.success());
    assert!(String::from_utf8_lossy(&said.stderr).contains("TELEGRAM_BOT_TOKEN"));
    assert_eq!(folder.path().read_dir().expect("a folder").count(), 0);
}
