//! What others ring for.

use std::time::Duration;

use chrono::TimeDelta;
use expense_core::ports::jobs::JobKind;
use expense_core::ports::wake::Wake;
use expense_core::testing::fixtures::noon;
use expense_redis::Redis;
use expense_redis::testing::of;
use test_servers::redis::Server;
use tokio::time::{sleep, timeout};

const WAIT: Duration = Duration::from_secs(20);

/// What is rung while a connection is being made again is heard when it is.
#[tokio::test]
async fn whoever_loses_the_connection_reads_on() {
    let server = Server::start().unwrap();
    let config = of(&server.url());
    let [one, other] = [(); 2].map(|()| Redis::open(&config).unwrap());
    let listens = async {
        loop {
            one.ring(JobKind::Reading, noon());
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        heard = other.heard() => assert_eq!(heard, (JobKind::Reading, noon())),
        () = listens => {}
        () = sleep(WAIT) => panic!("nothing is heard"),
    }
    // It listens again, and is cut off while it does.
    let next = (JobKind::Reply, noon() + TimeDelta::seconds(1));
    let hears = async { while other.heard().await != next {} };
    let rings = async {
        sleep(Duration::from_millis(200)).await;
        server.command("CLIENT KILL TYPE normal").unwrap();
        // Whoever rings may find the cut, too.
        while one.check().await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
        one.ring(next.0, next.1);
    };
    let both = async { tokio::join!(hears, rings) };
    let heard = timeout(WAIT, both).await;
    heard.expect("it is heard");
}
