//! A person at a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::bot::Bot;

/// What the editor of a line sends once it reads keys; a key pressed before is the terminal's.
const LISTENS: &str = "\x1b[?2004h";
const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const UP: &str = "\x1b[A";

/// How long something that must appear may take on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program on a terminal, and the person before it.
struct Person {
    terminal: File,
    screen: Receiver<Vec<u8>>,
    program: Child,
    /// What was shown and not yet looked at.
    shown: String,
}

impl Person {
    fn sits_at(bot: &Bot) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new())
            .unwrap()
            .into_string()
            .unwrap();
        let side = || Stdio::from(File::options().read(true).write(true).open(&name).unwrap());
        let mut command = bot.command(&[]);
        let program = command
            .env("TERM", "xterm")
            .stdin(side())
            .stdout(side())
            .stderr(side());
        let program = program.spawn().unwrap();
        let terminal = File::from(terminal);
        let screen = watch(terminal.try_clone().unwrap());
        let shown = String::new();
        Self {
            terminal,
            screen,
            program,
            shown,
        }
    }

    fn types(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until this is shown and gives all that was shown up to it.
    fn sees(&mut self, words: &str) -> String {
        loop {
            if let Some(at) = self.shown.find(words) {
                let rest = self.shown.split_off(at + words.len());
                return std::mem::replace(&mut self.shown, rest);
            }
            match self.screen.recv_timeout(PATIENCE) {
                Ok(piece) => self.shown += &String::from_utf8_lossy(&piece),
                Err(_) => panic!("never showed {words:?}: {:?}", self.shown),
            }
        }
    }

    fn sees_it_end(mut self) -> bool {
        self.program.wait().unwrap().success()
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _ = self.program.kill();
    }
}

/// What is shown, piece by piece, from a thread that can wait.
fn watch(mut terminal: File) -> Receiver<Vec<u8>> {
    let (pieces, screen) = channel();
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(read @ 1..) = terminal.read(&mut piece) {
            if pieces.send(piece[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    screen
}

#[test]
fn greets_prompts_answers_and_leaves() {
    let bot = Bot::new();
    let mut person = Person::sits_at(&bot);
    assert!(person.sees("> ").contains("12.50 lunch"));
    person.types("12.50 lunch\r");
    let answer = person.sees("@2");
    assert!(answer.contains("\x1b[7m[1 Edit]\x1b[0m"), "{answer:?}");
    person.sees("> ");
    person.types(CTRL_D);
    assert!(person.sees_it_end());
}

#[test]
fn colors_can_be_turned_off() {
    let bot = Bot::new().with("NO_COLOR", "1");
    let mut person = Person::sits_at(&bot);
    person.sees("> ");
    person.types("12.50 lunch\r");
    let answer = person.sees("@2");
    assert!(answer.contains("[1 Edit] [2 Undo]  @"), "{answer:?}");
}

#[test]
fn remembers_what_was_typed() {
    let bot = Bot::new();
    let mut person = Person::sits_at(&bot);
    person.sees("> ");
    person.types("12.50 lunch\r");
    person.sees("@2");
    person.sees("> ");
    person.types(CTRL_D);
    assert!(person.sees_it_end());

    let mut person = Person::sits_at(&bot);
    person.sees("> ");
    person.types(UP);
    person.sees("12.50 lunch");
    person.types("\r");
    person.sees("#2");
}

#[test]
fn interrupting_clears_then_asks_then_leaves() {
    let bot = Bot::new();
    let mut person = Person::sits_at(&bot);
    person.sees("> ");
    person.types("12.50 lun");
    person.sees("lun");
    person.types(CTRL_C);
    person.sees("> ");
    person.types("\r");
    person.sees(LISTENS);
    person.types(CTRL_C);
    person.sees("Ctrl-C once more");
    person.sees(LISTENS);
    person.types(CTRL_C);
    assert!(person.sees_it_end());
    assert!(!bot.chat(&["/list"]).join("\n").contains("lun"));
}
