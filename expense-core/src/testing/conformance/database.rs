//! The suites of a database, which is a store, its list of work and shared state at once.

/// Proves an [`ExpenseStore`](crate::ports::store::ExpenseStore) that is its own
/// [`Jobs`](crate::ports::jobs::Jobs) and [`StateStore`](crate::ports::state::StateStore).
///
/// It takes the name of an async function that opens two instances over the same fresh data, as
/// two processes would: `(Arc<S>, Arc<S>, Arc<ManualClock>, K)`, where both go by the clock, and
/// `K` must live as long as they do.
#[macro_export]
macro_rules! database_conformance {
    ($two:ident) => {
        mod store {
            async fn fresh() -> $crate::testing::conformance::store::StoreBench {
                $crate::__bench_of_two!(super::$two)
            }

            $crate::expense_store_conformance!(fresh);
        }

        mod jobs {
            async fn fresh() -> $crate::testing::conformance::jobs::JobsBench {
                $crate::__bench_of_two!(super::$two)
            }

            $crate::jobs_conformance!(fresh);
        }

        mod state {
            async fn fresh() -> $crate::testing::conformance::state::StateBench {
                $crate::__bench_of_two!(super::$two)
            }

            $crate::state_store_conformance!(fresh);
        }
    };
}

/// A bench with both instances, each as the port that the bench is of.
#[doc(hidden)]
#[macro_export]
macro_rules! __bench_of_two {
    ($two:path) => {{
        let (one, other, clock, kept) = $two().await;
        $crate::testing::conformance::Bench::new(one as _)
            .with_other(other as _)
            .with_clock(clock)
            .keeping(kept)
    }};
}
