//! The proxies of `deploy/`, as they are but for addresses and places of this machine.

use std::net::SocketAddr;

use crate::proxy::{Kind, Place, Proxy, ProxyError};

const NGINX: &str = include_str!("../../deploy/nginx/expense-bot.conf");
const HAPROXY: &str = include_str!("../../deploy/haproxy/haproxy.cfg");
/// The instances that both name.
const FIRST: &str = "webhook-1:8080";
const OTHERS: [&str; 2] = ["webhook-2:8080", "webhook-3:8080"];

/// A proxy before these instances.
///
/// # Errors
///
/// Those of [`Proxy::start`].
///
/// # Panics
///
/// Where a configuration names something else than is changed here.
pub fn open(kind: Kind, instances: &[SocketAddr]) -> Result<Proxy, ProxyError> {
    Proxy::start(kind, |place| match kind {
        Kind::Nginx => nginx(place, instances),
        Kind::Haproxy => haproxy(place, instances),
    })
}

fn nginx(place: Place, instances: &[SocketAddr]) -> String {
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

fn haproxy(place: Place, instances: &[SocketAddr]) -> String {
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

/// The configuration with other words, and with these instances.
fn changed(text: &str, changes: &[(&str, String)], instances: &[SocketAddr]) -> String {
    let mut text = with(text, instances);
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not configured");
        text = text.replace(from, to);
    }
    text
}

/// The configuration with the line of its first instance for each of these.
fn with(text: &str, instances: &[SocketAddr]) -> String {
    assert!(text.contains(FIRST), "{FIRST} is not configured");
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.contains(FIRST) {
            let named = (1..).zip(instances).map(|(number, address)| {
                let line = line.replace(FIRST, &address.to_string());
                line.replace("webhook-1", &format!("webhook-{number}"))
            });
            lines.extend(named);
        } else if !OTHERS.iter().any(|other| line.contains(other)) {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n") + "\n"
}
