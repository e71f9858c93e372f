//! Whether the user of the server may do all that it will be asked for.

use redis::Cmd;

use crate::client::Redis;
use crate::error::{Failure, OpenError};

/// The commands that operations and their scripts use, with the words behind the key: at a key that
/// is not there, they change nothing.
const OF_A_KEY: [(&str, &[&str]); 21] = [
    ("GET", &[]),
    ("GETRANGE", &["0", "0"]),
    ("SET", &["0", "XX"]),
    ("EXPIRE", &["1"]),
    ("PEXPIRE", &["1"]),
    ("XADD", &["NOMKSTREAM", "*", "rung", "0"]),
    ("XREVRANGE", &["+", "-", "COUNT", "1"]),
    ("ZADD", &["XX", "0", "0"]),
    ("ZSCORE", &["0"]),
    ("ZCARD", &[]),
    ("ZCOUNT", &["0", "0"]),
    ("ZREVRANGE", &["0", "0"]),
    ("ZRANGEBYSCORE", &["0", "0"]),
    ("ZREM", &["0"]),
    ("ZREMRANGEBYSCORE", &["0", "0"]),
    ("HGET", &["0"]),
    ("HLEN", &[]),
    ("HGETALL", &[]),
    // A hash goes with its last field.
    ("HSET", &["0", "0"]),
    ("HDEL", &["0"]),
    ("DEL", &[]),
];

/// Tries each command.
///
/// # Errors
///
/// The first that the user may not use on keys of this prefix.
pub(crate) async fn check(redis: &Redis) -> Result<(), OpenError> {
    let (names, commands): (Vec<_>, Vec<_>) =
        all(&redis.key("doctor", "rights")).into_iter().unzip();
    let answers = redis.all(commands).await.map_err(Failure::opening)?;
    for (name, answer) in names.into_iter().zip(answers) {
        // Whatever else is refused was let through to be refused.
        if matches!(answer, Err(Failure::Denied)) {
            return Err(OpenError::Forbidden(name));
        }
    }
    Ok(())
}

fn all(key: &str) -> Vec<(&'static str, Cmd)> {
    let mut read = redis::cmd("XREAD");
    read.arg("COUNT").arg(1).arg("STREAMS").arg(key).arg("0");
    let mut load = redis::cmd("SCRIPT");
    load.arg("LOAD").arg("return 0");
    // Nobody knows a script of this name.
    let mut run = redis::cmd("EVALSHA");
    run.arg("0".repeat(40)).arg(1).arg(key);
    let others = [
        ("INFO", redis::cmd("INFO")),
        ("TIME", redis::cmd("TIME")),
        ("XREAD", read),
        ("SCRIPT LOAD", load),
        ("EVALSHA", run),
    ];
    let of_a_key = OF_A_KEY.iter().map(|(name, words)| {
        let mut command = redis::cmd(name);
        command.arg(key).arg(*words);
        (*name, command)
    });
    others.into_iter().chain(of_a_key).collect()
}
