//! Cuts a box of text out of an image, turned level and scaled to the height that is asked for.

use image::RgbImage;

use crate::boxes::TextBox;

/// Longer runs of text are squeezed: no line of a receipt is longer.
const WIDEST: usize = 2000;

/// The pixels of one box as planes of blue, green and red from −1 to 1, the form in which PP-OCR
/// was trained, and the number of columns.
pub(crate) fn crop(image: &RgbImage, text: &TextBox, height: usize) -> (Vec<f32>, usize) {
    let scale = text.height.max(1.0) / height as f32;
    let width = ((text.width / scale).round() as usize).clamp(8, WIDEST);
    let step = text.width / width as f32;
    let (sin, cos) = text.angle.sin_cos();
    // A box larger than the crop is sampled more than once a pixel, so that thin strokes stay.
    let samples = (scale.ceil() as usize).clamp(1, 4);
    let plane = width * height;
    let mut planes = vec![0.0; 3 * plane];
    for row in 0..height {
        for column in 0..width {
            let mut sum = [0.0_f32; 3];
            for part in 0..samples * samples {
                let du = ((part % samples) as f32 + 0.5) / samples as f32;
                let dv = ((part / samples) as f32 + 0.5) / samples as f32;
                let u = (column as f32 + du) * step - text.width / 2.0;
                let v = (row as f32 + dv) * scale - text.height / 2.0;
                let color = sample(
                    image,
                    text.x + u * cos - v * sin,
                    text.y + u * sin + v * cos,
                );
                for (sum, value) in sum.iter_mut().zip(color) {
                    *sum += value;
                }
            }
            let full = 127.5 * (samples * samples) as f32;
            for (channel, value) in sum.iter().enumerate() {
                planes[(2 - channel) * plane + row * width + column] = value / full - 1.0;
            }
        }
    }
    (planes, width)
}

/// The color at a point between pixels; beyond the edge, the color of the edge.
fn sample(image: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (right, bottom) = (image.width() as f32 - 1.0, image.height() as f32 - 1.0);
    let (x, y) = ((x - 0.5).clamp(0.0, right), (y - 0.5).clamp(0.0, bottom));
    let (x0, y0) = (x as usize, y as usize);
    let (fx, fy) = (x - x0 as f32, y - y0 as f32);
    let (x1, y1) = ((x0 + 1).min(right as usize), (y0 + 1).min(bottom as usize));
    let (stride, raw) = (image.width() as usize, image.as_raw());
    let at = |x: usize, y: usize, channel: usize| f32::from(raw[(y * stride + x) * 3 + channel]);
    std::array::from_fn(|channel| {
        let top = at(x0, y0, channel) * (1.0 - fx) + at(x1, y0, channel) * fx;
        let low = at(x0, y1, channel) * (1.0 - fx) + at(x1, y1, channel) * fx;
        top * (1.0 - fy) + low * fy
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use std::f32::consts::PI;

    /// Left half red, right half blue.
    fn halves() -> RgbImage {
        RgbImage::from_fn(100, 40, |x, _| {
            if x < 50 {
                Rgb([255, 0, 0])
            } else {
                Rgb([0, 0, 255])
            }
        })
    }

    #[rstest::rstest]
    #[case::upright(0.0, 1.0)]
    #[case::upside_down(PI, -1.0)]
    fn a_crop_is_level_and_blue_first(#[case] angle: f32, #[case] red_on_the_left: f32) {
        let text = TextBox {
            x: 50.0,
            y: 20.0,
            width: 80.0,
            height: 20.0,
            angle,
        };
        let (planes, width) = crop(&halves(), &text, 10);
        assert_eq!((width, planes.len()), (40, 3 * 400));
        let red = |column: usize| planes[2 * 400 + 5 * width + column];
        assert!((red(3) - red_on_the_left).abs() < 0.01);
        assert!((red(36) + red_on_the_left).abs() < 0.01);
    }

    #[test]
    fn boxes_beyond_the_edge_are_harmless() {
        let text = TextBox {
            x: -30.0,
            y: 500.0,
            width: 9000.0,
            height: 3.0,
            angle: 0.7,
        };
        let (planes, width) = crop(&halves(), &text, 48);
        assert_eq!(planes.len(), 3 * 48 * width);
    }
}
