//! A running server, and what a test does with it.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::chat::Chat;
use crate::fault::Fault;
use crate::group::Group;
use crate::http::server;
use crate::model::ChatInfo;
use crate::options::Options;
use crate::person::Person;
use crate::shared::{Arrival, Shared};
use crate::world::{Room, Standing};

/// A Bot API server on a port of this machine, with people who use it. It ends when it is dropped.
pub struct Fake {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Fake {
    /// Starts on a free port.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Shared::new(options);
        tokio::spawn(server::serve(listener, shared.clone()));
        Ok(Self { shared, address })
    }

    /// What stands for `https://api.telegram.org`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bot's token.
    pub fn token(&self) -> String {
        self.shared.token.clone()
    }

    /// The bot's public name, without `@`.
    pub fn bot_name(&self) -> String {
        let name = self.shared.world().bot.username.clone();
        name.unwrap_or_default()
    }

    /// A person with this id in their private chat with the bot.
    pub fn user(&self, id: i64) -> Person {
        Person::meet(&self.shared, id)
    }

    /// A new group with the bot in it; the bot is told nothing.
    pub fn group(&self, title: &str) -> Group {
        self.gather("group", title, None)
    }

    /// A new supergroup; with `topics` a forum.
    pub fn supergroup(&self, title: &str, topics: bool) -> Group {
        self.gather("supergroup", title, topics.then_some(true))
    }

    fn gather(&self, kind: &'static str, title: &str, is_forum: Option<bool>) -> Group {
        let mut world = self.shared.world();
        let number = i64::try_from(world.fresh()).unwrap_or(i64::MAX);
        let id = match kind {
            "group" => -4_000_000 - number,
            _ => -1_001_000_000_000 - number,
        };
        let info = ChatInfo {
            id,
            kind,
            title: Some(title.to_owned()),
            is_forum,
            ..ChatInfo::default()
        };
        world.rooms.insert(id, Room::new(info, Standing::Member));
        drop(world);
        Group::new(&self.shared, id)
    }

    /// What is seen in this chat; a private chat has the id of its person.
    pub fn chat(&self, id: i64) -> Chat {
        Chat::new(&self.shared, id)
    }

    /// From now on some calls go wrong.
    pub fn fault(&self, fault: Fault) {
        self.shared.world().faults.add(fault);
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        self.shared.world().faults.clear();
    }

    /// From now on each new update is delivered so many times: see [`Options::deliveries`].
    pub fn deliver(&self, times: RangeInclusive<u32>) {
        self.shared.world().queue.deliver(times);
    }

    /// The commands of a scope (`default`, `all_private_chats`, `chat 42` …) and a language.
    pub fn commands(&self, scope: &str, language: &str) -> Option<Value> {
        let key = (scope.to_owned(), language.to_owned());
        self.shared.world().commands.get(&key).cloned()
    }

    /// From now on messages bear this time, in seconds since 1970, until it is set again.
    pub fn set_time(&self, seconds: i64) {
        self.shared.world().time = Some(seconds);
    }

    /// Until the bot has confirmed every update.
    pub async fn settled(&self) {
        loop {
            let idle = self.shared.idle.notified();
            tokio::pin!(idle);
            idle.as_mut().enable();
            if self.pending() == 0 {
                return;
            }
            idle.await;
        }
    }

    /// How many updates the bot has not confirmed.
    pub fn pending(&self) -> usize {
        self.shared.world().queue.len()
    }

    /// How many messages were refused because they were too many, see [`Options::limits`].
    pub fn refused(&self) -> u64 {
        self.shared.world().flood.refused()
    }

    /// Where the bot is told of updates; `None` while it polls.
    pub fn webhook(&self) -> Option<String> {
        let world = self.shared.world();
        world.hook.as_ref().map(|hook| hook.url.clone())
    }

    /// What deliveries to the webhook ended with other than well so far, in the words of
    /// `last_error_message`, and how often. Each of them came again.
    pub fn refusals(&self) -> BTreeMap<String, usize> {
        self.shared.world().refusals.clone()
    }

    /// Until a bot has asked for updates, or has set a webhook.
    pub async fn connected(&self) {
        loop {
            let news = self.shared.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            {
                let world = self.shared.world();
                if world.poller > 0 || world.hook.is_some() {
                    return;
                }
            }
            news.await;
        }
    }

    /// The ids of all chats.
    pub fn chats(&self) -> Vec<i64> {
        self.shared.world().rooms.keys().copied().collect()
    }

    /// Tells of each message that the bot sends or edits from now on. One listener at most: a
    /// second one gets nothing.
    pub fn arrivals(&self) -> UnboundedReceiver<Arrival> {
        let (sender, receiver) = unbounded_channel();
        // The second listener's sender is dropped, which ends its receiver.
        let _ = self.shared.arrivals.set(sender);
        receiver
    }

    /// Whether requests and updates are checked: asked for, and the description is there.
    pub fn checks(&self) -> bool {
        self.shared.checker.is_some()
    }

    /// What was wrong with the requests of the bot, and with the updates and answers of this
    /// server, in words.
    pub fn violations(&self) -> Vec<String> {
        let checker = self.shared.checker.as_ref();
        checker
            .map(|checker| checker.violations())
            .unwrap_or_default()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.shared.ended.cancel();
    }
}
