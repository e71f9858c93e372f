//! From the bytes of a file to upright pages of pixels.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::imageops;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use crate::pdf;

/// No page is taken with more pixels a side: a panorama is no receipt.
const LONGEST_SIDE: u32 = 20_000;
/// No picture is unpacked into more bytes.
const MOST_UNPACKED: u64 = 150 * 1024 * 1024;
/// Larger pages are scaled down: more pixels show no more text.
const MOST_PIXELS: f64 = 13_000_000.0;

/// What a file is, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// PDF.
    Pdf,
    /// HEIC or HEIF, which this reader can't unpack: every Rust crate that can is a binding to a C
    /// library or under the AGPL.
    Heic,
    /// None of these.
    Other,
}

impl Format {
    /// The format of a file with these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Self::WebP,
            [_, _, _, _, b'f', b't', b'y', b'p', a, b, c, d, ..] => match &[*a, *b, *c, *d] {
                b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => {
                    Self::Heic
                }
                _ => Self::Other,
            },
            _ => {
                // A PDF may begin with some bytes of another program.
                let head = bytes.get(..1024.min(bytes.len())).unwrap_or_default();
                if head.windows(5).any(|part| part == b"%PDF-") {
                    Self::Pdf
                } else {
                    Self::Other
                }
            }
        }
    }

    /// Why a file of this format is not read, in words for the person; `None` where it is.
    #[must_use]
    pub fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Heic => {
                Some("HEIC photos can't be read on this server. Send the photo as JPEG or PNG.")
            }
            Self::Other => Some("This is no photo and no PDF. Send JPEG, PNG, WebP or PDF."),
            Self::Jpeg | Self::Png | Self::WebP | Self::Pdf => None,
        }
    }
}

/// What came of unpacking a file.
#[derive(Debug)]
pub(crate) enum Decoded {
    /// Its pages, upright as far as the file itself says.
    Pages(Vec<RgbImage>),
    /// It is a picture or a document, but it can't be unpacked.
    Unreadable,
    /// It is neither.
    NoImage,
}

/// Unpacks one file into at most `most_pages` pages.
pub(crate) fn decode(bytes: &[u8], most_pages: usize) -> Decoded {
    let format = match Format::of(bytes) {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::WebP => ImageFormat::WebP,
        Format::Pdf => return unpacked(|| pdf::pages(bytes, most_pages)),
        Format::Heic => return Decoded::Unreadable,
        Format::Other => return Decoded::NoImage,
    };
    unpacked(|| picture(bytes, format).map(|page| vec![page]))
}

/// A file is a stranger's: one that makes a decoder panic can't be read, and that is all.
fn unpacked(decode: impl FnOnce() -> Option<Vec<RgbImage>>) -> Decoded {
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Some(pages)) => Decoded::Pages(pages),
        Ok(None) | Err(_) => Decoded::Unreadable,
    }
}

fn picture(bytes: &[u8], format: ImageFormat) -> Option<RgbImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_UNPACKED);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    if decoder.total_bytes() > MOST_UNPACKED {
        return None;
    }
    let orientation = decoder.orientation().ok();
    let decoded = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = DynamicImage::ImageRgb8(bounded(on_white(decoded)));
    if let Some(orientation) = orientation {
        small.apply_orientation(orientation);
    }
    Some(small.into_rgb8())
}

/// Transparent pixels count as paper.
fn on_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let rgba = image.into_rgba8();
    let (width, height) = rgba.dimensions();
    let flat = rgba.pixels().flat_map(|pixel| {
        let [red, green, blue, alpha] = pixel.0.map(u16::from);
        [red, green, blue].map(|value| ((value * alpha + 255 * (255 - alpha)) / 255) as u8)
    });
    RgbImage::from_raw(width, height, flat.collect()).unwrap_or_default()
}

/// Scaled down where it has more pixels than show text.
fn bounded(image: RgbImage) -> RgbImage {
    let (width, height) = image.dimensions();
    let pixels = f64::from(width) * f64::from(height);
    if pixels <= MOST_PIXELS {
        return image;
    }
    let scale = (MOST_PIXELS / pixels).sqrt();
    let side = |side: u32| ((f64::from(side) * scale) as u32).max(1);
    // `resize` would keep 16 bytes for each pixel of a picture in between.
    imageops::thumbnail(&image, side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, Rgba, RgbaImage};
    use rstest::rstest;

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn page() -> DynamicImage {
        RgbImage::from_fn(40, 20, |x, y| Rgb([x as u8 * 6, y as u8 * 12, 90])).into()
    }

    fn pages(bytes: &[u8]) -> Vec<RgbImage> {
        match decode(bytes, 3) {
            Decoded::Pages(pages) => pages,
            other => panic!("no pages but {other:?}"),
        }
    }

    #[rstest]
    #[case(ImageFormat::Png)]
    #[case(ImageFormat::Jpeg)]
    #[case(ImageFormat::WebP)]
    fn pictures_are_unpacked(#[case] format: ImageFormat) {
        assert_eq!(pages(&encoded(&page(), format))[0].dimensions(), (40, 20));
    }

    #[test]
    fn a_jpeg_is_turned_upright_as_its_exif_says() {
        let jpeg = encoded(&page(), ImageFormat::Jpeg);
        // An APP1 segment with one TIFF entry: orientation 6, a quarter turn clockwise.
        let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let mut turned = vec![0xff, 0xd8, 0xff, 0xe1, 0, exif.len() as u8 + 2];
        turned.extend_from_slice(exif);
        turned.extend_from_slice(&jpeg[2..]);
        assert_eq!(pages(&turned)[0].dimensions(), (20, 40));
    }

    #[test]
    fn transparent_is_white() {
        let clear = RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0]));
        let page = pages(&encoded(&clear.into(), ImageFormat::Png)).remove(0);
        assert!(page.pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn large_pictures_are_scaled_down() {
        let page = bounded(RgbImage::new(4_000, 6_000));
        assert!(page.width() * page.height() <= MOST_PIXELS as u32 && page.width() > 2_400);
    }

    #[rstest]
    #[case::empty(b"", Format::Other)]
    #[case::text(b"just some text", Format::Other)]
    #[case::heic(b"\0\0\0\x18ftypheic\0\0\0\0", Format::Heic)]
    #[case::video(b"\0\0\0\x18ftypisom\0\0\0\0", Format::Other)]
    #[case::pdf(b"\n%PDF-1.4\n", Format::Pdf)]
    fn formats(#[case] bytes: &[u8], #[case] format: Format) {
        assert_eq!(Format::of(bytes), format);
        assert_eq!(format.refusal().is_some(), !matches!(format, Format::Pdf));
    }

    #[rstest]
    #[case(ImageFormat::Png)]
    #[case(ImageFormat::Jpeg)]
    #[case(ImageFormat::WebP)]
    fn damaged_pictures_are_values(#[case] format: ImageFormat) {
        let whole = encoded(&page(), format);
        for cut in 0..whole.len() {
            let _ = decode(&whole[..cut], 1);
            let mut bent = whole.clone();
            bent[cut] ^= 0xa5;
            let _ = decode(&bent, 1);
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        // A PNG head that claims 60,000 × 60,000 pixels.
        let mut png = encoded(&page(), ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        assert!(matches!(decode(&png, 1), Decoded::Unreadable));
    }
}
