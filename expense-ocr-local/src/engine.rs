//! From pages of pixels to lines of text.

use image::RgbImage;

use crate::boxes::TextBox;
use crate::detect::Detector;
use crate::error::EngineError;
use crate::infer::Thread;
use crate::levels;
use crate::lines::{Line, Word, lines};
use crate::models::{DETECTOR, Models, RECOGNIZER};
use crate::orient;
use crate::recognize::Recognizer;

/// How many boxes are read both ways to see whether a page is upside down.
const PROBES: usize = 6;
/// Words of which the recognizer is less sure than this are noise.
const DOUBTFUL: f32 = 0.35;

/// Both networks, loaded.
pub(crate) struct Engine {
    detector: Detector,
    recognizer: Recognizer,
}

impl Engine {
    /// Loads the networks after comparing them with the published ones.
    pub(crate) fn load(models: &Models) -> Result<Self, EngineError> {
        models.verify()?;
        Ok(Self {
            detector: Detector::load(&models.path(&DETECTOR))?,
            recognizer: Recognizer::load(&models.path(&RECOGNIZER))?,
        })
    }

    /// The lines of one page, top to bottom.
    pub(crate) fn lines(&self, mut page: RgbImage) -> Result<Vec<Line>, EngineError> {
        levels::spread(&mut page);
        let page = &page;
        let thread = Thread::new();
        let mut boxes = self.detector.find(page, &thread)?;
        let mut skew = orient::align(&mut boxes);
        if self.is_upside_down(page, &boxes, &thread)? {
            orient::flip(&mut boxes);
            skew += std::f32::consts::PI;
        }
        let mut words = Vec::new();
        for text in &boxes {
            let seen = self.recognizer.read(page, text, &thread)?;
            let clear = seen.into_iter().filter(|seen| seen.confidence >= DOUBTFUL);
            words.extend(clear.map(|seen| Word::new(seen, text, skew)));
        }
        Ok(lines(words))
    }

    /// Whether the longest texts read better from the other side.
    fn is_upside_down(
        &self,
        page: &RgbImage,
        boxes: &[TextBox],
        thread: &Thread,
    ) -> Result<bool, EngineError> {
        let (mut upright, mut flipped) = (0.0, 0.0);
        for text in orient::most_telling(boxes, PROBES) {
            upright += self.certainty(page, &text, thread)?;
            flipped += self.certainty(page, &text.turned(2), thread)?;
        }
        Ok(flipped > upright)
    }

    fn certainty(
        &self,
        page: &RgbImage,
        text: &TextBox,
        thread: &Thread,
    ) -> Result<f32, EngineError> {
        let seen = self.recognizer.read(page, text, thread)?;
        Ok(seen.iter().map(|seen| seen.confidence).sum::<f32>() / seen.len().max(1) as f32)
    }
}
