//! Exchange rates.

use expense_core::domain::currency::Currency;
use expense_core::domain::exchange::Pair;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::fx::FxRates;
use url::Url;

/// Whether the service at this address knows what a dollar costs.
pub(super) async fn examine(address: &Url) -> Result<String, String> {
    let mend = |why: &str| format!("{why}: check FX_API_URL, or unset it");
    let service = crate::wire::rates::client(address).map_err(|error| error.to_string())?;
    let host = address.host_str().unwrap_or_default();
    let today = SystemClock.now().date_naive();
    let Some(pair) = Pair::new(Currency::USD, Currency::EUR) else {
        return Err("nothing can be asked".to_owned());
    };
    match service.rate(pair, today).await {
        Ok(Some(rate)) => Ok(format!("{host} answers, its newest day is {}", rate.day)),
        Ok(None) => Err(mend(&format!("{host} knows no rate from USD to EUR"))),
        Err(_) => Err(mend(&format!("{host} gives no rates"))),
    }
}
