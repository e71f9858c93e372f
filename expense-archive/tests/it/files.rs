//! From records to a file and back, or a sentence that says why not.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use expense_archive::{ArchiveError, FORMAT, Header, Reader, Writer, Written, verify};
use expense_core::domain::access::Role;
use expense_core::memory::record::{ExpenseRecord, Kind, Record};
use expense_core::testing::fixtures::{chat, details, expense, key, ledger, noon, person};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rstest::rstest;
use tempfile::TempDir;

fn records() -> Vec<Record> {
    let ledger = ledger(&chat("anna")).id;
    let mut records = vec![Record::Person(person("anna", Role::Owner))];
    for n in 0..300 {
        let update = key(&n.to_string());
        let currency = if n % 3 == 0 { "JPY" } else { "EUR" };
        let mut expense = expense(ledger, &update, 0, details("7", currency, "lunch"));
        expense.removed = n == 1;
        records.push(Record::Expense(Box::new(ExpenseRecord {
            ledger,
            expense,
            rate_due: None,
        })));
    }
    records
}

fn header() -> Header {
    Header::new("1.2.3", noon(), "sqlite", 4)
}

fn write(to: &Path) -> Result<Written, ArchiveError> {
    let mut writer = Writer::create(to, header())?;
    for record in records() {
        writer.put(&record)?;
    }
    writer.finish()
}

fn fresh() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jsonl.gz");
    (folder, file)
}

/// The lines of an archive, and an archive of other lines.
fn lines(file: &Path) -> Vec<String> {
    let mut text = String::new();
    let opened = fs::File::open(file).unwrap();
    GzDecoder::new(opened).read_to_string(&mut text).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn press(file: &Path, lines: &[String]) {
    let mut out = GzEncoder::new(fs::File::create(file).unwrap(), Compression::fast());
    for line in lines {
        writeln!(out, "{line}").unwrap();
    }
    out.finish().unwrap();
}

#[test]
fn what_was_put_in_comes_out() {
    let (folder, file) = fresh();
    let written = write(&file).unwrap();
    assert_eq!(written.bytes, fs::metadata(&file).unwrap().len());
    let holds = &written.manifest.holds;
    assert_eq!(
        (holds.count(Kind::Expense), holds.count(Kind::Person)),
        (300, 1)
    );
    assert_eq!(holds.count(Kind::Draft), 0);
    // Yen have no smaller unit, and one lunch was taken back.
    assert_eq!((holds.sums["JPY"], holds.sums["EUR"]), (700, 199 * 700));

    let mut reader = Reader::open(&file).unwrap();
    assert_eq!(reader.header(), &header());
    let read: Vec<Record> = reader.by_ref().map(Result::unwrap).collect();
    assert_eq!(read, records());
    assert_eq!(reader.manifest(), Some(&written.manifest));
    assert_eq!(verify(&file).unwrap(), written.manifest);
    // The same records are the same bytes, whenever and wherever they come from.
    let other = folder.path().join("b.jsonl.gz");
    let mut writer = Writer::create(&other, Header::new("9", noon(), "postgres", 1)).unwrap();
    records()
        .iter()
        .for_each(|record| writer.put(record).unwrap());
    assert_eq!(&writer.finish().unwrap().manifest.holds, holds);
}

#[test]
fn only_its_owner_reads_it_and_nothing_is_replaced() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, file) = fresh();
    write(&file).unwrap();
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = fs::read(&file).unwrap();
    let error = write(&file).unwrap_err();
    assert!(matches!(error, ArchiveError::Exists(_)), "{error}");
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_given_up_leaves_nothing() {
    let (folder, file) = fresh();
    let mut writer = Writer::create(&file, header()).unwrap();
    writer.put(&records()[0]).unwrap();
    drop(writer);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    // A program that was killed leaves its part, and the next begins anew.
    fs::write(folder.path().join("a.jsonl.gz.part"), "half").unwrap();
    write(&file).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let error = write(&folder.path().join("nowhere/a")).unwrap_err();
    assert!(
        error.to_string().ends_with("its folder is not there"),
        "{error}"
    );
}

/// Somebody else's file of that name, in the meantime.
#[test]
fn a_file_that_came_meanwhile_is_left_alone() {
    let (_folder, file) = fresh();
    let writer = Writer::create(&file, header()).unwrap();
    fs::write(&file, "mine").unwrap();
    let error = writer.finish().unwrap_err();
    assert!(matches!(error, ArchiveError::Exists(_)), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn it_is_refused_wherever_it_breaks_off() {
    let (_folder, file) = fresh();
    write(&file).unwrap();
    let whole = fs::read(&file).unwrap();
    for end in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
        fs::write(&file, &whole[..end]).unwrap();
        let error = verify(&file).unwrap_err();
        let told = matches!(
            error,
            ArchiveError::Truncated(_) | ArchiveError::Foreign(_) if end < 12
        );
        assert!(
            told || matches!(error, ArchiveError::Truncated(_)),
            "{end}: {error}"
        );
    }
}

#[test]
fn it_is_refused_whichever_byte_was_altered() {
    let (_folder, file) = fresh();
    write(&file).unwrap();
    let whole = fs::read(&file).unwrap();
    // The first ten are gzip's own: a time, flags, the system.
    for place in (10..whole.len()).step_by(11) {
        let mut altered = whole.clone();
        altered[place] ^= 0x10;
        fs::write(&file, altered).unwrap();
        verify(&file).expect_err("an altered byte is noticed");
    }
}

type Change = fn(&mut Vec<String>);

#[rstest]
#[case::a_record_less("not those that were written", |lines: &mut Vec<String>| { lines.remove(5); })]
#[case::a_record_twice("not those that were written", |lines: &mut Vec<String>| { let line = lines[5].clone(); lines.insert(5, line); })]
#[case::another_order("not those that were written", |lines: &mut Vec<String>| lines.swap(5, 6))]
#[case::another_amount("not those that were written", |lines: &mut Vec<String>| { lines[5] = lines[5].replace("\"7\"", "\"8\"").replace("700", "800").replace("\"7.00\"", "\"8.00\""); })]
#[case::no_record("a record can't be read", |lines: &mut Vec<String>| lines[5] = "{\"expense\":{}}".to_owned())]
#[case::another_kind("a record can't be read", |lines: &mut Vec<String>| lines[5] = "{\"secret\":1}".to_owned())]
#[case::another_beginning("don't belong together", |lines: &mut Vec<String>| lines[0] = lines[0].replace("1.2.3", "1.2.4"))]
#[case::no_end("ends too early", |lines: &mut Vec<String>| { lines.pop(); })]
#[case::more_behind("something follows", |lines: &mut Vec<String>| { let line = lines[5].clone(); lines.push(line); })]
#[case::half_an_end("its end can't be read", |lines: &mut Vec<String>| { lines.pop(); lines.push("{\"end\":{}}".to_owned()); })]
#[case::nothing("ends too early", |lines: &mut Vec<String>| lines.clear())]
#[case::foreign("another program", |lines: &mut Vec<String>| lines[0] = "{\"archive\":\"photos\",\"format\":1}".to_owned())]
#[case::foreign_text("another program", |lines: &mut Vec<String>| lines[0] = "dear diary".to_owned())]
#[case::newer("written by a newer version", |lines: &mut Vec<String>| lines[0] = lines[0].replace("\"format\":1", "\"format\":2"))]
#[case::odd_beginning("its beginning can't be read", |lines: &mut Vec<String>| lines[0] = "{\"archive\":\"expense-bot\",\"format\":1}".to_owned())]
fn other_lines_are_refused(#[case] words: &str, #[case] change: Change) {
    let (_folder, file) = fresh();
    write(&file).unwrap();
    let before = lines(&file);
    let mut after = before.clone();
    change(&mut after);
    assert_ne!(after, before);
    press(&file, &after);
    let error = verify(&file).unwrap_err().to_string();
    assert!(error.contains(words), "{error}");
    assert!(error.contains("a.jsonl.gz"), "{error}");
    assert!(!error.contains("lunch"), "{error}");
}

#[test]
fn what_is_no_archive_is_told() {
    let (folder, file) = fresh();
    let told = |file: &Path| verify(file).unwrap_err().to_string();
    assert!(told(&file).contains("is not there"));
    assert!(told(folder.path()).contains("another program"));
    fs::write(&file, "a letter").unwrap();
    assert!(told(&file).contains("another program"));
    fs::write(&file, "").unwrap();
    assert!(told(&file).contains("another program"));
    write(&folder.path().join("b")).unwrap();
    let mut two = fs::read(folder.path().join("b")).unwrap();
    two.extend_from_within(..);
    fs::write(&file, two).unwrap();
    assert!(told(&file).contains("something follows its end"));
    assert_eq!(FORMAT, header().format);
}

/// A few bytes that unfold into very many take no more memory than a line may have.
#[test]
fn a_line_without_an_end_is_refused() {
    let (_folder, file) = fresh();
    write(&file).unwrap();
    let first = lines(&file).swap_remove(0);
    let mut out = GzEncoder::new(fs::File::create(&file).unwrap(), Compression::fast());
    writeln!(out, "{first}").unwrap();
    let zeros = vec![b' '; 1024 * 1024];
    (0..80).for_each(|_| out.write_all(&zeros).unwrap());
    out.finish().unwrap();
    let error = verify(&file).unwrap_err().to_string();
    assert!(error.contains("a record has no end"), "{error}");
}
