//! A reply as it looks on a terminal, or as a JSON object.

use expense_core::conversation::reply::{Button, Reply, Span};
use serde::Serialize;

use crate::line::MessageNumber;

/// A reply with all that is to be shown of it.
pub(crate) struct Shown<'a> {
    pub(crate) reply: &'a Reply,
    /// Its number.
    pub(crate) number: MessageNumber,
    /// Whether it stands instead of an earlier message of this number.
    pub(crate) edits: bool,
    /// Where its files were saved.
    pub(crate) files: &'a [String],
}

#[derive(Serialize)]
struct Json<'a> {
    reply: String,
    buttons: Vec<&'a str>,
    files: &'a [String],
    edits: Option<MessageNumber>,
    id: MessageNumber,
}

/// The colors of a terminal, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) colors: bool,
}

const STRONG: &str = "\x1b[1m";
const CODE: &str = "\x1b[36m";
const DIM: &str = "\x1b[2m";
const BUTTON: &str = "\x1b[7m";
const PLAIN: &str = "\x1b[0m";

impl Style {
    fn paint(self, color: &str, text: &str) -> String {
        let text = visible(text);
        if self.colors && !color.is_empty() {
            format!("{color}{text}{PLAIN}")
        } else {
            text
        }
    }

    /// The reply as lines: text, buttons row by row, files. A line break ends it.
    pub(crate) fn text(self, shown: &Shown<'_>) -> String {
        let number = format!("@{}", shown.number);
        let mut lines = Vec::new();
        if shown.edits {
            lines.push(self.paint(DIM, &format!("{number} is now:")));
        }
        lines.push(self.spans(&shown.reply.text.0));
        let mut at = 0;
        for row in &shown.reply.buttons {
            lines.push(self.row(row, at));
            at += row.len();
        }
        if at > 0
            && let Some(last) = lines.last_mut()
        {
            last.push_str("  ");
            last.push_str(&self.paint(DIM, &number));
        }
        for file in shown.files {
            lines.push(format!("Saved as {}", self.paint(CODE, file)));
        }
        lines.join("\n") + "\n"
    }

    fn spans(self, spans: &[Span]) -> String {
        let shown = |span: &Span| match span {
            Span::Plain(text) => self.paint("", text),
            Span::Strong(text) => self.paint(STRONG, text),
            Span::Code(text) => self.paint(CODE, text),
            Span::Number(_) => "#…".to_owned(),
        };
        spans.iter().map(shown).collect()
    }

    fn row(self, row: &[Button], before: usize) -> String {
        let button = |(at, button): (usize, &Button)| {
            self.paint(BUTTON, &format!("[{at} {}]", button.label))
        };
        let shown: Vec<_> = (before + 1..).zip(row).map(button).collect();
        shown.join(" ")
    }
}

/// The reply as one JSON object and a line break.
pub(crate) fn json(shown: &Shown<'_>) -> String {
    let object = Json {
        reply: shown.reply.text.to_plain(),
        buttons: labels(shown.reply),
        files: shown.files,
        edits: shown.edits.then_some(shown.number),
        id: shown.number,
    };
    // Texts, numbers and lists of them always have a JSON form.
    serde_json::to_string(&object).unwrap_or_default() + "\n"
}

fn labels(reply: &Reply) -> Vec<&str> {
    let buttons = reply.buttons.iter().flatten();
    buttons.map(|button| button.label.as_str()).collect()
}

/// The text without what a terminal would take as a command.
fn visible(text: &str) -> String {
    let tame = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    text.chars().map(tame).collect()
}

#[cfg(test)]
mod tests {
    use expense_core::conversation::action::Action;
    use expense_core::conversation::reply::Text;

    use super::*;

    fn reply() -> Reply {
        let button = |label: &str| Button {
            label: label.to_owned(),
            action: Action::Cancel,
        };
        Reply {
            text: Text(vec![
                Span::Strong("#1".to_owned()),
                Span::Plain(" · lunch\n\x1b[2J".to_owned()),
            ]),
            buttons: vec![vec![button("Edit"), button("Undo")], vec![button("Other…")]],
            ..Reply::default()
        }
    }

    fn shown<'a>(reply: &'a Reply, files: &'a [String]) -> Shown<'a> {
        Shown {
            reply,
            number: 7,
            edits: true,
            files,
        }
    }

    #[test]
    fn shows_text_buttons_and_files() {
        let files = ["/tmp/expenses.csv".to_owned()];
        let text = Style { colors: false }.text(&shown(&reply(), &files));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "@7 is now:",
                "#1 · lunch",
                " [2J",
                "[1 Edit] [2 Undo]",
                "[3 Other…]  @7",
                "Saved as /tmp/expenses.csv",
            ]
        );
    }

    #[test]
    fn colors_stand_around_words_and_never_in_them() {
        let text = Style { colors: true }.text(&shown(&reply(), &[]));
        assert!(text.contains("\x1b[1m#1\x1b[0m · lunch\n [2J"), "{text:?}");
    }

    #[test]
    fn has_the_fields_of_the_protocol() {
        let files = ["/tmp/a.csv".to_owned()];
        assert_eq!(
            json(&shown(&reply(), &files)),
            "{\"reply\":\"#1 · lunch\\n\\u001b[2J\",\"buttons\":[\"Edit\",\"Undo\",\"Other…\"],\
             \"files\":[\"/tmp/a.csv\"],\"edits\":7,\"id\":7}\n"
        );
    }
}
