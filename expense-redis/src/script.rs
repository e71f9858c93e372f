//! A script that is asked for the same of several keys at once.
//!
//! A server that begins a script once does not look it up and set it up for each of them.

use redis::{Arg, Cmd, Script, Value};

use crate::client::Server;
use crate::error::Failure;

/// At most so many at once: nobody else is answered meanwhile.
const AT_ONCE: usize = 128;

/// A script and the name that servers know it by. It does one set of keys and arguments after the
/// other and answers with a list.
pub(crate) struct Lua {
    code: &'static str,
    hash: String,
    /// How many keys a set begins with.
    keys: usize,
}

impl Lua {
    pub(crate) fn new(code: &'static str, keys: usize) -> Self {
        let hash = Script::new(code).get_hash().to_owned();
        Self { code, hash, keys }
    }

    /// The answer to each of these sets.
    pub(crate) async fn all(
        &self,
        server: &Server,
        sets: Vec<Cmd>,
    ) -> Result<Vec<Result<Value, Failure>>, Failure> {
        let mut answers = Vec::with_capacity(sets.len());
        for some in sets.chunks(AT_ONCE) {
            match self.run(server, some).await {
                Ok(list) => answers.extend(list.into_iter().map(Ok)),
                // One that fails takes none along.
                Err(Failure::Refused(_) | Failure::Unknown) if some.len() > 1 => {
                    for set in some.chunks(1) {
                        let list = self.run(server, set).await;
                        answers.push(list.map(|mut list| list.remove(0)));
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(answers)
    }

    /// The answers, as many as there are sets.
    async fn run(&self, server: &Server, sets: &[Cmd]) -> Result<Vec<Value>, Failure> {
        let command = self.command(sets);
        let answer: Result<Vec<Value>, Failure> = match server.ask(&command).await {
            Err(Failure::Refused(code)) if code == "NOSCRIPT" => {
                let mut load = redis::cmd("SCRIPT");
                load.arg("LOAD").arg(self.code);
                server.ask::<()>(&load).await?;
                server.ask(&command).await
            }
            answer => answer,
        };
        let answer = answer?;
        if answer.len() == sets.len() {
            Ok(answer)
        } else {
            Err(Failure::Unknown)
        }
    }

    fn command(&self, sets: &[Cmd]) -> Cmd {
        let mut command = redis::cmd("EVALSHA");
        command.arg(&self.hash).arg(self.keys * sets.len());
        for set in sets {
            command.arg(words(set).take(self.keys).collect::<Vec<_>>());
        }
        for set in sets {
            command.arg(words(set).skip(self.keys).collect::<Vec<_>>());
        }
        command
    }
}

fn words(set: &Cmd) -> impl Iterator<Item = &[u8]> {
    set.args_iter().filter_map(|word| match word {
        Arg::Simple(word) => Some(word),
        _ => None,
    })
}
