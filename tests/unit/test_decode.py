"""What arrives as bytes leaves as an upright, opaque sRGB picture, or as one named error."""

from __future__ import annotations

import io
import random
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from idphoto.decode import (
    MAX_BYTES,
    MAX_PIXELS,
    MIN_SIDE_PX,
    ImageEmptyError,
    ImageFormatUnsupportedError,
    ImageTooLargeError,
    ImageTooManyPixelsError,
    ImageTooSmallError,
    ImageTruncatedError,
    decode,
)
from idphoto.errors import ImageError
from PIL import Image, ImageCms, ImageOps

WIDTH, HEIGHT = 160, 120


def _scene() -> Image.Image:
    """A smooth picture whose four corners differ, so that every turn and mirroring shows."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    channels = [30 + 200 * x / WIDTH, 220 - 180 * y / HEIGHT, 60 + 120 * (x / WIDTH) * (y / HEIGHT)]
    return Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8))


SCENE = _scene()
SCENE_RGB = np.asarray(SCENE)


def _file(image: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    if file_format == "HEIC":
        pillow_heif.from_pillow(image).save(buffer, quality=90, **options)
    else:
        image.save(buffer, file_format, **options)
    return buffer.getvalue()


def _error(rgb: np.ndarray, expected: np.ndarray) -> float:
    """Mean absolute difference in levels of 255."""
    return float(np.abs(rgb.astype(np.float32) - expected.astype(np.float32)).mean())


ENCODED = {
    "jpeg": _file(SCENE, "JPEG", quality=95),
    "png": _file(SCENE, "PNG"),
    "webp": _file(SCENE, "WEBP", quality=95),
    "heic": _file(SCENE, "HEIC"),
    "avif": _file(SCENE, "AVIF", quality=95),
    "bmp": _file(SCENE, "BMP"),
    "tiff": _file(SCENE, "TIFF", compression="tiff_lzw"),
}


def _png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and then holds next to nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64))


@pytest.mark.parametrize("name", ENCODED)
def test_each_format_is_recognised_by_content_and_keeps_its_colours(name: str) -> None:
    photo = decode(ENCODED[name])
    assert (photo.format, photo.width, photo.height) == (name, WIDTH, HEIGHT)
    assert photo.rgb.dtype == np.uint8
    assert photo.rgb.shape == (HEIGHT, WIDTH, 3)
    assert photo.rgb.flags["C_CONTIGUOUS"]
    assert _error(photo.rgb, SCENE_RGB) < 2.5


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_applied(file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = _file(SCENE, file_format, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    assert _error(decode(data).rgb, np.asarray(upright)) == 0


def test_heic_orientation_is_applied_once() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = decode(_file(SCENE, "HEIC", exif=exif.tobytes()))
    assert photo.rgb.shape == (WIDTH, HEIGHT, 3)
    assert _error(photo.rgb, np.rot90(SCENE_RGB, -1)) < 2.5


def test_broken_exif_means_upright() -> None:
    data = _file(SCENE, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\x12\x01" * 9)
    assert decode(data).rgb.shape == SCENE_RGB.shape


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(file_format: str) -> None:
    ramp = np.linspace(0, 65535, WIDTH).astype(np.uint16)
    rgb = decode(_file(Image.fromarray(np.tile(ramp, (HEIGHT, 1))), file_format)).rgb
    assert np.abs(rgb[0, :, 0].astype(float) - ramp / 257).max() <= 0.5


def test_16_bit_colour_is_scaled_not_clipped() -> None:
    levels = (SCENE_RGB.astype(np.uint32) * 257).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in levels)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    assert _error(decode(data).rgb, SCENE_RGB) == 0


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA-palette"])
def test_transparency_lies_on_white(mode: str) -> None:
    alpha = Image.new("L", SCENE.size, 0)
    alpha.paste(255, (0, 0, WIDTH // 2, HEIGHT))
    picture = SCENE.convert("RGBA")
    picture.putalpha(alpha)
    if mode == "LA":
        picture = picture.convert("LA")
    if mode != "LA" and mode.startswith("P"):
        picture = picture.quantize(64)
    rgb = decode(_file(picture, "PNG")).rgb
    assert (rgb[:, WIDTH // 2 + 1 :] == 255).all()
    assert rgb[:, : WIDTH // 2].mean() < 200


def test_one_bit_pictures_become_black_and_white() -> None:
    rgb = decode(_file(SCENE.convert("1"), "PNG")).rgb
    assert set(np.unique(rgb)) == {0, 255}


def test_cmyk_jpeg_as_photoshop_writes_it_is_not_inverted() -> None:
    data = _file(SCENE.convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data
    assert _error(decode(data).rgb, SCENE_RGB) < 3


def test_cmyk_goes_through_its_profile() -> None:
    data = _file(SCENE.convert("CMYK"), "JPEG", quality=95, icc_profile=_grey_ink_profile())
    rgb = decode(data).rgb.astype(int)
    assert np.ptp(rgb, axis=-1).max() <= 6, "inks that the profile calls grey are grey"
    assert np.ptp(rgb[..., 0]) > 50


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "HEIC", "AVIF", "TIFF"])
def test_a_profile_is_converted_to_srgb(file_format: str) -> None:
    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    swapped = _matrix_profile(red=blue, green=green, blue=red)
    picture = SCENE.copy()
    picture.info["icc_profile"] = swapped
    options = {} if file_format == "HEIC" else {"icc_profile": swapped}
    rgb = decode(_file(picture, file_format, **options)).rgb
    assert _error(rgb[..., ::-1], SCENE_RGB) < 4, "a profile whose red is blue and blue is red swaps the channels"


def test_the_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert _error(decode(_file(SCENE, "PNG", icc_profile=profile)).rgb, SCENE_RGB) == 0


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 200], ids=["text", "zeros"])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    assert _error(decode(_file(SCENE, "PNG", icc_profile=profile)).rgb, SCENE_RGB) == 0


def test_a_profile_of_another_colour_space_is_ignored() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert _error(decode(_file(SCENE, "PNG", icc_profile=profile)).rgb, SCENE_RGB) == 0


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "AVIF"])
def test_an_animation_gives_its_first_frame(file_format: str) -> None:
    other = Image.new("RGB", SCENE.size, "black")
    data = _file(SCENE, file_format, save_all=True, append_images=[other, other], duration=100)
    assert _error(decode(data).rgb, SCENE_RGB) < 6


def test_the_first_of_two_pictures_in_a_camera_jpeg_is_taken() -> None:
    data = _file(SCENE, "MPO", save_all=True, append_images=[Image.new("RGB", SCENE.size)], quality=95)
    assert _error(decode(data).rgb, SCENE_RGB) < 2.5


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(ImageEmptyError):
        decode(b"")


def test_a_file_over_the_byte_limit_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(ImageTooLargeError) as caught:
        decode(b"\0" * (25_000_000))
    assert caught.value.details == {"given_bytes": 25_000_000, "max_bytes": MAX_BYTES}


@pytest.mark.parametrize(
    "data",
    [
        b"This is a text, whatever its name says.",
        b"BM: a memo that begins like a bitmap",
        b"GIF89a" + b"\0" * 64,
        b"\0",
    ],
    ids=["text", "memo", "gif", "one-byte"],
)
def test_what_is_not_an_allowed_format_is_refused(data: bytes) -> None:
    with pytest.raises(ImageFormatUnsupportedError) as caught:
        decode(data)
    assert "jpeg" in list(caught.value.details["allowed"])  # type: ignore[call-overload]


def test_postscript_and_photoshop_never_reach_their_parsers() -> None:
    for data in (_file(SCENE, "EPS"), _file(SCENE, "PPM"), _file(SCENE, "TGA"), _file(SCENE, "ICO")):
        with pytest.raises(ImageFormatUnsupportedError):
            decode(data)


def test_pixels_without_an_agreed_white_are_refused() -> None:
    with pytest.raises(ImageFormatUnsupportedError) as caught:
        decode(_file(SCENE.convert("F"), "TIFF"))
    assert caught.value.details["pixels"] == "F"


@pytest.mark.parametrize("size", [(10_000, 6_000), (7_072, 7_072)], ids=["60-megapixels", "just-over"])
def test_too_many_pixels_are_refused_from_the_header_alone(size: tuple[int, int]) -> None:
    with pytest.raises(ImageTooManyPixelsError) as caught:
        decode(_png_header(*size))
    assert caught.value.details == {"width": size[0], "height": size[1], "max_pixels": MAX_PIXELS}


def test_a_giant_bomb_is_refused() -> None:
    with pytest.raises(ImageTooManyPixelsError):
        decode(_png_header(100_000, 100_000))


def test_a_webp_canvas_is_measured_before_its_decoder_allocates_it() -> None:
    canvas = (16_383).to_bytes(3, "little") * 2
    vp8x = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas
    with pytest.raises(ImageTooManyPixelsError) as caught:
        decode(b"RIFF" + struct.pack("<I", len(vp8x)) + vp8x)
    assert caught.value.details["width"] == 16_384


def test_a_heic_whose_header_understates_its_size_is_refused() -> None:
    honest = _file(Image.new("RGB", (2048, 2048), "grey"), "HEIC")
    liar = honest.replace(struct.pack(">II", 2048, 2048), struct.pack(">II", 256, 256))
    assert liar != honest
    with pytest.raises(ImageTruncatedError):
        decode(liar)


def test_a_jpeg_with_endless_scans_is_refused() -> None:
    data = ENCODED["jpeg"][:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00" * 1000 + b"\xff\xd9"
    with pytest.raises(ImageFormatUnsupportedError):
        decode(data)


@pytest.mark.parametrize("size", [(1, 1), (MIN_SIDE_PX - 1, 500), (500, MIN_SIDE_PX - 1)])
def test_a_picture_below_the_smallest_side_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageTooSmallError) as caught:
        decode(_file(Image.new("RGB", size), "PNG"))
    assert caught.value.details["min_side_px"] == MIN_SIDE_PX


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "heic", "avif", "bmp", "tiff"])
def test_half_a_file_is_refused(name: str) -> None:
    data = ENCODED[name]
    with pytest.raises(ImageTruncatedError):
        decode(data[: len(data) // 2])


@pytest.mark.parametrize("error", [ImageEmptyError, ImageTooLargeError, ImageTruncatedError, ImageTooSmallError])
def test_errors_speak_both_languages(error: type[ImageError]) -> None:
    assert error.code.startswith("IMAGE_")
    assert error.message.isascii()
    assert not error.message_zh.isascii()


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(ENCODED)),
    seed=st.integers(0, 2**32),
    flips=st.integers(0, 24),
    kept=st.floats(0.02, 1.0),
    region=st.sampled_from([64, 400, MAX_BYTES]),
)
def test_damaged_files_raise_nothing_but_image_errors(
    name: str, seed: int, flips: int, kept: float, region: int
) -> None:
    """Bytes are flipped in the headers or anywhere, then the tail is cut off; warnings are errors here."""
    chance = random.Random(seed)  # noqa: S311  # repeatable damage
    data = bytearray(ENCODED[name])
    for _ in range(flips):
        data[chance.randrange(min(len(data), region))] = chance.randrange(256)
    try:
        photo = decode(bytes(data[: max(1, round(kept * len(data)))]))
    except ImageError:
        return
    assert photo.rgb.shape == (photo.height, photo.width, 3)
    assert photo.width * photo.height <= MAX_PIXELS


def _matrix_profile(
    red: tuple[float, float, float], green: tuple[float, float, float], blue: tuple[float, float, float]
) -> bytes:
    """A display profile with these D50 XYZ primaries and gamma 2.2."""

    def xyz(values: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(_fixed, values))

    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256))
    tags = {b"rXYZ": xyz(red), b"gXYZ": xyz(green), b"bXYZ": xyz(blue), b"rTRC": gamma, b"gTRC": gamma, b"bTRC": gamma}
    return _profile(b"mntrRGB XYZ ", tags)


def _grey_ink_profile() -> bytes:
    """A printer profile whose cyan, magenta, yellow and black inks are all grey."""
    ramp = bytes(range(256))
    identity = b"".join(_fixed(float(row == column)) for row in range(3) for column in range(3))
    corners = ((c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1))
    lightness = (255 * (1 - 0.9 * k) * (1 - 0.25 * (c + m + y)) for c, m, y, k in corners)
    table = b"".join(bytes((round(level), 128, 128)) for level in lightness)
    return _profile(b"prtrCMYKLab ", {b"A2B0": b"mft1\0\0\0\0\4\3\2\0" + identity + ramp * 4 + table + ramp * 3})


def _profile(kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC version 2 profile (ICC.1:2001-04): header, table of tags, tags on multiples of four."""
    tags = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + b"\0" * 79, **tags}
    table, bodies = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        table += name + struct.pack(">II", start + len(bodies), len(body))
        bodies += body + b"\0" * (-len(body) % 4)
    header = struct.pack(">I", start + len(bodies)) + b"\0\0\0\0" + struct.pack(">I", 0x02400000) + kind
    header += b"\0" * 12 + b"acsp" + b"\0" * 28 + b"".join(map(_fixed, (0.9642, 1.0, 0.8249)))
    return header.ljust(128, b"\0") + table + bodies


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


@pytest.mark.parametrize(("stated", "dpi"), [({"dpi": (300, 300)}, 300.0), ({"dpi": (300, 72)}, 72.0), ({}, None)])
def test_the_size_of_the_file_and_its_stated_resolution_are_kept(
    stated: dict[str, tuple[int, int]], dpi: float | None
) -> None:
    stream = io.BytesIO()
    SCENE.save(stream, "JPEG", **stated)
    photo = decode(stream.getvalue())
    assert photo.bytes == len(stream.getvalue())
    assert photo.dpi == dpi
