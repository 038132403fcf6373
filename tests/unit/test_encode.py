"""Files that hold exact pixels, the resolution, sRGB, and nothing else."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idphoto.arrays import Rgb
from idphoto.encode import (
    LOWEST_QUALITY,
    ByteRange,
    FileFormat,
    FileSizeError,
    encode_file,
    encode_jpeg,
    encode_photo,
    encode_png,
)
from idphoto.specs import Spec, get_spec
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


def noisy(amount: int, side: int = 300) -> Rgb:
    """Noise of so many levels on grey: what a file's size depends on."""
    noise = np.random.default_rng(3).integers(-amount, amount + 1, (side, side, 3))
    return np.asarray(128 + noise, np.uint8)


def limited(least: int, most: int) -> Spec:
    return Spec.model_validate(get_spec("cn_1inch").model_dump() | {"kb": {"min": least, "max": most}})


def test_a_photo_without_a_prescribed_size_has_the_usual_quality() -> None:
    assert encode_photo(picture(), get_spec("cn_1inch")) == encode_jpeg(picture(), 300)


@pytest.mark.parametrize("amount", [3, 10, 25])
def test_a_photo_that_is_too_large_gets_the_best_quality_that_fits(amount: int) -> None:
    usual = len(encode_jpeg(noisy(amount), 300))
    most = round(usual * 0.6 / 1000)
    file = encode_photo(noisy(amount), limited(1, most))
    assert 0.85 * 1000 * most < len(file) <= 1000 * most


def test_a_photo_that_is_too_small_gets_a_better_quality() -> None:
    least = len(encode_jpeg(noisy(20), 300)) // 1024 + 5
    file = encode_photo(noisy(20), limited(least, 500))
    assert 1024 * least <= len(file) <= 500 * 1000
    assert 0xFE not in jpeg_segments(file)


def test_the_quality_is_the_highest_that_fits() -> None:
    photo = noisy(10)
    most = round(len(encode_jpeg(photo, 300)) * 0.5)
    file = encode_file(photo, "jpeg", 300, ByteRange(0, most))
    assert file.quality is not None
    assert len(file.data) <= most < len(encode_jpeg(photo, 300, file.quality + 1))
    assert file.subsampling == "4:4:4"


def test_colours_lose_resolution_only_where_the_lowest_quality_is_too_large() -> None:
    photo = noisy(40)
    least = len(encode_jpeg(photo, 300, LOWEST_QUALITY))
    assert encode_file(photo, "jpeg", 300, ByteRange(0, least)).subsampling == "4:4:4"
    assert encode_file(photo, "jpeg", 300, ByteRange(0, least - 1)).subsampling == "4:2:0"


@pytest.mark.parametrize("least", [20, 100, 200])
def test_a_photo_that_is_too_small_at_the_best_quality_says_by_how_much_and_holds_nothing_but_the_photo(
    least: int,
) -> None:
    file = encode_file(picture(), "jpeg", 300, ByteRange(1024 * least, 10**7))
    assert file.quality == 100
    assert file.missing == 1024 * least - len(file.data) > 0
    assert not set(jpeg_segments(file.data)) & {0xFE, *range(0xE3, 0xF0)}
    assert file.data.endswith(b"\xff\xd9")


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 200))
def test_no_file_is_larger_than_it_may_be(amount: int, most_kb: int) -> None:
    try:
        file = encode_file(noisy(amount, 96), "jpeg", 300, ByteRange(0, 1000 * most_kb))
    except FileSizeError:
        assert len(encode_jpeg(noisy(amount, 96), 300, LOWEST_QUALITY, "4:2:0")) > 1000 * most_kb
        return
    assert len(file.data) <= 1000 * most_kb


@pytest.mark.parametrize("file_format", ["jpeg", "png", "webp", "tiff"])
@pytest.mark.parametrize("dpi", [72, 254, 300, 350, 457])
def test_every_format_holds_pixels_resolution_and_profile_and_nothing_else(file_format: FileFormat, dpi: int) -> None:
    file = encode_file(picture(), file_format, dpi)
    with Image.open(io.BytesIO(file.data)) as image:
        image.load()
        assert image.size == (295, 413)
        seen = image.info["dpi"][0] if "dpi" in image.info else image.getexif()[0x011A]
        assert float(seen) == pytest.approx(dpi, abs=0.02)
        assert "icc_profile" in image.info or b"sRGB" in png_chunks(file.data)
        assert set(image.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "dpi",
            "icc_profile",
            "srgb",
            "exif",
            "compression",
            "loop",
            "background",
            "timestamp",
            "duration",
            "resolution",
            "streamtype",
        }
        if file_format == "webp":
            assert set(image.getexif()) == {0x011A, 0x011B, 0x0128}
        if file_format in {"png", "tiff"}:
            assert np.array_equal(np.asarray(image), picture())


@pytest.mark.parametrize("file_format", ["png", "tiff"])
def test_a_format_without_loss_is_refused_where_it_does_not_fit_and_never_loses_colours(
    file_format: FileFormat,
) -> None:
    with pytest.raises(FileSizeError):
        encode_file(noisy(50), file_format, 300, ByteRange(0, 50_000))
    file = encode_file(picture(), file_format, 300, ByteRange(100_000, 10**7))
    assert len(file.data) >= 100_000
    with Image.open(io.BytesIO(file.data)) as image:
        assert image.mode == "RGB"


def test_a_webp_meets_a_size() -> None:
    file = encode_file(noisy(20), "webp", 300, ByteRange(0, 40_000))
    assert len(file.data) <= 40_000


def test_noise_at_the_best_quality_is_written() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (400, 400, 3), np.uint8)
    assert len(encode_jpeg(noise, 300, 100)) > 2 * 400 * 400


@pytest.mark.parametrize("file_format", ["jpeg", "png", "webp", "tiff"])
def test_libvips_reads_what_was_written(file_format: FileFormat) -> None:
    pyvips = pytest.importorskip("pyvips")
    read = pyvips.Image.new_from_buffer(encode_file(picture(), file_format, 300).data, "")
    assert (read.width, read.height, read.bands) == (295, 413, 3)
    if file_format != "webp":
        # libvips counts pixels a millimetre, and does not look into a WebP for them.
        assert read.xres * 25.4 == pytest.approx(300, abs=0.02)
    if file_format == "jpeg":
        assert read.get("jpeg-chroma-subsample") == "4:4:4"
    if file_format != "png":
        assert b"sRGB" in bytes(read.get("icc-profile-data")).replace(b"\0", b"")


def test_a_photo_that_would_have_to_look_bad_is_refused_with_both_sizes() -> None:
    with pytest.raises(FileSizeError) as caught:
        encode_photo(noisy(100), limited(1, 5))
    size = caught.value.details["bytes"]
    assert isinstance(size, int)
    assert size > 5000
    assert caught.value.details["allowed"] == 5000
