//! A wire between the queue and its broker that can be cut, is long, or loses what confirms.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A wire. While it is cut, whoever connects is sent away.
pub(crate) struct Wire {
    address: SocketAddr,
    whole: watch::Sender<bool>,
    theft: Arc<Theft>,
}

impl Wire {
    /// A wire to this port.
    pub(crate) async fn to(port: u16) -> Self {
        Self::long(port, Duration::ZERO).await
    }

    /// A wire on which each word to the broker takes its time.
    pub(crate) async fn long(port: u16, delay: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (whole, watched) = watch::channel(true);
        let address = listener.local_addr().unwrap();
        let theft = Arc::new(Theft::default());
        let thief = Arc::clone(&theft);
        tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let (mut watched, thief) = (watched.clone(), Arc::clone(&thief));
                tokio::spawn(async move {
                    tokio::select! {
                        _ = pass(here, port, delay, &thief) => {}
                        _ = watched.wait_for(|whole| !whole) => {}
                    }
                });
            }
        });
        Self {
            address,
            whole,
            theft,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("amqp://{}", self.address)
    }

    pub(crate) fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub(crate) fn mend(&self) {
        self.whole.send_replace(true);
    }

    /// From now on nothing is confirmed on the channels that there are: it is refused, or nothing is
    /// said. A node does either that takes a queue's leader to be one that has died. On new channels all
    /// is well.
    pub(crate) fn rob(&self, refuses: bool) {
        self.theft.refuses.store(refuses, Ordering::SeqCst);
        self.theft.count.fetch_add(1, Ordering::SeqCst);
    }
}

/// What happens to the confirms of channels that were there at the last of so many thefts.
#[derive(Default)]
struct Theft {
    count: AtomicUsize,
    refuses: AtomicBool,
}

async fn pass(mut here: TcpStream, port: u16, delay: Duration, theft: &Theft) -> io::Result<()> {
    let mut there = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let ((mut from_here, to_here), (from_there, mut to_there)) = (here.split(), there.split());
    let out = async {
        let mut words = vec![0; 64 * 1024];
        loop {
            let count = from_here.read(&mut words).await?;
            if count == 0 {
                return to_there.shutdown().await;
            }
            tokio::time::sleep(delay).await;
            to_there.write_all(&words[..count]).await?;
        }
    };
    tokio::try_join!(out, pass_back(from_there, to_here, theft)).map(|_| ())
}

/// Passes on what the broker says, frame by frame (AMQP 0-9-1, 4.2.3): kind, channel, length, as many
/// bytes, and one for the end.
async fn pass_back(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, theft: &Theft) -> io::Result<()> {
    const METHOD: u8 = 1;
    const SELECTED: [u8; 4] = [0, 85, 0, 11];
    const ACK: [u8; 4] = [0, 60, 0, 80];
    const NACK: [u8; 4] = [0, 60, 0, 120];
    let mut confirming = HashMap::new();
    loop {
        let mut head = [0; 7];
        if from.read_exact(&mut head).await.is_err() {
            return to.shutdown().await;
        }
        let channel = u16::from_be_bytes([head[1], head[2]]);
        let length = u32::from_be_bytes([head[3], head[4], head[5], head[6]]);
        let mut rest = vec![0; usize::try_from(length).unwrap() + 1];
        from.read_exact(&mut rest).await?;
        let now = theft.count.load(Ordering::SeqCst);
        if head[0] == METHOD && rest.starts_with(&SELECTED) {
            confirming.insert(channel, now);
        }
        let is_ack = head[0] == METHOD && rest.starts_with(&ACK);
        if is_ack && confirming.get(&channel).is_some_and(|then| *then < now) {
            match theft.refuses.load(Ordering::SeqCst) {
                true => rest[..NACK.len()].copy_from_slice(&NACK),
                false => continue,
            }
        }
        to.write_all(&[&head[..], &rest].concat()).await?;
    }
}
