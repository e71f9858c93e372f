//! Three instances of the program behind the proxies of `deploy/`, over one PostgreSQL server:
//! killed, stopped and replaced while people write.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use rstest::rstest;
use telegram_fake::{Fake, Options};
use test_servers::proxy::{Kind, Proxy};
use test_servers::{rabbitmq, redis};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::books::complaints;
use super::bot::By;
use super::database::Database;
use super::door;
use super::program::{Life, Program};
use crowd::{Crowd, Progress, write};

mod crowd;

/// Chats that write, each as soon as it was answered.
const CHATS: i64 = 24;
/// Answers between two things that happen to an instance.
const MEANWHILE: usize = 150;
/// What docs/operate.md has between two instances: by then every proxy knows that one is back.
const PAUSE: Duration = Duration::from_secs(3);
/// How often it is looked at something.
const LOOK: Duration = Duration::from_millis(20);
/// How long an instance may take to start or to stop, and an answer to come.
const PATIENCE: Duration = Duration::from_secs(60);
const LEASE: Duration = Duration::from_secs(6);
const AMOUNT: &str = "1.25";

/// An instance, started as often as it has to be.
struct Instance {
    program: Program,
    /// The command by which it is started.
    command: &'static str,
    address: SocketAddr,
    life: Option<Life>,
}

/// All of it.
struct Town {
    fake: Fake,
    database: Database,
    door: Proxy,
    instances: Vec<Instance>,
    _home: tempfile::TempDir,
    _shared: Option<(rabbitmq::Server, redis::Server)>,
}

impl Town {
    /// Instances that do everything, each by itself.
    async fn build(kind: Kind) -> Self {
        Self::build_of(kind, None).await
    }

    /// Doors and workers, with a queue between them and Redis beside them.
    async fn build_scaled(kind: Kind) -> Self {
        let starting = tokio::task::spawn_blocking(|| {
            let broker = rabbitmq::Server::start().expect("a broker");
            (broker, redis::Server::start().expect("a server"))
        });
        let shared = starting.await.expect("they start");
        Self::build_of(kind, Some(shared)).await
    }

    async fn build_of(kind: Kind, shared: Option<(rabbitmq::Server, redis::Server)>) -> Self {
        let options = Options {
            webhook_retry: Duration::from_millis(20),
            ..Options::load()
        };
        let fake = Fake::start(options).await.expect("a free port");
        let database = Database::fresh("postgres").await;
        let home = tempfile::tempdir().expect("a folder");
        let addresses = free_addresses();
        let door = test_servers::door::open(kind, &addresses);
        let door = door.unwrap_or_else(|error| panic!("{error}"));
        let url = database.url().await;
        let instance = |address, command| {
            let program = Program::new(&fake, By::Webhook, home.path(), url.clone());
            let program = program.behind(&door::address(&door), address);
            let program = match &shared {
                Some((broker, redis)) => program
                    .sharing(redis.url(), LEASE)
                    .with("AMQP_URL", &broker.url()),
                None => program,
            };
            Instance {
                life: Some(program.start_as(&[command])),
                program,
                command,
                address,
            }
        };
        let (door_command, workers) = match &shared {
            Some(_) => ("webhook", &free_addresses()[..2]),
            None => ("run", &[][..]),
        };
        let doors = addresses.iter().map(|address| (*address, door_command));
        let workers = workers.iter().map(|address| (*address, "worker"));
        let instances = doors
            .chain(workers)
            .map(|(at, command)| instance(at, command));
        let instances = instances.collect();
        let town = Self {
            fake,
            database,
            door,
            instances,
            _home: home,
            _shared: shared,
        };
        for instance in &town.instances {
            instance.serves().await;
        }
        // The proxy was there before them and has found them down: it looks again.
        sleep(PAUSE).await;
        town
    }

    /// Lets people write while this happens, and panics when something is wrong in the end.
    async fn live(mut self, events: impl AsyncFnOnce(&mut Vec<Instance>, &mut Progress)) {
        let (answered, progress) = watch::channel(0);
        let over = CancellationToken::new();
        let writing = tokio::spawn(write(Crowd::of(&self.fake), answered, over.clone()));
        events(&mut self.instances, &mut Progress(progress)).await;
        over.cancel();
        let Crowd {
            meant, repeated, ..
        } = writing.await.expect("people write");
        assert!(!meant.is_empty(), "nobody wrote");
        let kept = self.database.kept(1..=CHATS).await;
        let wrong = complaints(&meant, &kept);
        assert!(
            wrong.is_empty(),
            "{}\n{}",
            wrong.join("\n"),
            self.door.log()
        );
        assert_eq!(self.fake.refusals(), [].into(), "{}", self.door.log());
        eprintln!(
            "{} messages, each recorded once and answered, {repeated} of them twice; Telegram \
             was refused none",
            meant.len()
        );
    }
}

impl Instance {
    fn kill(&mut self) {
        self.life.take().expect("it lives").kill();
    }

    /// Ends it as a service manager does, and waits until it has ended well.
    async fn stop(&mut self) {
        let mut life = self.life.take().expect("it lives");
        life.terminate();
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = life.status() {
                break status;
            }
            assert!(Instant::now() < end, "an instance does not stop");
            sleep(LOOK).await;
        };
        assert!(status.success(), "an instance ended badly: {status}");
    }

    async fn start(&mut self) {
        self.life = Some(self.program.start_as(&[self.command]));
        self.serves().await;
    }

    /// Until it is ready.
    async fn serves(&self) {
        let end = Instant::now() + PATIENCE;
        let port = self.address.port();
        let ask = move || door::plainly(port, b"GET /readyz HTTP/1.0\r\n\r\n");
        loop {
            let answer = tokio::task::spawn_blocking(ask).await.expect("it is asked");
            if answer.starts_with(b"HTTP/1.0 200 ") {
                return;
            }
            assert!(Instant::now() < end, "an instance does not start");
            sleep(LOOK).await;
        }
    }
}

pub(super) fn free_addresses() -> [SocketAddr; 3] {
    // All are held until all are known: none comes twice.
    let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    held.each_ref()
        .map(|listener| listener.local_addr().expect("an address"))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_update_is_answered_though_instances_are_killed_and_stopped(
    #[values(Kind::Nginx, Kind::Haproxy)] kind: Kind,
) {
    let town = Town::build(kind).await;
    let events = async |instances: &mut Vec<Instance>, progress: &mut Progress| {
        progress.of(MEANWHILE).await;
        for instance in instances.iter_mut().take(2) {
            instance.kill();
            progress.of(MEANWHILE).await;
            instance.start().await;
            sleep(PAUSE).await;
        }
        // Two thirds are away, one of them for good.
        instances[1].stop().await;
        instances[2].stop().await;
        progress.of(MEANWHILE).await;
        instances[1].start().await;
        sleep(PAUSE).await;
        progress.of(MEANWHILE).await;
    };
    town.live(events).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_all_instances_are_replaced_in_turn(
    #[values(Kind::Nginx, Kind::Haproxy)] kind: Kind,
) {
    replace_in_turn(Town::build(kind).await).await;
}

/// The scaled set-up is upgraded as docs/operate.md says: its doors, and its workers.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_all_doors_and_workers_are_replaced_in_turn() {
    replace_in_turn(Town::build_scaled(Kind::Nginx).await).await;
}

async fn replace_in_turn(town: Town) {
    let events = async |instances: &mut Vec<Instance>, progress: &mut Progress| {
        for _ in 0..2 {
            for instance in instances.iter_mut() {
                progress.of(MEANWHILE).await;
                instance.stop().await;
                progress.of(MEANWHILE).await;
                instance.start().await;
                sleep(PAUSE).await;
            }
        }
    };
    town.live(events).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_but_the_webhook_is_public(
    #[values(Kind::Nginx, Kind::Haproxy)] kind: Kind,
    #[values(false, true)] tls: bool,
) {
    let town = Town::build(kind).await;
    let head = |method: &str, path: &str, body: usize| {
        format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-length: {body}\r\n\r\n"
        )
    };
    let ask = |request: &str| door::status(&town.door, tls, request.as_bytes());
    for path in [
        "/",
        "/metrics",
        "/readyz",
        "/livez",
        "/updates/",
        "/updates/x",
        "/UPDATES",
    ] {
        for method in ["GET", "POST"] {
            let told = ask(&head(method, path, 0));
            assert_eq!(told, 404, "{method} {path}");
        }
    }
    let refused = ask(&head("GET", "/updates", 0));
    assert!([403, 405].contains(&refused), "{refused}");
    // It comes to an instance, which lets nobody in who has no secret.
    assert_eq!(ask(&format!("{}{{}}", head("POST", "/updates", 2))), 401);
    // Its head is enough. A body that nobody reads would break the connection, often before the
    // answer is read.
    assert_eq!(ask(&head("POST", "/updates", 1024 * 1024 + 1)), 413);
}
