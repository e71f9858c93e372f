//! The commands that need a queue say so.

use rstest::rstest;

use crate::bot::Bot;

const TOKEN: (&str, &str) = ("TELEGRAM_BOT_TOKEN", "123456:ABC-DEF");
const QUEUE: (&str, &str) = ("AMQP_URL", "amqp://eve:hush@127.0.0.1:1");

const DATABASE: (&str, &str) = ("DATABASE_URL", "sqlite:///no/such/directory/shared.sqlite");

/// Each process would keep its own ledgers in a file of its own.
#[rstest]
#[case::a_worker("worker", QUEUE)]
#[case::an_instance("run", ("REDIS_URL", "redis://127.0.0.1:1"))]
#[case::whoever_looks("doctor", QUEUE)]
fn processes_that_share_need_one_database(#[case] command: &str, #[case] shared: (&str, &str)) {
    let bot = Bot::new().with(TOKEN.0, TOKEN.1);
    let said = bot.with(shared.0, shared.1).run(&[command], "");
    assert_ne!(said.code, Some(0), "{said:?}");
    let told = format!("{}{}", said.out, said.err);
    let expected = format!("DATABASE_URL: is not set, and {} is for several", shared.0);
    assert!(told.contains(&expected), "{said:?}");
}

#[rstest]
#[case::a_door(&["webhook"], &[TOKEN], "expense-bot webhook needs a queue")]
#[case::a_worker(&["worker"], &[TOKEN], "expense-bot worker needs a queue")]
#[case::graves(&["dead"], &[TOKEN], "expense-bot dead needs a queue")]
#[case::whose_bot(&["worker"], &[QUEUE], "worker needs TELEGRAM_BOT_TOKEN")]
#[case::a_door_that_polls(&["webhook"], &[TOKEN, QUEUE], "set WEBHOOK_URL")]
#[case::no_key(&["dead", "replay", "a b"], &[QUEUE], "no update has such a key")]
fn what_is_missing_is_named(
    #[case] words: &[&str],
    #[case] variables: &[(&str, &str)],
    #[case] expected: &str,
) {
    let bot = variables.iter().fold(
        Bot::new().with(DATABASE.0, DATABASE.1),
        |bot, (name, value)| bot.with(name, value),
    );
    let said = bot.run(words, "");
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.err.contains(expected), "{said:?}");
}

/// Two queues would each get a part, and a limit that is not kept is none.
#[cfg(feature = "kafka")]
#[rstest]
#[case::two_queues(QUEUE, "KAFKA_BROKERS: AMQP_URL is set, too")]
#[case::a_limit(("QUEUE_MESSAGES_PER_SECOND", "5"), "only RabbitMQ's queue has this limit")]
fn what_does_not_go_with_kafka_is_refused(#[case] beside: (&str, &str), #[case] expected: &str) {
    let bot = Bot::new().with(DATABASE.0, DATABASE.1);
    let bot = bot.with("KAFKA_BROKERS", "127.0.0.1:1");
    let said = bot.with(beside.0, beside.1).run(&["dead"], "");
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.err.contains(expected), "{said:?}");
}

#[cfg(feature = "kafka")]
#[test]
fn brokers_of_kafka_that_are_not_there_are_told() {
    let bot = Bot::new().with(DATABASE.0, DATABASE.1);
    let bot = bot.with("KAFKA_BROKERS", "127.0.0.1:1");
    let doctor = bot.with("OCR", "none").run(&["doctor"], "");
    let expected = "no broker of KAFKA_BROKERS can be reached";
    assert!(doctor.out.contains(expected), "{doctor:?}");
}

#[test]
fn a_broker_that_is_not_there_is_told_without_its_password() {
    let bot = Bot::new().with(DATABASE.0, DATABASE.1);
    let bot = bot.with(QUEUE.0, QUEUE.1);
    let listed = bot.run(&["dead"], "");
    assert_eq!(listed.code, Some(1), "{listed:?}");
    assert!(
        listed.err.contains("RabbitMQ can't be reached"),
        "{listed:?}"
    );
    let doctor = bot.with("OCR", "none").run(&["doctor"], "");
    assert!(
        doctor.out.contains("broker of AMQP_URL can't be reached"),
        "{doctor:?}"
    );
    let all = format!("{listed:?}{doctor:?}");
    assert!(!all.contains("hush"), "{all}");
}

#[cfg(feature = "rabbitmq")]
mod graves {
    use std::sync::Arc;
    use std::time::Duration;

    use expense_core::domain::keys::UpdateKey;
    use expense_core::memory::clock::SystemClock;
    use expense_core::ports::queue::{Delivery, Settle, UpdateQueue};
    use expense_core::testing::fixtures;
    use expense_queue_rabbitmq::{Config, RabbitQueue};
    use test_servers::rabbitmq::Server;

    use crate::bot::Bot;
    use crate::queue::DATABASE;

    const KEY: &str = "telegram:1:7";
    const REASON: &str = "the database was another one";

    /// A broker that an update waits in.
    async fn with_an_update() -> (Server, RabbitQueue) {
        let starting = tokio::task::spawn_blocking(Server::start);
        let broker = starting.await.unwrap().unwrap();
        let settings = Config::new(broker.url());
        let queue = RabbitQueue::open(&settings, Arc::new(SystemClock)).unwrap();
        let (chat, key) = (fixtures::chat("anna"), UpdateKey::new(KEY).unwrap());
        let update = fixtures::envelope(&chat, key, "12.50 lunch");
        // A broker that has just started may take long, and a door asks again.
        let publish = async {
            while let Err(error) = queue.publish(update.clone()).await {
                assert!(error.is_transient(), "{error}");
            }
        };
        let published = tokio::time::timeout(Duration::from_secs(60), publish).await;
        published.expect("the broker takes it");
        (broker, queue)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_queue_that_nobody_works_off_is_found() {
        let (broker, queue) = with_an_update().await;
        queue.close().await;
        let bot = Bot::new().with(DATABASE.0, DATABASE.1);
        let bot = bot.with("AMQP_URL", &broker.url()).with("OCR", "none");
        let doctor = tokio::task::block_in_place(|| bot.run(&["doctor"], ""));
        assert_eq!(doctor.code, Some(1), "{doctor:?}");
        // Where the first answer was lost, it is there twice.
        let words = " updates wait, and nobody takes them: start `expense-bot worker`";
        assert!(doctor.out.contains(words), "{doctor:?}");
    }

    async fn claim(queue: &RabbitQueue) -> Delivery {
        let claimed = queue.claim(1, Duration::from_secs(60)).await;
        claimed.unwrap().pop().expect("it is there")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_given_up_is_looked_at_and_replayed() {
        let (broker, queue) = with_an_update().await;
        let reason = REASON.to_owned();
        let taken = claim(&queue).await.id;
        queue.settle(taken, Settle::Dead { reason }).await.unwrap();

        let bot = Bot::new().with(DATABASE.0, DATABASE.1);
        let bot = bot.with("AMQP_URL", &broker.url());
        let run = |words: &[&str]| tokio::task::block_in_place(|| bot.run(words, ""));
        let listed = run(&["dead"]).out;
        assert!(listed.contains(KEY) && listed.contains(REASON), "{listed}");
        assert!(!listed.contains("lunch"), "{listed}");
        let shown = run(&["dead", "show", KEY]).out;
        assert!(shown.contains("12.50 lunch"), "{shown}");
        let another = run(&["dead", "replay", "telegram:1:8"]);
        assert_eq!(another.code, Some(2), "{another:?}");
        let replayed = run(&["dead", "replay", KEY]);
        assert!(replayed.out.contains("in the queue again"), "{replayed:?}");

        let again = claim(&queue).await;
        assert_eq!(again.envelope.key.as_str(), KEY);
        queue.settle(again.id, Settle::Done).await.unwrap();
        let listed = run(&["dead"]).out;
        assert!(listed.contains("No update was given up"), "{listed}");
        queue.close().await;
    }
}
