//! Buttons that people press.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{FrontendBench, button, expense, with_buttons};
use crate::conversation::action::{Action, List, Listing};
use crate::conversation::event::Event;
use crate::conversation::reply::Reply;
use crate::domain::category::CategoryId;
use crate::domain::draft::DraftField;
use crate::domain::keys::{ChangeId, DraftId, ExpenseId};
use crate::domain::person::MemberId;

/// So that the answer can stand in that message's place.
pub async fn a_press_names_its_button_and_message(bench: FrontendBench) {
    let shown = bench.show(with_buttons()).await;
    bench.person.sees().await;
    bench.person.press("Edit").await;
    let pressed = bench.next().await;
    assert_eq!(pressed.event, Event::Press(Action::Edit(expense())));
    assert_eq!(pressed.message, Some(shown));
}

/// Also where others were shown since.
pub async fn a_press_is_of_the_message_that_it_hangs_on(bench: FrontendBench) {
    let said = bench.greet().await;
    let shown = bench.tell(&said, with_buttons()).await;
    let later = Reply::plain("Sure?").row(vec![button("No", Action::Cancel)]);
    let newer = bench.tell(&said, later).await;
    bench.person.sees().await;
    bench.person.sees().await;
    bench.person.press("Edit").await;
    assert_eq!(bench.next().await.message, Some(shown));
    bench.person.press("No").await;
    assert_eq!(bench.next().await.message, Some(newer));
}

/// Whether it is done once is for whoever decides, by what the button names.
pub async fn pressing_twice_is_done_twice(bench: FrontendBench) {
    bench.show(with_buttons()).await;
    bench.person.sees().await;
    bench.person.press("Edit").await;
    bench.person.press("Edit").await;
    let (first, second) = (bench.next().await, bench.next().await);
    assert_eq!(first.event, second.event);
    assert_eq!(first.message, second.message);
    assert_ne!(first.key, second.key);
}

/// However much it names.
pub async fn every_button_comes_back_as_it_was(bench: FrontendBench) {
    let said = bench.greet().await;
    let actions = every_kind(&said.who);
    let labels: Vec<String> = (0..actions.len()).map(|nth| format!("b{nth:02}")).collect();
    let reply = Reply::plain("All there are.");
    let rows = labels.iter().zip(&actions);
    let reply = rows.fold(reply, |reply, (label, action)| {
        reply.row(vec![button(label, action.clone())])
    });
    bench.tell(&said, reply).await;
    assert_eq!(bench.person.sees().await.buttons, labels);
    for (label, action) in labels.iter().zip(actions) {
        bench.person.press(label).await;
        assert_eq!(bench.next().await.event, Event::Press(action));
    }
}

/// As the reply has them.
pub async fn buttons_are_shown_in_order(bench: FrontendBench) {
    let row = |labels: [&str; 2]| labels.map(|label| button(label, Action::Cancel)).to_vec();
    let reply = with_buttons()
        .row(Vec::new())
        .row(row(["Food & <Drink>", "Übrige 🥐"]));
    bench.show(reply).await;
    let expected = ["Edit", "Cancel", "Food & <Drink>", "Übrige 🥐"];
    assert_eq!(bench.person.sees().await.buttons, expected);
}

/// One of each kind, with the longest that it can name.
fn every_kind(who: &crate::domain::keys::UserKey) -> Vec<Action> {
    const ID: Uuid = Uuid::from_u128(u128::MAX);
    let (change, draft) = (ChangeId::from_uuid(ID), DraftId::from_uuid(ID));
    let expense = ExpenseId::from_uuid(ID);
    let (category, member) = (CategoryId(u32::MAX), MemberId(u32::MAX));
    let month = (NaiveDate::from_ymd_opt(2026, 5, 1)).zip(NaiveDate::from_ymd_opt(2026, 6, 1));
    let more = |list| {
        Action::More(Listing {
            list,
            date: NaiveDate::from_ymd_opt(2026, 5, 3).expect("a day"),
            number: u32::MAX,
        })
    };
    vec![
        Action::Undo(change),
        Action::UndoAnyway(change),
        Action::Edit(expense),
        Action::EditField(expense, DraftField::Merchant),
        Action::SetCategory(expense, category),
        Action::SetPayer(expense, member),
        Action::Delete(expense),
        Action::Save(draft, u8::MAX),
        Action::EditDraft(draft),
        Action::EditDraftField(draft, DraftField::Payer),
        Action::SetDraftCategory(draft, category),
        Action::SetDraftPayer(draft, member),
        Action::Discard(draft),
        Action::ReadAgain(draft),
        more(List::Period(month)),
        more(List::Category(category)),
        more(List::Remembered),
        Action::DeleteCategory {
            from: category,
            to: category,
        },
        Action::Show(expense),
        Action::ShowDraft(draft),
        Action::Erase,
        Action::EraseForGood,
        Action::Approve(who.clone()),
        Action::Refuse(who.clone()),
        Action::Cancel,
    ]
}
