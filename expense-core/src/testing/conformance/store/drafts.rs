//! Drafts and changes, and how they are found.

use super::{Diary, StoreBench};
use crate::conversation::question::{ChangeQuery, DraftQuery};
use crate::conversation::write::Write;
use crate::domain::attachment::Fingerprint;
use crate::domain::change::{Change, Effect};
use crate::domain::currency::Currency;
use crate::domain::draft::{Draft, DraftContent, DraftField, DraftState, ReceiptDraft};
use crate::domain::expense::Origin;
use crate::domain::receipt::{Confidence, LineItem, Receipt};
use crate::domain::text::Description;
use crate::testing::fixtures::{
    category, change, day, details, draft, instant, message, money, photo, settings, tag, user,
};

async fn put(diary: &Diary, draft: &Draft) {
    diary
        .write(vec![Write::PutDraft(Box::new(draft.clone()))])
        .await;
}

/// The draft brought to a state, one revision further.
async fn bring(diary: &Diary, draft: &mut Draft, state: DraftState) {
    draft.revision += 1;
    draft.state = state;
    put(diary, draft).await;
}

async fn find(diary: &Diary, query: DraftQuery) -> Option<Draft> {
    diary
        .store
        .draft(diary.id(), &query)
        .await
        .expect("an answer")
}

async fn open(diary: &Diary, name: &str) -> Draft {
    let draft = draft(diary.id(), &diary.new_key(), photo(name));
    put(diary, &draft).await;
    draft
}

fn receipt_of(draft: &mut Draft) -> &mut ReceiptDraft {
    match &mut draft.content {
        DraftContent::Receipt(receipt) => receipt,
        DraftContent::Entry(_) => panic!("not a receipt"),
    }
}

/// Every field of both kinds comes back.
pub async fn a_draft_is_kept_as_it_was_put(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut receipt = draft(diary.id(), &diary.new_key(), photo("a"));
    receipt.origin = Some(Origin::new(message("m"), 3, "as typed", day("2026-05-01")));
    receipt.expires_at = instant("2026-05-04T12:00:00.000001Z");
    let content = receipt_of(&mut receipt);
    content.content = vec![Fingerprint("sha".to_owned())];
    content.read_at = Some("on this server".to_owned());
    content.by_person = vec![DraftField::Amount, DraftField::Tags];
    content.fields.amount = Some(money("12.345", "KWD").amount());
    content.fields.date = Some(day("2026-05-01"));
    content.fields.merchant = Some(Description::new("Bäcker"));
    content.fields.tags = vec![tag("work")];
    content.receipt = Some(full_receipt());
    put(&diary, &receipt).await;
    assert_eq!(
        find(&diary, DraftQuery::Id(receipt.id)).await,
        Some(receipt)
    );

    let mut entry = draft(diary.id(), &diary.new_key(), photo("b"));
    let readings = vec![details("1.234", "KWD", "a"), details("1234", "EUR", "a")];
    entry.content = DraftContent::Entry(readings);
    entry.state = DraftState::Open;
    put(&diary, &entry).await;
    assert_eq!(find(&diary, DraftQuery::Id(entry.id)).await, Some(entry));
}

fn full_receipt() -> Receipt {
    let amount = |text: &str| money(text, "EUR").amount();
    Receipt {
        merchant: Some("Bäcker".to_owned()),
        date: Some(day("2026-05-01")),
        currency: Some(Currency::EUR),
        total: Some(amount("3.20")),
        tax: None,
        tip: Some(amount("0.20")),
        discount: None,
        items: vec![LineItem {
            description: "Brötchen".to_owned(),
            quantity: amount("2"),
            amount: amount("3.00"),
        }],
        category: None,
        confidence: Confidence::new(97),
    }
}

/// The parts of an album find the draft that the first of them opened.
pub async fn a_draft_is_found_by_its_album(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let album = |name: &str| DraftQuery::Album(message(name));
    assert_eq!(find(&diary, album("album")).await, None);
    let mut first = draft(diary.id(), &diary.new_key(), photo("a"));
    receipt_of(&mut first).album = Some(message("album"));
    put(&diary, &first).await;
    open(&diary, "b").await;
    assert_eq!(find(&diary, album("album")).await, Some(first));
    assert_eq!(find(&diary, album("another")).await, None);
}

/// Open means open, and newest means opened last, whatever happened to it since.
pub async fn the_newest_open_draft_of_a_person_is_found(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let anna = || DraftQuery::NewestOpen(user("anna"));
    let mut first = open(&diary, "a").await;
    let mut second = open(&diary, "b").await;
    assert_eq!(
        find(&diary, anna()).await,
        None,
        "both wait for their reading"
    );
    bring(&diary, &mut second, DraftState::Open).await;
    bring(&diary, &mut first, DraftState::Open).await;
    assert_eq!(find(&diary, anna()).await, Some(second.clone()));
    let mut of_bert = draft(diary.id(), &diary.new_key(), photo("c"));
    of_bert.opened_by = user("bert");
    of_bert.state = DraftState::Open;
    put(&diary, &of_bert).await;
    assert_eq!(find(&diary, anna()).await, Some(second.clone()));
    for closed in [
        DraftState::Saved,
        DraftState::Discarded,
        DraftState::Expired,
    ] {
        bring(&diary, &mut second, closed).await;
        assert_eq!(
            find(&diary, anna()).await,
            Some(first.clone()),
            "{closed:?}"
        );
    }
}

/// By what was sent or by what was fetched; a saved one before an open one, the newest of each.
pub async fn a_draft_is_found_by_its_image_saved_ones_first(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let image = |names: &[&str]| {
        let prints = names.iter().map(|name| Fingerprint((*name).to_owned()));
        DraftQuery::Image(prints.collect())
    };
    let mut first = open(&diary, "a").await;
    assert_eq!(
        find(&diary, image(&["a"])).await,
        None,
        "it is not read yet"
    );
    bring(&diary, &mut first, DraftState::Saved).await;
    let mut second = open(&diary, "a").await;
    receipt_of(&mut second).content = vec![Fingerprint("sha".to_owned())];
    bring(&diary, &mut second, DraftState::Open).await;
    assert_eq!(find(&diary, image(&["a"])).await, Some(first.clone()));
    assert_eq!(find(&diary, image(&["sha"])).await, Some(second.clone()));
    assert_eq!(
        find(&diary, image(&["x", "sha"])).await,
        Some(second.clone())
    );
    assert_eq!(find(&diary, image(&["x"])).await, None);
    assert_eq!(find(&diary, image(&[])).await, None);
    bring(&diary, &mut first, DraftState::Discarded).await;
    assert_eq!(find(&diary, image(&["a"])).await, Some(second.clone()));
    bring(&diary, &mut second, DraftState::Expired).await;
    assert_eq!(find(&diary, image(&["a"])).await, None);
}

async fn find_change(diary: &Diary, query: ChangeQuery) -> Option<Change> {
    diary
        .store
        .change(diary.id(), &query)
        .await
        .expect("an answer")
}

/// All its effects come back; marking it twice is marking it once.
pub async fn a_change_is_kept_and_marked(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add([details("1", "EUR", "x")]).await.remove(0);
    let mut done = change(diary.id(), &diary.new_key());
    done.effects = vec![
        Effect::Expense {
            id: stored.id,
            before: Some(Box::new(stored)),
        },
        Effect::Category {
            id: category(17, "Pets").id,
            before: None,
            after: category(17, "Pets"),
        },
        Effect::Settings {
            before: Box::new(settings("EUR")),
            after: Box::new(settings("JPY")),
        },
        Effect::Lesson {
            words: "кофе".to_owned(),
            before: None,
            after: Some(category(1, "Food").id),
        },
    ];
    diary
        .write(vec![Write::PutChange(Box::new(done.clone()))])
        .await;
    let by_id = || ChangeQuery::Id(done.id);
    assert_eq!(find_change(&diary, by_id()).await, Some(done.clone()));
    let mut undone = done.clone();
    undone.undone = true;
    for _ in 0..2 {
        diary.write(vec![Write::MarkUndone(done.id)]).await;
        assert_eq!(find_change(&diary, by_id()).await, Some(undone.clone()));
    }
}

/// Newest means put last, whatever its time says.
pub async fn the_newest_change_not_undone_is_found(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let newest = |name: &str| ChangeQuery::NewestBy(user(name));
    assert_eq!(find_change(&diary, newest("anna")).await, None);
    let mut changes = Vec::new();
    for by in ["anna", "anna", "bert"] {
        let mut change = change(diary.id(), &diary.new_key());
        change.by = user(by);
        diary
            .write(vec![Write::PutChange(Box::new(change.clone()))])
            .await;
        changes.push(change);
    }
    assert_eq!(
        find_change(&diary, newest("bert")).await,
        Some(changes[2].clone())
    );
    for expected in [Some(&changes[1]), Some(&changes[0]), None] {
        assert_eq!(find_change(&diary, newest("anna")).await.as_ref(), expected);
        if let Some(change) = expected {
            diary.write(vec![Write::MarkUndone(change.id)]).await;
        }
    }
}
