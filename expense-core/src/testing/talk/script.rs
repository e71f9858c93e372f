//! The lines of a script.

/// A line of a script.
pub enum Line {
    /// Nothing, or a comment.
    Remark(String),
    /// What is expected to be said.
    Said,
    /// Something that happens.
    Does {
        /// Before the colon.
        what: String,
        /// After it.
        text: String,
    },
}

/// The lines, those that go on joined.
///
/// # Errors
///
/// A line without a colon, or one that goes on with nothing.
pub fn lines(script: &str) -> Result<Vec<Line>, String> {
    let mut lines: Vec<Line> = Vec::new();
    for line in script.lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            lines.push(Line::Remark(line.to_owned()));
        } else if line.starts_with(' ') {
            match lines.last_mut() {
                Some(Line::Does { text, .. }) => {
                    text.push('\n');
                    text.push_str(goes_on(line));
                }
                Some(Line::Said) => {}
                _ => return Err(format!("this line goes on with nothing: {line}")),
            }
        } else {
            let (what, text) = line
                .split_once(':')
                .ok_or_else(|| format!("this line has no colon: {line}"))?;
            lines.push(if what.starts_with("bot") {
                Line::Said
            } else {
                Line::Does {
                    what: what.to_owned(),
                    text: text.trim().to_owned(),
                }
            });
        }
    }
    Ok(lines)
}

fn goes_on(line: &str) -> &str {
    let line = line.trim();
    line.strip_prefix('|').map_or(line, str::trim_start)
}

/// A text as it is written in a script.
pub fn written(what: &str, text: &str) -> String {
    let mut written = String::new();
    for (place, line) in text.lines().enumerate() {
        let line = match place {
            0 => format!("{what}: {line}"),
            _ => format!("    | {line}"),
        };
        written.push_str(line.trim_end());
        written.push('\n');
    }
    if written.is_empty() {
        written = format!("{what}:\n");
    }
    written
}

/// The lines with white space folded, so that scripts may be aligned for the eye.
pub(super) fn plain(script: &str) -> Vec<String> {
    script
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Both, with marks where they differ: lines that only one of them has, found by the longest
/// common rest.
pub(super) fn difference(expected: &[String], actual: &[String]) -> String {
    let (rows, columns) = (expected.len(), actual.len());
    let mut common = vec![vec![0_usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row][column] = if expected[row] == actual[column] {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut text = String::new();
    while row < rows || column < columns {
        let same = row < rows && column < columns && expected[row] == actual[column];
        let missing =
            row < rows && (column == columns || common[row + 1][column] >= common[row][column + 1]);
        let (mark, line) = match (same, missing) {
            (true, _) => (' ', &expected[row]),
            (false, true) => ('-', &expected[row]),
            (false, false) => ('+', &actual[column]),
        };
        text.push_str(&format!("{mark} {line}\n"));
        row += usize::from(same || missing);
        column += usize::from(same || !missing);
    }
    text
}
