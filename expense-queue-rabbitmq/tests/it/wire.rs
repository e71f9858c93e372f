//! A wire between the queue and its broker that can be cut.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::copy_bidirectional;
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
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (whole, watched) = watch::channel(true);
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let mut watched = watched.clone();
                tokio::spawn(async move {
                    let passing = async {
                        let mut there = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
                        copy_bidirectional(&mut here, &mut there).await
                    };
                    tokio::select! {
                        _ = passing => {}
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
