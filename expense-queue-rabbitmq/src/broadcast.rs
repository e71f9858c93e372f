//! Hearing what is said to everybody.

use lapin::options::{
    BasicConsumeOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, Consumer, ExchangeKind};

use crate::error::Failure;
use crate::link::answer;
use crate::shared::Shared;

/// What is said at this exchange from now on, by a queue that goes with its connection. Where more
/// than so much waits to be heard, the oldest goes.
pub(crate) async fn listen(
    shared: &Shared,
    exchange: &str,
    waiting: i64,
) -> Result<(Channel, Consumer), Failure> {
    let patience = shared.config.patience;
    let channel = shared.consuming.channel().await?;
    let none = FieldTable::default;
    let durable = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    // A broker that was set up by an earlier version may lack it.
    let fanout = ExchangeKind::Fanout;
    let declared = channel.exchange_declare(exchange.into(), fanout, durable, none());
    answer(patience, declared).await?;
    let mut bounded = FieldTable::default();
    bounded.insert("x-max-length".into(), AMQPValue::LongLongInt(waiting));
    let name = ShortString::from(format!("{exchange}.{}", shared.mark()));
    let declared = channel.queue_declare(name.clone(), QueueDeclareOptions::exclusive(), bounded);
    answer(patience, declared).await?;
    let options = QueueBindOptions::default();
    let bound = channel.queue_bind(name.clone(), exchange.into(), "".into(), options, none());
    answer(patience, bound).await?;
    let options = BasicConsumeOptions {
        no_ack: true,
        ..BasicConsumeOptions::default()
    };
    let consumed = channel.basic_consume(name, "".into(), options, none());
    let consumer = answer(patience, consumed).await?;
    Ok((channel, consumer))
}
