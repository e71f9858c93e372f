//! Lets a talk happen in Telegram.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use expense_core::conversation::action::Action;
use expense_core::conversation::event::ReadResult;
use expense_core::domain::access::Access;
use expense_core::domain::keys::{DraftId, UserKey};
use expense_core::domain::ledger::{Language, Settings};
use expense_core::domain::limits;
use expense_core::memory::clock::ManualClock;
use expense_core::testing::talk::{Line, lines, reading, written};
use telegram_fake::{Button, Fake, Message, Seen};
use tokio::time::{Instant, sleep, timeout};

use super::bot::{Bot, By, Setup};
use super::clockwork::Clockwork;
use super::kept::{Books, In};
use super::people::People;
use super::prompted::Reader;
use super::shown::{self, Wall, actions};

/// How long the bot may take for one line.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A chat, its people and the bot.
pub(super) struct Stage {
    pub(super) fake: Fake,
    by: By,
    pub(super) people: People,
    books: Books,
    pub(super) setup: Setup,
    pub(super) now: DateTime<Utc>,
    /// How long the next update is on its way.
    pub(super) late: TimeDelta,
    /// It runs from the first line that needs it.
    pub(super) bot: Option<Bot>,
    /// The newest message of a person.
    pub(super) written: i64,
    pub(super) pressed: Option<(i64, Button)>,
    pub(super) wall: Wall,
    /// The newest expense that was shown, as what: its number, and its words.
    newest: (u32, String),
    draft: Option<DraftId>,
    /// How often it was told what is found in the newest draft.
    pub(super) read: u32,
    /// The messages with files, by their names in the script.
    pub(super) files: BTreeMap<String, i64>,
    /// The newest album.
    pub(super) album: Option<String>,
    /// What happened by itself.
    happened: u32,
}

/// What was really said.
pub(super) async fn run(script: &str, by: By, kept: In) -> Result<String, String> {
    let mut stage = Stage::new(script.contains("in: group "), by, kept).await;
    let mut said = String::new();
    let mut lines = lines(script)?.into_iter().peekable();
    while let Some(line) = lines.next() {
        match line {
            Line::Remark(remark) => said.push_str(&format!("{remark}\n")),
            Line::Said => {}
            Line::Does { what, text } => {
                said.push_str(&written(&what, &text));
                let acted = stage.act(&what, &text).await;
                acted.map_err(|error| format!("{said}{error}"))?;
                let said_then =
                    std::iter::from_fn(|| lines.next_if(|line| matches!(line, Line::Said)));
                for reply in stage.replies(said_then.count()).await {
                    said.push_str(&reply);
                }
            }
        }
    }
    said.extend(stage.end().await?);
    Ok(said)
}

impl Stage {
    async fn new(topics: bool, by: By, kept: In) -> Self {
        let fake = Fake::start(telegram_fake::Options::default());
        let fake = fake.await.expect("a free port");
        let now = "2026-05-06T10:00:00Z".parse().expect("a time");
        Self {
            people: People::new(&fake, topics),
            by,
            books: Books::fresh(kept).await,
            setup: Setup {
                clock: Arc::new(ManualClock::at(now)),
                settings: Settings {
                    zone: "Europe/Berlin".parse().expect("a zone"),
                    language: Language::English,
                    ..Settings::default()
                },
                access: Access::default(),
                reader: Arc::new(Reader::default()),
                thinker: None,
                wait: Arc::default(),
                rates: false,
            },
            now,
            late: TimeDelta::zero(),
            bot: None,
            written: 0,
            pressed: None,
            wall: Wall::default(),
            newest: (0, String::new()),
            draft: None,
            read: 0,
            files: BTreeMap::new(),
            album: None,
            happened: 0,
            fake,
        }
    }

    /// What was said beyond what was expected, once the bot has ended.
    async fn end(mut self) -> Result<Vec<String>, String> {
        self.stop().await;
        match self.fake.violations() {
            none if none.is_empty() => Ok(self.new_replies()),
            some => Err(some.join("\n")),
        }
    }

    /// Lets it happen, until the bot has nothing to do.
    async fn act(&mut self, what: &str, text: &str) -> Result<(), String> {
        let (what, of) = match what.split_once(' ') {
            Some((what, of)) => (what, of.split_once(' ').map(|(_, of)| of)),
            None => (what, None),
        };
        match what {
            "now" => self.now = parsed(text)?,
            "currency" => self.setup.settings.currency = parsed(text)?,
            "locale" => self.setup.settings.locale = parsed(text)?,
            "zone" => self.setup.settings.zone = parsed(text)?,
            "wait" => return self.wait(duration(text)?).await,
            "late" => self.late = duration(text)?,
            "as" => self.people.go_on_as(&self.fake, text),
            "in" => self.people.go_to(text)?,
            // Other tests deliver everything several times.
            "redeliver" => {}
            "restart" | "sweep" => self.stop().await,
            "owner" => return self.owned_by(Some(text), true).await,
            "categorizer" => {
                self.stop().await;
                self.setup.thinker = (text == "on").then(Arc::default);
            }
            "rates" => {
                self.stop().await;
                self.setup.rates = text == "on";
            }
            "read" => return self.read(text, of).await,
            "suggested" => {
                let thinker = self.setup.thinker.as_ref().ok_or("nobody suggests")?;
                thinker.thinks_of(&self.newest.1, text);
            }
            "waits" => {
                let draft = self.draft.ok_or("there is no draft")?;
                return self.clockwork().await.waits(draft, text).await;
            }
            "rate" => {
                let number = of.ok_or("write rate of 1")?;
                return self.clockwork().await.rate(number, text).await;
            }
            _ => return self.happen(what, text, of).await,
        }
        // What falls due is looked for when the bot starts.
        if what == "sweep" {
            self.start().await;
        }
        Ok(())
    }

    /// Tells what is found in the photo or the recording that is being read. What comes of a round
    /// that is over comes again under its old key, as other tests have it.
    async fn read(&mut self, text: &str, round: Option<&str>) -> Result<(), String> {
        if round
            .map(parsed::<u32>)
            .transpose()?
            .is_some_and(|round| round <= self.read)
        {
            return Ok(());
        }
        self.read += 1;
        self.wait(TimeDelta::from_std(limits::ALBUM_PAUSE).expect("a short time"))
            .await?;
        let bot = self.bot.as_ref().ok_or("the bot runs")?;
        let reader = self.setup.reader.clone();
        begun(&reader, bot).await?;
        let result = reading(text)?;
        if matches!(result, ReadResult::Busy | ReadResult::NoReader) {
            let draft = self.draft.ok_or("there is no draft")?;
            let (round, result) = (self.read, result.clone());
            self.clockwork().await.read(draft, round, result).await?;
        }
        reader.finds(result);
        Ok(())
    }

    /// Time goes on; an album may have been complete long enough to be read.
    async fn wait(&mut self, time: TimeDelta) -> Result<(), String> {
        self.now += time;
        self.setup.clock.reach(self.now);
        let Some(bot) = self.bot.as_ref().filter(|_| self.album.is_some()) else {
            return Ok(());
        };
        begun(&self.setup.reader, bot).await
    }

    async fn clockwork(&mut self) -> Clockwork<'_> {
        self.start().await;
        self.now += TimeDelta::seconds(1);
        self.setup.clock.reach(self.now);
        self.happened += 1;
        Clockwork {
            bot: self.bot.as_ref().expect("it was started"),
            chat: self.people.who().place(),
            now: self.now,
            number: self.happened,
        }
    }

    /// From here on the bot has this owner, and is open to all or closed.
    pub(super) async fn owned_by(&mut self, owner: Option<&str>, open: bool) -> Result<(), String> {
        let owners = owner.map(|name| self.people.meet(&self.fake, name));
        let owners = owners.map(|id| UserKey::new(format!("telegram:{id}")).expect("a key"));
        let access = Access {
            owners: owners.into_iter().collect(),
            open,
            ..Access::closed()
        };
        if access != self.setup.access {
            self.stop().await;
            self.setup.access = access;
        }
        Ok(())
    }

    pub(super) async fn start(&mut self) {
        if self.bot.is_none() {
            self.setup.clock.reach(self.now);
            let bot = Bot::start(&self.fake, self.by, &self.books, &self.setup);
            self.bot = Some(bot.await);
        }
    }

    async fn stop(&mut self) {
        if let Some(bot) = self.bot.take() {
            self.setup.reader.gives_up();
            bot.stop().await;
        }
    }

    /// What the bot said since, as a script writes it.
    ///
    /// An update may be settled before its reply is sent: one behind a reply that still waits is
    /// kept and comes after it. So as many replies as are expected are waited for. What takes long
    /// may have failed for a moment: it is tried again when time has passed for the bot, too.
    async fn replies(&mut self, expected: usize) -> Vec<String> {
        let (end, second) = (Instant::now() + PATIENCE, Duration::from_secs(1));
        let mut passes = Instant::now() + second;
        let mut replies = self.new_replies();
        while replies.len() < expected && Instant::now() < end {
            sleep(Duration::from_millis(5)).await;
            if Instant::now() > passes {
                passes += second;
                self.now += second;
                self.setup.clock.reach(self.now);
            }
            replies.extend(self.new_replies());
        }
        replies
    }

    fn new_replies(&mut self) -> Vec<String> {
        let mut replies = Vec::new();
        for seen in self.fake.chat(self.people.who().place()).news() {
            let (what, message) = match seen {
                Seen::Sent(message) => ("bot", message),
                Seen::Edited(message) => ("bot edits", message),
                Seen::Deleted(_) | Seen::Answered(_) => continue,
            };
            // An owner is asked about strangers sooner or later; no line of a talk says so.
            if actions(&message).any(|action| matches!(action, Action::Approve(_))) {
                continue;
            }
            self.look_at(&message);
            let text = self.people.in_words_of_the_script(&shown::text(&message));
            replies.push(written(what, &text));
            let message = Message::clone(&message);
            self.wall.show(message, self.people.name());
        }
        replies
    }

    /// Notes which expense is the newest, and which draft.
    fn look_at(&mut self, message: &Message) {
        for line in message.words().lines() {
            let mut fields = line.trim_start_matches("Removed: ").split(" · ");
            let number = fields.next().and_then(|field| field.strip_prefix('#'));
            let number = number.and_then(|number| number.parse().ok());
            if let (Some(number), Some(words)) = (number, fields.next())
                && number > self.newest.0
            {
                self.newest = (number, words.to_owned());
            }
        }
        let draft = |action| match action {
            Action::Discard(draft) => Some(draft),
            _ => None,
        };
        self.draft = actions(message).find_map(draft).or(self.draft);
    }
}

/// Until something is being read, or nothing is left that could be.
async fn begun(reader: &Reader, bot: &Bot) -> Result<(), String> {
    let begun = async {
        tokio::select! {
            () = reader.asked() => {}
            () = bot.service.idle() => {}
        }
    };
    let begun = timeout(PATIENCE, begun).await;
    begun.map_err(|_| "nobody reads".to_owned())
}

pub(super) fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not understood: {text}"))
}

/// `20s`, `11m`, `3h`, `2d`.
pub(super) fn duration(text: &str) -> Result<TimeDelta, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = parsed(text.trim_end_matches(unit))?;
    match unit.trim() {
        "s" => Ok(TimeDelta::seconds(number)),
        "m" => Ok(TimeDelta::minutes(number)),
        "h" => Ok(TimeDelta::hours(number)),
        "d" => Ok(TimeDelta::days(number)),
        _ => Err("write for example 11m, 3h or 2d".to_owned()),
    }
}
