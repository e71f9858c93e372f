//! The statements of this crate, as its sources have them.

use std::collections::BTreeMap;
use std::path::Path;

use expense_store_postgres::BY_LEDGER;

/// Every source that is part of the product, by its path below `src`.
pub(crate) fn sources() -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    gather(&folder, &folder, &mut sources);
    // What only tests use.
    sources.retain(|name, _| name != "plans.rs" && !name.starts_with("testing"));
    sources
}

fn gather(root: &Path, folder: &Path, sources: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, sources);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            let source = std::fs::read_to_string(&path).unwrap();
            sources.insert(name.to_owned(), source);
        }
    }
}

/// All that a source says as text within each of its items, by the item's name: one entry for
/// each literal.
pub(crate) fn texts(source: &str) -> BTreeMap<String, Vec<String>> {
    let mut texts = BTreeMap::<String, Vec<String>>::new();
    let (mut item, mut open) = (String::new(), None::<String>);
    for line in source.lines() {
        let code = line.trim_start();
        if open.is_none() && code.starts_with("//") {
            continue;
        }
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '!');
        if open.is_none() {
            let begins =
                words.position(|word| matches!(word, "const" | "static" | "fn" | "macro_rules!"));
            if let Some(name) = begins.and_then(|_| words.find(|word| !word.is_empty())) {
                item = name.to_owned();
            }
        }
        let (mut escaped, mut before) = (false, ' ');
        for sign in line.chars() {
            // One alone is a character.
            let quotes = sign == '"' && !escaped && (open.is_some() || before != '\'');
            match &mut open {
                Some(_) if quotes => {
                    let text = open.take().unwrap_or_default();
                    texts.entry(item.clone()).or_default().push(text);
                }
                None if quotes => open = Some(String::new()),
                Some(text) => text.push(sign),
                None => {}
            }
            escaped = sign == '\\' && !escaped;
            before = sign;
        }
        if let Some(text) = &mut open {
            text.push('\n');
        }
    }
    texts
}

/// How often the text names a table of ledgers as one that rows come from or go to.
pub(crate) fn tables_in(text: &str) -> usize {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let leads = |word: &str| matches!(word, "FROM" | "JOIN" | "INTO" | "UPDATE" | "USING");
    let pairs = words.windows(2);
    pairs
        .filter(|pair| leads(pair[0]) && BY_LEDGER.contains(&pair[1]))
        .count()
}
