//! Reading partitions of a topic from their beginning to their end.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::topic_partition_list::Offset;

use crate::config::Config;
use crate::error::Failure;

/// How long one look may take.
const LOOK: Duration = Duration::from_millis(100);

/// Shows everything that stands there now, in the order of each partition, until `show` says that
/// it is enough. It blocks, for `longest` at most.
pub(crate) fn read(
    config: &Config,
    topic: &str,
    partitions: &[i32],
    longest: Duration,
    mut show: impl FnMut(&BorrowedMessage<'_>) -> bool,
) -> Result<(), Failure> {
    let mut left: HashSet<i32> = partitions.iter().copied().collect();
    if left.is_empty() {
        return Ok(());
    }
    let reader: BaseConsumer = config.reader().create()?;
    let mut all = TopicPartitionList::with_capacity(left.len());
    for partition in partitions {
        all.add_partition_offset(topic, *partition, Offset::Beginning)?;
    }
    reader.assign(&all)?;
    let begun = Instant::now();
    while !left.is_empty() {
        if begun.elapsed() > longest {
            return Err(Failure::Silent);
        }
        match reader.poll(LOOK) {
            Some(Ok(record)) if !show(&record) => break,
            None | Some(Ok(_)) => {}
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                left.remove(&partition);
            }
            Some(Err(error)) => match Failure::from(error) {
                // The client connects anew by itself.
                Failure::Unreachable | Failure::Silent => {}
                other => return Err(other),
            },
        }
    }
    Ok(())
}
