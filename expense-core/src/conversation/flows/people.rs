//! Deciding who may use the bot: what owners write, and the code that makes the first one.

use crate::conversation::command::Audience;
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::reply::{Place, Reply};
use crate::conversation::wording::{change, help, people as words};
use crate::conversation::write::Write;
use crate::domain::access::{Person, Role};
use crate::domain::keys::{ChatKey, UserKey};
use crate::domain::limits;
use crate::domain::person::PersonName;

/// `/approve 4711`
pub(crate) fn approve(ctx: &Context<'_>, arguments: &str) -> Flow {
    let who = named(ctx, arguments, words::APPROVE)?;
    decide(ctx, who, Role::Admitted, Place::New)
}

/// `/revoke 4711`
pub(crate) fn revoke(ctx: &Context<'_>, arguments: &str) -> Flow {
    let who = named(ctx, arguments, words::REVOKE)?;
    decide(ctx, who, Role::Expelled, Place::New)
}

/// [Approve] and [Refuse]
pub(crate) fn press(ctx: &Context<'_>, who: &UserKey, role: Role, place: Place) -> Flow {
    if !ctx.turn.owner {
        return Ok(ctx.say(change::GONE));
    }
    decide(ctx, who.clone(), role, place)
}

/// `/users`
pub(crate) fn users(ctx: &Context<'_>, _: &str) -> Flow {
    let people = ctx.people()?;
    Ok(ctx.say(words::users(&ctx.turn.access, &people)))
}

/// `/stats`
pub(crate) fn stats(ctx: &Context<'_>, _: &str) -> Flow {
    let (people, census) = (ctx.people()?, ctx.census()?);
    Ok(ctx.say(words::stats(&ctx.turn.access, &people, census)))
}

/// The code of the first start, or something else that was sent in its place.
pub(crate) fn code(ctx: &Context<'_>, right: bool) -> Decision {
    if !right {
        return ctx.say(words::WRONG_CODE);
    }
    let owner = person(
        ctx,
        ctx.turn.who.clone(),
        Role::Owner,
        ctx.turn.name.clone(),
    );
    let mut reply = Reply::plain(words::FIRST_OWNER);
    reply.menu = Some(Audience::Owners);
    let start = help::start(ctx.ledger().settings.currency);
    reply.text = reply.text.then("\n\n").then(&start);
    ctx.decide(vec![Write::PutPerson(owner)], vec![reply])
}

/// Whom a text names: a whole key, or an id on the platform that the owner writes from.
fn named(ctx: &Context<'_>, text: &str, usage: &'static str) -> Flow<UserKey> {
    let text = text.trim();
    let stop = || ctx.stop(usage);
    let key = match ctx.turn.who.as_str().split_once(':') {
        Some((platform, _)) if !text.contains(':') => format!("{platform}:{text}"),
        _ => text.to_owned(),
    };
    let is_id = |id: &str| {
        let digits = id.strip_prefix('-').unwrap_or(id);
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let id = key.rsplit(':').next().unwrap_or_default();
    if !is_id(id) {
        return Err(stop());
    }
    UserKey::new(key).map_err(|_| stop())
}

fn decide(ctx: &Context<'_>, who: UserKey, role: Role, place: Place) -> Flow {
    let say = |text: String| Ok(ctx.say(Reply::plain(text).at(place.clone())));
    if ctx.turn.access.owners.contains(&who) {
        return say(words::configured_owner(&who));
    }
    if who == ctx.turn.who {
        return say(words::YOURSELF.to_owned());
    }
    let people = ctx.people()?;
    let known = people.iter().find(|person| person.who == who);
    match known.map(|person| person.role) {
        Some(now) if now == role => return say(words::decided_before(&who, role)),
        Some(Role::Owner) if role == Role::Admitted => return say(words::owner(&who)),
        None if people.len() >= limits::PEOPLE => return say(words::too_many()),
        _ => {}
    }
    let name = match known.and_then(|person| person.name.clone()) {
        Some(name) => Some(name),
        None => ctx.stranger(&who)?,
    };
    let said = words::decided(&who, name.as_ref(), role, &ctx.turn.access);
    let write = Write::PutPerson(person(ctx, who, role, name));
    Ok(ctx.decide(vec![write], vec![Reply::plain(said).at(place)]))
}

/// What holds for everybody in this chat holds where it goes on, unless that was decided already.
pub(crate) fn moved(ctx: &Context<'_>, to: &ChatKey) -> Flow<Option<Write>> {
    let key = |chat: &ChatKey| UserKey::new(chat.as_str()).ok();
    let (Some(from), Some(to)) = (key(&ctx.turn.chat), key(to)) else {
        return Ok(None);
    };
    let people = ctx.people()?;
    let known = |key: &UserKey| people.iter().find(|person| person.who == *key);
    let configured = ctx.turn.access.chats.contains(&ctx.turn.chat);
    let role = match known(&from) {
        Some(person) => person.role,
        None if configured => Role::Admitted,
        None => return Ok(None),
    };
    if known(&to).is_some() || people.len() >= limits::PEOPLE {
        return Ok(None);
    }
    let name = known(&from).and_then(|person| person.name.clone());
    Ok(Some(Write::PutPerson(person(ctx, to, role, name))))
}

fn person(ctx: &Context<'_>, who: UserKey, role: Role, name: Option<PersonName>) -> Person {
    Person {
        who,
        role,
        name,
        since: ctx.turn.now,
    }
}
