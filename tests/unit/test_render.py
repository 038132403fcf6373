"""The render: exact background, clean edges, gradients without bands, always the same pixels."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from idphoto.arrays import F64, Rgb
from idphoto.background import COLORS, Background, paint, rgb_of
from idphoto.encode import encode_jpeg
from idphoto.portrait import Portrait
from idphoto.render import cutout, render
from idphoto.specs import get_spec
from idphoto.watermark import Watermark, text_tile
from PIL import Image

MakePortrait = Callable[..., Portrait]
SPEC = get_spec("cn_1inch")

LONGEST_RUN = 16
"""Rows of a dithered gradient that may have the same value one after another."""


def luma(rgb: Rgb | F64) -> F64:
    return np.asarray(rgb @ np.array([0.299, 0.587, 0.114]), np.float64)


def block_means(field: F64, side: int = 16) -> F64:
    rows, columns = (length // side for length in field.shape)
    blocks = field[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float64)


@pytest.mark.parametrize("color", ["white", "blue", "red", "#123456"])
def test_a_solid_background_has_exactly_the_colour_asked_for(color: str, make_portrait: MakePortrait) -> None:
    background = Background(color=color)
    rendered = render(make_portrait(), SPEC, background)
    assert rendered.rgb.shape == (SPEC.height_px, SPEC.width_px, 3)
    assert rendered.rgb.dtype == rendered.alpha.dtype == np.uint8
    empty = rendered.alpha == 0
    assert empty.mean() > 0.2
    assert np.all(rendered.rgb[empty] == rgb_of(background.color))


@pytest.mark.parametrize("color", [*COLORS, "#01FE80"])
def test_a_solid_background_survives_jpeg_to_one_level(color: str, make_portrait: MakePortrait) -> None:
    background = Background(color=color)
    rendered = render(make_portrait(shoulders=0.5), SPEC, background)
    far = slice(0, int(rendered.frame.top_gap_px) // 8 * 8 - 8)
    with Image.open(io.BytesIO(encode_jpeg(rendered.rgb, SPEC.dpi))) as image:
        decoded = np.asarray(image)[far].astype(int)
    assert np.abs(decoded - rgb_of(background.color)).max() <= 1


def test_the_inside_of_the_person_does_not_depend_on_the_background(make_portrait: MakePortrait) -> None:
    portrait = make_portrait()
    on_white = render(portrait, SPEC, Background(color="white"))
    on_black = render(portrait, SPEC, Background(color="black", gradient=2))
    inside = on_white.alpha == 255
    assert np.array_equal(on_white.rgb[inside], on_black.rgb[inside])


def test_an_edge_mixes_the_person_and_the_background_and_nothing_else(make_portrait: MakePortrait) -> None:
    """Neither the colours that lie outside the person in the portrait nor the filter's ringing leave a fringe."""
    portrait, skin = make_portrait(), np.array((200, 150, 120))
    outside = portrait.alpha == 0
    portrait.rgb[...] = skin
    for hidden in ((0, 0, 0), (0, 255, 0), (255, 255, 255)):
        portrait.rgb[outside] = hidden
        rendered = render(portrait, SPEC, Background(color="white"))
        opacity = rendered.alpha[:, :, None] / 255
        assert np.abs(rendered.rgb - (opacity * skin + (1 - opacity) * 255)).max() <= 1


def test_a_cutout_keeps_the_persons_colour_where_it_is_transparent(make_portrait: MakePortrait) -> None:
    portrait = make_portrait()
    outside = portrait.alpha == 0
    portrait.rgb[...] = (200, 150, 120)
    portrait.rgb[outside] = 0
    rendered = render(portrait, SPEC, Background())
    rgba = cutout(rendered)
    assert rgba.shape == (SPEC.height_px, SPEC.width_px, 4)
    assert np.array_equal(rgba[:, :, 3], rendered.alpha)
    assert np.abs(rgba[:, :, :3].astype(int) - (200, 150, 120)).max() <= 1


@pytest.mark.parametrize("gradient", [1, 2, 3])
@pytest.mark.parametrize("color", ["#F0F0F0", "blue", "#203040"])
def test_a_gradient_shows_no_bands_even_as_jpeg(color: str, gradient: int, make_portrait: MakePortrait) -> None:
    background = Background.model_validate({"color": color, "gradient": gradient})
    spec = get_spec("us_passport")
    rendered = render(make_portrait(shoulders=0.5), spec, background)
    with Image.open(io.BytesIO(encode_jpeg(rendered.rgb, spec.dpi))) as image:
        decoded = luma(np.asarray(image))
    ideal = luma(paint(spec.width_px, spec.height_px, background).astype(np.float64))
    above = slice(0, int(rendered.frame.top_gap_px) // 16 * 16)
    error = block_means(decoded[above] - ideal[above])
    assert np.abs(error).max() < 0.75
    flat = block_means(decoded[above] ** 2) - block_means(decoded[above]) ** 2
    assert flat.min() > 0.01


def test_a_slow_gradient_has_no_step_and_the_mean_of_its_colour(make_portrait: MakePortrait) -> None:
    """Eight levels over 600 rows: rounded, each would be a band of 75 equal rows."""
    background = Background.model_validate({"color": "#E8E8E8", "gradient": 1, "end_color": "#F0F0F0"})
    spec = get_spec("us_passport")
    rendered = render(make_portrait(shoulders=0.5), spec, background)
    beside = rendered.rgb[:, :40].astype(float)
    assert np.all(rendered.alpha[:, :40] == 0)
    ideal = paint(spec.width_px, spec.height_px, background)[:, :40]
    assert np.abs((beside - ideal).mean(axis=(1, 2))).max() < 0.5
    column = rendered.rgb[:, 0, 0]
    changes = np.flatnonzero(np.diff(column))
    assert np.diff(changes).max() <= LONGEST_RUN


def test_the_same_request_gives_the_same_pixels(make_portrait: MakePortrait) -> None:
    background = Background.model_validate({"color": "blue", "gradient": 3})
    first, second = (render(make_portrait(), SPEC, background).rgb for _ in range(2))
    assert np.array_equal(first, second)


def test_a_watermark_covers_the_photo_and_spares_its_size(make_portrait: MakePortrait) -> None:
    portrait = make_portrait()
    clean = render(portrait, SPEC, Background(color="blue"))
    marked = render(portrait, SPEC, Background(color="blue"), Watermark(text_tile("SAMPLE")))
    assert marked.rgb.shape == clean.rgb.shape
    changed = (marked.rgb != clean.rgb).any(axis=2)
    quarters = [half for rows in np.array_split(changed, 2) for half in np.array_split(rows, 2, axis=1)]
    assert all(0.02 < quarter.mean() < 0.5 for quarter in quarters)
    assert marked.frame == clean.frame
