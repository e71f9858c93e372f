//! The bot of the comparison: `TELOXIDE_TOKEN`, `TELEGRAM_API_URL`, `DATABASE_URL`, and with an
//! address in `WEBHOOK_ADDR` by webhook.

use std::error::Error;
use std::net::SocketAddr;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use teloxide::prelude::*;
use teloxide::update_listeners::webhooks;

/// As many as the database's own load generator has clients.
const CONNECTIONS: u32 = 16;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let database = std::env::var("DATABASE_URL")?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect(&database)
        .await?;
    let server: url::Url = std::env::var("TELEGRAM_API_URL")?.parse()?;
    let bot = Bot::from_env().set_api_url(server);
    let handler = Update::filter_message().endpoint(record);
    let mut dispatcher = Dispatcher::builder(bot.clone(), handler)
        .dependencies(dptree::deps![pool])
        .build();
    match std::env::var("WEBHOOK_ADDR") {
        Ok(address) => {
            let address: SocketAddr = address.parse()?;
            let url = format!("http://{address}/updates").parse()?;
            let options = webhooks::Options::new(address, url).max_connections(100);
            let listener = webhooks::axum(bot, options).await?;
            let errors = LoggingErrorHandler::new();
            dispatcher.dispatch_with_listener(listener, errors).await;
        }
        Err(_) => dispatcher.dispatch().await,
    }
    Ok(())
}

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// `1.25 lunch` becomes a row, and is answered.
async fn record(bot: Bot, message: Message, pool: PgPool) -> Outcome {
    let Some((amount, description)) = message.text().and_then(|text| text.split_once(' ')) else {
        return Ok(());
    };
    let category: i32 =
        sqlx::query_scalar("SELECT id FROM categories WHERE chat_id = $1 AND name = $2")
            .bind(message.chat.id.0)
            .bind("food")
            .fetch_one(&pool)
            .await?;
    sqlx::query(
        "INSERT INTO expenses (chat_id, category_id, amount, currency, description, day)
         VALUES ($1, $2, $3::numeric, 'EUR', $4, current_date)",
    )
    .bind(message.chat.id.0)
    .bind(category)
    .bind(amount)
    .bind(description)
    .execute(&pool)
    .await?;
    let answer = format!("{description} · €{amount} · food · today");
    bot.send_message(message.chat.id, answer).await?;
    Ok(())
}
