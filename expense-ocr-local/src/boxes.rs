//! From the detector's map of probabilities to rectangles around runs of text.
//!
//! The method is that of differentiable binarization (Liao et al., 2020): threshold, connected
//! components, the smallest rectangle around each, grown by what the training labels were shrunk.

use rten_imageproc::{RetrievalMode, find_contours};
use rten_tensor::NdTensorView;
use rten_tensor::prelude::*;

use crate::hull::{Rect, smallest_rect};

/// A pixel above it belongs to text. This and the next two are PP-OCR's own settings.
const PIXEL: f32 = 0.3;
/// The mean probability inside a rectangle from which it counts as text.
const MEAN: f32 = 0.5;
/// How far a rectangle grows: area × this / perimeter on every side.
const GROWTH: f32 = 1.6;
/// Thinner ones are specks.
const THINNEST: f32 = 3.0;
/// No receipt has more runs of text; a page of noise may.
const MOST: usize = 600;

/// A run of text: a rectangle that may lie in any direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TextBox {
    /// Its middle, in pixels.
    pub(crate) x: f32,
    /// Its middle, in pixels, downwards.
    pub(crate) y: f32,
    /// Its extent along the line of text.
    pub(crate) width: f32,
    /// Its extent across the line of text.
    pub(crate) height: f32,
    /// The direction of the line of text, in radians, clockwise from the right.
    pub(crate) angle: f32,
}

impl TextBox {
    /// The same box in an image that is `scale` times as large and starts at `origin`.
    pub(crate) fn placed(self, scale: (f32, f32), origin: (f32, f32)) -> Self {
        let size = (scale.0 + scale.1) / 2.0;
        Self {
            x: self.x * scale.0 + origin.0,
            y: self.y * scale.1 + origin.1,
            width: self.width * size,
            height: self.height * size,
            angle: self.angle,
        }
    }

    /// The same box with its text read from the other sides: `quarters` turns clockwise.
    pub(crate) fn turned(self, quarters: u8) -> Self {
        let angle = self.angle + f32::from(quarters) * std::f32::consts::FRAC_PI_2;
        if quarters % 2 == 1 {
            Self {
                width: self.height,
                height: self.width,
                angle,
                ..self
            }
        } else {
            Self { angle, ..self }
        }
    }
}

/// The boxes in `map`, a row-major grid of probabilities, the long side of each taken for the
/// direction of its text.
pub(crate) fn text_boxes(map: NdTensorView<f32, 2>) -> Vec<TextBox> {
    let mask = map.map(|&probability| probability > PIXEL);
    find_contours(mask.view(), RetrievalMode::External)
        .iter()
        .filter_map(|contour| {
            let points: Vec<(f32, f32)> = contour
                .iter()
                .map(|point| (point.x as f32, point.y as f32))
                .collect();
            let rect = smallest_rect(&points)?;
            (rect.width.min(rect.height) >= THINNEST && mean_inside(&map, &rect) >= MEAN)
                .then(|| grown(&rect))
        })
        .take(MOST)
        .collect()
}

/// The mean probability over a grid of points inside `rect`.
fn mean_inside(map: &NdTensorView<f32, 2>, rect: &Rect) -> f32 {
    let (columns, rows) = (rect.width.ceil().max(1.0), rect.height.ceil().max(1.0));
    let (mut sum, mut count) = (0.0, 0.0);
    for row in 0..rows as usize {
        let down = ((row as f32 + 0.5) / rows - 0.5) * rect.height;
        for column in 0..columns as usize {
            let across = ((column as f32 + 0.5) / columns - 0.5) * rect.width;
            let (x, y) = rect.at(across, down);
            if x >= 0.0
                && y >= 0.0
                && let Some(probability) = map.get([y as usize, x as usize])
            {
                sum += probability;
                count += 1.0;
            }
        }
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

fn grown(rect: &Rect) -> TextBox {
    // Points are the middles of pixels.
    let (w, h) = (rect.width + 1.0, rect.height + 1.0);
    let growth = w * h * GROWTH / (w + h);
    let flat = TextBox {
        x: rect.middle.0,
        y: rect.middle.1,
        width: w + growth,
        height: h + growth,
        angle: rect.along.1.atan2(rect.along.0),
    };
    if h > w { flat.turned(1) } else { flat }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rten_tensor::NdTensor;

    /// A map with one bar of text, `length` × `thickness`, turned by `angle` around its middle.
    fn bar(angle: f32, length: f32, thickness: f32) -> NdTensor<f32, 2> {
        NdTensor::from_fn([200, 200], |[y, x]| {
            let (dx, dy) = (x as f32 - 100.0, y as f32 - 100.0);
            let along = dx * angle.cos() + dy * angle.sin();
            let across = dy * angle.cos() - dx * angle.sin();
            if along.abs() < length / 2.0 && across.abs() < thickness / 2.0 {
                0.9
            } else {
                0.0
            }
        })
    }

    #[rstest::rstest]
    #[case(0.0)]
    #[case(0.2)]
    #[case(-0.3)]
    #[case(1.4)]
    fn a_bar_is_found_with_its_direction(#[case] angle: f32) {
        let found = text_boxes(bar(angle, 120.0, 12.0).view());
        assert_eq!(found.len(), 1);
        let text = found[0];
        assert!(
            (text.x - 100.0).abs() < 2.0 && (text.y - 100.0).abs() < 2.0,
            "{text:?}"
        );
        assert!((text.angle - angle).sin().abs() < 0.05, "{text:?}");
        assert!(text.width > 120.0 && text.height > 12.0 && text.width > 4.0 * text.height);
    }

    #[test]
    fn specks_and_empty_maps_have_no_boxes() {
        assert!(text_boxes(bar(0.0, 2.0, 2.0).view()).is_empty());
        assert!(text_boxes(NdTensor::<f32, 2>::zeros([64, 64]).view()).is_empty());
    }
}
