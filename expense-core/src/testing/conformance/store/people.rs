//! People: who was decided about, who shares a ledger.

use super::{Diary, StoreBench};
use crate::conversation::question::Census;
use crate::conversation::write::Write;
use crate::domain::access::Role;
use crate::domain::limits;
use crate::domain::person::PersonName;
use crate::testing::fixtures::{details, member, person};

/// The last word about somebody counts, in every instance and from every chat, whether the
/// ledger in which it was said still exists or not.
pub async fn people_are_kept_beside_all_ledgers(bench: StoreBench) {
    let (boss, home) = (
        Diary::open(bench.port(), "boss"),
        Diary::open(bench.port(), "home"),
    );
    let mut zoe = person("zoe", Role::Admitted);
    zoe.name = PersonName::new("Zoë").ok();
    let anna = person("anna", Role::Owner);
    let writes = vec![
        Write::PutPerson(zoe.clone()),
        Write::PutPerson(anna.clone()),
    ];
    boss.write(writes).await;
    let people = async || bench.other().people().await.expect("people");
    assert_eq!(people().await, [anna.clone(), zoe.clone()]);
    boss.write(vec![Write::Erase]).await;
    assert_eq!(people().await, [anna.clone(), zoe]);
    let expelled = person("zoe", Role::Expelled);
    home.write(vec![Write::PutPerson(expelled.clone())]).await;
    assert_eq!(people().await, [anna, expelled]);
}

/// A refused commit decides about nobody, and deciding moves no revision.
pub async fn people_are_decided_about_by_commits(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "boss");
    diary.write(Vec::new()).await;
    let before = diary.ledger().await;
    let mut stale = diary
        .commit(vec![Write::PutPerson(person("eve", Role::Owner))])
        .await;
    stale.session_seen.0 += 1;
    diary.send(&stale).await;
    assert_eq!(diary.store.people().await.expect("people"), []);
    diary
        .write(vec![Write::PutPerson(person("eve", Role::Admitted))])
        .await;
    assert_eq!(diary.ledger().await, before);
}

/// Ledgers that exist, expenses that were ever recorded in them.
pub async fn a_census_counts_ledgers_and_expenses(bench: StoreBench) {
    let census = async || bench.other().census().await.expect("a census");
    assert_eq!(census().await, Census::default());
    let (anna, ben) = (
        Diary::open(bench.port(), "anna"),
        Diary::open(bench.port(), "ben"),
    );
    anna.add([details("1", "EUR", "a"), details("2", "EUR", "b")])
        .await;
    ben.add([details("3", "EUR", "c")]).await;
    let counted = |ledgers, expenses| Census { ledgers, expenses };
    assert_eq!(census().await, counted(2, 3));
    ben.write(vec![Write::Erase]).await;
    assert_eq!(census().await, counted(1, 2));
}

/// By id; a member put again is renamed, and beyond the bound the earliest goes.
pub async fn members_are_kept_and_bounded(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "group");
    let other = Diary::open(bench.other(), "group");
    let put = |id, name: &str, called: &str| Write::PutMember(member(id, name, called));
    diary
        .write(vec![put(1, "anna", "Anna"), put(2, "ben", "Ben")])
        .await;
    let first = diary.ledger().await.revision;
    diary.write(vec![put(1, "anna", "Änne")]).await;
    let ledger = other.ledger().await;
    assert_eq!(
        ledger.members,
        [member(1, "anna", "Änne"), member(2, "ben", "Ben")]
    );
    assert!(ledger.revision > first, "copies must notice");

    let more = (3..).take(limits::MEMBERS);
    let more: Vec<Write> = more.map(|id| put(id, &format!("p{id}"), "P")).collect();
    diary.write(more).await;
    let members = other.ledger().await.members;
    assert_eq!(members.len(), limits::MEMBERS);
    assert_eq!(members.first(), Some(&member(3, "p3", "P")));
}
