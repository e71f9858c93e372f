//! Whatever people write and press, in whatever order: nothing panics, nothing is refused, and
//! the kept sums stay those of the expenses.

use expense_core::testing::talk;
use proptest::prelude::*;

fn line() -> impl Strategy<Value = String> {
    let said = prop::sample::select(vec![
        "lunch 12.50",
        "5.50 coffee #work",
        "-3 refund",
        "¥500 tea",
        "1.234 laptop",
        "03/05/2026 rent 900",
        "7",
        "hello",
        "10 taxi [Transport]",
        "3 a\n    | 4 b\n    | nothing\n    | 5 c yesterday",
        "yesterday",
        "usd",
        "amount",
        "#trip",
        "-",
    ]);
    let commands = prop::sample::select(vec![
        "/undo",
        "/list",
        "/last 3",
        "/edit 1",
        "/edit 1 9.80",
        "/edit 2 kwd",
        "/edit 1 [Education]",
        "/delete 1",
        "/tag 2 x",
        "/untag 2 x",
        "/tags x",
        "/search tea",
        "/currency JPY",
        "/currency EUR",
        "/timezone Asia/Tokyo",
        "/addcategory Pets",
        "/renamecategory Pets -> Education",
        "/renamecategory Education -> Pets",
        "/deletecategory Pets",
        "/unlearn lunch",
        "/forget",
        "/cancel",
        "/export",
    ]);
    let buttons = prop::sample::select(vec![
        "Undo",
        "Undo anyway",
        "Keep",
        "Edit",
        "Amount",
        "Category",
        "Date",
        "Tags",
        "Currency",
        "Description",
        "Education",
        "Pets",
        "Others",
        "Delete",
        "Back",
        "Save",
        "Ignore",
        "Discard",
        "Try again",
        "Read it anyway",
        "More",
        "Erase everything",
        "Yes, erase it",
        "Cancel",
        "3 May",
        "Undo on #1",
        "Edit on #2",
    ]);
    let reads = prop::sample::select(vec![
        "receipt merchant=REWE; total=12.50; date=2026-05-05; item=milk 2",
        "receipt merchant=Kiosk",
        "receipt total=1.005; category=Education",
        "failed",
        "no_reader",
    ]);
    let photos = prop::sample::select(vec!["a.jpg", "b.jpg 5 usd", "c.jpg dinner #x"]);
    prop_oneof![
        6 => said.clone().prop_map(|text| format!("user: {text}")),
        2 => said.clone().prop_map(|text| format!("reply: {text}")),
        2 => said.prop_map(|text| format!("edit: {text}")),
        6 => commands.prop_map(|text| format!("user: {text}")),
        8 => buttons.prop_map(|label| format!("press: {label}")),
        2 => photos.clone().prop_map(|name| format!("photo: {name}")),
        1 => photos.prop_map(|name| format!("photo of album: {name}")),
        3 => reads.prop_map(|result| format!("read: {result}")),
        1 => prop::sample::select(vec!["wait: 11m", "wait: 2d", "sweep:", "restart:", "redeliver:", "again:",
            "as: ben", "as: anna"]).prop_map(ToOwned::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_breaks_the_books(lines in prop::collection::vec(line(), 1..60)) {
        if let Err(error) = talk::endure(&lines.join("\n")) {
            panic!("{error}");
        }
    }

    #[test]
    fn nothing_that_is_written_breaks_the_books(texts in prop::collection::vec("\\PC{0,40}", 1..8)) {
        let lines: Vec<String> = texts.iter().map(|text| format!("user: {text}\nedit: {text}5")).collect();
        if let Err(error) = talk::endure(&lines.join("\n")) {
            panic!("{error}");
        }
    }
}
