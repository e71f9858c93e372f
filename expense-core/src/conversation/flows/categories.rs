//! The ledger's own categories.

use crate::conversation::action::Action;
use crate::conversation::changes::Changes;
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::patch;
use crate::conversation::reply::{Place, Reply};
use crate::conversation::wording::{buttons, setup as words};
use crate::domain::category::{Category, CategoryId, CategoryName, OTHERS};
use crate::domain::limits;

/// `/categories`
pub(crate) fn show(ctx: &Context<'_>, _: &str) -> Flow {
    Ok(ctx.say(words::categories(ctx.ledger())))
}

/// `/addcategory NAME`
pub(crate) fn add(ctx: &Context<'_>, arguments: &str) -> Flow {
    if arguments.is_empty() {
        return Ok(ctx.say(words::ADD));
    }
    let ledger = ctx.ledger();
    let name = free_name(ctx, arguments, None)?;
    if ledger.living_categories().count() >= limits::CATEGORIES {
        return Ok(ctx.say(words::too_many_categories()));
    }
    if ledger.categories.len() >= limits::CATEGORIES_EVER {
        return Ok(ctx.say(words::TOO_MANY_EVER));
    }
    let added = Category {
        id: ledger.next_category_id(),
        name,
        merged_into: None,
    };
    let said = words::added(added.name.as_str());
    Ok(put(ctx, None, added, said, Place::New))
}

/// `/renamecategory A -> B`
pub(crate) fn rename(ctx: &Context<'_>, arguments: &str) -> Flow {
    let Some((old, new)) = arguments.split_once("->") else {
        return Ok(ctx.say(words::RENAME));
    };
    let old = living(ctx, patch::read_category(ctx, old)?)?;
    let renamed = Category {
        name: free_name(ctx, new, Some(old.id))?,
        ..old.clone()
    };
    if renamed == *old {
        return Ok(ctx.say(words::SAME_NAME));
    }
    let said = words::renamed(old.name.as_str(), renamed.name.as_str());
    Ok(put(ctx, Some(old), renamed, said, Place::New))
}

/// `/deletecategory NAME` asks where its expenses go.
pub(crate) fn delete(ctx: &Context<'_>, arguments: &str) -> Flow {
    let (name, target) = match arguments.split_once("->") {
        Some((name, target)) => (name, Some(target)),
        None => (arguments, None),
    };
    if name.trim().is_empty() {
        return Ok(ctx.say(words::DELETE));
    }
    let category = living(ctx, patch::read_category(ctx, name)?)?;
    if category.id == OTHERS {
        return Ok(ctx.say(words::others_stays(category.name.as_str())));
    }
    if let Some(target) = target {
        let to = patch::read_category(ctx, target)?;
        return press_delete(ctx, category.id, to, Place::New);
    }
    let mut reply = Reply::plain(words::where_to(category.name.as_str()));
    reply.buttons = buttons::categories(ctx.ledger(), Some(category.id), |to| {
        Action::DeleteCategory {
            from: category.id,
            to,
        }
    });
    Ok(ctx.say(reply.row(vec![buttons::cancel()])))
}

/// The category that takes its expenses.
pub(crate) fn press_delete(
    ctx: &Context<'_>,
    from: CategoryId,
    to: CategoryId,
    place: Place,
) -> Flow {
    let ledger = ctx.ledger();
    let (from, to) = (living(ctx, from)?, living(ctx, ledger.resolve(to))?);
    if from.id == OTHERS || from.id == to.id {
        return Ok(ctx.say(words::others_stays(from.name.as_str())));
    }
    let deleted = Category {
        merged_into: Some(to.id),
        ..from.clone()
    };
    let said = words::deleted(from.name.as_str(), to.name.as_str());
    Ok(put(ctx, Some(from), deleted, said, place))
}

fn living<'a>(ctx: &Context<'a>, id: CategoryId) -> Flow<&'a Category> {
    let category = ctx.ledger().category(id);
    category
        .filter(|category| category.merged_into.is_none())
        .ok_or_else(|| ctx.stop(words::CATEGORY_GONE))
}

/// A name that no other living category has.
fn free_name(ctx: &Context<'_>, text: &str, own: Option<CategoryId>) -> Flow<CategoryName> {
    let name =
        CategoryName::new(text).map_err(|error| ctx.stop(words::bad_name(&error.to_string())))?;
    match ctx.ledger().category_named(name.as_str()) {
        Some(other) if Some(other.id) != own => {
            Err(ctx.stop(words::name_exists(other.name.as_str())))
        }
        _ => Ok(name),
    }
}

fn put(
    ctx: &Context<'_>,
    before: Option<&Category>,
    after: Category,
    said: String,
    place: Place,
) -> Decision {
    let mut changes = Changes::new(ctx.turn);
    changes.category(before, after);
    let reply = Reply::plain(said)
        .at(place)
        .row(vec![buttons::undo(changes.id())]);
    ctx.decide(changes.finish(), vec![reply])
}
