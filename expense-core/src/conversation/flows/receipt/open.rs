//! Opening the draft of a photo or a voice note, which waits for its reading.

use super::{present, reading_now, saved_as};
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::entry::{self, Field, Fields};
use crate::conversation::patch::{self, Patch};
use crate::conversation::payer;
use crate::conversation::question::DraftQuery;
use crate::conversation::wording::{reading, receipt as words};
use crate::conversation::write::Write;
use crate::domain::attachment::Attachment;
use crate::domain::currency::{self, Currency};
use crate::domain::draft::{Draft, DraftContent, DraftFields, DraftState, ReceiptDraft, VoiceNote};
use crate::domain::keys::{DraftId, ExpenseId, MessageKey, UserKey};
use crate::domain::limits;
use crate::domain::text::Description;

/// What somebody sent.
pub(super) struct Sent<'s> {
    pub(super) attachment: &'s Attachment,
    pub(super) caption: &'s str,
    /// The album that later parts name.
    pub(super) album: Option<&'s MessageKey>,
    /// Where it is a recording.
    pub(super) voice: Option<VoiceNote>,
}

/// A draft that waits, unless it is the same as before. Of an album more parts may come.
pub(super) fn decide(ctx: &Context<'_>, sent: &Sent<'_>) -> Flow {
    if sent.album.is_none()
        && let Some(known) = known(ctx, sent)?
    {
        return Ok(known);
    }
    let pause = sent
        .album
        .map_or_else(Default::default, |_| limits::ALBUM_PAUSE);
    let state = DraftState::Waiting {
        from: ctx.turn.now + pause,
    };
    let (draft, note) = open(ctx, sent, state);
    let mut reply = match &draft.content {
        DraftContent::Receipt(receipt) => reading_now(draft.id, receipt),
        DraftContent::Entry(_) => return Ok(ctx.nothing()),
    };
    reply.text = note
        .into_iter()
        .fold(reply.text, |text, note| text.then("\n").then(&note));
    Ok(ctx.decide(vec![Write::PutDraft(Box::new(draft))], vec![reply]))
}

/// The answer to an image or a recording that came before.
fn known(ctx: &Context<'_>, sent: &Sent<'_>) -> Flow<Option<Decision>> {
    let query = DraftQuery::Image(vec![sent.attachment.fingerprint.clone()]);
    let Some(draft) = ctx.draft(query)? else {
        return Ok(None);
    };
    if let Some(expense) = saved_as(ctx, &draft)? {
        let (again, _) = open(ctx, sent, DraftState::Open);
        let reply = match &again.content {
            DraftContent::Receipt(receipt) => ctx.wording().known(again.id, receipt, &expense),
            DraftContent::Entry(_) => return Ok(None),
        };
        let write = Write::PutDraft(Box::new(again));
        return Ok(Some(ctx.decide(vec![write], vec![reply])));
    }
    let fresh = draft.expires_at > ctx.turn.now;
    match (&draft.content, draft.state) {
        (DraftContent::Receipt(receipt), DraftState::Open) if fresh && receipt.round > 0 => {
            let reply = present(ctx, &draft, receipt, reading::Outcome::so_far(receipt))?;
            Ok(Some(ctx.say(reply)))
        }
        _ => Ok(None),
    }
}

fn open(ctx: &Context<'_>, sent: &Sent<'_>, state: DraftState) -> (Draft, Option<String>) {
    let mut receipt = ReceiptDraft {
        parts: vec![sent.attachment.clone()],
        album: sent.album.cloned(),
        content: Vec::new(),
        round: u32::from(matches!(state, DraftState::Waiting { .. })),
        read_at: None,
        receipt: None,
        voice: sent.voice.clone(),
        fields: DraftFields {
            date: Some(ctx.today()),
            ..DraftFields::default()
        },
        by_person: Vec::new(),
        topic: ctx.turn.scene.topic().cloned(),
    };
    let mut paid_by = ctx.turn.who.clone();
    let note = read_caption(ctx, sent.caption, &mut receipt, &mut paid_by);
    let draft = Draft {
        id: DraftId::derive(ctx.ledger().id, &ctx.turn.update, 0),
        expense: ExpenseId::derive(ctx.ledger().id, &ctx.turn.update, 0),
        revision: 1,
        opened_by: ctx.turn.who.clone(),
        paid_by,
        // A changed caption is no changed line of text.
        origin: None,
        expires_at: ctx.turn.now + ctx.turn.policy.draft_ttl,
        state,
        content: DraftContent::Receipt(Box::new(receipt)),
    };
    (draft, note)
}

/// Puts what a caption says into the fields, and who paid; gives back why, where it can't.
pub(super) fn read_caption(
    ctx: &Context<'_>,
    caption: &str,
    receipt: &mut ReceiptDraft,
    paid_by: &mut UserKey,
) -> Option<String> {
    let (caption, payer) = payer::cut(ctx.ledger(), &ctx.turn.who, caption);
    match payer.known() {
        Ok(Some(payer)) => *paid_by = payer,
        Ok(None) => {}
        Err(why) => return Some(why),
    }
    if caption.trim().is_empty() {
        return None;
    }
    let fields = ctx.reading(|entry| entry::fields(&caption, entry));
    let refused = match fields {
        Field::Exact(fields) => Patch::of(ctx, with_currency(fields))
            .apply_to(receipt)
            .err()
            .map(|misfit| misfit.say()),
        Field::Absent => None,
        Field::Ask { question, .. } => Some(question.to_string()),
        Field::Invalid(reason) => Some(patch::why_refused(ctx, reason, &caption)),
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
