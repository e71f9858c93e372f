//! A photo comes in: it becomes a draft that waits for its reading.

use super::{live_receipt, message_of, present, reading_now, saved_as};
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::entry::{self, Field, Fields};
use crate::conversation::patch::Patch;
use crate::conversation::question::DraftQuery;
use crate::conversation::reply::{Place, Reply};
use crate::conversation::wording::receipt as words;
use crate::conversation::write::Write;
use crate::domain::attachment::Attachment;
use crate::domain::currency::{self, Currency};
use crate::domain::draft::{Draft, DraftContent, DraftFields, DraftState, ReceiptDraft};
use crate::domain::keys::{DraftId, ExpenseId, MessageKey};
use crate::domain::limits;
use crate::domain::text::Description;

/// A photo, alone or as a part of an album.
pub(crate) fn decide(
    ctx: &Context<'_>,
    attachment: &Attachment,
    caption: &str,
    album: Option<&MessageKey>,
) -> Flow {
    if let Some(album) = album {
        if let Some(draft) = ctx.draft(DraftQuery::Album(album.clone()))?
            && let Some(joined) = join(ctx, draft, attachment, caption)
        {
            return Ok(joined);
        }
    } else if let Some(known) = known(ctx, attachment, caption)? {
        return Ok(known);
    }
    let pause = album.map_or_else(Default::default, |_| limits::ALBUM_PAUSE);
    let state = DraftState::Waiting {
        from: ctx.turn.now + pause,
    };
    let (draft, note) = open(ctx, attachment, caption, album, state);
    let mut reply = reading_now(draft.id);
    reply.text = note
        .into_iter()
        .fold(reply.text, |text, note| text.then("\n").then(&note));
    Ok(ctx.decide(vec![Write::PutDraft(Box::new(draft))], vec![reply]))
}

fn open(
    ctx: &Context<'_>,
    attachment: &Attachment,
    caption: &str,
    album: Option<&MessageKey>,
    state: DraftState,
) -> (Draft, Option<String>) {
    let mut receipt = ReceiptDraft {
        parts: vec![attachment.clone()],
        album: album.cloned(),
        content: Vec::new(),
        round: u32::from(matches!(state, DraftState::Waiting { .. })),
        read_at: None,
        receipt: None,
        fields: DraftFields {
            date: Some(ctx.today()),
            ..DraftFields::default()
        },
        by_person: Vec::new(),
    };
    let note = read_caption(ctx, caption, &mut receipt);
    let draft = Draft {
        id: DraftId::derive(ctx.ledger().id, &ctx.turn.update, 0),
        expense: ExpenseId::derive(ctx.ledger().id, &ctx.turn.update, 0),
        revision: 1,
        opened_by: ctx.turn.who.clone(),
        paid_by: ctx.turn.who.clone(),
        // A changed caption is no changed line of text.
        origin: None,
        expires_at: ctx.turn.now + ctx.turn.policy.draft_ttl,
        state,
        content: DraftContent::Receipt(Box::new(receipt)),
    };
    (draft, note)
}

/// Puts what a caption says into the fields; gives back why, where it can't.
fn read_caption(ctx: &Context<'_>, caption: &str, receipt: &mut ReceiptDraft) -> Option<String> {
    if caption.trim().is_empty() {
        return None;
    }
    let fields = ctx.reading(|entry| entry::fields(caption, entry));
    let refused = match fields {
        Field::Exact(fields) => Patch::of(ctx, with_currency(fields))
            .apply_to(receipt)
            .err()
            .map(|misfit| misfit.say()),
        Field::Absent => None,
        Field::Ask { question, .. } => Some(question.to_string()),
        Field::Invalid(reason) => Some(reason.to_string()),
    };
    refused.map(|reason| words::caption_refused(&reason))
}

/// A caption says its currency without an amount: `dinner usd`.
fn with_currency(mut fields: Fields) -> Fields {
    let Some(description) = &fields.description else {
        return fields;
    };
    let words: Vec<&str> = description.as_str().split(' ').collect();
    let code = |word: &&str| {
        let currency = Currency::from_code(word).ok()?;
        let meant = **word == *currency.code() || !currency::is_also_a_word(currency);
        meant.then_some(currency)
    };
    let (found, rest) = match words.as_slice() {
        [rest @ .., last] if code(last).is_some() => (code(last), rest),
        [first, rest @ ..] => (code(first), rest),
        [] => (None, words.as_slice()),
    };
    if fields.currency.is_none() && found.is_some() {
        let rest = Description::new(&rest.join(" "));
        fields.currency = found;
        fields.description = (!rest.is_empty()).then_some(rest);
    }
    fields
}

/// Adds a part to its album's draft. One that was answered already is not touched.
fn join(
    ctx: &Context<'_>,
    mut draft: Draft,
    attachment: &Attachment,
    caption: &str,
) -> Option<Decision> {
    let DraftContent::Receipt(receipt) = &mut draft.content else {
        return None;
    };
    let read_before = matches!(draft.state, DraftState::Open);
    let begun = match draft.state {
        // A reader may be at work on the parts before: what it finds is not the whole receipt.
        DraftState::Waiting { from } => from <= ctx.turn.now,
        DraftState::Open if receipt.round < limits::READING_ROUNDS => true,
        _ => return None,
    };
    if receipt.parts.len() >= limits::PARTS_PER_DRAFT {
        return Some(ctx.say(words::too_many_parts()));
    }
    receipt.parts.push(attachment.clone());
    receipt.round += u32::from(begun);
    // What a caption can't mean was said of the part that had it, or is left to the reading.
    let note = read_caption(ctx, caption, receipt);
    draft.revision += 1;
    draft.state = DraftState::Waiting {
        from: ctx.turn.now + limits::ALBUM_PAUSE,
    };
    let mut replies: Vec<Reply> = note.map(Reply::plain).into_iter().collect();
    if read_before {
        replies.push(reading_now(draft.id).at(message_of(draft.id)));
    }
    Some(ctx.decide(vec![Write::PutDraft(Box::new(draft))], replies))
}

/// The answer to an image that came before.
fn known(ctx: &Context<'_>, attachment: &Attachment, caption: &str) -> Flow<Option<Decision>> {
    let query = DraftQuery::Image(vec![attachment.fingerprint.clone()]);
    let Some(draft) = ctx.draft(query)? else {
        return Ok(None);
    };
    if let Some(expense) = saved_as(ctx, &draft)? {
        let (again, _) = open(ctx, attachment, caption, None, DraftState::Open);
        let reply = ctx.wording().known_image(again.id, &expense);
        let write = Write::PutDraft(Box::new(again));
        return Ok(Some(ctx.decide(vec![write], vec![reply])));
    }
    let fresh = draft.expires_at > ctx.turn.now;
    match (&draft.content, draft.state) {
        (DraftContent::Receipt(receipt), DraftState::Open) if fresh && receipt.round > 0 => {
            let reply = present(ctx, &draft, receipt, words::Result::so_far(receipt))?;
            Ok(Some(ctx.say(reply)))
        }
        _ => Ok(None),
    }
}

/// [Read it again]
pub(crate) fn again(ctx: &Context<'_>, id: DraftId, place: Place) -> Flow {
    let (mut draft, mut receipt) = live_receipt(ctx, id)?;
    if let DraftState::Waiting { .. } = draft.state {
        return Ok(ctx.say(words::READING_ALREADY));
    }
    if receipt.round >= limits::READING_ROUNDS {
        return Ok(ctx.say(words::READ_OFTEN_ENOUGH));
    }
    receipt.round += 1;
    draft.revision += 1;
    draft.state = DraftState::Waiting { from: ctx.turn.now };
    draft.content = DraftContent::Receipt(receipt);
    let reply = reading_now(id).at(place);
    Ok(ctx.decide(vec![Write::PutDraft(Box::new(draft))], vec![reply]))
}
