//! What people send, told apart by content and made to fit.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use crate::error::GeminiError;
use crate::wire::File;

/// The most bytes of files in one request: as base64, a third more, and with what is around them
/// they stay below the 20 MB (20,971,520 bytes) that Google takes.
pub(crate) const MOST_BYTES: usize = 15_600_000;
/// The longer side of an image that had to be made smaller, in pixels: small print stays legible.
const LONGER_SIDE: u32 = 2_400;
/// How much memory decoding one image may take.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
const QUALITY: u8 = 85;

/// The MIME type of an image or PDF that Gemini reads.
pub(crate) fn document_type(file: &[u8]) -> Option<&'static str> {
    match file {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
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
        ] => Some("image/webp"),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4)? {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" => Some("image/heic"),
            b"mif1" | b"msf1" => Some("image/heif"),
            _ => None,
        },
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        _ => None,
    }
}

/// The MIME type of a recording that Gemini listens to.
pub(crate) fn recording_type(file: &[u8]) -> Option<&'static str> {
    match file {
        [b'O', b'g', b'g', b'S', ..] => Some("audio/ogg"),
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
            b'A',
            b'V',
            b'E',
            ..,
        ] => Some("audio/wav"),
        [b'f', b'L', b'a', b'C', ..] => Some("audio/flac"),
        [b'F', b'O', b'R', b'M', _, _, _, _, b'A', b'I', b'F', ..] => Some("audio/aiff"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'M' | b'm' | b'i', ..] => Some("audio/mp4"),
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Some("audio/webm"),
        [b'I', b'D', b'3', ..] => Some("audio/mp3"),
        // MPEG frames begin with eleven ones; layer 0 is AAC in ADTS.
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => Some("audio/aac"),
        [0xFF, second, ..] if second & 0xE0 == 0xE0 => Some("audio/mp3"),
        _ => None,
    }
}

/// The files, together at most `room` bytes. As long as they are, each goes as it came: making an
/// image smaller takes longer than sending it.
pub(crate) fn fit(mut files: Vec<File>, room: usize) -> Result<Vec<File>, GeminiError> {
    let size = |files: &[File]| files.iter().map(|file| file.data.len()).sum::<usize>();
    if size(&files) > room {
        let share = room / files.len().max(1);
        for file in files.iter_mut().filter(|file| file.data.len() > share) {
            if let Some(smaller) = smaller(&file.data) {
                *file = File {
                    mime_type: "image/jpeg",
                    data: smaller,
                };
            }
        }
    }
    if size(&files) > room {
        return Err(GeminiError::TooLarge);
    }
    Ok(files)
}

/// The image as a JPEG that is upright and no larger than it need be; `None` where it can't be
/// decoded here, or would not become smaller.
fn smaller(file: &Bytes) -> Option<Bytes> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .ok()?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    if image.width().max(image.height()) > LONGER_SIDE {
        image = image.thumbnail(LONGER_SIDE, LONGER_SIDE);
    }
    image.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    image.into_rgb8().write_with_encoder(encoder).ok()?;
    (jpeg.len() < file.len()).then(|| jpeg.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;
    use rstest::rstest;

    #[rstest]
    #[case(b"\xFF\xD8\xFF\xE0", Some("image/jpeg"), None)]
    #[case(b"\x89PNG\r\n\x1A\n", Some("image/png"), None)]
    #[case(b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp"), None)]
    #[case(b"RIFF\0\0\0\0WAVEfmt ", None, Some("audio/wav"))]
    #[case(b"\0\0\0\x18ftypheic\0\0", Some("image/heic"), None)]
    #[case(b"\0\0\0\x18ftypM4A \0\0", None, Some("audio/mp4"))]
    #[case(b"%PDF-1.7", Some("application/pdf"), None)]
    #[case(b"OggS\0\x02", None, Some("audio/ogg"))]
    #[case(b"\xFF\xFB\x90", None, Some("audio/mp3"))]
    #[case(b"\xFF\xF1\x50", None, Some("audio/aac"))]
    #[case(b"ID3\x04", None, Some("audio/mp3"))]
    #[case(b"GIF89a", None, None)]
    #[case(b"Dear Anna", None, None)]
    #[case(b"", None, None)]
    #[case(b"RIFF", None, None)]
    fn files_are_known_by_their_beginning(
        #[case] file: &[u8],
        #[case] document: Option<&str>,
        #[case] recording: Option<&str>,
    ) {
        assert_eq!(document_type(file), document);
        // The first bytes of a JPEG could also begin a frame of MP3.
        if !file.starts_with(b"\xFF\xD8") {
            assert_eq!(recording_type(file), recording);
        }
    }

    fn file(mime_type: &'static str, data: impl Into<Bytes>) -> File {
        let data = data.into();
        File { mime_type, data }
    }

    #[test]
    fn what_is_too_large_is_made_smaller_where_it_can_be() {
        const ROOM: usize = 500_000;
        let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) as u8;
        let image = RgbImage::from_fn(3_000, 100, |x, y| {
            image::Rgb([noise(x, y), noise(y, x), noise(x + y, x)])
        });
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let png = Bytes::from(png.into_inner());
        assert!(png.len() > ROOM, "{}", png.len());

        let as_it_came = fit(vec![file("image/png", png.clone())], MOST_BYTES).unwrap();
        assert_eq!(as_it_came[0].data, png);
        let fitting = fit(vec![file("image/png", png.clone())], ROOM).unwrap();
        assert_eq!(fitting[0].mime_type, "image/jpeg");
        let smaller = image::load_from_memory(&fitting[0].data).unwrap();
        assert_eq!((smaller.width(), smaller.height()), (2_400, 80));

        let pdf = || file("application/pdf", vec![0; ROOM]);
        assert_eq!(fit(vec![pdf()], ROOM).unwrap()[0].data.len(), ROOM);
        let both = fit(vec![pdf(), file("image/png", png)], ROOM);
        assert_eq!(both.err(), Some(GeminiError::TooLarge));
    }
}
