//! Whether the brokers are there, and how much waits in them.

use std::sync::Arc;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionListElem};

use crate::error::Failure;
use crate::queue::{KafkaQueue, Shared};

impl KafkaQueue {
    /// Whether the brokers are there; their topics are not looked at.
    pub async fn is_reachable(&self) -> bool {
        let asked = self.shared.on_a_thread(|shared| {
            let asked = shared
                .publisher
                .ask(&shared.names.updates, shared.config.patience);
            asked.map_err(Failure::from)
        });
        asked.await.is_ok()
    }

    /// How many updates no worker has settled yet. Those whose chats wait for another try are not
    /// counted, once they were moved aside.
    ///
    /// # Errors
    ///
    /// Those of the brokers.
    pub async fn waiting(&self) -> expense_core::ports::error::Result<u64> {
        let counted = async {
            drop(self.shared.ready_made().await?);
            self.shared.on_a_thread(count).await
        };
        counted.await.map_err(|failure| failure.during("waiting"))
    }
}

impl Shared {
    /// Does what may block.
    pub(crate) async fn on_a_thread<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let shared = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&shared)).await;
        done.unwrap_or(Err(Failure::Silent))
    }
}

fn count(shared: &Shared) -> Result<u64, Failure> {
    let patience = shared.config.patience;
    // It only asks: who does not subscribe is no member of the group.
    let asker: BaseConsumer = shared.config.worker().create()?;
    let all = |offset| {
        let mut list = TopicPartitionList::new();
        for partition in 0..i32::from(shared.config.partitions) {
            list.add_partition_offset(&shared.names.updates, partition, offset)?;
        }
        Ok::<_, Failure>(list)
    };
    // Which offsets are asked for is told in place of a time.
    let begins = asker.offsets_for_times(all(Offset::Beginning)?, patience)?;
    let ends = asker.offsets_for_times(all(Offset::End)?, patience)?;
    let settled = asker.committed_offsets(all(Offset::Invalid)?, patience)?;
    let of = |list: &TopicPartitionList, partition| {
        list.find_partition(&shared.names.updates, partition)
            .map_or(Ok(0), place)
    };
    let mut waiting = 0;
    for partition in 0..i32::from(shared.config.partitions) {
        let begin = of(&begins, partition)?;
        let next = of(&settled, partition)?.max(begin);
        waiting += u64::try_from(of(&ends, partition)? - next).unwrap_or(0);
    }
    Ok(waiting)
}

/// Where nothing was settled yet, there is no place.
fn place(element: TopicPartitionListElem<'_>) -> Result<i64, Failure> {
    element.error()?;
    Ok(match element.offset() {
        Offset::Offset(offset) => offset,
        _ => 0,
    })
}
