//! Where traces go.

use url::Url;

use super::source::Source;
use super::values::web_address;

/// Where traces go, and how many.
#[derive(Debug, Clone)]
pub(crate) struct Traces {
    /// The collector, which takes OTLP over gRPC.
    pub(crate) endpoint: Url,
    /// Which part of all traces is kept, from 0 to 1.
    pub(crate) ratio: f64,
}

/// The collector that is set up, if one is.
pub(super) fn read(source: &mut Source) -> Option<Traces> {
    let endpoint = source.take("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    let ratio = source.take("OTEL_TRACES_SAMPLER_ARG", ratio);
    Some(Traces {
        endpoint: endpoint?,
        ratio: ratio.unwrap_or(1.0),
    })
}

fn endpoint(text: &str) -> Result<Url, &'static str> {
    if !cfg!(feature = "otel") {
        return Err("this build lacks the feature `otel`: build with it, or unset the address");
    }
    match web_address(text) {
        Ok(url) if url.scheme() == "http" => Ok(url),
        _ => Err(
            "write http://HOST:4317, the address of a collector that takes OTLP over gRPC; one beside the bot passes traces on encrypted",
        ),
    }
}

fn ratio(text: &str) -> Result<f64, &'static str> {
    match text.trim().parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => Err("write which part of the traces is kept, from 0 to 1, for example 0.01"),
    }
}
