//! Where a path ends and a caption begins.

use std::path::{Path, PathBuf};

/// The longest path that is tried, in bytes: systems take no longer ones.
const PATH_BYTES: usize = 4_096;
/// How the files of receipts end, in small letters.
const RECEIPTS: [&str; 7] = ["jpg", "jpeg", "png", "webp", "heic", "heif", "pdf"];

/// The ways to read `rest` as a path and a caption, the likeliest first: as a shell would
/// (quotes, backslashes), then as bare text with ever fewer words in the path. One at a time, so
/// that a long line costs no more memory than it is long.
pub(crate) fn readings<'a>(
    rest: &'a str,
    home: Option<&'a Path>,
) -> impl Iterator<Item = (PathBuf, &'a str)> {
    let (word, caption) = shell_word(rest);
    let likeliest = (expand(&word, home), caption.trim());
    let spaces = rest.char_indices().filter(|(_, c)| c.is_whitespace());
    let shorter = spaces.rev().map(|(at, _)| at);
    let ends = std::iter::once(rest.len()).chain(shorter);
    let bare = ends.filter(|end| *end <= PATH_BYTES).map(move |end| {
        let (path, caption) = rest.split_at(end);
        (expand(path.trim_end(), home), caption.trim())
    });
    std::iter::once(likeliest).chain(bare)
}

/// The next file of an album, where the caption so far begins with a word that is called like a
/// photo or a PDF, and what follows it.
pub(crate) fn another<'a>(caption: &'a str, home: Option<&Path>) -> Option<(PathBuf, &'a str)> {
    let bare = caption.split(char::is_whitespace).next()?;
    // Quotes count where a word begins with one: others are apostrophes.
    let (word, rest) = match bare.starts_with(['"', '\'']) || bare.contains('\\') {
        true => shell_word(caption),
        false => (bare.to_owned(), &caption[bare.len()..]),
    };
    let path = expand(&word, home);
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let called = RECEIPTS.contains(&extension.as_str());
    called.then(|| (path, rest.trim()))
}

/// The first word by the rules of a shell, and what follows it. An open quote ends with the text.
fn shell_word(text: &str) -> (String, &str) {
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\\', None | Some('"')) => word.extend(chars.next().map(|(_, escaped)| escaped)),
            ('"' | '\'', None) => quote = Some(c),
            (c, None) if c.is_whitespace() => return (word, text.get(at..).unwrap_or_default()),
            (c, _) => word.push(c),
        }
    }
    (word, "")
}

/// The path with `~` as the person's own directory.
fn expand(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(rest), Some(home)) if rest.starts_with('/') => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a.jpg", "a.jpg", "")]
    #[case("a.jpg  lunch with Eve", "a.jpg", "lunch with Eve")]
    #[case("\"my receipt.jpg\" lunch", "my receipt.jpg", "lunch")]
    #[case("'it is \"mine\".jpg'", "it is \"mine\".jpg", "")]
    #[case(r"my\ receipt.jpg lunch", "my receipt.jpg", "lunch")]
    #[case("~/a.jpg", "/home/eve/a.jpg", "")]
    #[case("'open quote.jpg", "open quote.jpg", "")]
    fn reads_first_as_a_shell_would(#[case] rest: &str, #[case] path: &str, #[case] caption: &str) {
        let first = readings(rest, Some(Path::new("/home/eve"))).next();
        assert_eq!(first, Some((PathBuf::from(path), caption)));
    }

    #[test]
    fn tries_spaces_as_part_of_the_path_from_the_longest() {
        let paths: Vec<_> = readings("my new receipt.jpg lunch", None)
            .map(|(path, caption)| format!("{}|{caption}", path.display()))
            .collect();
        assert_eq!(
            paths,
            [
                "my|new receipt.jpg lunch",
                "my new receipt.jpg lunch|",
                "my new receipt.jpg|lunch",
                "my new|receipt.jpg lunch",
                "my|new receipt.jpg lunch",
            ]
        );
    }

    #[rstest]
    #[case("b.jpg lunch", Some(("b.jpg", "lunch")))]
    #[case("'page 2.PDF'", Some(("page 2.PDF", "")))]
    #[case("~/b.heic  a b.png", Some(("/home/eve/b.heic", "a b.png")))]
    #[case(r"page\ 2.pdf lunch", Some(("page 2.pdf", "lunch")))]
    #[case("lunch b.jpg", None)]
    #[case("Eve's dinner, see b.jpg", None)]
    #[case("12.50 lunch", None)]
    #[case(".pdf", None)]
    #[case("", None)]
    fn goes_on_with_what_is_called_like_a_photo(
        #[case] caption: &str,
        #[case] next: Option<(&str, &str)>,
    ) {
        let next = next.map(|(path, rest)| (PathBuf::from(path), rest));
        assert_eq!(another(caption, Some(Path::new("/home/eve"))), next);
    }

    #[test]
    fn tries_no_path_that_no_system_takes() {
        let line = "a ".repeat(32 * 1024);
        let bare = readings(&line, None).skip(1);
        assert_eq!(bare.count(), PATH_BYTES / 2);
    }
}
