"""Every number of a specification is met, or the refusal says why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from idphoto.arrays import Alpha, Rgb
from idphoto.errors import NotFeasibleError
from idphoto.frame import (
    LEAST_GAP,
    MAX_ENLARGEMENT,
    BodyCutError,
    Frame,
    HeadCutError,
    HeadShapeError,
    SourceTooSmallError,
    apply_frame,
    frame,
)
from idphoto.portrait import Portrait
from idphoto.specs import CustomSize, Spec, custom_spec, get_spec, load_specs

MakePortrait = Callable[..., Portrait]

ROUNDING = 1e-6
SPECS = list(load_specs().values())

NARROW = Spec.model_validate(
    {
        "spec_id": "narrow",
        "name": "Little freedom",
        "name_zh": "范围窄",
        "country": "ZZ",
        "document": "custom",
        "width_px": 600,
        "height_px": 800,
        "dpi": 300,
        "backgrounds": ["white"],
        "head_height": {"min": 0.49, "max": 0.51, "unit": "ratio"},
        "top_gap": {"min": 0.09, "max": 0.11, "unit": "ratio"},
        "retouch_allowed": True,
        "background_replace_allowed": True,
        "source": "this test",
        "confidence": "high",
    }
)
"""Ranges so narrow that a source which ends early has to be continued."""


NARROW_FACE = NARROW.model_copy(
    update={"head_height": NARROW.head_height.model_copy(update={"min": 0.64, "max": 0.66, "target": 0.65})}
)


def assert_meets(chosen: Frame, spec: Spec) -> None:
    head, gap, eyes = spec.head_height_px, spec.top_gap_px, spec.eye_line_px
    assert (chosen.width_px, chosen.height_px) == (spec.width_px, spec.height_px)
    assert head.min - ROUNDING <= chosen.head_height_px <= head.max + ROUNDING
    assert LEAST_GAP * spec.height_px - ROUNDING <= chosen.top_gap_px or gap
    if gap:
        assert gap.min - ROUNDING <= chosen.top_gap_px <= gap.max + ROUNDING
    if eyes:
        assert eyes.min - ROUNDING <= spec.height_px - chosen.eye_y_px <= eyes.max + ROUNDING
    assert abs(chosen.off_centre_px) <= 0.02 * spec.width_px
    assert chosen.scale <= MAX_ENLARGEMENT


def crossing(line: np.ndarray, level: float) -> float:
    """Where a line of pixels first crosses a level, px from its outer edge."""
    above = line > level
    after = int(np.flatnonzero(above != above[0])[0])
    share = (level - float(line[after - 1])) / (float(line[after]) - float(line[after - 1]))
    return after - 1 + share + 0.5


def measured_head(rgb: Rgb, alpha: Alpha) -> tuple[float, float]:
    """Crown and chin in the middle column; the chin is where the skin's red falls to the neck's."""
    column = alpha.shape[1] // 2
    crown = crossing(alpha[:, column].astype(float), 127.5)
    below = int(crown) + 3
    return crown, below + crossing(rgb[below:, column, 0].astype(float), (205 + 90) / 2)


@pytest.fixture(scope="module")
def good_portrait(make_portrait: MakePortrait) -> Portrait:
    """A large head with room on all sides."""
    return make_portrait(head=700, above=300, below=1400, left=1200, right=1200)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.spec_id)
def test_a_good_source_gets_the_target_in_every_specification(spec: Spec, good_portrait: Portrait) -> None:
    chosen = frame(good_portrait, spec)
    assert_meets(chosen, spec)
    assert chosen.head_height_px == pytest.approx(spec.head_height_px.target)
    assert chosen.off_centre_px == pytest.approx(0, abs=1e-6)
    assert (chosen.continued_rows, chosen.continued_left, chosen.continued_right) == (0, 0, 0)


@pytest.mark.parametrize("spec_id", ["cn_1inch", "us_passport", "cn_id_card", "ca_passport", "jp_visa", "cn_cet"])
def test_the_head_measures_in_the_picture_what_the_frame_says(spec_id: str, make_portrait: MakePortrait) -> None:
    spec = get_spec(spec_id)
    portrait = make_portrait(head=403.7, above=80.3, left=611.4)
    chosen = frame(portrait, spec)
    rgb, alpha = apply_frame(portrait, chosen)
    assert rgb.shape == (spec.height_px, spec.width_px, 3)
    assert alpha.shape == (spec.height_px, spec.width_px)
    crown, chin = measured_head(rgb, alpha)
    assert chin - crown == pytest.approx(spec.head_height_px.target, rel=0.01)
    assert crown == pytest.approx(chosen.top_gap_px, abs=1)
    left = crossing(alpha[int(chosen.eye_y_px)].astype(float), 127.5)
    right = spec.width_px - crossing(alpha[int(chosen.eye_y_px), ::-1].astype(float), 127.5)
    assert (left + right) / 2 == pytest.approx(spec.width_px / 2, abs=0.01 * spec.width_px)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    spec=st.sampled_from([*SPECS, NARROW]),
    head=st.floats(150, 400),
    above=st.floats(-0.02, 0.9),
    below=st.floats(0.1, 2.0),
    left=st.floats(0.35, 1.6),
    right=st.floats(0.35, 1.6),
    eyes=st.floats(0.42, 0.6),
    shoulders=st.floats(0.7, 1.6),
)
def test_any_source_meets_all_numbers_with_a_body_to_the_edge_or_is_refused(
    make_portrait: MakePortrait,
    spec: Spec,
    head: float,
    above: float,
    below: float,
    left: float,
    right: float,
    eyes: float,
    shoulders: float,
) -> None:
    portrait = make_portrait(
        head=head,
        above=above * head,
        below=below * head + 1,
        left=left * head,
        right=right * head,
        eyes=eyes,
        shoulders=shoulders,
    )
    try:
        chosen = frame(portrait, spec)
    except NotFeasibleError:
        return
    assert_meets(chosen, spec)
    _, alpha = apply_frame(portrait, chosen)
    assert alpha.shape == (spec.height_px, spec.width_px)
    middle = slice(round(0.45 * spec.width_px), round(0.55 * spec.width_px))
    assert alpha[-1, middle].min() >= 250
    last_row = int(min(chosen.top + spec.height_px / chosen.scale, portrait.height)) - 2
    for column in (0, -1):
        if portrait.alpha[last_row, column] == 255:
            assert alpha[-1, column] >= 250


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(width=st.integers(100, 1200), height=st.integers(100, 1200))
def test_a_good_source_gets_any_size_of_the_customers_own(good_portrait: Portrait, width: int, height: int) -> None:
    assume(0.5 <= width / height <= 2)
    spec = custom_spec(CustomSize(width_px=width, height_px=height))
    chosen = frame(good_portrait, spec)
    assert_meets(chosen, spec)
    assert chosen.head_height_px == pytest.approx(spec.head_height_px.target)


def test_a_source_that_ends_early_first_uses_what_the_ranges_allow(make_portrait: MakePortrait) -> None:
    spec = get_spec("us_passport")
    chosen = frame(make_portrait(below=0.45 * 400), spec)
    assert_meets(chosen, spec)
    assert chosen.head_height_px > spec.head_height_px.target
    assert chosen.continued_rows == 0


@pytest.mark.parametrize("below", [0.2, 0.25, 0.3, 0.4, 0.5])
def test_no_number_lies_so_near_its_bound_that_a_measuring_error_leaves_the_range(
    below: float, make_portrait: MakePortrait
) -> None:
    spec = get_spec("jp_passport")
    chosen = frame(make_portrait(below=below * 400), spec)
    head, gap = spec.head_height_px, spec.top_gap_px
    assert gap is not None
    assert head.min <= chosen.head_height_px * (1 - 0.005)
    assert chosen.head_height_px * (1 + 0.005) <= head.max
    assert gap.min + 1 <= chosen.top_gap_px <= gap.max - 1


def test_a_body_that_still_ends_too_early_is_continued_to_the_edge(make_portrait: MakePortrait) -> None:
    portrait = make_portrait(below=0.7 * 400)
    chosen = frame(portrait, NARROW)
    assert_meets(chosen, NARROW)
    assert chosen.continued_rows > 0
    assert [warning.code for warning in chosen.warnings] == ["BODY_CONTINUED"]
    assert chosen.warnings[0].message_zh
    rgb, alpha = apply_frame(portrait, chosen)
    body = alpha[-1] >= 250
    assert body.all()
    assert np.abs(np.diff(rgb[-100:, NARROW.width_px // 2].astype(int), axis=0)).max() <= 3
    # The outline of the shoulders has no kink where the stretch begins.
    outline = (alpha >= 128).argmax(axis=0)[: NARROW.width_px // 6].astype(float)
    assert np.abs(np.diff(outline, 2)).max() <= 2


def test_only_what_lies_below_the_neck_is_stretched(make_portrait: MakePortrait) -> None:
    short, whole = make_portrait(below=0.7 * 400), make_portrait()
    continued, untouched = frame(short, NARROW), frame(whole, NARROW)
    rows = int((whole.chin_y + 0.3 * 400 - untouched.top) * untouched.scale)
    assert continued.scale == pytest.approx(untouched.scale, rel=0.03)
    same = replace(untouched, continued_rows=continued.continued_rows)
    assert np.array_equal(apply_frame(short, same)[0][:rows], apply_frame(whole, untouched)[0][:rows])


def test_a_neck_is_never_stretched(make_portrait: MakePortrait) -> None:
    with pytest.raises(BodyCutError) as caught:
        frame(make_portrait(below=0.2 * 400), get_spec("us_passport"))
    assert caught.value.details["side"] == "bottom"
    assert caught.value.details["allowed_px"] == 0


def test_shoulders_that_a_side_cuts_are_continued_to_the_edge(make_portrait: MakePortrait) -> None:
    portrait = make_portrait(right=0.66 * 400)
    chosen = frame(portrait, NARROW)
    assert_meets(chosen, NARROW)
    assert chosen.continued_right > 0
    assert chosen.continued_left == 0
    _, alpha = apply_frame(portrait, chosen)
    assert alpha[-1].min() >= 250


def test_left_and_right_are_continued_alike(make_portrait: MakePortrait) -> None:
    # The drawn midline lies at a pixel's centre, so its mirror image is one column wider on the other side.
    right = make_portrait(left=600, right=0.66 * 400)
    left = replace(right, rgb=right.rgb[:, ::-1], alpha=right.alpha[:, ::-1], landmarks=right.landmarks.copy())
    left.landmarks[:, 0] = right.width - 1 - right.landmarks[:, 0]
    of_right, of_left = frame(right, NARROW), frame(left, NARROW)
    assert of_left.continued_left == of_right.continued_right
    assert of_left.off_centre_px == pytest.approx(-of_right.off_centre_px)
    difference = apply_frame(right, of_right)[1][:, ::-1].astype(int) - apply_frame(left, of_left)[1]
    assert np.abs(difference).max() <= 2


def test_hair_cut_beside_the_face_is_continued_and_the_face_is_not(make_portrait: MakePortrait) -> None:
    """Hair hangs down both sides of the face, and the source cuts it on the right."""
    hairy = make_portrait(right=0.52 * 400)
    hairy.alpha[round(hairy.eye_y) :] = 255
    chosen = frame(hairy, NARROW_FACE)
    assert chosen.continued_right > 0
    whole = replace(chosen, continued_right=0)
    face = slice(0, int((hairy.centre_x + 0.38 * 400 - chosen.left) * chosen.scale))
    assert np.array_equal(apply_frame(hairy, chosen)[0][:, face], apply_frame(hairy, whole)[0][:, face])
    assert apply_frame(hairy, chosen)[1][-1].min() >= 250


def test_a_source_cut_beside_the_face_is_refused(make_portrait: MakePortrait) -> None:
    with pytest.raises(BodyCutError) as caught:
        frame(make_portrait(right=0.45 * 400), NARROW)
    assert caught.value.details["side"] == "right"


@pytest.mark.parametrize(
    ("source", "side"), [({"above": -2}, "top"), ({"left": 0.3 * 400}, "left"), ({"right": 0.3 * 400}, "right")]
)
def test_a_head_that_the_source_cuts_is_refused(
    source: dict[str, float], side: str, make_portrait: MakePortrait
) -> None:
    with pytest.raises(HeadCutError) as caught:
        frame(make_portrait(**source), get_spec("cn_1inch"))
    assert caught.value.details == {"side": side}


def test_a_head_of_too_few_pixels_is_refused_with_both_numbers(make_portrait: MakePortrait) -> None:
    spec = get_spec("cn_1inch")
    with pytest.raises(SourceTooSmallError) as caught:
        frame(make_portrait(head=90), spec)
    assert caught.value.details["head_px"] == 90
    needed = caught.value.details["needed_px"]
    assert isinstance(needed, int)
    assert frame(make_portrait(head=needed), spec).scale == pytest.approx(MAX_ENLARGEMENT, rel=0.05)
    with pytest.raises(SourceTooSmallError):
        frame(make_portrait(head=needed - 2), spec)


def test_moderate_enlargement_is_a_warning(make_portrait: MakePortrait) -> None:
    chosen = frame(make_portrait(head=180), get_spec("cn_1inch"))
    assert [warning.code for warning in chosen.warnings] == ["ENLARGED"]
    assert chosen.warnings[0].details == {"enlargement": round(chosen.scale, 2)}


@pytest.mark.parametrize("eyes", [0.5, 0.56, 0.6])
def test_high_hair_keeps_clear_of_the_upper_edge_where_only_the_eye_line_is_prescribed(
    eyes: float, make_portrait: MakePortrait
) -> None:
    spec = get_spec("us_passport")
    chosen = frame(make_portrait(eyes=eyes), spec)
    assert_meets(chosen, spec)
    assert chosen.head_height_px == pytest.approx(spec.head_height_px.target)
    assert chosen.top_gap_px >= 0.05 * spec.height_px - ROUNDING


def test_much_hair_is_a_warning_where_the_authority_measures_to_the_skull(make_portrait: MakePortrait) -> None:
    hairy = make_portrait(skull=0.8)
    (warning,) = frame(hairy, get_spec("de_passport")).warnings
    assert warning.code == "HAIR_HIGH"
    assert warning.details["skull_px"] < warning.details["needed_px"]
    assert warning.message_zh
    assert not frame(hairy, get_spec("jp_passport")).warnings
    assert not frame(make_portrait(skull=0.95), get_spec("de_passport")).warnings


def test_eyes_that_cannot_lie_on_the_prescribed_line_are_refused(make_portrait: MakePortrait) -> None:
    spec = get_spec("us_passport")
    with pytest.raises(HeadShapeError):
        frame(make_portrait(eyes=0.95), spec)


def test_room_above_and_beside_the_source_is_background(make_portrait: MakePortrait) -> None:
    portrait = make_portrait(above=4, left=450, right=450, shoulders=0.7)
    chosen = frame(portrait, get_spec("us_passport"))
    assert chosen.top < 0
    _, alpha = apply_frame(portrait, chosen)
    assert alpha[0].max() == 0
    assert alpha[:, 0].max() == 0


def test_the_same_portrait_gives_the_same_frame(make_portrait: MakePortrait) -> None:
    portrait = make_portrait()
    spec = get_spec("cn_2inch")
    assert frame(portrait, spec) == frame(portrait, spec)
