//! Reads one box of text, by PP-OCR's recognizer.

use std::path::Path;

use image::RgbImage;
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use crate::boxes::TextBox;
use crate::crop::crop;
use crate::error::EngineError;
use crate::infer::{Network, Thread};

/// The height of the crops that the network was trained with.
const HEIGHT: usize = 48;
/// Narrower crops are filled up with the color between black and white.
const NARROWEST: usize = 160;
/// A gap between two signs of this many times their usual distance separates columns.
const GAP: f32 = 2.6;

/// A text with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    /// As read, without spaces at its ends.
    pub(crate) text: String,
    /// How sure the network is, on average over the signs, 0 to 1.
    pub(crate) confidence: f32,
    /// Where it begins and ends within its box, as shares of the width.
    pub(crate) span: (f32, f32),
}

/// One sign with its place in steps and its probability.
struct Sign<'a> {
    text: &'a str,
    step: usize,
    probability: f32,
}

pub(crate) struct Recognizer {
    network: Network,
    signs: Vec<String>,
}

impl Recognizer {
    pub(crate) fn load(file: &Path) -> Result<Self, EngineError> {
        let network = Network::load(file)?;
        let list = network.note("character").ok_or(EngineError::Dictionary)?;
        let signs = list
            .lines()
            .map(str::to_owned)
            .chain([" ".to_owned()])
            .collect();
        Ok(Self { network, signs })
    }

    /// The texts in a box, left to right: one, or several where wide gaps lie between them.
    pub(crate) fn read(
        &self,
        image: &RgbImage,
        text: &TextBox,
        thread: &Thread,
    ) -> Result<Vec<Seen>, EngineError> {
        let (planes, width) = crop(image, text, HEIGHT);
        let padded = width.max(NARROWEST).next_multiple_of(8);
        let output = self
            .network
            .run(padded_to(&planes, width, padded), thread)?;
        let steps: NdTensorView<f32, 3> =
            output.view().try_into().map_err(|_| EngineError::Shape)?;
        let signs = self.decode(steps.slice(0));
        let used = steps.size(1) as f32 * width as f32 / padded as f32;
        Ok(columns(&signs, used))
    }

    /// The best sign of each step; repeated signs are one, and step 0 of the list means none.
    fn decode(&self, steps: NdTensorView<f32, 2>) -> Vec<Sign<'_>> {
        let mut signs = Vec::new();
        let mut last = 0;
        for (step, scores) in steps
            .to_contiguous()
            .data()
            .chunks_exact(steps.size(1))
            .enumerate()
        {
            let (best, probability) = best_of(scores);
            if best != last
                && let Some(text) = best.checked_sub(1).and_then(|at| self.signs.get(at))
            {
                signs.push(Sign {
                    text,
                    step,
                    probability,
                });
            }
            last = best;
        }
        signs
    }
}

fn best_of(scores: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::MIN);
    for (at, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (at, score);
        }
    }
    best
}

fn padded_to(planes: &[f32], width: usize, padded: usize) -> NdTensor<f32, 4> {
    let mut data = vec![0.0; 3 * HEIGHT * padded];
    for (from, to) in planes
        .chunks_exact(width)
        .zip(data.chunks_exact_mut(padded))
    {
        to[..width].copy_from_slice(from);
    }
    NdTensor::from_data([1, 3, HEIGHT, padded], data)
}

/// Splits signs at wide gaps. `used` is the number of steps that the box itself takes.
fn columns(signs: &[Sign<'_>], used: f32) -> Vec<Seen> {
    let visible: Vec<&Sign<'_>> = signs.iter().filter(|sign| sign.text != " ").collect();
    let mut distances: Vec<usize> = visible
        .windows(2)
        .map(|two| two[1].step - two[0].step)
        .collect();
    distances.sort_unstable();
    let usual = distances
        .get(distances.len() / 2)
        .map_or(1.0, |&distance| distance as f32);
    let mut seen = Vec::new();
    let mut start = 0;
    let mut previous: Option<usize> = None;
    for (at, sign) in signs.iter().enumerate() {
        if sign.text == " " {
            continue;
        }
        if previous.is_some_and(|step| (sign.step - step) as f32 > (GAP * usual).max(7.0)) {
            seen.extend(one(&signs[start..at], used));
            start = at;
        }
        previous = Some(sign.step);
    }
    seen.extend(one(&signs[start..], used));
    seen
}

fn one(signs: &[Sign<'_>], used: f32) -> Option<Seen> {
    let joined: String = signs.iter().map(|sign| sign.text).collect();
    let text = joined.trim().to_owned();
    let (first, last) = (signs.first()?, signs.last()?);
    let sum: f32 = signs.iter().map(|sign| sign.probability).sum();
    let share = |step: f32| (step / used.max(1.0)).clamp(0.0, 1.0);
    (!text.is_empty()).then(|| Seen {
        text,
        confidence: sum / signs.len() as f32,
        span: (
            share(first.step as f32 - 0.5),
            share(last.step as f32 + 1.5),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_gaps_separate_columns() {
        let signs: Vec<Sign<'_>> = "TOTAL"
            .chars()
            .zip(2..)
            .chain("9.50".chars().zip(40..))
            .map(|(sign, step)| Sign {
                text: Box::leak(sign.to_string().into_boxed_str()),
                step,
                probability: 0.9,
            })
            .collect();
        let seen = columns(&signs, 50.0);
        let texts: Vec<&str> = seen.iter().map(|seen| seen.text.as_str()).collect();
        assert_eq!(texts, ["TOTAL", "9.50"]);
        assert!(seen[0].span.1 < 0.2 && seen[1].span.0 > 0.7);
    }

    #[test]
    fn no_signs_are_no_text() {
        assert!(columns(&[], 10.0).is_empty());
    }
}
