//! Telegram takes a question for updates and never answers it, or not to the end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use expense_telegram::Config;
use futures::stream::{self, Stream, StreamExt};
use rstest::rstest;
use telegram_fake::Fake;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use url::Url;

use crate::app::{App, assert_sound, config, fake, passes, telegram};
use crate::proxy::forward;

/// What is left of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing, and the connection stays open.
    Nothing,
    /// Half of it, and the connection stays open.
    Half,
    /// Half of it, and the connection is closed.
    HalfAndNoLine,
}

/// The line to the server, on which the first answer that brings an update is lost.
struct Line {
    server: String,
    left: Left,
    lost: AtomicBool,
    losing: Notify,
}

impl Line {
    async fn to(fake: &Fake, left: Left) -> (Arc<Self>, Url) {
        let line = Arc::new(Self {
            server: fake.url(),
            left,
            lost: AtomicBool::new(false),
            losing: Notify::new(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(pass).with_state(line.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let url = format!("http://{address}").parse().expect("an address");
        (line, url)
    }
}

async fn pass(State(line): State<Arc<Line>>, uri: Uri, body: Bytes) -> Response {
    let (status, answer) = forward(&line.server, &uri, body).await;
    let brings = |answer: &[u8]| String::from_utf8_lossy(answer).contains("update_id");
    let is_theirs = uri.path().ends_with("/getUpdates") && brings(&answer);
    if !is_theirs || line.lost.swap(true, Ordering::SeqCst) {
        return (status, answer).into_response();
    }
    line.losing.notify_one();
    match line.left {
        Left::Nothing => std::future::pending().await,
        Left::Half => half(&answer, stream::pending()),
        Left::HalfAndNoLine => half(
            &answer,
            stream::once(async { Err(io::ErrorKind::BrokenPipe.into()) }),
        ),
    }
}

/// The beginning of an answer, with the length of the whole.
fn half(answer: &Bytes, rest: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Response {
    let (first, length) = (answer.slice(..answer.len() / 2), answer.len());
    let body = stream::once(async { Ok(first) }).chain(rest);
    ([(header::CONTENT_LENGTH, length)], Body::from_stream(body)).into_response()
}

/// Half a minute is what a question may wait, and ten seconds are what its answer may take: then
/// it is asked again, from the same place.
#[rstest]
#[case::silence(Left::Nothing)]
#[case::silence_in_the_middle(Left::Half)]
#[case::an_end_in_the_middle(Left::HalfAndNoLine)]
#[tokio::test]
async fn what_was_not_answered_is_asked_again(#[case] left: Left) {
    let fake = fake().await;
    let (line, api_url) = Line::to(&fake, left).await;
    let config = Config {
        api_url,
        ..config(&fake)
    };
    let (app, _) = App::start(telegram(config), |ports| ports);
    fake.user(7).say("1 tea");
    line.losing.notified().await;
    fake.user(8).say("1 milk");
    if left != Left::HalfAndNoLine {
        passes(Duration::from_secs(40)).await;
    }
    for (who, number) in [(7, 1), (8, 1), (7, 2)] {
        if number > 1 {
            fake.user(who).say("2 tea");
        }
        let reply = fake.chat(who).next_reply().await;
        let begins = format!("#{number} ");
        assert!(reply.words().starts_with(&begins), "{}", reply.words());
    }
    app.stop().await.unwrap();
    assert_eq!(fake.chat(7).replies().len(), 2);
    assert_eq!((fake.chat(8).replies().len(), fake.pending()), (1, 0));
    assert_sound(&fake);
}
