//! Who reads receipts and voice.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::source::Source;
use super::values::{count, directory, web_address};

/// Who reads receipts, in the order in which they are asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readers {
    /// Google's model, the first where it is configured.
    pub(crate) gemini: Option<Gemini>,
    /// This machine.
    pub(crate) local: bool,
    /// A copy of the local reader's models, instead of the one in the data directory.
    pub(crate) models: Option<PathBuf>,
}

/// Google's model, and how much of it may be used.
#[derive(Debug, Clone)]
pub(crate) struct Gemini {
    /// What pays for it.
    pub(crate) key: SecretString,
    /// Where it is asked; Google's own server when `None`.
    pub(crate) api: Option<Url>,
    /// Which model; the adapter's own choice when `None`.
    pub(crate) model: Option<String>,
    /// Requests in any minute.
    pub(crate) per_minute: u32,
    /// Requests in any day.
    pub(crate) per_day: u32,
    /// Requests at a time.
    pub(crate) concurrency: usize,
}

const PER_MINUTE: u32 = 50;
const PER_DAY: u32 = 1_000;
const CONCURRENCY: u32 = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Auto,
    Local,
    Gemini,
    Nobody,
}

/// The readers that are configured.
pub(super) fn read(source: &mut Source) -> Readers {
    let gemini = gemini(source);
    let choice = source.take("OCR", choice).unwrap_or(Choice::Auto);
    let models = source.take("OCR_MODEL_DIR", directory);
    if choice == Choice::Gemini && gemini.is_none() && !source.is_wrong("GEMINI_API_KEY") {
        source.wrong("GEMINI_API_KEY", "is needed with OCR=gemini");
    }
    Readers {
        gemini: gemini.filter(|_| matches!(choice, Choice::Auto | Choice::Gemini)),
        local: cfg!(feature = "ocr-local") && matches!(choice, Choice::Auto | Choice::Local),
        models,
    }
}

fn gemini(source: &mut Source) -> Option<Gemini> {
    let key = source.take("GEMINI_API_KEY", key);
    let api = source.take("GEMINI_API_URL", web_address);
    let model = source.take("GEMINI_MODEL", model);
    let mut number = |name, most| source.take(name, |text| count(text, 1, most));
    let per_minute = number("GEMINI_REQUESTS_PER_MINUTE", 100_000);
    let per_day = number("GEMINI_REQUESTS_PER_DAY", 100_000_000);
    let concurrency = number("GEMINI_CONCURRENCY", 1_000);
    Some(Gemini {
        key: key?,
        api,
        model,
        per_minute: per_minute.unwrap_or(PER_MINUTE),
        per_day: per_day.unwrap_or(PER_DAY),
        concurrency: usize::try_from(concurrency.unwrap_or(CONCURRENCY)).unwrap_or(1),
    })
}

fn choice(text: &str) -> Result<Choice, &'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "auto" => Ok(Choice::Auto),
        "local" if !cfg!(feature = "ocr-local") => {
            Err("this build lacks the feature `ocr-local`: build with it, or write gemini or none")
        }
        "local" => Ok(Choice::Local),
        "gemini" if !cfg!(feature = "gemini") => {
            Err("this build lacks the feature `gemini`: build with it, or write local or none")
        }
        "gemini" => Ok(Choice::Gemini),
        "none" => Ok(Choice::Nobody),
        _ => Err("write auto, local, gemini or none"),
    }
}

fn key(text: &str) -> Result<SecretString, &'static str> {
    let text = text.trim();
    if !cfg!(feature = "gemini") {
        Err("this build lacks the feature `gemini`: build with it, or unset the key")
    } else if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.into())
    } else {
        Err("is no key: a key has visible ASCII characters only")
    }
}

fn model(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    let name = name.strip_prefix("models/").unwrap_or(name);
    let fits = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if fits {
        Ok(name.to_owned())
    } else {
        Err("write a model's name, for example gemini-2.5-flash")
    }
}
