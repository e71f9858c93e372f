//! What a line means: plain text, or one of the words that stand for what a chat application
//! has under its fingers.

/// The number of a message, as in `@12`.
pub(crate) type MessageNumber = u64;

/// What a line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Nothing stands on it.
    Nothing,
    /// The chat is over.
    Quit,
    /// How this console is used.
    Help,
    /// The models that reading photos takes are wanted.
    Models,
    /// A message.
    Text(&'a str),
    /// Photos: their paths and their caption, not told apart yet.
    Photo(&'a str),
    /// Something said aloud: its path and its caption, not told apart yet.
    Voice(&'a str),
    /// A button by label or number, of this message or of the newest that has it.
    Press {
        button: &'a str,
        message: Option<MessageNumber>,
    },
    /// A reply to this message, or to the newest with buttons.
    Reply {
        to: Option<MessageNumber>,
        text: &'a str,
    },
    /// One's own message, or the last one, reads this way now.
    Rewrite {
        message: Option<MessageNumber>,
        text: &'a str,
    },
}

/// A line begins like one of ours and does not go on like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LineError {
    #[error("Write photo FILE, and a caption after it if you like.")]
    Photo,
    #[error("Write voice FILE, and a caption after it if you like.")]
    Voice,
    #[error("Write press BUTTON, with what stands on the button or its number.")]
    Press,
    #[error("Write reply TEXT to answer the newest message, or reply @12 TEXT to answer that one.")]
    Reply,
    #[error("Write rewrite TEXT to change your last message, or rewrite @12 TEXT for that one.")]
    Rewrite,
}

/// Reads one line. A backslash before one of our words makes the line plain text.
pub(crate) fn parse(line: &str) -> Result<Line<'_>, LineError> {
    let line = line.trim();
    if let Some(text) = line.strip_prefix('\\') {
        return Ok(Line::Text(text));
    }
    let (word, rest) = split_word(line);
    match word.to_ascii_lowercase().as_str() {
        "" => Ok(Line::Nothing),
        "quit" | "exit" if rest.is_empty() => Ok(Line::Quit),
        "help" if rest.is_empty() => Ok(Line::Help),
        "models" if rest.is_empty() => Ok(Line::Models),
        "photo" if rest.is_empty() => Err(LineError::Photo),
        "photo" => Ok(Line::Photo(rest)),
        "voice" if rest.is_empty() => Err(LineError::Voice),
        "voice" => Ok(Line::Voice(rest)),
        "press" => press(rest),
        "reply" => match addressed(rest) {
            (_, "") => Err(LineError::Reply),
            (to, text) => Ok(Line::Reply { to, text }),
        },
        "rewrite" => match addressed(rest) {
            (_, "") => Err(LineError::Rewrite),
            (message, text) => Ok(Line::Rewrite { message, text }),
        },
        _ => Ok(Line::Text(line)),
    }
}

fn press(rest: &str) -> Result<Line<'_>, LineError> {
    let (button, message) = match rest.rsplit_once(char::is_whitespace) {
        Some((button, last)) if number(last).is_some() => (button.trim_end(), number(last)),
        _ => (rest, None),
    };
    if button.is_empty() || number(button).is_some() {
        return Err(LineError::Press);
    }
    Ok(Line::Press { button, message })
}

/// `@12 text` as the number and the text.
fn addressed(rest: &str) -> (Option<MessageNumber>, &str) {
    let (word, text) = split_word(rest);
    match number(word) {
        Some(number) => (Some(number), text),
        None => (None, rest),
    }
}

fn number(word: &str) -> Option<MessageNumber> {
    word.strip_prefix('@')?.parse().ok()
}

fn split_word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("  ", Line::Nothing)]
    #[case("12.50 lunch", Line::Text("12.50 lunch"))]
    #[case(" 12.50 lunch \r", Line::Text("12.50 lunch"))]
    #[case("/help list", Line::Text("/help list"))]
    #[case("help", Line::Help)]
    #[case("models", Line::Models)]
    #[case("\\models", Line::Text("models"))]
    #[case("models 20", Line::Text("models 20"))]
    #[case("help me 5", Line::Text("help me 5"))]
    #[case("EXIT", Line::Quit)]
    #[case("exit fee 5", Line::Text("exit fee 5"))]
    #[case("photo a b.jpg lunch", Line::Photo("a b.jpg lunch"))]
    #[case("\\photo frame 12", Line::Text("photo frame 12"))]
    #[case("voice a.ogg #work", Line::Voice("a.ogg #work"))]
    #[case("\\voice lesson 30", Line::Text("voice lesson 30"))]
    #[case("photograph 12", Line::Text("photograph 12"))]
    #[case("press Save", Line::Press { button: "Save", message: None })]
    #[case("Press 2 @14", Line::Press { button: "2", message: Some(14) })]
    #[case("press Food - Dining Out @3", Line::Press { button: "Food - Dining Out", message: Some(3) })]
    #[case("press me @home", Line::Press { button: "me @home", message: None })]
    #[case("reply @2 yesterday", Line::Reply { to: Some(2), text: "yesterday" })]
    #[case("reply groceries", Line::Reply { to: None, text: "groceries" })]
    #[case("rewrite @1 13 lunch", Line::Rewrite { message: Some(1), text: "13 lunch" })]
    #[case("rewrite 13 lunch", Line::Rewrite { message: None, text: "13 lunch" })]
    fn means(#[case] line: &str, #[case] meaning: Line<'_>) {
        assert_eq!(parse(line), Ok(meaning));
    }

    #[rstest]
    #[case("photo", LineError::Photo)]
    #[case("voice", LineError::Voice)]
    #[case("press", LineError::Press)]
    #[case("press @3", LineError::Press)]
    #[case("reply @3", LineError::Reply)]
    #[case("rewrite", LineError::Rewrite)]
    fn asks_for_the_rest(#[case] line: &str, #[case] error: LineError) {
        assert_eq!(parse(line), Err(error));
    }
}
