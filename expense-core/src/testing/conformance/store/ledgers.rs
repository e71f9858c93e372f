//! Ledgers, their settings, sessions and numbers.

use super::{Diary, StoreBench, added, first_count};
use crate::conversation::question::{
    ChangeQuery, DraftQuery, ExpenseFilter, Group, PageRequest, TotalsQuery,
};
use crate::conversation::reply::{Reply, Span, Text};
use crate::conversation::session::{Dialogue, Session, SessionVersion, Topic};
use crate::conversation::write::Write;
use crate::domain::category::CategoryId;
use crate::domain::currency::Currency;
use crate::domain::keys::Number;
use crate::domain::ledger::{Lesson, Revision};
use crate::domain::limits;
use crate::ports::store::{Committed, Refusal, StoredSession};
use crate::testing::fixtures::{
    amend, category, change, chat, details, draft, ledger, noon, photo, settings, user,
};

/// Whatever it writes, the first commit creates the ledger as it was given.
pub async fn a_ledger_begins_with_its_first_commit(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = async || diary.store.ledger(&diary.chat).await.expect("an answer");
    assert_eq!(stored().await, None);
    let mut commit = diary.commit(Vec::new()).await;
    let mut first = ledger(&diary.chat);
    first.settings = settings("JPY");
    commit.ledger = first.clone().into();
    let committed = diary.send(&commit).await;
    let Committed::Recorded {
        session, revision, ..
    } = committed
    else {
        panic!("not recorded: {committed:?}");
    };
    first.revision = Revision(first_count());
    assert_eq!((session, revision), (SessionVersion(0), first.revision));
    assert_eq!(stored().await, Some(first));
}

fn lesson(words: &str, category: u32) -> Write {
    Write::PutLesson(Lesson {
        words: words.to_owned(),
        category: CategoryId(category),
    })
}

/// All of them come back, and a commit moves the revision by one however many it changes.
pub async fn settings_categories_and_lessons_are_kept(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut merged = category(3, "Transportation");
    merged.merged_into = Some(CategoryId(17));
    diary
        .write(vec![
            Write::PutSettings(Box::new(settings("KWD"))),
            Write::PutCategory(category(17, "Öffis & 電車")),
            lesson("bus", 17),
            lesson("tea", 1),
        ])
        .await;
    let first = diary.ledger().await;
    assert_eq!(
        (first.revision, &first.settings),
        (Revision(first_count()), &settings("KWD"))
    );
    assert_eq!(
        first.category(CategoryId(17)),
        Some(&category(17, "Öffis & 電車"))
    );

    let rename = Write::PutCategory(category(1, "Restaurants"));
    let writes = vec![rename, Write::PutCategory(merged.clone()), lesson("bus", 1)];
    diary.write(writes).await;
    let second = diary.ledger().await;
    assert_eq!(second.revision, Revision(first_count() + 1));
    assert_eq!(
        second.category(CategoryId(1)),
        Some(&category(1, "Restaurants"))
    );
    assert_eq!(second.category(CategoryId(3)), Some(&merged));
    assert_eq!(second.categories.len(), 17);
    let words: Vec<_> = second
        .lessons
        .iter()
        .map(|lesson| lesson.words.as_str())
        .collect();
    assert_eq!(words, ["tea", "bus"], "what is learned anew is the latest");
    assert_eq!(second.learned("bus"), Some(CategoryId(1)));

    diary.write(vec![Write::DropLesson("bus".to_owned())]).await;
    assert_eq!(diary.ledger().await.learned("bus"), None);
    assert_eq!(diary.ledger().await.revision, Revision(first_count() + 2));
}

/// Expenses, drafts and changes leave the ledger's revision alone: they do not race with
/// settings.
pub async fn other_writes_move_no_revision(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add([details("1", "EUR", "x")]).await.remove(0);
    let key = diary.new_key();
    let done = change(diary.id(), &key);
    let writes = [
        amend(&stored, |e| e.removed = true),
        Write::PutDraft(Box::new(draft(diary.id(), &key, photo("a")))),
        Write::PutChange(Box::new(done.clone())),
        Write::MarkUndone(done.id),
        Write::Sweep {
            drafts: noon(),
            outcomes: noon() - limits::OUTCOMES,
        },
    ];
    for write in writes {
        let commit = diary.commit(vec![write.clone()]).await;
        let committed = diary.send(&commit).await;
        let unmoved = Revision(first_count());
        assert!(
            matches!(committed, Committed::Recorded { revision, .. } if revision == unmoved),
            "{write:?}: {committed:?}"
        );
        assert_eq!(diary.ledger().await.revision, unmoved);
    }
}

/// Beyond [`limits::LESSONS`] the oldest goes.
pub async fn lessons_are_bounded(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let lessons = (0..=limits::LESSONS).map(|n| lesson(&format!("word {n}"), 1));
    diary.write(lessons.collect()).await;
    let ledger = diary.ledger().await;
    assert_eq!(ledger.lessons.len(), limits::LESSONS);
    assert_eq!(ledger.learned("word 0"), None);
    assert_eq!(ledger.learned("word 1"), Some(CategoryId(1)));
    diary.write(vec![lesson("one more", 2)]).await;
    let ledger = diary.ledger().await;
    assert_eq!(
        (ledger.lessons.len(), ledger.learned("word 1")),
        (limits::LESSONS, None)
    );
}

/// The version rises by one with every session that is kept; the ledger's revision does not.
pub async fn a_session_is_kept_with_its_version(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    assert_eq!(diary.session().await, StoredSession::default());
    let session = Session {
        dialogues: vec![Dialogue {
            with: user("anna"),
            about: Topic::Erase,
            until: noon(),
        }],
        listing: Some(ExpenseFilter {
            words: vec!["кофе".to_owned()],
            ..ExpenseFilter::default()
        }),
        inquiry: None,
    };
    for (nth, next) in (0..).zip([session.clone(), Session::default(), session]) {
        let mut commit = diary.commit(Vec::new()).await;
        commit.session = Some(next.clone());
        let committed = diary.send(&commit).await;
        let expected = SessionVersion(first_count() + nth);
        assert!(matches!(committed, Committed::Recorded { session, .. } if session == expected));
        let stored = diary.session().await;
        assert_eq!((stored.version, stored.session), (expected, next));
        diary.write(Vec::new()).await;
        assert_eq!(
            diary.session().await.version,
            expected,
            "no session, no next version"
        );
    }
}

/// From 1, within a commit in the order of its writes; neither removing nor refusing frees one.
pub async fn numbers_follow_the_writes_and_are_never_reused(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary
        .add(["1", "2", "3"].map(|amount| details(amount, "EUR", "x")))
        .await;
    let numbers: Vec<_> = stored.iter().filter_map(|expense| expense.number).collect();
    assert_eq!(numbers, [Number(1), Number(2), Number(3)]);
    diary
        .write(vec![amend(&stored[2], |e| e.removed = true)])
        .await;
    let refused = diary.new_expenses([details("9", "EUR", "x")]).remove(0);
    let refused = diary
        .commit(vec![added(refused), added(stored[0].clone())])
        .await;
    assert!(matches!(diary.send(&refused).await, Committed::Refused(_)));
    let next = diary.add([details("4", "EUR", "x")]).await.remove(0);
    assert_eq!(next.number, Some(Number(4)));
    let other = Diary::open(bench.port(), "bert");
    let first = other.add([details("1", "EUR", "x")]).await.remove(0);
    assert_eq!(first.number, Some(Number(1)));
}

/// Slots of what the commit adds or amends become numbers; others stay slots.
pub async fn slots_are_filled(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add([details("1", "EUR", "x")]).await.remove(0);
    let fresh = diary.new_expenses([details("2", "EUR", "y"), details("3", "EUR", "z")]);
    let unknown = diary.new_expenses([details("4", "EUR", "?")]).remove(0);
    let ids = [stored.id, fresh[1].id, fresh[0].id, unknown.id];
    let mut writes = vec![amend(&stored, |e| e.details = details("5", "EUR", "x"))];
    writes.extend(fresh.into_iter().map(added));
    let mut commit = diary.commit(writes).await;
    commit.replies = vec![Reply::text(Text(ids.map(Span::Number).to_vec()))];
    let filled = ["#1", "#3", "#2"].map(|number| Span::Plain(number.to_owned()));
    let mut expected = filled.to_vec();
    expected.push(Span::Number(unknown.id));
    let outcome = diary.record(&commit).await;
    assert_eq!(outcome.replies, [Reply::text(Text(expected))]);
    let kept = diary.store.recorded(&diary.chat, &commit.key).await;
    assert_eq!(kept.expect("an answer"), Some(outcome));
}

/// Whatever is known of another ledger's ids, nothing of it can be read or changed.
pub async fn one_ledger_never_sees_anothers_rows(bench: StoreBench) {
    let anna = Diary::open(bench.port(), "anna");
    let bert = Diary::open(bench.port(), "bert");
    let hers = anna.add([details("1", "EUR", "hers")]).await.remove(0);
    let key = anna.new_key();
    let (opened, done) = (draft(anna.id(), &key, photo("a")), change(anna.id(), &key));
    let open = Write::PutDraft(Box::new(opened.clone()));
    anna.write(vec![open.clone(), Write::PutChange(Box::new(done.clone()))])
        .await;
    for written in [false, true] {
        let by_id = ExpenseFilter {
            ids: Some(vec![hers.id]),
            removed: true,
            ..ExpenseFilter::default()
        };
        assert_eq!(bert.find(&by_id).await, []);
        assert_eq!(bert.totals(Group::Day).await, []);
        let (store, id) = (&bert.store, bert.id());
        let drafts = [
            DraftQuery::Id(opened.id),
            DraftQuery::NewestOpen(user("anna")),
        ];
        for query in drafts {
            assert_eq!(store.draft(id, &query).await.expect("an answer"), None);
        }
        for query in [
            ChangeQuery::Id(done.id),
            ChangeQuery::NewestBy(user("anna")),
        ] {
            assert_eq!(store.change(id, &query).await.expect("an answer"), None);
        }
        if !written {
            bert.write(Vec::new()).await;
        }
    }
    let steal = bert.commit(vec![amend(&hers, |e| e.removed = true)]).await;
    assert_eq!(
        bert.send(&steal).await,
        Committed::Refused(Refusal::StaleRevision)
    );
    bert.write(vec![Write::MarkUndone(done.id), added(hers.clone()), open])
        .await;
    assert_eq!(anna.all().await, [hers]);
    let kept = anna
        .store
        .change(anna.id(), &ChangeQuery::Id(done.id))
        .await;
    assert_eq!(kept.expect("an answer"), Some(done));
    nothing_where_no_ledger_is(&bert).await;
}

async fn nothing_where_no_ledger_is(diary: &Diary) {
    let nobody = Diary::open(diary.store.clone(), "nobody");
    let request = PageRequest {
        after: None,
        limit: 1,
    };
    let page = nobody
        .store
        .expenses(nobody.id(), &ExpenseFilter::default(), request)
        .await;
    assert_eq!(page.expect("a page"), Default::default());
    let query = TotalsQuery {
        period: None,
        categories: None,
        group: Group::None,
        into: Currency::EUR,
    };
    assert_eq!(
        nobody
            .store
            .totals(nobody.id(), &query)
            .await
            .expect("totals"),
        []
    );
}

/// Each comes whole and once, by whichever of its chats it is asked for.
pub async fn many_ledgers_are_read_at_once(bench: StoreBench) {
    let anna = Diary::open(bench.port(), "anna");
    anna.write(vec![
        Write::PutCategory(category(17, "Öffis & 電車")),
        lesson("bus", 17),
    ])
    .await;
    let bob = Diary::open(bench.port(), "bob");
    bob.write(Vec::new()).await;
    let moved = Diary::open(bench.port(), "group");
    let to = chat("supergroup");
    moved.write(vec![Write::Move { to: to.clone() }]).await;
    Diary::open(bench.port(), "carol").write(Vec::new()).await;

    let stranger = chat("stranger");
    let chats = [
        &anna.chat,
        &stranger,
        &moved.chat,
        &bob.chat,
        &to,
        &bob.chat,
    ];
    let mut found = bench
        .other()
        .ledgers(&chats.map(Clone::clone))
        .await
        .expect("an answer");
    found.sort_by_key(|ledger| ledger.id);
    let mut expected = [
        anna.ledger().await,
        bob.ledger().await,
        moved.ledger().await,
    ];
    expected.sort_by_key(|ledger| ledger.id);
    assert_eq!(found, expected);
    assert_eq!(bench.port().ledgers(&[]).await.expect("an answer"), []);
}
