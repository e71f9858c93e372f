//! What a build says that lacks an adapter: it names the feature, whatever the value is.
//!
//! Each build proves what it lacks, the full one nothing: `cargo xtask ci` runs the small ones.

use rstest::rstest;

use super::tests::mistakes;

#[rstest]
#[case::sqlite(cfg!(feature = "sqlite"), "sqlite", ("DATABASE_URL", "sqlite:///srv/a.db"))]
#[case::a_file_by_itself(cfg!(feature = "sqlite"), "sqlite", ("DATABASE_URL", ""))]
#[case::postgres(cfg!(feature = "postgres"), "postgres", ("DATABASE_URL", "postgres://eve@db/eve"))]
#[case::replicas(cfg!(feature = "postgres"), "postgres", ("DATABASE_REPLICA_URLS", "postgres://eve@db/eve"))]
#[case::telegram(cfg!(feature = "telegram"), "telegram", ("TELEGRAM_BOT_TOKEN", "1:a"))]
#[case::gemini(cfg!(feature = "gemini"), "gemini", ("GEMINI_API_KEY", "key"))]
#[case::gemini_alone(cfg!(feature = "gemini"), "gemini", ("OCR", "gemini"))]
#[case::local(cfg!(feature = "ocr-local"), "ocr-local", ("OCR", "local"))]
#[case::traces(cfg!(feature = "otel"), "otel", ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"))]
#[case::redis(cfg!(feature = "redis"), "redis", ("REDIS_URL", "redis://cache"))]
#[case::cluster(
    cfg!(feature = "redis-cluster"),
    if cfg!(feature = "redis") { "redis-cluster" } else { "redis" },
    ("REDIS_URL", "redis+cluster://a,b")
)]
#[case::rabbitmq(cfg!(feature = "rabbitmq"), "rabbitmq", ("AMQP_URL", "amqp://eve@queue"))]
#[case::kafka(cfg!(feature = "kafka"), "kafka", ("KAFKA_BROKERS", "queue:9092"))]
#[case::amqps(cfg!(feature = "amqps") || !cfg!(feature = "rabbitmq"), "amqps", ("AMQP_URL", "amqps://eve@queue"))]
#[case::rates(cfg!(feature = "fx"), "fx", ("FX_API_URL", "https://rates.example"))]
fn what_is_lacking_is_named(
    #[case] there: bool,
    #[case] feature: &str,
    #[case] variable: (&str, &str),
) {
    let mistakes = mistakes(&[("HOME", "/home/eve"), variable], None);
    let (name, _) = variable;
    let named = mistakes.iter().any(|mistake| {
        mistake.starts_with(name) && mistake.contains(&format!("lacks the feature `{feature}`"))
    });
    assert_eq!(named, !there, "{mistakes:?}");
}
