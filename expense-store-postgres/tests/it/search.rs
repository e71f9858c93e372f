//! Words in a ledger that is too large to be looked through are found as in any other.

use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::calendar::Period;
use expense_core::domain::category::CategoryId;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::LedgerId;
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::diary::{expenses, record};
use expense_core::testing::dice::Dice;
use expense_core::testing::fixtures::{chat, day};
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;

/// More than are looked through, of the newest and of the first together.
const EXPENSES: i32 = 5_000;

/// What they are called after.
const WORDS: [&str; 12] = [
    "lunch", "tea", "team", "büro", "кофе", "午餐", "東京", "a", "xy", "50%", "zebra", "ferry",
];

const FILL: &str = "
    INSERT INTO expenses (ledger_id, recorded_at, id, change, number, revision, day, category,
        removed, amount, currency, description, search, paid_by, entered_by)
    SELECT $1, now(), gen_random_uuid(), gen_random_uuid(), n + 2, 1,
        date '2026-05-03' - ((n * 7919 % 900)::int), n % 16 + 1, n % 9 = 0, 1, 'EUR', 'Some ' || text,
        'some ' || text, 'test:anna', 'test:anna'
    FROM unnest($2::text[]) WITH ORDINALITY AS t(text, n)";

/// A few words, the last two of the list once in a while.
fn by_chance(dice: &mut Dice) -> String {
    let mut words = Vec::new();
    for _ in 0..1 + dice.below(3) {
        let rare = if dice.below(400) == 0 { 0 } else { 2 };
        words.push(WORDS[dice.below(WORDS.len() - rare)]);
    }
    words.join(" ")
}

/// All pages of what meets the filter.
async fn found(store: &PostgresStore, ledger: LedgerId, filter: &ExpenseFilter) -> Vec<u32> {
    let (mut numbers, mut after) = (Vec::new(), None);
    loop {
        let page = store.expenses(ledger, filter, PageRequest { after, limit: 150 });
        let page = page.await.unwrap();
        numbers.extend(
            page.expenses
                .iter()
                .map(|expense| expense.number.unwrap().0),
        );
        after = page.next;
        if after.is_none() {
            return numbers;
        }
    }
}

fn meets(expense: &Expense, filter: &ExpenseFilter) -> bool {
    let (details, text) = (&expense.details, expense.details.search_text());
    let within = |period: &Period| details.date >= period.from() && details.date < period.until();
    filter.words.iter().all(|word| text.contains(word))
        && filter.period.as_ref().is_none_or(within)
        && filter
            .categories
            .as_ref()
            .is_none_or(|ids| ids.contains(&details.category))
}

#[tokio::test]
async fn words_are_found_wherever_they_are() {
    let database = Database::fresh().await;
    let store = PostgresStore::open(database.config()).await.unwrap();
    record(&store, "anna", "0:anna").await.unwrap();
    let anna = LedgerId::of(&chat("anna"));
    let mut dice = Dice::new(11);
    let texts: Vec<String> = (0..EXPENSES).map(|_| by_chance(&mut dice)).collect();
    let mut stranger = database.stranger().await;
    let fill = sqlx::query(FILL).bind(anna.as_i64()).bind(texts);
    fill.execute(&mut stranger).await.unwrap();
    let all = expenses(&store, "anna").await.unwrap();

    let mut asked: Vec<Vec<&str>> = WORDS.iter().map(|word| vec![*word]).collect();
    asked.extend([
        vec!["zeb"],
        vec!["a z"],
        vec!["ebra", "lun"],
        vec!["午餐", "zebra"],
        vec!["ferry", "a"],
    ]);
    asked.extend([
        vec!["nowhere"],
        vec!["京"],
        vec!["some", "東京"],
        vec!["a\0b"],
        vec!["err%"],
    ]);
    let mut rare = 0;
    for words in asked {
        let words = words.into_iter().map(ToOwned::to_owned).collect();
        let plain = ExpenseFilter {
            words,
            ..ExpenseFilter::default()
        };
        let period = Period::new(day("2024-06-01"), day("2026-01-01"));
        let within = ExpenseFilter {
            period,
            ..plain.clone()
        };
        let categories = Some(vec![CategoryId(3), CategoryId(4)]);
        let under = ExpenseFilter {
            categories,
            ..plain.clone()
        };
        for filter in [plain, within, under] {
            let expected = all.iter().filter(|expense| meets(expense, &filter));
            let expected: Vec<u32> = expected.map(|expense| expense.number.unwrap().0).collect();
            rare += usize::from((1..40).contains(&expected.len()));
            assert_eq!(found(&store, anna, &filter).await, expected, "{filter:?}");
        }
    }
    assert!(rare > 5, "nothing was rare");
}

/// What was written before the index was made is in it, and removed tags are counted no more.
#[tokio::test]
async fn what_earlier_versions_wrote_is_found_and_counted() {
    let database = Database::of_schema(2).await;
    let mut stranger = database.stranger().await;
    let anna = LedgerId::of(&chat("anna"));
    for statement in [
        include_str!("written/0002.sql").to_owned(),
        FILL.replace("$1", &anna.as_i64().to_string()).replace(
            "unnest($2::text[])",
            "unnest(array_fill('tea'::text, '{5000}') || 'zebra'::text)",
        ),
        "INSERT INTO tags (ledger_id, number, day, tag)
         SELECT ledger_id, number, day, 'work' FROM expenses WHERE number IN (9, 10, 11, 12)"
            .to_owned(),
    ] {
        let script = sqlx::AssertSqlSafe(statement);
        sqlx::raw_sql(script).execute(&mut stranger).await.unwrap();
    }
    let store = PostgresStore::open(database.config()).await.unwrap();
    let words = vec!["zebra".to_owned()];
    let filter = ExpenseFilter {
        words,
        ..ExpenseFilter::default()
    };
    assert_eq!(found(&store, anna, &filter).await, [5_003]);
    let tags = store.tags(anna).await.unwrap();
    // Number 11 is removed.
    assert_eq!(
        tags.iter().map(|(_, count)| *count).collect::<Vec<_>>(),
        [3]
    );
}
