//! A wire to a database that can be cut, be still, or lose answers.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It arrives.
    Clear,
    /// It waits.
    Still,
    /// Requests arrive, answers are lost: such connections have to be cut then.
    Mute,
}

/// Connections to one address, by way of a port of its own.
pub(super) struct Wire {
    address: SocketAddr,
    state: watch::Sender<State>,
    /// Every connection ends when this changes.
    cuts: watch::Sender<()>,
    accepting: JoinHandle<()>,
}

impl Wire {
    pub(super) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (state, states) = watch::channel(State::Clear);
        let (cuts, cut) = watch::channel(());
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (states, mut cut) = (states.clone(), cut.clone());
                cut.mark_unchanged();
                tokio::spawn(async move {
                    tokio::select! {
                        () = connect(client, server, states) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self {
            address,
            state,
            cuts,
            accepting,
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn set(&self, state: State) {
        self.state.send_replace(state);
    }

    pub(super) fn cut(&self) {
        self.cuts.send_replace(());
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

/// Until one side ends.
async fn connect(client: TcpStream, server: SocketAddr, states: watch::Receiver<State>) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    // What waits for more would wait for an acknowledgement, too.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (questions, to_client) = client.into_split();
    let (answers, to_server) = server.into_split();
    tokio::select! {
        () = pass(questions, to_server, states.clone(), false) => {}
        () = pass(answers, to_client, states, true) => {}
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut states: watch::Receiver<State>,
    are_answers: bool,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let state = states.wait_for(|state| *state != State::Still).await;
        let state = state.map(|state| *state).unwrap_or(State::Clear);
        if are_answers && state == State::Mute {
            continue;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
