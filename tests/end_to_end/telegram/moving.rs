//! A group becomes a supergroup while something is still to be said there.

use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::event::ReadResult;
use expense_core::domain::access::Access;
use expense_core::domain::keys::ChatKey;
use expense_core::domain::ledger::Settings;
use expense_core::memory::clock::ManualClock;
use expense_core::testing::talk::reading;
use rstest::rstest;
use telegram_fake::{Fake, Group, Options, Person};

use super::bot::{Bot, By, Setup};
use super::kept::{Books, In};
use super::prompted::Reader;

/// A group with Anna in it, and the bot.
struct Scene {
    fake: Fake,
    group: Group,
    anna: Person,
    reader: Arc<Reader>,
    setup: Setup,
    books: Books,
}

impl Scene {
    async fn new(kept: In) -> Self {
        let fake = Fake::start(Options::default()).await.expect("a free port");
        let group = fake.group("Flat");
        let anna = group.member(&fake.user(7).named("Anna"));
        let reader = Arc::new(Reader::default());
        let now = "2026-05-06T10:00:00Z".parse().expect("a time");
        let setup = Setup {
            clock: Arc::new(ManualClock::at(now)),
            settings: Settings::default(),
            access: Access::default(),
            reader: reader.clone(),
            thinker: None,
            wait: Arc::default(),
            rates: false,
        };
        Self {
            fake,
            group,
            anna,
            reader,
            setup,
            books: Books::fresh(kept).await,
        }
    }

    async fn bot(&self, by: By) -> Bot {
        Bot::start(&self.fake, by, &self.books, &self.setup).await
    }

    fn mention(&self, text: &str) -> String {
        format!("@{} {text}", self.fake.bot_name())
    }
}

fn receipt() -> ReadResult {
    reading("receipt merchant=Inn; total=12.50; currency=EUR").expect("a receipt")
}

/// The old chat is told nothing more, and what is recorded goes on where it was.
#[rstest]
#[case::polling(By::Polling)]
#[case::webhook(By::Webhook)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_being_read_is_told_in_the_new_chat(
    #[case] by: By,
    #[values(In::Sqlite, In::Postgres)] kept: In,
    #[values(false, true)] restarted: bool,
) {
    let scene = Scene::new(kept).await;
    let mut bot = scene.bot(by).await;
    let old = scene.fake.chat(scene.group.id());
    scene.anna.photo(vec![1; 100], &scene.mention(""));
    assert!(old.next_reply().await.words().starts_with("Reading"));
    scene.reader.asked().await;
    let group = scene.group.migrate();
    scene.fake.settled().await;
    if restarted {
        scene.reader.gives_up();
        bot.stop().await;
        // The claim of the reading that was cut off has run out.
        let later = chrono::TimeDelta::minutes(10);
        let now = "2026-05-06T10:00:00Z".parse::<chrono::DateTime<chrono::Utc>>();
        scene.setup.clock.reach(now.expect("a time") + later);
        bot = scene.bot(by).await;
        scene.reader.asked().await;
    }
    scene.reader.finds(receipt());
    let new = scene.fake.chat(group.id());
    let draft = new.next_reply().await;
    assert!(
        draft.words().starts_with("Inn · €12.50"),
        "{}",
        draft.words()
    );
    group.member(&scene.anna).press(&draft, "Save");
    let saved = new.next_reply().await;
    assert!(saved.words().starts_with("#1 · Inn"), "{}", saved.words());
    assert!(old.is_silent_for(Duration::ZERO).await);
    bot.stop().await;
    assert_eq!(scene.fake.violations(), Vec::<String>::new());
}

/// Nobody has to let a group in again that was let in.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_was_let_in_goes_on_where_it_moves(
    #[values(In::Sqlite, In::Postgres)] kept: In,
    #[values(false, true)] used: bool,
) {
    let mut scene = Scene::new(kept).await;
    let chat = ChatKey::new(format!("telegram:{}", scene.group.id()));
    scene.setup.access = Access {
        chats: [chat.expect("a key")].into(),
        ..Access::closed()
    };
    let bot = scene.bot(By::Polling).await;
    if used {
        scene.anna.say(&scene.mention("12.50 lunch"));
        scene.fake.settled().await;
    }
    let group = scene.group.migrate();
    scene.fake.settled().await;
    group.member(&scene.anna).say(&scene.mention("4 tea"));
    let said = scene.fake.chat(group.id()).next_reply().await;
    let number = 1 + usize::from(used);
    let words = said.words();
    assert!(words.starts_with(&format!("#{number} · tea")), "{words}");
    bot.stop().await;
    assert_eq!(scene.fake.violations(), Vec::<String>::new());
}

/// Telegram takes no message for a while; meanwhile the group moves.
#[rstest]
#[case::polling(By::Polling)]
#[case::webhook(By::Webhook)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_said_yet_is_said_in_the_new_chat(
    #[case] by: By,
    #[values(In::Sqlite, In::Postgres)] kept: In,
) {
    let scene = Scene::new(kept).await;
    let bot = scene.bot(by).await;
    let refuses = "sendMessage: 429 retry after 7".parse();
    scene.fake.fault(refuses.expect("a fault"));
    scene.anna.say(&scene.mention("12.50 lunch"));
    scene.fake.settled().await;
    let group = scene.group.migrate();
    scene.fake.settled().await;
    scene.fake.heal();
    bot.stop().await;
    let later = "2026-05-06T10:05:00Z".parse().expect("a time");
    scene.setup.clock.reach(later);
    let bot = scene.bot(by).await;
    let said = scene.fake.chat(group.id()).next_reply().await;
    assert!(said.words().starts_with("#1 · lunch"), "{}", said.words());
    bot.stop().await;
    assert_eq!(scene.fake.violations(), Vec::<String>::new());
}
