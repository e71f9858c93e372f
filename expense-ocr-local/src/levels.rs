//! Brings faded print back: spreads the grays that a page uses over the whole scale.

use image::RgbImage;

/// A page whose grays span at least this much is left as it is.
const ENOUGH: u32 = 150;
/// The share of the darkest and of the brightest pixels that do not count, in thousandths.
const OUTLIERS: usize = 10;
/// Noise is not blown up further than this.
const MOST_GAIN: f32 = 4.0;

/// Stretches `page` if its print is faint.
pub(crate) fn spread(page: &mut RgbImage) {
    let (dark, bright) = range(page);
    if bright <= dark || bright - dark >= ENOUGH {
        return;
    }
    let gain = (255.0 / (bright - dark) as f32).min(MOST_GAIN);
    let table: Vec<u8> = (0..=255_u32)
        .map(|gray| (255.0 - (bright as f32 - gray as f32) * gain).clamp(0.0, 255.0) as u8)
        .collect();
    for value in page.iter_mut() {
        *value = table[usize::from(*value)];
    }
}

/// The darkest and the brightest green without the outliers; green carries most of what is seen.
fn range(page: &RgbImage) -> (u32, u32) {
    let mut counts = [0_usize; 256];
    for pixel in page.pixels() {
        counts[usize::from(pixel.0[1])] += 1;
    }
    let outliers = page.pixels().len() * OUTLIERS / 1000;
    let dark = beyond(outliers, counts.iter());
    let bright = 255_u32.saturating_sub(beyond(outliers, counts.iter().rev()));
    (dark, bright)
}

/// How many steps it takes until more than `outliers` pixels were passed.
fn beyond<'a>(outliers: usize, counts: impl Iterator<Item = &'a usize>) -> u32 {
    let passed = counts.scan(0, |seen, count| {
        *seen += count;
        (*seen <= outliers).then_some(())
    });
    u32::try_from(passed.count()).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// Paper of one gray with stripes of another.
    fn striped(paper: u8, print: u8) -> RgbImage {
        RgbImage::from_fn(60, 60, |x, _| {
            Rgb([if x % 6 == 0 { print } else { paper }; 3])
        })
    }

    #[test]
    fn faint_print_becomes_dark() {
        let mut page = striped(230, 150);
        spread(&mut page);
        assert_eq!(page.get_pixel(1, 0).0, [255; 3]);
        assert!(page.get_pixel(0, 0).0[0] < 10);
    }

    #[test]
    fn clear_print_and_empty_paper_stay() {
        for before in [striped(250, 20), striped(200, 200)] {
            let mut page = before.clone();
            spread(&mut page);
            assert_eq!(page, before);
        }
    }
}
