//! Finds where text is, by PP-OCR's detector.

use std::path::Path;

use image::RgbImage;
use image::imageops::{self, FilterType};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use crate::boxes::{TextBox, text_boxes};
use crate::error::EngineError;
use crate::infer::{Network, Thread};

/// What the detector is given at most: more costs time and memory in proportion.
const MOST_PIXELS: f32 = 1_150_000.0;
/// The longest side it is given.
const LONGEST: f32 = 2_200.0;
/// Text that is smaller than this for the detector is looked at again, closer.
const SMALL: f32 = 24.0;
/// The network halves its input five times.
const GRID: f32 = 32.0;

pub(crate) struct Detector(Network);

impl Detector {
    pub(crate) fn load(file: &Path) -> Result<Self, EngineError> {
        Ok(Self(Network::load(file)?))
    }

    /// All boxes of text, in pixels of `image`.
    pub(crate) fn find(
        &self,
        image: &RgbImage,
        thread: &Thread,
    ) -> Result<Vec<TextBox>, EngineError> {
        let (boxes, scale) = self.look(image, thread)?;
        let Some((area, closer)) = worth_a_closer_look(image, &boxes, scale) else {
            return Ok(boxes);
        };
        let (x, y, width, height) = area;
        let part = imageops::crop_imm(image, x, y, width, height).to_image();
        let (found, _) = self.look(&part, thread)?;
        tracing::debug!(
            closer,
            before = boxes.len(),
            after = found.len(),
            "looked again, closer"
        );
        Ok(found
            .into_iter()
            .map(|text| text.placed((1.0, 1.0), (x as f32, y as f32)))
            .collect())
    }

    /// The boxes, and how much smaller than `image` the detector saw them.
    fn look(&self, image: &RgbImage, thread: &Thread) -> Result<(Vec<TextBox>, f32), EngineError> {
        let (width, height) = (image.width() as f32, image.height() as f32);
        let scale = (MOST_PIXELS / (width * height))
            .sqrt()
            .min(LONGEST / width.max(height))
            .min(1.0);
        let on_grid = |side: f32| ((side * scale / GRID).round().max(1.0) * GRID) as u32;
        let (w, h) = (on_grid(width), on_grid(height));
        let small = imageops::resize(image, w, h, FilterType::Triangle);
        let output = self.0.run(planes(&small), thread)?;
        let map: NdTensorView<f32, 4> = output.view().try_into().map_err(|_| EngineError::Shape)?;
        let back = (width / w as f32, height / h as f32);
        let boxes = text_boxes(map.slice((0, 0)));
        Ok((
            boxes
                .into_iter()
                .map(|text| text.placed(back, (0.0, 0.0)))
                .collect(),
            scale,
        ))
    }
}

/// Blue, green, red from −1 to 1.
fn planes(image: &RgbImage) -> NdTensor<f32, 4> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let raw = image.as_raw();
    let mut data = Vec::with_capacity(3 * width * height);
    for channel in [2, 1, 0] {
        data.extend(
            raw.iter()
                .skip(channel)
                .step_by(3)
                .map(|&value| f32::from(value) / 127.5 - 1.0),
        );
    }
    NdTensor::from_data([1, 3, height, width], data)
}

type Area = (u32, u32, u32, u32);

/// The part of `image` that holds all text, and how many times larger it would be seen, where the
/// text is small and much of the image is not text.
fn worth_a_closer_look(image: &RgbImage, boxes: &[TextBox], scale: f32) -> Option<(Area, f32)> {
    let mut heights: Vec<f32> = boxes
        .iter()
        .map(|text| text.width.min(text.height))
        .collect();
    heights.sort_by(f32::total_cmp);
    let typical = *heights.get(heights.len() / 2)?;
    if scale >= 1.0 || typical * scale >= SMALL {
        return None;
    }
    let margin = typical * 2.0;
    let (mut left, mut top, mut right, mut bottom) = (f32::MAX, f32::MAX, 0.0_f32, 0.0_f32);
    for text in boxes {
        let (sin, cos) = text.angle.sin_cos();
        let reach_x = (text.width * cos.abs() + text.height * sin.abs()) / 2.0 + margin;
        let reach_y = (text.width * sin.abs() + text.height * cos.abs()) / 2.0 + margin;
        (left, right) = (left.min(text.x - reach_x), right.max(text.x + reach_x));
        (top, bottom) = (top.min(text.y - reach_y), bottom.max(text.y + reach_y));
    }
    let (left, top) = (left.max(0.0), top.max(0.0));
    let width = right.min(image.width() as f32) - left;
    let height = bottom.min(image.height() as f32) - top;
    let closer = ((image.width() as f32 * image.height() as f32) / (width * height)).sqrt();
    (width >= GRID && height >= GRID && closer >= 1.25).then_some((
        (left as u32, top as u32, width as u32, height as u32),
        closer,
    ))
}
