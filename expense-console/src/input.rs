//! Lines as they come, from a pipe or from a terminal.

use std::io::{self, BufRead, Read};

use tokio::sync::{mpsc, oneshot};

/// The longest line that is read, in bytes; far more than the longest message.
pub(crate) const LINE_BYTES: usize = 64 * 1024;
/// Lines that are read ahead of their answers.
const AHEAD: usize = 16;

/// What is to be read. It ends by itself, or with the process.
#[derive(Debug)]
pub struct Input {
    pub(crate) lines: mpsc::Receiver<Heard>,
}

/// One line, or why there is none.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) what: What,
    /// Told when the line has its answer, where somebody waits for that.
    pub(crate) answered: Option<oneshot::Sender<()>>,
}

/// What was heard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum What {
    Line(String),
    /// More than [`LINE_BYTES`].
    TooLong,
    /// Bytes that are no UTF-8.
    NotText,
}

impl Input {
    /// The lines of `source`, read by a thread of their own: reading blocks.
    pub(crate) fn pipe(mut source: impl Read + Send + 'static) -> Self {
        Self::reading(move |heard| {
            let mut source = io::BufReader::new(&mut source);
            while let Some(what) = next(&mut source) {
                let answered = None;
                if heard.blocking_send(Heard { what, answered }).is_err() {
                    return;
                }
            }
        })
    }

    /// What a thread of its own sends.
    pub(crate) fn reading(read: impl FnOnce(mpsc::Sender<Heard>) + Send + 'static) -> Self {
        let (heard, lines) = mpsc::channel(AHEAD);
        // Not one of the runtime's threads: those are waited for at the end, and this one may
        // sit in a read that never returns.
        std::thread::spawn(move || read(heard));
        Self { lines }
    }
}

/// The next line without its end; `None` at the end of input. An error ends it, too.
fn next(source: &mut impl BufRead) -> Option<What> {
    let mut line = Vec::new();
    let bound = LINE_BYTES as u64 + 1;
    let read = source.by_ref().take(bound).read_until(b'\n', &mut line);
    match read {
        Ok(0) | Err(_) => None,
        Ok(_) if line.len() > LINE_BYTES && !line.ends_with(b"\n") => {
            skip_line(source);
            Some(What::TooLong)
        }
        Ok(_) => Some(String::from_utf8(line).map_or(What::NotText, |line| {
            What::Line(line.trim_end_matches(['\n', '\r']).to_owned())
        })),
    }
}

/// Passes over the rest of a line in pieces of the reader's own size.
fn skip_line(source: &mut impl BufRead) {
    while let Ok(piece) = source.fill_buf() {
        let (used, over) = match piece.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (piece.len(), piece.is_empty()),
        };
        source.consume(used);
        if over {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<What> {
        let mut source = io::BufReader::new(bytes);
        std::iter::from_fn(|| next(&mut source)).collect()
    }

    fn line(text: &str) -> What {
        What::Line(text.to_owned())
    }

    #[test]
    fn ends_of_lines() {
        let heard = lines(b"a\r\nb\n\nlast");
        assert_eq!(heard, [line("a"), line("b"), line(""), line("last")]);
    }

    #[test]
    fn bad_lines_do_not_stop_the_next() {
        let mut bytes = vec![b'x'; 10 * LINE_BYTES];
        bytes.extend(b"\n\xff\xfe\nok\n");
        assert_eq!(lines(&bytes), [What::TooLong, What::NotText, line("ok")]);
    }

    #[test]
    fn the_longest_line_is_read() {
        let longest = "x".repeat(LINE_BYTES);
        assert_eq!(lines(longest.as_bytes()), [line(&longest)]);
        assert_eq!(lines(format!("{longest}\n").as_bytes()), [line(&longest)]);
        assert_eq!(lines(format!("{longest}x").as_bytes()), [What::TooLong]);
    }
}
