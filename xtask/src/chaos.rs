//! `cargo xtask chaos`: the scaled set-up as real processes on this machine, hit part by part.

use crate::shell::{self, Result, cargo};
use crate::{postgres, proxies, rabbitmq, redis};

/// The test that does it, once a part: see its module.
const TEST: &str = "telegram::chaos::nothing_is_lost_or_doubled_whichever_part_fails";

/// Hits each part so often, and prints what came of it as JSON.
pub(crate) fn run(rounds: u32, seed: u64) -> Result {
    postgres::found()?;
    redis::found()?;
    rabbitmq::found()?;
    proxies::ensure()?;
    let test = ["test", "--package=expense-tests", "--all-features"];
    let mut chaos = cargo(&test);
    chaos
        .args(["--test", "end_to_end", "--", "--exact", TEST, "--nocapture"])
        .env("CHAOS_ROUNDS", rounds.to_string())
        .env("SEED", seed.to_string());
    shell::run(&mut chaos)
}
