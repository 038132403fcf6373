"""Files that hold exact pixels, the resolution, sRGB, and nothing else."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idphoto.arrays import Rgb
from idphoto.encode import encode_jpeg, encode_png
from PIL import Image, ImageCms

SEEN_AS_SAME = 2
"""Levels of 255."""


def picture(width: int = 295, height: int = 413) -> Rgb:
    """Red on white with a soft edge: what chroma subsampling spoils first."""
    across = np.clip((np.arange(width) - width / 2) / 2 + 0.5, 0, 1)
    rgb = np.full((height, width, 3), 255.0)
    rgb[:, :, 1:] *= across[None, :, None]
    return np.asarray(np.rint(rgb), np.uint8)


def jpeg_segments(data: bytes) -> list[int]:
    markers, at = [], 2
    while data[at + 1] != 0xDA:
        markers.append(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return markers


def png_chunks(data: bytes) -> dict[bytes, bytes]:
    chunks, at = {}, 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunks[data[at + 4 : at + 8]] = data[at + 8 : at + 8 + length]
        at += 12 + length
    return chunks


@given(st.integers(1, 65535))
def test_a_jpeg_holds_its_resolution_exactly(dpi: int) -> None:
    data = encode_jpeg(picture(8, 8), dpi)
    assert data[6:11] == b"JFIF\0"
    unit, across, down = struct.unpack(">BHH", data[13:18])
    assert (unit, across, down) == (1, dpi, dpi)


def test_a_jpeg_has_all_its_pixels_and_all_its_colour() -> None:
    with Image.open(io.BytesIO(encode_jpeg(picture(), 300))) as image:
        assert image.size == (295, 413)
        assert [component[1:3] for component in image.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]
        error = np.abs(np.asarray(image).astype(int) - picture())
    assert error.mean() < SEEN_AS_SAME


def test_a_jpeg_is_tagged_srgb() -> None:
    with Image.open(io.BytesIO(encode_jpeg(picture(), 300))) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


def test_a_jpeg_holds_tables_pixels_and_the_profile_only() -> None:
    app0, app2, quantisation, frame, huffman = 0xE0, 0xE2, 0xDB, 0xC0, 0xC4
    assert set(jpeg_segments(encode_jpeg(picture(), 300))) == {app0, app2, quantisation, frame, huffman}


def test_lower_quality_makes_a_smaller_file() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    sizes = [len(encode_jpeg(noise, 300, quality)) for quality in (20, 60, 95)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("channels", [3, 4])
def test_a_png_holds_the_same_pixels_its_resolution_and_srgb(channels: int) -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (20, 30, channels), np.uint8)
    data = encode_png(pixels, 300)
    with Image.open(io.BytesIO(data)) as image:
        assert np.array_equal(np.asarray(image), pixels)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    chunks = png_chunks(data)
    assert set(chunks) == {b"IHDR", b"sRGB", b"pHYs", b"IDAT", b"IEND"}
    assert struct.unpack(">IIB", chunks[b"pHYs"]) == (11811, 11811, 1)


@pytest.mark.parametrize("encode", [encode_jpeg, encode_png])
def test_the_same_pixels_give_the_same_bytes(encode: Callable[[Rgb, int], bytes]) -> None:
    assert encode(picture(), 300) == encode(picture(), 300)


def test_no_file_says_when_it_was_made() -> None:
    with Image.open(io.BytesIO(encode_jpeg(picture(), 300))) as image:
        made = struct.unpack(">6H", image.info["icc_profile"][24:36])
    assert made == (2000, 1, 1, 0, 0, 0)
