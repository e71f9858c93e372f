//! A collector of this machine: it takes OTLP over gRPC, as the real ones do.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use h2::RecvStream;
use h2::server::SendResponse;
use http::{HeaderMap, HeaderValue, Request, Response};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::{TcpListener, TcpStream};

const PATIENCE: Duration = Duration::from_secs(60);
const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/// A message of gRPC is not compressed (0), and so many bytes long.
const PREFIX: usize = 5;

type Inbox = Arc<Mutex<Vec<Span>>>;

/// It ends with the runtime that it was started on.
pub(crate) struct Collector {
    inbox: Inbox,
    address: SocketAddr,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let inbox = Inbox::default();
        let here = Arc::clone(&inbox);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&here)));
            }
        });
        Self { inbox, address }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        self.inbox.lock().expect("nobody panicked").clone()
    }

    /// One whole trace, as soon as it has spans of all these names: all of its spans.
    pub(crate) async fn trace_with(&self, names: &[&str]) -> Vec<Span> {
        let begun = Instant::now();
        loop {
            let spans = self.spans();
            for trace in spans.iter().map(|span| &span.trace_id) {
                let of_it = spans.iter().filter(|span| span.trace_id == *trace);
                let of_it: Vec<Span> = of_it.cloned().collect();
                let has = |name: &&str| of_it.iter().any(|span| span.name == **name);
                if names.iter().all(has) {
                    return of_it;
                }
            }
            let waited = begun.elapsed();
            assert!(waited < PATIENCE, "no trace with {names:?}: {spans:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn serve(stream: TcpStream, inbox: Inbox) {
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    while let Some(Ok((request, answer))) = connection.accept().await {
        // It is answered while the connection is driven on.
        tokio::spawn(take(request, answer, Arc::clone(&inbox)));
    }
}

async fn take(request: Request<RecvStream>, mut answer: SendResponse<Bytes>, inbox: Inbox) {
    assert_eq!(request.uri().path(), EXPORT);
    let mut body = request.into_body();
    let mut message = BytesMut::new();
    while let Some(Ok(part)) = body.data().await {
        message.extend_from_slice(&part);
        let _ = body.flow_control().release_capacity(part.len());
    }
    let message = message.split_off(PREFIX);
    let told = ExportTraceServiceRequest::decode(&message[..]).expect("spans");
    let scopes = told
        .resource_spans
        .into_iter()
        .flat_map(|of| of.scope_spans);
    let spans = scopes.flat_map(|scope| scope.spans);
    inbox.lock().expect("nobody panicked").extend(spans);

    let head = Response::builder().header("content-type", "application/grpc");
    let head = head.body(()).expect("a head");
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    // The other side may have left.
    if let Ok(mut stream) = answer.send_response(head, false) {
        let _ = stream.send_data(Bytes::from_static(&[0; PREFIX]), false);
        let _ = stream.send_trailers(trailers);
    }
}
