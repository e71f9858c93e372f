//! Getting along: greetings, help, limits.

use crate::conversation::command::{self, Area, Audience, Command};
use crate::conversation::reply::{Span, Text};
use crate::domain::currency::Currency;
use crate::domain::keys::{ChatKey, UserKey};

/// `/privacy`
pub(crate) const PRIVACY: &str = "I keep what you record: amounts, words, dates, categories, \
    tags, photos as references, your id on this platform, and in a group your name. It is kept by whoever runs this \
    bot and shown to nobody but this chat.\n/export gives you all of it, /forget erases it.";

/// `/start`
pub(crate) fn start(currency: Currency) -> String {
    format!(
        "Hi! I keep track of your expenses.\n\
         Write what you spent, for example 12.50 lunch, or send a photo of a receipt.\n\
         /today shows the day, /undo takes the last change back, /help lists everything.\n\
         I count in {currency}; /currency changes that."
    )
}

/// `/start` in a group, and the greeting there
pub(crate) fn start_in_group(currency: Currency) -> String {
    format!(
        "Hi! I keep track of what this group spends together.\n\
         I answer when I am meant: write /add 12.50 lunch, mention me, or reply to me. \
         12.50 lunch paid by Anna notes who paid; else it is whoever wrote it.\n\
         /list shows what there is, /undo takes your last change back, /help lists everything.\n\
         I count in {currency}; /currency changes that."
    )
}

/// `/id`
pub(crate) fn id(who: &UserKey, chat: &ChatKey) -> Text {
    Text(vec![
        Span::Plain("You are ".to_owned()),
        Span::Code(who.as_str().to_owned()),
        Span::Plain(", this chat is ".to_owned()),
        Span::Code(chat.as_str().to_owned()),
        Span::Plain(".".to_owned()),
    ])
}

/// A command that is none of ours.
pub(crate) fn unknown(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("I don't know this command. Do you mean /{near}?"),
        None => "I don't know this command. /help lists them all.".to_owned(),
    }
}

/// Too much at once.
pub(crate) fn limited(seconds: u64) -> String {
    format!("That was a lot at once. Please try again in {seconds} s.")
}

/// All commands of an audience.
pub(crate) fn all(audience: Audience) -> Text {
    let mut text = Text::plain(
        "Write what you spent, one expense a line: 12.50 lunch, coffee 3.20 yesterday, \
         10€ taxi #work [Transportation]. Or send a photo of a receipt.\n\
         To correct an expense, reply to it: 250, yesterday, #work.",
    );
    let mut area = None;
    for command in command::for_audience(audience) {
        if area != Some(command.area) {
            area = Some(command.area);
            text = text.then("\n\n");
            text.0.push(Span::Strong(heading(command.area).to_owned()));
        }
        text = text.then(&format!("\n{} - {}", usage(command), command.help));
    }
    text
}

/// One command.
pub(crate) fn one(command: &Command) -> Text {
    Text::plain(format!("{} - {}.", usage(command), command.help))
}

fn usage(command: &Command) -> String {
    format!("/{} {}", command.name, command.arguments)
        .trim_end()
        .to_owned()
}

fn heading(area: Area) -> &'static str {
    match area {
        Area::Start => "Start",
        Area::Record => "Record",
        Area::Change => "Change",
        Area::Look => "Look",
        Area::SetUp => "Set up",
        Area::Own => "Your data",
        Area::Operate => "For owners",
    }
}
