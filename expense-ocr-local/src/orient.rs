//! Which way up the text is.

use std::f32::consts::{FRAC_PI_2, PI};

use crate::boxes::TextBox;

/// Boxes at least this many times as long as high show a direction.
const TELLING: f32 = 2.5;

/// Gives all boxes the direction that most of the text has, up to half a turn, and answers with
/// that direction in radians, −π/2 to π/2. A short box (`1`, `x`) may be higher than wide and
/// takes its direction from the others.
pub(crate) fn align(boxes: &mut [TextBox]) -> f32 {
    let common = common_direction(boxes);
    for text in boxes {
        let away = wrapped(text.angle - common);
        // Nearest quarter turn that brings the box to the common direction.
        let quarters = (-away / FRAC_PI_2).round().rem_euclid(4.0) as u8;
        *text = text.turned(quarters);
    }
    common
}

/// Turns all boxes by half a turn.
pub(crate) fn flip(boxes: &mut [TextBox]) {
    for text in boxes {
        *text = text.turned(2);
    }
}

/// The boxes that show best whether they are upside down: long, but not so long as to be slow.
pub(crate) fn most_telling(boxes: &[TextBox], count: usize) -> Vec<TextBox> {
    let mut long: Vec<TextBox> = boxes
        .iter()
        .filter(|text| text.width / text.height > TELLING && text.width / text.height < 14.0)
        .copied()
        .collect();
    long.sort_by(|a, b| b.width.total_cmp(&a.width));
    long.truncate(count);
    long
}

/// The weighted mean of directions modulo half a turn: doubled angles add up as vectors.
fn common_direction(boxes: &[TextBox]) -> f32 {
    let (mut x, mut y) = (0.0, 0.0);
    for text in boxes
        .iter()
        .filter(|text| text.width > TELLING * text.height)
    {
        x += text.width * (2.0 * text.angle).cos();
        y += text.width * (2.0 * text.angle).sin();
    }
    if x == 0.0 && y == 0.0 {
        return 0.0;
    }
    y.atan2(x) / 2.0
}

/// An angle as −π to π.
pub(crate) fn wrapped(angle: f32) -> f32 {
    (angle + PI).rem_euclid(2.0 * PI) - PI
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(width: f32, height: f32, angle: f32) -> TextBox {
        TextBox {
            x: 0.0,
            y: 0.0,
            width,
            height,
            angle,
        }
    }

    #[rstest::rstest]
    #[case(0.0)]
    #[case(0.15)]
    #[case(-0.15)]
    #[case(1.5)]
    fn short_boxes_follow_the_long_ones(#[case] skew: f32) {
        let mut boxes = vec![
            text(90.0, 10.0, skew),
            text(80.0, 10.0, skew + PI),
            text(14.0, 9.0, skew + FRAC_PI_2),
        ];
        let common = align(&mut boxes);
        assert!((common - skew).sin().abs() < 0.01);
        for text in &boxes {
            assert!(wrapped(text.angle - skew).abs() < 0.01, "{text:?}");
        }
        assert!(boxes[2].height > boxes[2].width, "the digit stands upright");
    }

    #[test]
    fn nothing_to_see_is_level() {
        assert!(align(&mut []).abs() < f32::EPSILON);
    }
}
