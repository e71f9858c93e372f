//! From boxes with text to the lines that a person sees.

use crate::boxes::TextBox;
use crate::recognize::Seen;

/// Two boxes stand in one line when their middles differ by less than this share of a height.
const SAME_LINE: f32 = 0.55;

/// A piece of text on a level page. Lengths are in pixels of the image that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) left: f32,
    pub(crate) right: f32,
    /// The height of its middle, downwards.
    pub(crate) middle: f32,
    pub(crate) height: f32,
    /// How sure the recognizer is, 0 to 1.
    pub(crate) confidence: f32,
    /// How much its middle falls per pixel to the right, after the page was made level.
    slope: f32,
}

impl Word {
    /// A word that lies level.
    #[cfg(test)]
    pub(crate) fn level(text: &str, left: f32, right: f32, middle: f32, height: f32) -> Self {
        Self {
            text: text.to_owned(),
            left,
            right,
            middle,
            height,
            confidence: 1.0,
            slope: 0.0,
        }
    }

    /// What was seen in `text`, on a page that is turned level by `skew`.
    pub(crate) fn new(seen: Seen, text: &TextBox, skew: f32) -> Self {
        let (sin, cos) = skew.sin_cos();
        let (x, y) = (text.x * cos + text.y * sin, text.y * cos - text.x * sin);
        let slope = (text.angle - skew).tan();
        let left = x + (seen.span.0 - 0.5) * text.width;
        let right = x + (seen.span.1 - 0.5) * text.width;
        // A short box shows no slope worth believing.
        let slope = if text.width > 4.0 * text.height {
            slope.clamp(-0.3, 0.3)
        } else {
            0.0
        };
        Self {
            text: seen.text,
            left,
            right,
            middle: y + slope * ((left + right) / 2.0 - x),
            height: text.height,
            confidence: seen.confidence,
            slope,
        }
    }

    fn middle_at(&self, x: f32, slope: f32) -> f32 {
        self.middle + slope * (x - (self.left + self.right) / 2.0)
    }
}

/// A line of text, left to right.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Line {
    pub(crate) words: Vec<Word>,
}

impl Line {
    /// All words with one space between them.
    pub(crate) fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// The mean height of its words.
    pub(crate) fn height(&self) -> f32 {
        self.words.iter().map(|word| word.height).sum::<f32>() / self.words.len().max(1) as f32
    }

    fn middle(&self) -> f32 {
        self.words.iter().map(|word| word.middle).sum::<f32>() / self.words.len().max(1) as f32
    }

    /// How far below the end of this line `word` begins, if it can continue it at all.
    fn distance(&self, word: &Word) -> Option<f32> {
        let last = self.words.last()?;
        let overlap = last.right - word.left;
        if overlap > 0.5 * (word.right - word.left).min(last.right - last.left) {
            return None;
        }
        let slope = if last.slope == 0.0 {
            word.slope
        } else {
            last.slope
        };
        let between = (last.right + word.left) / 2.0;
        let off = (word.middle_at(between, word.slope) - last.middle_at(between, slope)).abs();
        (off < SAME_LINE * word.height.min(last.height * 1.6).min(word.height * 1.6)).then_some(off)
    }
}

/// The lines of a page, top to bottom. Each word continues the nearest line that ends to its left,
/// so a page may be a little bent or skewed.
pub(crate) fn lines(mut words: Vec<Word>) -> Vec<Line> {
    words.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut lines: Vec<Line> = Vec::new();
    for word in words {
        let nearest = lines
            .iter_mut()
            .filter_map(|line| line.distance(&word).map(|off| (off, line)))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match nearest {
            Some((_, line)) => line.words.push(word),
            None => lines.push(Line { words: vec![word] }),
        }
    }
    lines.sort_by(|a, b| a.middle().total_cmp(&b.middle()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_join_their_own_line() {
        let page = lines(vec![
            Word::level("9.90", 200.0, 240.0, 32.0, 12.0),
            Word::level("Bread", 10.0, 60.0, 30.0, 12.0),
            Word::level("TOTAL", 10.0, 70.0, 50.0, 20.0),
            Word::level("9.90", 200.0, 250.0, 53.0, 20.0),
            Word::level("SHOP", 80.0, 150.0, 10.0, 14.0),
        ]);
        let texts: Vec<String> = page.iter().map(Line::text).collect();
        assert_eq!(texts, ["SHOP", "Bread 9.90", "TOTAL 9.90"]);
    }

    #[rstest::rstest]
    #[case(0.04)]
    #[case(-0.06)]
    fn a_slanting_page_keeps_its_lines(#[case] slope: f32) {
        let word = |text: &str, left: f32, right: f32, row: f32| {
            let middle = row + slope * (left + right) / 2.0;
            let long = right - left > 80.0;
            Word {
                slope: if long { slope } else { 0.0 },
                ..Word::level(text, left, right, middle, 16.0)
            }
        };
        let page = lines(vec![
            word("steamed egg yolk", 40.0, 240.0, 100.0),
            word("4.50", 420.0, 470.0, 100.0),
            word("Chicken claw large", 40.0, 250.0, 120.0),
            word("6.00", 420.0, 470.0, 120.0),
        ]);
        let texts: Vec<String> = page.iter().map(Line::text).collect();
        assert_eq!(texts, ["steamed egg yolk 4.50", "Chicken claw large 6.00"]);
    }
}
