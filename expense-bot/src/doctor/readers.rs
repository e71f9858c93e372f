//! Who reads receipts.

use super::{Finding, finding};
use crate::config::Config;

/// Whether every configured reader can read.
pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(gemini::examine(config).await);
    findings.extend(local::examine(config));
    if findings.is_empty() {
        let nobody = "nobody, as OCR says: photos ask for the amount";
        findings.push(finding("readers", Ok::<_, String>(nobody)));
    }
    findings
}

#[cfg(feature = "gemini")]
mod gemini {
    use std::sync::Arc;

    use expense_core::memory::clock::SystemClock;

    use super::super::{Finding, finding};
    use crate::config::{Config, Gemini};
    use crate::wire::readers::gemini::client;

    pub(super) async fn examine(config: &Config) -> Option<Finding> {
        let gemini = config.readers.gemini.as_ref()?;
        Some(finding("gemini", check(gemini).await))
    }

    async fn check(gemini: &Gemini) -> Result<String, String> {
        let client = client(gemini, Arc::new(SystemClock));
        let client = client.map_err(|error| error.to_string())?;
        client.check().await.map_err(|error| error.to_string())
    }
}

#[cfg(not(feature = "gemini"))]
mod gemini {
    use super::super::Finding;
    use crate::config::Config;

    pub(super) async fn examine(_: &Config) -> Option<Finding> {
        None
    }
}

#[cfg(feature = "ocr-local")]
mod local {
    use std::process::{Command, Stdio};

    use expense_ocr_local::Models;

    use super::super::{Finding, finding};
    use crate::config::Config;

    pub(super) fn examine(config: &Config) -> Vec<Finding> {
        if !config.readers.local {
            return Vec::new();
        }
        let folder = crate::models::folder(config);
        let models = Models::locate(&folder).and_then(|models| models.verify());
        let missing = models.is_err();
        let sound = format!("{}, complete and sound", folder.display());
        let mut findings = vec![finding("models", models.map(|()| sound))];
        // Pip is needed once: with the models in place nobody misses it.
        if missing {
            findings.push(finding("pip", pip()));
        }
        findings
    }

    fn pip() -> Result<&'static str, &'static str> {
        let there = [
            ("pip3", &["--version"][..]),
            ("pip", &["--version"]),
            ("python3", &["-m", "pip", "--version"]),
        ]
        .into_iter()
        .any(|(program, args)| {
            let quiet = Command::new(program)
                .args(args)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            quiet.is_ok_and(|status| status.success())
        });
        if there {
            Ok("ready to fetch the models")
        } else {
            Err("is not there: install Python 3 with pip to fetch the models, or set OCR_MODEL_DIR")
        }
    }
}

#[cfg(not(feature = "ocr-local"))]
mod local {
    use super::super::Finding;
    use crate::config::Config;

    pub(super) fn examine(_: &Config) -> Vec<Finding> {
        Vec::new()
    }
}
