//! The smallest rectangle around a set of points.
//!
//! Not taken from `rten-imageproc`: its `min_area_rect` (0.27) loses parts of long, nearly level
//! outlines and so whole lines of receipts.

/// A rectangle in any direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    /// Its middle.
    pub(crate) middle: (f32, f32),
    /// The unit vector along its width.
    pub(crate) along: (f32, f32),
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Rect {
    /// The point at these distances from the middle, along the width and along the height.
    pub(crate) fn at(&self, across: f32, down: f32) -> (f32, f32) {
        let (cos, sin) = self.along;
        (
            self.middle.0 + across * cos - down * sin,
            self.middle.1 + across * sin + down * cos,
        )
    }
}

/// The rectangle with the smallest area that holds all `points`; one of its sides lies on a side
/// of their convex hull. `None` without points.
pub(crate) fn smallest_rect(points: &[(f32, f32)]) -> Option<Rect> {
    let hull = convex_hull(points);
    let first = *hull.first()?;
    let edges = hull.iter().zip(hull.iter().cycle().skip(1));
    edges
        .filter_map(|(from, to)| rect_along(&hull, (to.0 - from.0, to.1 - from.1)))
        .min_by(|a, b| (a.width * a.height).total_cmp(&(b.width * b.height)))
        .or(Some(Rect {
            middle: first,
            along: (1.0, 0.0),
            width: 0.0,
            height: 0.0,
        }))
}

/// The rectangle around `hull` with one side in this direction.
fn rect_along(hull: &[(f32, f32)], direction: (f32, f32)) -> Option<Rect> {
    let length = direction.0.hypot(direction.1);
    if length <= 0.0 {
        return None;
    }
    let (cos, sin) = (direction.0 / length, direction.1 / length);
    let (mut left, mut right, mut top, mut bottom) = (f32::MAX, f32::MIN, f32::MAX, f32::MIN);
    for (x, y) in hull {
        let (across, down) = (x * cos + y * sin, y * cos - x * sin);
        (left, right) = (left.min(across), right.max(across));
        (top, bottom) = (top.min(down), bottom.max(down));
    }
    let (across, down) = ((left + right) / 2.0, (top + bottom) / 2.0);
    Some(Rect {
        middle: (across * cos - down * sin, across * sin + down * cos),
        along: (cos, sin),
        width: right - left,
        height: bottom - top,
    })
}

/// The corners of the convex hull in order (Andrew's monotone chain).
fn convex_hull(points: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut hull = half_hull(sorted.iter());
    hull.extend(half_hull(sorted.iter().rev()));
    hull
}

/// One side of the hull, without its last corner, which begins the other side.
fn half_hull<'a>(sorted: impl Iterator<Item = &'a (f32, f32)>) -> Vec<(f32, f32)> {
    let mut half: Vec<(f32, f32)> = Vec::new();
    for &point in sorted {
        while let [.., a, b] = half.as_slice() {
            let turn = (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0);
            if turn > 0.0 {
                break;
            }
            half.pop();
        }
        half.push(point);
    }
    half.pop();
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0.0)]
    #[case(0.1)]
    #[case(-0.7)]
    #[case(1.5)]
    fn a_rectangle_is_found_around_its_own_points(#[case] angle: f32) {
        let own = Rect {
            middle: (80.0, 60.0),
            along: (angle.cos(), angle.sin()),
            width: 50.0,
            height: 12.0,
        };
        let points: Vec<(f32, f32)> = (0..=10)
            .flat_map(|step| {
                let across = step as f32 * 5.0 - 25.0;
                [own.at(across, -6.0), own.at(across, 6.0)]
            })
            .collect();
        let found = smallest_rect(&points).unwrap();
        let (long, short) = (found.width.max(found.height), found.width.min(found.height));
        assert!(
            (long - 50.0).abs() < 0.01 && (short - 12.0).abs() < 0.01,
            "{found:?}"
        );
        assert!((found.middle.0 - 80.0).abs() < 0.01 && (found.middle.1 - 60.0).abs() < 0.01);
    }

    #[test]
    fn a_long_outline_with_one_pixel_steps_keeps_its_height() {
        let top = (57..=600).map(|x| (x as f32, if x < 300 { 228.0 } else { 227.0 }));
        let bottom = (57..=600).map(|x| (x as f32, if x % 7 == 0 { 242.0 } else { 241.0 }));
        let found = smallest_rect(&top.chain(bottom).collect::<Vec<_>>()).unwrap();
        assert!(found.height.min(found.width) >= 14.0, "{found:?}");
    }

    #[test]
    fn points_and_lines_are_rectangles_without_area() {
        assert!(smallest_rect(&[]).is_none());
        assert_eq!(smallest_rect(&[(3.0, 4.0)]).unwrap().middle, (3.0, 4.0));
        let line = smallest_rect(&[(0.0, 0.0), (3.0, 4.0)]).unwrap();
        assert!((line.width - 5.0).abs() < 0.001 && line.height.abs() < 0.001);
    }
}
