//! A private proxy answers on its ports, tells why it did not start, and leaves nothing.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

use std::io::{Read, Write};
use std::net::TcpStream;

use test_servers::proxy::{Kind, Place, Proxy};

fn haproxy(place: Place) -> String {
    format!(
        "defaults\n mode http\n timeout connect 1s\n timeout client 5s\n timeout server 5s\n\
         frontend door\n bind 127.0.0.1:{}\n bind 127.0.0.1:{} ssl crt {}\n\
         http-request return status 404\n",
        place.port,
        place.tls_port,
        place.certificate.display()
    )
}

#[test]
fn a_proxy_answers_and_leaves_nothing_behind() {
    let proxy = Proxy::start(Kind::Haproxy, haproxy).unwrap();
    let mut connection = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    connection.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    let (certificate, port) = (proxy.certificate(), proxy.port());
    drop(proxy);
    assert!(!certificate.exists());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn what_is_wrong_with_a_configuration_is_told() {
    let refused = Proxy::start(Kind::Nginx, |_| "no_such_directive;".to_owned());
    let told = refused.map(drop).unwrap_err().to_string();
    assert!(told.contains("no_such_directive"), "{told}");
}
