//! The proxies of `deploy/`, as they are but for addresses and places of this machine.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use test_servers::proxy::{Kind, Place, Proxy};

const NGINX: &str = include_str!("../../../deploy/nginx/expense-bot.conf");
const HAPROXY: &str = include_str!("../../../deploy/haproxy/haproxy.cfg");
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A proxy before these instances.
pub(super) fn open(kind: Kind, instances: [SocketAddr; 3]) -> Proxy {
    let started = Proxy::start(kind, |place| match kind {
        Kind::Nginx => nginx(place, &instances),
        Kind::Haproxy => haproxy(place, &instances),
    });
    started.unwrap_or_else(|error| panic!("{error}"))
}

/// Where Telegram brings updates.
pub(super) fn address(door: &Proxy) -> String {
    format!("http://127.0.0.1:{}/updates", door.port())
}

fn nginx(place: Place, instances: &[SocketAddr; 3]) -> String {
    let certificate = place.certificate.display().to_string();
    let changes = [
        (
            "listen 443 ssl;",
            format!("listen 127.0.0.1:{} ssl;", place.tls_port),
        ),
        (
            "listen 127.0.0.1:8081;",
            format!("listen 127.0.0.1:{};", place.port),
        ),
        ("/etc/nginx/tls/fullchain.pem", certificate.clone()),
        ("/etc/nginx/tls/privkey.pem", certificate),
        ("/var/log/nginx/access.log", "/dev/stderr".to_owned()),
    ];
    let server = changed(NGINX, &changes, instances);
    let folder = place.folder.display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\npid {folder}/pid;\nerror_log stderr warn;\nworker_processes 2;\n\
         events {{ worker_connections 512; }}\nhttp {{\n{paths}{server}\n}}\n"
    )
}

fn haproxy(place: Place, instances: &[SocketAddr; 3]) -> String {
    let changes = [
        ("bind :443", format!("bind 127.0.0.1:{}", place.tls_port)),
        (
            "bind 127.0.0.1:8081",
            format!("bind 127.0.0.1:{}", place.port),
        ),
        (
            "/etc/haproxy/tls/bot.pem",
            place.certificate.display().to_string(),
        ),
    ];
    changed(HAPROXY, &changes, instances)
}

/// The configuration with other addresses. Panics where one that is changed is not there.
fn changed(text: &str, changes: &[(&str, String)], instances: &[SocketAddr; 3]) -> String {
    let named = (1..).zip(instances);
    let named = named.map(|(number, address)| (format!("webhook-{number}:8080"), address));
    let mut text = text.to_owned();
    for (from, to) in named {
        assert!(text.contains(&from), "{from} is not configured");
        text = text.replace(&from, &to.to_string());
    }
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not configured");
        text = text.replace(from, to);
    }
    text
}

/// How a request is answered: the number, 0 where there is none.
pub(super) fn status(door: &Proxy, tls: bool, request: &[u8]) -> u16 {
    let answer = match tls {
        true => by_tls(door, request),
        false => plainly(door.port(), request),
    };
    let line = String::from_utf8_lossy(&answer).into_owned();
    let code = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    code.unwrap_or(0)
}

/// What the server on this port answers until it closes the connection.
pub(super) fn plainly(port: u16, request: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    let asked = TcpStream::connect(("127.0.0.1", port)).and_then(|mut connection| {
        connection.set_read_timeout(Some(PATIENCE))?;
        // A server that refuses does not read all.
        let _ = connection.write_all(request);
        connection.read_to_end(&mut answer)
    });
    // What came before a connection broke is an answer.
    drop(asked);
    answer
}

/// The same through a connection that is encrypted by the certificate of this door.
fn by_tls(door: &Proxy, request: &[u8]) -> Vec<u8> {
    let mut client = Command::new("openssl")
        .args(["s_client", "-quiet", "-verify_return_error", "-CAfile"])
        .arg(door.certificate())
        .args(["-servername", "localhost", "-connect"])
        .arg(format!("127.0.0.1:{}", door.tls_port()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is here");
    let mut input = client.stdin.take().expect("it was asked for");
    let _ = input.write_all(request);
    let answer = client.wait_with_output().expect("it ends").stdout;
    drop(input);
    answer
}
