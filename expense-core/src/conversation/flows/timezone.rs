//! The ledger's time zone.

use super::settings;
use crate::conversation::categorize::nearest;
use crate::conversation::context::{Context, Flow};
use crate::conversation::wording::setup as words;
use crate::domain::calendar::Zone;
use crate::domain::ledger::Settings;
use crate::domain::text::fold;

/// `/timezone [ZONE]`
pub(crate) fn command(ctx: &Context<'_>, arguments: &str) -> Flow {
    let now = &ctx.ledger().settings;
    if arguments.is_empty() {
        return Ok(ctx.say(words::zone(now.zone, ctx.today())));
    }
    let Ok(zone) = arguments.parse::<Zone>() else {
        return Ok(ctx.say(words::no_such_zone(&near(arguments))));
    };
    let settings = Settings {
        zone,
        ..now.clone()
    };
    let today = zone.civil_date(ctx.turn.sent_at);
    Ok(settings::put(ctx, settings, words::zone_set(zone, today)))
}

/// Zones that may be meant: those that contain the word, else the nearest by name or by city.
fn near(text: &str) -> Vec<&'static str> {
    const MOST: usize = 5;
    let wanted = fold(text).replace(' ', "_");
    let names = || Zone::all().map(Zone::name);
    let containing: Vec<&str> = names()
        .filter(|name| name.to_ascii_lowercase().contains(&wanted))
        .take(MOST)
        .collect();
    if !containing.is_empty() {
        return containing;
    }
    let city = wanted.rsplit('/').next().unwrap_or(&wanted);
    let cities = || names().filter_map(|name| name.rsplit('/').next());
    let by_city = nearest(city, cities())
        .and_then(|city| names().find(|name| name.rsplit('/').next() == Some(city)));
    nearest(&wanted, names()).or(by_city).into_iter().collect()
}
