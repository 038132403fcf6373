"""The background: colours as customers write them, and the three gradients of the contract (F7)."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idphoto.background import COLORS, COLORS_ZH, Background, ColorInvalidError, paint, parse_color
from pydantic import ValidationError

BLUE = (0x43, 0x8E, 0xDB)
WHITE = (255, 255, 255)


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("blue", "#438EDB"),
        (" Blue ", "#438EDB"),
        ("蓝", "#438EDB"),
        ("蓝色", "#438EDB"),
        ("蓝底", "#438EDB"),
        ("浅蓝", "#66B5F2"),
        ("light blue", "#66B5F2"),
        ("Light-Gray", "#F2F0F0"),
        ("gray", "#F5F5F5"),
        ("#abc", "#AABBCC"),
        ("#438edb", "#438EDB"),
        ("438EDB", "#438EDB"),
        ("＃４３８ＥＤＢ", "#438EDB"),
    ],
)
def test_a_colour_is_understood_as_customers_write_it(text: str, color: str) -> None:
    assert parse_color(text) == color


@pytest.mark.parametrize("text", ["", "#", "#12", "#12345", "#GGGGGG", "blau", "色", "#438EDB80"])
def test_what_is_no_colour_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ColorInvalidError) as caught:
        parse_color(text)
    assert caught.value.code == "COLOR_INVALID"
    assert caught.value.details["given"] == text
    allowed = caught.value.details["allowed"]
    assert isinstance(allowed, list)
    assert {*COLORS, *COLORS_ZH} < set(allowed)
    json.dumps(caught.value.details)


@given(st.text(max_size=20))
def test_any_text_is_a_colour_or_a_typed_refusal(text: str) -> None:
    try:
        color = parse_color(text)
    except ColorInvalidError:
        return
    assert parse_color(color) == color


def test_a_bad_colour_in_a_request_is_a_validation_error_with_the_code_and_the_details() -> None:
    with pytest.raises(ValidationError) as caught:
        Background.model_validate({"color": "blau"})
    (fault,) = caught.value.errors()
    assert fault["type"] == "COLOR_INVALID"
    assert fault["loc"] == ("color",)
    assert fault["ctx"]["given"] == "blau"


def test_equal_requests_are_equal() -> None:
    asked = Background.model_validate({"color": "蓝", "end_color": "red"})
    assert asked == Background(color="#438edb")
    assert asked.model_dump(mode="json") == {"color": "#438EDB", "gradient": 0, "end_color": "#FFFFFF"}
    assert hash(asked) == hash(Background(color="blue"))


@pytest.mark.parametrize("request_", [{"gradient": 4}, {"gradient": -1}, {"gradient": "x"}, {"colour": "blue"}])
def test_an_unknown_mode_or_field_is_refused(request_: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Background.model_validate(request_)


def test_a_background_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Background().color = "#000000"  # type: ignore[misc]


def test_a_solid_background_is_the_colour_in_every_pixel() -> None:
    picture = paint(7, 5, Background(color="blue"))
    assert picture.dtype == np.float32
    assert picture.shape == (5, 7, 3)
    assert np.all(picture == BLUE)


def test_f7_mode_1_runs_from_the_colour_at_the_top_to_white_at_the_bottom() -> None:
    picture = paint(30, 40, Background(color="blue", gradient=1))
    assert np.allclose(picture[0], BLUE)
    assert np.allclose(picture[-1], 255)
    assert np.all(np.diff(picture, axis=0) > 0)
    assert np.all(np.diff(picture, axis=1) == 0)


@pytest.mark.parametrize(("gradient", "outside", "inside"), [(2, BLUE, WHITE), (3, WHITE, BLUE)])
def test_f7_modes_2_and_3_run_between_the_corners_and_the_middle(
    gradient: int, outside: tuple[int, ...], inside: tuple[int, ...]
) -> None:
    picture = paint(31, 41, Background.model_validate({"color": "blue", "gradient": gradient}))
    for corner in (picture[0, 0], picture[0, -1], picture[-1, 0], picture[-1, -1]):
        assert np.allclose(corner, outside)
    assert np.allclose(picture[20, 15], inside)
    assert np.allclose(picture, picture[::-1, ::-1], atol=1e-3)


def test_any_end_colour_is_taken() -> None:
    picture = paint(3, 9, Background(color="white", gradient=1, end_color="red"))
    assert np.allclose(picture[-1], (255, 0, 0))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 3))
def test_a_gradient_never_leaves_the_range_between_its_colours(width: int, height: int, gradient: int) -> None:
    picture = paint(width, height, Background.model_validate({"color": "blue", "gradient": gradient}))
    assert picture.shape == (height, width, 3)
    assert np.all(picture >= np.array(BLUE) - 1e-3)
    assert np.all(picture <= 255)
