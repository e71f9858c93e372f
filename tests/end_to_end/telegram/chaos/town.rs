//! Everything that runs, and how it is hit.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use expense_core::domain::limits;
use expense_core::testing::dice::Dice;
use expense_ocr_gemini::fake::FakeGemini;
use telegram_fake::{Fake, Options};
use test_servers::proxy::{Kind, Proxy};
use test_servers::{postgres, rabbitmq, redis};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::super::behind_a_proxy::free_addresses;
use super::super::books::{Kept, Meant};
use super::super::bot::By;
use super::super::database::Database;
use super::super::door;
use super::super::errands::Crowd as Errands;
use super::super::program::{Life, Program};
use super::super::started;
use super::blow::{Blow, Part};
use super::crowd::{Crowd, PEOPLE};
use super::whereabouts::whereabouts;

/// What each worker does: one reads photos and nothing else, one reads none.
const WORKERS: [&[&str]; 4] = [
    &["worker"],
    &["worker"],
    &["worker", "--only", "text"],
    &["worker", "--only", "receipts"],
];
/// Those who send photos and voice notes, edit, correct and undo, beside those who write on. Their
/// words are counted from far on.
const BUSY: RangeInclusive<i64> = 101..=106;
const BUSY_WORDS: usize = 1_000_000;
/// How long a pause is: longer than what is waited for an answer.
const PAUSE: Duration = Duration::from_secs(2);
/// Within which time the holder of a lease is replaced.
const TERM: Duration = Duration::from_secs(5);
/// How long everything that was written may take to be answered after a blow: a reply that a dead
/// process was about to send is sent by another when the claim has run out.
const PATIENCE: Duration = Duration::from_secs(300);
/// Messages that are written between two blows.
const MEANWHILE: usize = 100;
const LOOK: Duration = Duration::from_millis(20);

/// A process of the program, started again whenever it has ended.
struct Process {
    program: Program,
    words: &'static [&'static str],
    life: Life,
}

impl Process {
    fn start(program: Program, words: &'static [&'static str]) -> Self {
        Self {
            life: program.start_as(words),
            program,
            words,
        }
    }

    /// Starts it again where it has ended: what it needs was away.
    fn tend(&mut self) {
        if self.life.has_ended() {
            self.life = self.program.start_as(self.words);
        }
    }

    async fn take(&mut self, blow: Blow) {
        match blow {
            Blow::Killed => {
                let next = self.program.start_as(self.words);
                std::mem::replace(&mut self.life, next).kill();
            }
            Blow::Paused => {
                self.life.pause();
                sleep(PAUSE).await;
                self.life.go_on();
            }
        }
    }
}

/// All of it.
pub(super) struct Town {
    dice: Dice,
    database: Database,
    standby: Option<postgres::Server>,
    redis: Option<redis::Server>,
    broker: Option<rabbitmq::Server>,
    proxy: Option<Proxy>,
    doors: Vec<Process>,
    workers: Vec<Process>,
    crowd: Crowd,
    errands: Errands,
    google: Arc<FakeGemini>,
    fake: Fake,
    _home: tempfile::TempDir,
}

impl Town {
    pub(super) async fn build(seed: u64) -> Self {
        let options = Options {
            deliveries: 1..=3,
            shuffle: true,
            seed,
            webhook_retry: Duration::from_millis(20),
            ..Options::default()
        };
        let fake = Fake::start(options).await.expect("a free port");
        let database = Database::fresh("postgres").await;
        let standby = standby(&database).await;
        let redis = started(redis::Server::start).await;
        let broker = started(rabbitmq::Server::start).await;
        let addresses = free_addresses();
        let proxy = test_servers::door::open(Kind::Nginx, &addresses);
        let proxy = proxy.unwrap_or_else(|error| panic!("{error}"));
        let google = Arc::new(FakeGemini::start().await.expect("a free port"));
        google.answers(serde_json::json!({"category": "Utilities"}));
        let home = tempfile::tempdir().expect("a folder");
        let base = Program::new(&fake, By::Webhook, home.path(), database.url().await)
            .reading(&google)
            .sharing(redis.url(), TERM)
            .with("AMQP_URL", &broker.url())
            .with("DATABASE_REPLICA_URLS", &standby.url("postgres"));
        let door = |address| {
            let program = base.clone().behind(&door::address(&proxy), address);
            Process::start(program, &["webhook"])
        };
        let worker = |words| Process::start(base.without("HTTP_ADDR"), words);
        let mut town = Self {
            dice: Dice::new(seed),
            doors: addresses.map(door).into(),
            workers: WORKERS.map(worker).into(),
            crowd: Crowd::of(&fake),
            errands: Errands::new(&fake, &google, BUSY, BUSY_WORDS),
            google,
            standby: Some(standby),
            redis: Some(redis),
            broker: Some(broker),
            proxy: Some(proxy),
            database,
            fake,
            _home: home,
        };
        town.more(MEANWHILE).await;
        town
    }

    /// One part is hit while people write. How long it took until everybody was answered who had
    /// written by the time that it was back.
    pub(super) async fn strike(&mut self, part: Part, blow: Blow) -> Duration {
        let begun = Instant::now();
        match part {
            Part::Door => {
                let one = self.dice.below(self.doors.len());
                self.doors[one].take(blow).await;
            }
            Part::Worker => {
                let one = self.dice.below(self.workers.len());
                self.workers[one].take(blow).await;
            }
            Part::Broker => hit(&mut self.broker, blow).await,
            Part::Redis => hit(&mut self.redis, blow).await,
            Part::Standby => hit(&mut self.standby, blow).await,
            Part::Proxy => hit(&mut self.proxy, blow).await,
            Part::Primary => {
                let Database::Server { server, .. } = &self.database else {
                    panic!("the database is a server");
                };
                let mut server = Arc::clone(server).lock_owned().await;
                spawn_blocking(move || server.take(blow))
                    .await
                    .expect("it does not panic");
            }
        }
        let written = self.crowd.written();
        self.until("everybody is answered after a blow", |town| {
            town.crowd.answered(written)
        })
        .await;
        let took = begun.elapsed();
        self.more(MEANWHILE).await;
        took
    }

    /// Nobody writes any more: what was meant and what is kept, once all is answered and delivered.
    pub(super) async fn comes_to_rest(mut self) -> (Vec<Meant>, Vec<Kept>) {
        self.crowd.hush();
        let written = self.crowd.written();
        // A photo that a killed worker had begun to read is another's later on.
        self.database.pass(limits::READING_CLAIM).await;
        self.until("everything comes to rest", |town| {
            let errands = &town.errands;
            town.crowd.answered(written)
                && errands.over() == errands.begun()
                && town.fake.pending() == 0
        })
        .await;
        assert_eq!(self.fake.violations(), Vec::<String>::new());
        assert_eq!(self.google.breaches(), Vec::<String>::new());
        assert_eq!(self.errands.complaints(), Vec::<String>::new());
        let people = (1..=PEOPLE).chain(self.errands.people());
        let kept = self.database.kept(people).await;
        let meant = [self.crowd.meant(), self.errands.meant()].concat();
        (meant, kept)
    }

    /// Until so many more messages were written and answered.
    async fn more(&mut self, messages: usize) {
        let aim = self.crowd.written() + messages;
        self.until("people write on", |town| {
            town.crowd.answered(aim) && town.crowd.written() >= aim
        })
        .await;
    }

    /// Keeps the processes alive until something is so. Panics where that takes too long.
    async fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !so(self) {
            for process in self.doors.iter_mut().chain(&mut self.workers) {
                process.tend();
            }
            self.errands.go_on(&mut self.dice);
            if !self.crowd.is_silent() {
                self.errands.begin(&mut self.dice);
            }
            if Instant::now() > end {
                let chats = self.errands.complaints().join("\n");
                let progress = self.crowd.progress(&self.fake);
                let there = whereabouts(&self.database, self.broker.as_ref()).await;
                panic!("in vain: {what}; {progress}\n{there}\n{chats}");
            }
            sleep(LOOK).await;
        }
    }
}

/// A server that can be hit; it is back when this returns.
trait Target: Send + 'static {
    fn take(&mut self, blow: Blow);
}

/// The servers of tests have all the same manners.
macro_rules! target {
    ($server:ty) => {
        impl Target for $server {
            fn take(&mut self, blow: Blow) {
                match blow {
                    Blow::Killed => {
                        well(self.crash());
                        well(self.start_again());
                    }
                    Blow::Paused => {
                        well(self.pause());
                        std::thread::sleep(PAUSE);
                        well(self.go_on());
                    }
                }
            }
        }
    };
}

target!(postgres::Server);
target!(redis::Server);
target!(rabbitmq::Server);

impl Target for Proxy {
    /// One that does nothing is one that is away.
    fn take(&mut self, _: Blow) {
        well(self.crash());
        std::thread::sleep(PAUSE);
        well(self.start_again());
    }
}

async fn hit<T: Target>(server: &mut Option<T>, blow: Blow) {
    let mut hit = server.take().expect("it runs");
    let back = spawn_blocking(move || {
        hit.take(blow);
        hit
    });
    *server = Some(back.await.expect("it does not panic"));
}

async fn standby(database: &Database) -> postgres::Server {
    let Database::Server { server, .. } = database else {
        panic!("the database is a server");
    };
    let primary = Arc::clone(server).lock_owned().await;
    let making = spawn_blocking(move || primary.standby()).await;
    well(making.expect("it does not panic"))
}

fn well<T, E: Display>(done: Result<T, E>) -> T {
    done.unwrap_or_else(|error| panic!("{error}"))
}
