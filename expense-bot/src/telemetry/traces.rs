//! Traces for a collector, by OTLP over gRPC.

use std::num::{NonZeroU64, NonZeroU128};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use expense_core::domain::trace::{Trace, TraceParent};
use expense_core::service::trace::{TARGET, Tracing};
use opentelemetry::Context;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId, TraceState,
    Tracer, TracerProvider,
};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData};
use tokio::runtime::Runtime;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use crate::config;
use crate::error::Failure;

/// What the traces are said to be of, unless `OTEL_SERVICE_NAME` says otherwise.
const SERVICE: &str = "expense-bot";
/// How long the collector may take for one batch.
const EXPORT: Duration = Duration::from_secs(5);
/// How long the end waits for the last batch.
const END: Duration = Duration::from_millis(600);

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// Spans on their way to the collector: at most 2,048 wait, in a thread of their own. Those
/// beyond are dropped, so that nothing waits for a collector.
pub(crate) struct Traces {
    provider: SdkTracerProvider,
    /// The connection lives here, since the program's own runtime has one thread for the chat.
    runtime: Option<Runtime>,
}

impl Traces {
    /// Begins to trace. Once a process.
    pub(super) fn start(config: &config::Traces) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("traces")
            .enable_all()
            .build()?;
        let exporter = {
            let _entered = runtime.enter();
            SpanExporter::builder()
                .with_tonic()
                .with_endpoint(config.endpoint.as_str())
                .with_timeout(EXPORT)
                .build()
        };
        // The configuration has checked it.
        let exporter = exporter.map_err(|error| {
            Failure::Refused(format!(
                "OTEL_EXPORTER_OTLP_ENDPOINT can't be used: {error}"
            ))
        })?;
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(SERVICE);
        }
        // What another process has begun is kept or left as that one decided.
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.ratio)));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(Telling::new(exporter))
            .with_sampler(sampler)
            .with_resource(resource.build())
            .build();
        let _ = TRACER.set(provider.tracer(SERVICE));
        Ok(Self {
            provider,
            runtime: Some(runtime),
        })
    }

    /// What makes spans of this program's own; of what others log nothing is sent anywhere.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_level(false)
            .with_target(false)
            .with_filter(filter_fn(|metadata| {
                metadata.is_span() && metadata.target() == TARGET
            }))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if self.provider.shutdown_with_timeout(END).is_err() {
            tracing::warn!("the last traces were not delivered");
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// How the service's spans are tied to those of other processes.
pub(crate) fn tracing() -> Tracing {
    if TRACER.get().is_none() {
        return Tracing::default();
    }
    Tracing {
        current,
        adopt: |span, parent| {
            // One that is not recorded has no place in a trace.
            let _ = span.set_parent(context(parent));
        },
        waited,
    }
}

fn current() -> Option<TraceParent> {
    let context = Span::current().context();
    let span = context.span();
    let context = span.span_context();
    Some(TraceParent {
        trace: NonZeroU128::new(u128::from_be_bytes(context.trace_id().to_bytes()))?,
        span: NonZeroU64::new(u64::from_be_bytes(context.span_id().to_bytes()))?,
        sampled: context.is_sampled(),
    })
}

fn context(parent: TraceParent) -> Context {
    let flags = if parent.sampled {
        TraceFlags::SAMPLED
    } else {
        TraceFlags::NOT_SAMPLED
    };
    Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from(parent.trace.get()),
        SpanId::from(parent.span.get()),
        flags,
        true,
        TraceState::NONE,
    ))
}

fn waited(trace: Trace, until: DateTime<Utc>) {
    if let Some(tracer) = TRACER.get() {
        let span = tracer
            .span_builder("queue")
            .with_kind(SpanKind::Internal)
            .with_start_time(SystemTime::from(trace.at));
        let mut span = tracer.build_with_context(span, &context(trace.parent));
        // Clocks of two machines differ.
        span.end_with_timestamp(SystemTime::from(until.max(trace.at)));
    }
}

/// An exporter that says once when traces are lost, and when they are not any more.
#[derive(Debug)]
struct Telling<E> {
    inner: E,
    failing: AtomicBool,
}

impl<E> Telling<E> {
    fn new(inner: E) -> Self {
        Self {
            inner,
            failing: AtomicBool::new(false),
        }
    }
}

impl<E: opentelemetry_sdk::trace::SpanExporter> opentelemetry_sdk::trace::SpanExporter
    for Telling<E>
{
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let exported = self.inner.export(batch).await;
        match (
            self.failing.swap(exported.is_err(), Ordering::SeqCst),
            &exported,
        ) {
            (false, Err(_)) => tracing::warn!(
                "the collector takes no traces: they are lost until it does, see OTEL_EXPORTER_OTLP_ENDPOINT"
            ),
            (true, Ok(())) => tracing::info!("the collector takes traces again"),
            _ => {}
        }
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

#[cfg(test)]
#[path = "../../tests/seeing/collector.rs"]
mod collector;
#[cfg(test)]
mod tests;
