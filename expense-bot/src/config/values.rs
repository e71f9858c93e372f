//! How values are written, whatever they are for.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

/// A whole number within these bounds, both included.
pub(super) fn count<T>(text: &str, least: T, most: T) -> Result<T, String>
where
    T: FromStr + PartialOrd + Display,
{
    match text.trim().parse() {
        Ok(number) if (&least..=&most).contains(&&number) => Ok(number),
        _ => Err(format!("write a whole number from {least} to {most}")),
    }
}

/// One of these words, in any case.
pub(super) fn one_of<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let text = text.trim();
    let found = words
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("write {}", words.join(" or "))
    })
}

/// Yes or no, in the words that people use for switches.
pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    let words = [("true", true), ("false", false)];
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "yes" | "on" => Ok(true),
        "0" | "no" | "off" => Ok(false),
        other => one_of(other, &words),
    }
}

/// The address of a web service, without a slash at its end.
pub(super) fn web_address(text: &str) -> Result<Url, &'static str> {
    let url: Url = text
        .trim()
        .trim_end_matches('/')
        .parse()
        .map_err(|_| "write an address such as https://example.org")?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err("write an address that begins with https:// or http://")
    }
}

/// Where a server listens.
pub(super) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.trim()
        .parse()
        .map_err(|_| "write ADDRESS:PORT, for example 127.0.0.1:8080 or 0.0.0.0:8080")
}

/// A directory that is there.
pub(super) fn directory(text: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(text);
    if path.is_dir() {
        Ok(path)
    } else {
        Err("there is no such directory; name the one that holds the models, or unset it")
    }
}

/// A time from a minute to a year.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    let (least, most) = (
        Duration::from_secs(60),
        Duration::from_secs(365 * 24 * 60 * 60),
    );
    span(text, least, most).ok_or("write a time such as 24h, 90m or 7days, from 1m to 365days")
}

/// A time within these bounds, both included.
pub(super) fn span(text: &str, least: Duration, most: Duration) -> Option<Duration> {
    let span = humantime::parse_duration(text.trim()).ok();
    span.filter(|span| (least..=most).contains(span))
}

/// A time from a second to a day, or 0 for none.
pub(super) fn copies(text: &str) -> Result<Duration, &'static str> {
    const WRITE: &str = "write a time such as 5m or 30s, from 1s to 1day, or 0 for no copies";
    const MOST: Duration = Duration::from_secs(24 * 60 * 60);
    if text.trim() == "0" {
        return Ok(Duration::ZERO);
    }
    let duration = humantime::parse_duration(text.trim()).map_err(|_| WRITE)?;
    match duration {
        Duration::ZERO => Ok(duration),
        _ if (Duration::from_secs(1)..=MOST).contains(&duration) => Ok(duration),
        _ => Err(WRITE),
    }
}
