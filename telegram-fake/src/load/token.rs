//! Words that number messages: letters alone, so that no grammar sees an amount in them.

/// Every token begins so.
const MARK: &str = "load";
/// The digits. No vowels, so that no word comes about.
const DIGITS: &[u8; 20] = b"bcdfghjklmnpqrstvwxz";
/// So many digits, always: tokens that grow would contain one another.
const LENGTH: usize = 6;

pub(super) fn of(index: usize) -> String {
    let mut token = MARK.to_owned();
    let mut rest = index;
    for _ in 0..LENGTH {
        let digit = DIGITS.get(rest % DIGITS.len()).copied().unwrap_or(b'b');
        token.push(char::from(digit));
        rest /= DIGITS.len();
    }
    token
}

/// The first token in these words.
pub(super) fn find(words: &str) -> Option<usize> {
    let (_, rest) = words.split_once(MARK)?;
    let digits = rest.as_bytes().get(..LENGTH)?;
    digits.iter().rev().try_fold(0, |index, digit| {
        let value = DIGITS.iter().position(|one| one == digit)?;
        Some(index * DIGITS.len() + value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_numbered_is_found_again() {
        for index in [0, 1, 19, 20, 4_711, 63_999_999] {
            let words = format!("#3 · {} · €1.25", of(index));
            assert_eq!(find(&words), Some(index));
        }
        assert_eq!(find("a load of bricks"), None);
    }
}
