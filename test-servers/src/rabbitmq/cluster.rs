//! Several nodes that keep the same queues.

use super::{Server, ServerError};

impl Server {
    /// Starts so many nodes of one empty cluster. The first keeps the names of all: it may crash,
    /// but be dropped only with the others.
    ///
    /// # Errors
    ///
    /// A [`ServerError`] that says what is missing.
    pub fn start_cluster(nodes: usize) -> Result<Vec<Self>, ServerError> {
        let mut cluster = vec![Self::start()?];
        while cluster.len() < nodes {
            let node = Self::start_with(cluster.first(), false)?;
            node.control(&["stop_app"])?;
            node.control(&["join_cluster", &cluster[0].node()])?;
            node.control(&["start_app"])?;
            cluster.push(node);
        }
        Ok(cluster)
    }

    /// Nodes that talk to each other know the same secret.
    pub(super) fn share_cookie_of(&self, other: &Self) -> std::io::Result<()> {
        const COOKIE: &str = ".erlang.cookie";
        let ours = self.folder.path().join(COOKIE);
        if !ours.exists() {
            std::fs::copy(other.folder.path().join(COOKIE), &ours)?;
            if let Some((user, group)) = self.user {
                std::os::unix::fs::chown(&ours, Some(user), Some(group))?;
            }
        }
        Ok(())
    }
}
