//! What people do in a talk.

use std::time::Duration;

use chrono::TimeDelta;
use telegram_fake::Message;
use tokio::time::timeout;

use super::shown::named;
use super::stage::{PATIENCE, Stage, duration, parsed};

impl Stage {
    /// Something that a person does.
    pub(super) async fn happen(
        &mut self,
        what: &str,
        text: &str,
        of: Option<&str>,
    ) -> Result<(), String> {
        match what {
            "limited" => self.setup.wait.set(Duration::from_secs(parsed(text)?)),
            "denied" if text == "asked" => self.owned_by(Some("boss"), false).await?,
            "denied" | "code" => self.owned_by(None, false).await?,
            _ => {}
        }
        self.start().await;
        self.now += TimeDelta::seconds(1);
        self.fake.set_time(self.now.timestamp());
        self.now += std::mem::replace(&mut self.late, TimeDelta::zero());
        self.setup.clock.reach(self.now);
        let who = self.people.who();
        match what {
            "user" => self.say(text),
            "limited" => self.say("hello"),
            "denied" if self.people.who().place() > 0 => self.say("hello"),
            "denied" | "arrived" => self.people.bring_bot(),
            "code" => self.send_code(text == "right"),
            "aside" => self.written = who.say(text),
            "reply" => {
                let to = self.wall.newest(|shown| !shown.rows().is_empty(), of)?;
                self.written = who.reply(to.message_id, text);
            }
            "edit" => who.edit(self.written, &self.people.mention(text)),
            "caption" => {
                let (name, caption) = text.split_once(' ').ok_or("write a name and words")?;
                let sent = self.files.get(name).ok_or("nobody sent this")?;
                who.edit(*sent, &self.people.mention(caption));
            }
            "photo" => self.photo(text, of),
            "voice" => self.voice(text, of.map_or(Ok(TimeDelta::seconds(3)), duration)?),
            "press" => self.press(text)?,
            "again" => {
                let (message, button) = self.pressed.as_ref().ok_or("nothing was pressed")?;
                who.press_button(*message, button);
            }
            _ => return Err("no such line".to_owned()),
        }
        let settled = timeout(PATIENCE, self.fake.settled()).await;
        settled.map_err(|_| "the bot does not settle it".to_owned())
    }

    fn say(&mut self, text: &str) {
        let said = self.people.say(text, self.wall.last());
        let who = self.people.who();
        self.written = match said.to {
            Some(message) => who.reply(message, &said.text),
            None => who.say(&said.text),
        };
    }

    fn send_code(&mut self, right: bool) {
        let code = self.bot.as_ref().and_then(|bot| bot.code.clone());
        let code = code.filter(|_| right);
        let code = code.as_ref().map_or("0815", |code| code.as_str());
        self.say(&format!("/start {code}"));
    }

    fn press(&mut self, text: &str) -> Result<(), String> {
        let (label, says) = match text.rsplit_once(" on ") {
            Some((label, says)) => (label, Some(says)),
            None => (text, None),
        };
        let fits = |shown: &Message| named(shown, label).is_some();
        let shown = self.wall.newest(fits, says)?;
        let button = named(&shown, label).ok_or("no such button")?;
        let message = shown.message_id;
        self.people.who().press_button(message, &button);
        self.pressed = Some((message, button));
        Ok(())
    }

    fn photo(&mut self, text: &str, album: Option<&str>) {
        let (name, caption) = text.split_once(' ').unwrap_or((text, ""));
        let bytes = name.as_bytes().repeat(100);
        let who = self.people.who();
        let goes_on = album.is_some() && album == self.album.as_deref();
        // What is written below the first part is written below all.
        let caption = match goes_on && caption.is_empty() {
            true => String::new(),
            false => self.people.mention(caption),
        };
        let sent = match album {
            Some(album) => who.part(album, bytes, &caption),
            None => who.photo(bytes, &caption),
        };
        self.files.insert(name.to_owned(), sent);
        if !goes_on {
            self.read = 0;
        }
        self.album = album.map(str::to_owned);
    }

    /// A recording with words below it is an audio file; in a group they name the bot.
    fn voice(&mut self, text: &str, length: TimeDelta) {
        let (name, caption) = text.split_once(' ').unwrap_or((text, ""));
        let bytes = name.as_bytes().repeat(100);
        let seconds = length.num_seconds().try_into().expect("a short time");
        let who = self.people.who();
        let sent = match self.people.mention(caption) {
            none if none.is_empty() => who.voice(bytes, seconds),
            caption => who.audio(bytes, seconds, &caption),
        };
        self.files.insert(name.to_owned(), sent);
        self.read = 0;
    }
}
