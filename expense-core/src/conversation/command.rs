//! Commands: one table that routing, `/help` and a transport's registration share.

use serde::{Deserialize, Serialize};

use super::categorize::nearest;
use super::context::{Context, Flow};
use super::event::Event;
use super::flows::{
    categories, currency, delete, edit, export, forget, format, help, learned, list, people,
    record, search, settings, start, tag, timezone, undo,
};

/// A command that people can write.
pub struct Command {
    /// Its name, in small letters, without `/`.
    pub name: &'static str,
    /// What may follow it, as `/help` shows it; empty where nothing does.
    pub arguments: &'static str,
    /// What it does, on one line.
    pub help: &'static str,
    /// The heading that it stands under in `/help`.
    pub area: Area,
    /// Who may use it; for others it does not exist.
    pub audience: Audience,
    pub(crate) run: fn(&Context<'_>, &str) -> Flow,
}

/// Who may use a command. A transport registers owners' commands for their own chats alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    /// Whoever is let in.
    Everyone,
    /// Owners.
    Owners,
}

/// A heading of `/help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Getting along.
    Start,
    /// Recording.
    Record,
    /// Changing what was recorded.
    Change,
    /// Looking at it.
    Look,
    /// Setting up.
    SetUp,
    /// Taking it along, or away.
    Own,
    /// Deciding who may use the bot.
    Operate,
}

const fn command(
    area: Area,
    name: &'static str,
    arguments: &'static str,
    help: &'static str,
    run: fn(&Context<'_>, &str) -> Flow,
) -> Command {
    Command {
        name,
        arguments,
        help,
        area,
        audience: match area {
            Area::Operate => Audience::Owners,
            _ => Audience::Everyone,
        },
        run,
    }
}

/// Every command there is, in the order of `/help`.
#[rustfmt::skip] // a table is read by its rows
pub static COMMANDS: &[Command] = &[
    command(Area::Start, "start", "", "how to begin", start::start),
    command(Area::Start, "help", "[command]", "what I can do", help::help),
    command(Area::Start, "cancel", "", "forget what I just asked", start::cancel),
    command(Area::Start, "id", "", "your id and the chat's", start::id),
    command(Area::Start, "privacy", "", "what is kept, and where", start::privacy),
    command(Area::Record, "add", "12.50 lunch", "record an expense", record::add),
    command(Area::Record, "undo", "", "take your last change back", undo::newest),
    command(Area::Change, "edit", "N [9.80 yesterday]", "change an expense; N rate 1.08 sets what its currency is worth in yours", edit::command),
    command(Area::Change, "delete", "N", "delete an expense", delete::command),
    command(Area::Change, "tag", "N work trip", "add tags", tag::tag),
    command(Area::Change, "untag", "N work", "remove tags", tag::untag),
    command(Area::Look, "list", "[period]", "expenses, the newest first", list::command),
    command(Area::Look, "today", "", "today's expenses", list::today),
    command(Area::Look, "week", "", "this week's expenses", list::week),
    command(Area::Look, "month", "", "this month's expenses", list::month),
    command(Area::Look, "year", "", "this year's expenses", list::year),
    command(Area::Look, "last", "[N or period]", "the last expenses", list::last),
    command(Area::Look, "category", "NAME", "the expenses of a category", list::category),
    command(Area::Look, "tags", "[tag]", "your tags, or the expenses of one", search::tags),
    command(Area::Look, "search", "WORDS", "expenses by words", search::search),
    command(Area::SetUp, "categories", "", "your categories", categories::show),
    command(Area::SetUp, "addcategory", "NAME", "add a category", categories::add),
    command(Area::SetUp, "renamecategory", "A -> B", "rename a category", categories::rename),
    command(Area::SetUp, "deletecategory", "NAME", "delete a category", categories::delete),
    command(Area::SetUp, "learned", "[WORDS]", "what your corrections taught me", learned::show),
    command(Area::SetUp, "unlearn", "WORDS", "forget one of these", learned::unlearn),
    command(Area::SetUp, "currency", "[CODE]", "your currency", currency::command),
    command(Area::SetUp, "timezone", "[ZONE]", "your time zone", timezone::command),
    command(Area::SetUp, "language", "[CODE]", "the language of my answers", settings::language),
    command(Area::SetUp, "format", "[LOCALE]", "how numbers and dates are written", format::command),
    command(Area::SetUp, "settings", "", "all settings", settings::show),
    command(Area::Own, "export", "[period]", "your expenses as a CSV file", export::command),
    command(Area::Own, "forget", "", "erase everything", forget::command),
    command(Area::Operate, "approve", "ID", "let somebody in", people::approve),
    command(Area::Operate, "revoke", "ID", "turn somebody away", people::revoke),
    command(Area::Operate, "users", "", "who may use me", people::users),
    command(Area::Operate, "stats", "", "how much is kept", people::stats),
];

/// What a text is as a command.
pub(crate) enum Routed<'t> {
    /// One of ours, with what follows it.
    Known(&'static Command, &'t str),
    /// None of ours; the nearest one, where one is near.
    Unknown(Option<&'static str>),
    /// No command at all.
    NotACommand,
}

/// Reads `/name arguments`: the name in any case and whole, `/name@bot` as `/name`. What is for
/// owners is unknown to others.
pub(crate) fn route(text: &str, audience: Audience) -> Routed<'_> {
    let Some((name, arguments)) = split(text) else {
        return Routed::NotACommand;
    };
    match named(name).filter(|command| command.is_for(audience)) {
        Some(command) => Routed::Known(command, arguments.trim()),
        None => Routed::Unknown(nearest(
            name,
            for_audience(audience).map(|known| known.name),
        )),
    }
}

/// The name of a command, ours or not, and what follows it; nothing where a text is none.
fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.trim_start().strip_prefix('/')?;
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (word, arguments) = rest.split_at(end);
    let name = word.split('@').next().unwrap_or_default();
    (!name.is_empty()).then_some((name, arguments))
}

/// The commands of this audience, in the order of `/help`; owners have all of them.
pub fn for_audience(audience: Audience) -> impl Iterator<Item = &'static Command> {
    COMMANDS
        .iter()
        .filter(move |command| command.is_for(audience))
}

impl Command {
    fn is_for(&self, audience: Audience) -> bool {
        self.audience == Audience::Everyone || audience == Audience::Owners
    }
}

/// The command with this name, in any case.
#[must_use]
pub fn named(name: &str) -> Option<&'static Command> {
    COMMANDS
        .iter()
        .find(|command| command.name.eq_ignore_ascii_case(name))
}

/// What updates are called in metrics that are no command of ours.
const KINDS: [&str; 16] = [
    OTHER,
    "text",
    "edited",
    "photo",
    "voice",
    "press",
    "read",
    "rate",
    "waits",
    "suggested",
    "tick",
    "limited",
    "membership",
    "denied",
    "code",
    "unsupported",
];
const OTHER: &str = "other";

/// Everything that [`label`] may say.
pub fn labels() -> impl Iterator<Item = &'static str> {
    let commands = COMMANDS.iter().map(|command| command.name);
    commands.chain(KINDS)
}

/// What an event is called in metrics: one of our own words, never what a stranger typed.
#[must_use]
pub fn label(event: &Event) -> &'static str {
    match event {
        Event::Text { text, .. } => match split(text) {
            Some((name, _)) => named(name).map_or(OTHER, |command| command.name),
            None => "text",
        },
        Event::Edited { .. } | Event::Recaptioned { .. } => "edited",
        Event::Photo { .. } => "photo",
        Event::Press(_) => "press",
        Event::Read { .. } => "read",
        Event::Rated { .. } => "rate",
        Event::Waits { .. } => "waits",
        Event::Suggested { .. } => "suggested",
        Event::Tick(_) => "tick",
        Event::Limited { .. } => "limited",
        Event::Voice { .. } => "voice",
        Event::Arrived | Event::Departed | Event::Moved { .. } => "membership",
        Event::Denied { .. } => "denied",
        Event::Code { .. } => "code",
        Event::Unsupported => "unsupported",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/add 5 tea", "add", "5 tea")]
    #[case("/ADD@some_bot\n5 tea\n6 milk", "add", "5 tea\n6 milk")]
    #[case("  /addcategory Pets ", "addcategory", "Pets")]
    #[case("/list", "list", "")]
    fn a_command_is_known_by_its_whole_name(
        #[case] text: &str,
        #[case] name: &str,
        #[case] arguments: &str,
    ) {
        match route(text, Audience::Everyone) {
            Routed::Known(command, rest) => assert_eq!((command.name, rest), (name, arguments)),
            _ => panic!("{text} is a command"),
        }
    }

    #[rstest]
    #[case("/users", Audience::Everyone, false)]
    #[case("/users", Audience::Owners, true)]
    #[case("/list", Audience::Owners, true)]
    fn owners_commands_are_unknown_to_others(
        #[case] text: &str,
        #[case] audience: Audience,
        #[case] known: bool,
    ) {
        let routed = route(text, audience);
        assert_eq!(matches!(routed, Routed::Known(..)), known);
        let hint = matches!(routed, Routed::Unknown(Some("users")));
        assert!(!hint, "a hint would tell");
    }

    #[rstest]
    #[case("/addcategori", Some("addcategory"))]
    #[case("/adds", Some("add"))]
    #[case("/add5", Some("add"))]
    #[case("/12", None)]
    #[case("/выписка", None)]
    fn another_name_gets_the_nearest(#[case] text: &str, #[case] nearest: Option<&str>) {
        match route(text, Audience::Everyone) {
            Routed::Unknown(near) => assert_eq!(near, nearest),
            _ => panic!("{text} is none of ours"),
        }
    }

    #[rstest]
    #[case("add 5 tea")]
    #[case("/")]
    #[case("/ add")]
    #[case("/@bot")]
    fn what_has_no_name_is_no_command(#[case] text: &str) {
        assert!(matches!(
            route(text, Audience::Everyone),
            Routed::NotACommand
        ));
    }

    /// Telegram takes names of at most 32 small letters and descriptions of at most 256.
    #[test]
    fn names_are_plain_and_unique() {
        for command in COMMANDS {
            let plain = command.name.bytes().all(|b| b.is_ascii_lowercase());
            assert!(plain && command.name.len() <= 32, "{}", command.name);
            assert!((1..=256).contains(&command.help.len()), "{}", command.name);
            assert!(
                COMMANDS
                    .iter()
                    .filter(|other| other.name == command.name)
                    .count()
                    == 1
            );
        }
    }
}
