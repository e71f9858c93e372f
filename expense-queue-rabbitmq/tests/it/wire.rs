//! A wire between the queue and its broker that can be cut, or is long.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A wire. While it is cut, whoever connects is sent away.
pub(crate) struct Wire {
    address: SocketAddr,
    whole: watch::Sender<bool>,
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
        tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let mut watched = watched.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = pass(here, port, delay) => {}
                        _ = watched.wait_for(|whole| !whole) => {}
                    }
                });
            }
        });
        Self { address, whole }
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
}

async fn pass(mut here: TcpStream, port: u16, delay: Duration) -> io::Result<()> {
    let mut there = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let ((mut from_here, mut to_here), (mut from_there, mut to_there)) =
        (here.split(), there.split());
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
    let back = async {
        copy(&mut from_there, &mut to_here).await?;
        to_here.shutdown().await
    };
    tokio::try_join!(out, back).map(|_| ())
}
