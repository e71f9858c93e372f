//! The pages of a PDF as pictures.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::RgbImage;

/// The longest side of a rendered page, in pixels: about 200 dots an inch on A4.
const LONGEST_SIDE: f32 = 2_300.0;
/// Pages that are small on paper are not blown up further than this.
const MOST_SCALE: f32 = 4.0;

/// The first pages, at most `most`; `None` if the file can't be understood or is locked.
pub(crate) fn pages(bytes: &[u8], most: usize) -> Option<Vec<RgbImage>> {
    let pdf = Pdf::new(bytes.to_vec()).ok()?;
    let cache = RenderCache::new();
    let pages: Vec<RgbImage> = pdf
        .pages()
        .iter()
        .take(most)
        .filter_map(|page| picture(page, &cache))
        .collect();
    (!pages.is_empty()).then_some(pages)
}

fn picture<'a>(page: &'a Page<'a>, cache: &RenderCache<'a>) -> Option<RgbImage> {
    let (width, height) = page.render_dimensions();
    if !(width >= 1.0 && height >= 1.0) {
        return None;
    }
    let scale = (LONGEST_SIDE / width.max(height)).min(MOST_SCALE);
    let size = PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
    };
    let interpreter = InterpreterSettings::default();
    let pixels = render(page, cache, &interpreter, &RenderSettings::default(), &size);
    // The background is opaque, so nothing is left to unmultiply.
    let rgb = pixels
        .data_as_u8_slice()
        .chunks_exact(4)
        .flat_map(|pixel| pixel[..3].to_vec());
    RgbImage::from_raw(
        u32::from(pixels.width()),
        u32::from(pixels.height()),
        rgb.collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of 200 × 100 points with a black square in the lower left corner.
    fn with_square() -> Vec<u8> {
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<<>>>>"
                .to_owned(),
            "<</Length 18>>stream\n0 0 50 50 re f    \nendstream".to_owned(),
        ];
        let mut file = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (at, object) in objects.iter().enumerate() {
            places.push(file.len());
            file += &format!("{} 0 obj\n{object}\nendobj\n", at + 1);
        }
        let table = file.len();
        file += "xref\n0 5\n0000000000 65535 f \n";
        for place in places {
            file += &format!("{place:010} 00000 n \n");
        }
        file += &format!("trailer<</Size 5/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n");
        file.into_bytes()
    }

    #[test]
    fn a_page_is_drawn_on_white() {
        let pages = pages(&with_square(), 5).unwrap();
        let [page] = pages.as_slice() else {
            panic!("one page")
        };
        assert_eq!(page.dimensions(), (800, 400));
        assert_eq!(page.get_pixel(20, 380).0, [0; 3]);
        assert_eq!(page.get_pixel(700, 20).0, [255; 3]);
    }

    #[test]
    fn no_page_is_drawn_of_what_is_no_pdf() {
        assert!(pages(b"%PDF-1.4 and then nothing", 5).is_none());
    }
}
