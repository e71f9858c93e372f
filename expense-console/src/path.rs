//! Where a path ends and a caption begins.

use std::path::{Path, PathBuf};

/// The ways to read `rest` as a path and a caption, the likeliest first: as a shell would
/// (quotes, backslashes), then as bare text with ever fewer words in the path.
pub(crate) fn readings(rest: &str, home: Option<&Path>) -> Vec<(PathBuf, String)> {
    let (word, caption) = shell_word(rest);
    let mut readings = vec![(expand(&word, home), caption.trim().to_owned())];
    let ends = rest
        .char_indices()
        .filter(|(_, c)| c.is_whitespace())
        .map(|(at, _)| at)
        .chain([rest.len()]);
    for end in ends.collect::<Vec<_>>().into_iter().rev() {
        let (path, caption) = rest.split_at(end);
        readings.push((expand(path.trim_end(), home), caption.trim().to_owned()));
    }
    readings
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
        let readings = readings(rest, Some(Path::new("/home/eve")));
        assert_eq!(readings[0], (PathBuf::from(path), caption.to_owned()));
    }

    #[test]
    fn tries_spaces_as_part_of_the_path_from_the_longest() {
        let paths: Vec<_> = readings("my new receipt.jpg lunch", None)
            .into_iter()
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
}
