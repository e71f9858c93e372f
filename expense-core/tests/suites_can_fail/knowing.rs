//! Sources of rates, listeners and categorizers with a flaw.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use expense_core::domain::currency::Currency;
use expense_core::domain::exchange::{Pair, Rate};
use expense_core::domain::speech::{Speech, Spoken, Transcript};
use expense_core::memory::fx::MemoryRates;
use expense_core::ports::categorizer::{Categorizer, Subject, Suggestion};
use expense_core::ports::error::Result;
use expense_core::ports::fx::FxRates;
use expense_core::ports::speech::{Heard, Recording, SpeechReader};
use expense_core::testing::conformance::{Bench, categorizer, fx, fx::FxBench, speech};
use expense_core::testing::fixtures::{conversion, day, money};

use crate::fails;

/// Tells the newest rate of all, whatever day is asked for.
struct Today(MemoryRates);

#[async_trait]
impl FxRates for Today {
    async fn rate(&self, pair: Pair, _: NaiveDate) -> Result<Option<Rate>> {
        self.0.rate(pair, day("2026-05-04")).await
    }
}

#[tokio::test]
async fn a_source_that_knows_only_todays_rate() {
    let bench = || {
        let pair = Pair::new(Currency::USD, Currency::EUR).expect("two currencies");
        let rate = conversion(money("1", "USD"), "EUR", "0.8868").rate;
        let rates = ["2026-05-01", "2026-05-04"].map(|date| Rate {
            day: day(date),
            ..rate.clone()
        });
        let table = MemoryRates::new(rate.source).with(pair, rates[1].day, rate.factor);
        FxBench {
            port: Arc::new(Today(table)),
            pair,
            rates,
            unknown: Pair::new(Currency::EUR, Currency::USD).expect("two currencies"),
        }
    };
    assert!(fails(fx::a_rate_is_never_of_a_later_day(bench())).await);
    assert!(fails(fx::an_old_rate_is_none(bench())).await);
    assert!(fails(fx::a_day_before_all_rates_is_a_value(bench())).await);
}

/// Hears an expense in everything, however long it is.
struct Eager;

#[async_trait]
impl SpeechReader for Eager {
    async fn read(&self, _: &Recording) -> Result<Heard> {
        Ok(Heard {
            place: "here".to_owned(),
            speech: Speech::Expense {
                transcript: Transcript::new("ten euros"),
                expense: Box::new(Spoken::default()),
            },
        })
    }
}

#[tokio::test]
async fn a_speech_reader_that_hears_voices() {
    let eager = || Bench::new(Arc::new(Eager) as Arc<dyn SpeechReader>);
    assert!(fails(speech::silence_is_a_value(eager())).await);
    assert!(fails(speech::a_text_file_is_a_value(eager())).await);
    assert!(fails(speech::oversize_is_denied(eager())).await);
}

/// Makes up a category where it is told to, and never looks at those there are.
struct Inventive;

#[async_trait]
impl Categorizer for Inventive {
    async fn suggest(&self, subject: &Subject) -> Result<Option<Suggestion>> {
        let told = subject.description.as_str().contains("Mallory");
        let category = if told {
            "Gifts for Mallory"
        } else {
            "Transportation"
        };
        Ok(Some(Suggestion {
            category: category.to_owned(),
            place: "here".to_owned(),
        }))
    }
}

#[tokio::test]
async fn a_categorizer_that_does_as_it_is_told() {
    let inventive = || Bench::new(Arc::new(Inventive) as Arc<dyn Categorizer>);
    assert!(fails(categorizer::orders_are_only_text(inventive())).await);
    assert!(fails(categorizer::names_are_the_ledgers_own(inventive())).await);
    assert!(
        fails(categorizer::without_names_there_is_no_suggestion(
            inventive()
        ))
        .await
    );
    assert!(
        fails(categorizer::what_is_not_described_has_no_suggestion(
            inventive()
        ))
        .await
    );
}
