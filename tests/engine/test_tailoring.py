"""A partner's own outfit: what is cut off a person is cloth alone, a picture is held where it should be, the rest is
refused by name."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from dataclasses import replace

import cv2
import numpy as np
import pytest
from idphoto import mesh
from idphoto.effects.outfit import Outfit, apply
from idphoto.garment import GarmentError, read_garment
from idphoto.parts import parts
from idphoto.shapes import face_width
from idphoto.tailoring import GarmentUnusableError, Naming, from_picture, from_portrait
from PIL import Image

NAMING = Naming("Uniform", "制服", ("uniform",), "own")
PER_CM = 16.0
WIDTH, HEIGHT = 900, 760
PIT = (450.0, 220.0)

_HALF = (
    (27, -33), (24.5, -10), (22, -3), (20, -0.8), (18, 0.3), (14, 1.9), (10, 3.4), (7.5, 5.6), (6.2, 6), (3, 1)
)  # fmt: skip
JACKET = (*((-x, z) for x, z in _HALF), (0, -2), *reversed(_HALF))
"""Outline of a jacket with a shirt's collar, cm from the hollow of the neck, up and to the right."""
PLACES = {
    "neck_pit": (0, 0),
    "collar_left": (-6.2, 6),
    "collar_right": (6.2, 6),
    "collar_front": (0, -2),
    "shoulder_left": (-20, -0.8),
    "shoulder_right": (20, -0.8),
}


def at(point, scale=1.0, shift=(0.0, 0.0)):
    """Where a place of the drawing lies, px."""
    x, z = point
    return (PIT[0] + x * PER_CM) * scale + shift[0], (PIT[1] - z * PER_CM) * scale + shift[1]


def drawing(outline=JACKET, scale=1.0, shift=(0.0, 0.0), hole=()):
    """Draw a garment of one colour on transparency: ``(h, w, 4)`` uint8."""
    size = (round(WIDTH * scale + 2 * shift[0]), round(HEIGHT * scale + 2 * shift[1]))
    fine = np.zeros((size[1] * 2, size[0] * 2), np.uint8)
    for points, level in ((outline, 255), (hole, 0)):
        if points:
            corners = [[(2 * value + 0.5) * 16 for value in at(point, scale, shift)] for point in points]
            cv2.fillPoly(fine, [np.rint(corners).astype(np.int32)], (level,), cv2.LINE_AA, 4)
    rgba = np.full((size[1], size[0], 4), (30, 60, 110, 0), np.uint8)
    rgba[..., 3] = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)
    return rgba


def png(rgba) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgba).save(stream, "PNG")
    return stream.getvalue()


def codes(tailored):
    return {one.code for one in tailored.report.findings}


@pytest.fixture(scope="module")
def worn(near):
    return from_portrait(near, NAMING)


class TestFromPortrait:
    def test_it_is_a_garment_in_its_own_colours_at_the_portraits_scale(self, near, worn):
        facts = read_garment(worn.garment).facts
        assert (facts.name, facts.name_zh, facts.tags, facts.licence) == ("Uniform", "制服", ("uniform",), "own")
        assert facts.parts == ()
        assert facts.px_per_cm == pytest.approx(face_width(near.landmarks) / 14.6, rel=0.05)
        assert facts.anchors.collar_left[0] < facts.anchors.neck_pit[0] < facts.anchors.collar_right[0]

    def test_the_report_names_what_is_weak(self, worn):
        assert "LOW_RESOLUTION" in codes(worn)
        assert worn.report.usable == "fair"
        for one in worn.report.findings:
            assert one.message
            assert one.message_zh

    def test_the_orange_suit_is_kept(self, worn):
        shade = read_garment(worn.garment).front.shade
        red, green, blue, opacity = (shade[..., channel].astype(int) for channel in range(4))
        orange = (red > green + 60) & (green > blue) & (opacity > 250)
        assert orange.sum() > 0.3 * (opacity > 250).sum()

    def test_neither_neck_nor_face_nor_hair_is_left(self, near, worn):
        """Skin of the astronaut is lighter and paler than her suit; nothing above the ring may be like it."""
        garment = read_garment(worn.garment)
        facts, shade = garment.facts, garment.front.shade
        top = int(facts.anchors.collar_front[1] + 1.0 * facts.px_per_cm)
        left, right = int(facts.anchors.collar_left[0]), int(facts.anchors.collar_right[0])
        seen = shade[:top, left:right]
        lab = cv2.cvtColor(seen[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
        found = parts(near)
        skin = cv2.cvtColor(near.rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[found.body_skin > 0.95]
        assert len(skin) > 500
        alike = np.linalg.norm(lab - np.median(skin, axis=0), axis=-1) < 18
        assert (alike & (seen[..., 3] > 40)).sum() <= 0.002 * seen[..., 3].size

    def test_it_can_be_worn_and_hangs_where_it_hung(self, near, worn):
        """On its own wearer it comes back to its place."""
        dressed = apply(near, Outfit(shadow=0), worn.garment)
        rows = slice(round(near.chin_y + 7 * near.width / 65), dressed.height)
        both = (near.alpha[rows] > 250) & (dressed.alpha[rows] > 250)
        assert both.mean() > 0.4
        away = np.abs(near.rgb[rows].astype(int) - dressed.rgb[rows]).mean(axis=-1)[both]
        assert np.median(away) < 12

    def test_equal_portraits_give_equal_files(self, near, worn):
        assert from_portrait(near, NAMING).garment == worn.garment

    def test_a_small_face_is_refused(self, sitter):
        assert refusal(sitter)["reason"] == "FACE_TOO_SMALL"

    def test_a_photo_that_ends_at_the_chin_is_refused(self, near):
        assert refusal(cut(near, bottom=int(near.chin_y + 60)))["reason"] == "CUT_BELOW_CHIN"

    def test_a_photo_without_shoulders_is_refused(self, near):
        middle, half = int(near.centre_x), int(0.7 * face_width(near.landmarks))
        assert refusal(cut(near, left=middle - half, right=middle + half))["reason"] == "SHOULDERS_CUT"

    def test_a_turned_head_is_refused(self, near):
        turned = near.landmarks.copy()
        depth = turned[:, 2] - turned[:, 2].mean()
        middle = near.centre_x
        angle = np.deg2rad(30)
        turned[:, 0], turned[:, 2] = (
            middle + (turned[:, 0] - middle) * np.cos(angle) + depth * np.sin(angle),
            depth * np.cos(angle) - (turned[:, 0] - middle) * np.sin(angle),
        )
        assert refusal(replace(near, landmarks=turned.astype(np.float32)))["reason"] in {"TURNED", "FACE_TOO_SMALL"}

    def test_bare_shoulders_are_refused(self, near):
        """All below the chin in the colours of the cheek."""
        rgb = near.rgb.copy()
        column, row = np.rint(near.landmarks[mesh.LEFT_CHEEK[0], :2]).astype(int)
        cheek = rgb[row - 8 : row + 8, column - 8 : column + 8].mean(axis=(0, 1))
        below = int(near.chin_y)
        noise = np.random.default_rng(0).normal(0, 2, rgb[below:].shape)
        rgb[below:] = np.clip(cheek + noise, 0, 255)
        assert refusal(replace(near, rgb=rgb))["reason"] in {"BARE_SHOULDERS", "SKIN_COLOURED"}

    def test_long_hair_over_the_chest_is_refused(self, near):
        found = parts(near)
        hair = near.rgb[found.hair > 0.95]
        rgb = near.rgb.copy()
        unit = face_width(near.landmarks)
        columns = np.abs(np.arange(near.width) - near.centre_x)
        tress = (columns > 0.42 * unit) & (columns < 1.0 * unit)
        rows = slice(int(near.chin_y - 0.6 * unit), int(near.chin_y + 1.6 * unit))
        drawn = np.random.default_rng(0).integers(0, len(hair), (rows.stop - rows.start, int(tress.sum())))
        alpha = near.alpha.copy()
        rgb[rows, tress], alpha[rows, tress] = hair[drawn], 255
        reason = refusal(replace(near, rgb=rgb, alpha=alpha, part_map=None))["reason"]
        assert reason in {"HAIR_OVER_GARMENT", "COLLAR_COVERED"}

    @pytest.mark.parametrize("part", ["landmarks", "far", "clear", "black", "noise", "stripes"])
    def test_what_makes_no_sense_is_refused_or_cut_but_fails_in_no_other_way(self, part, near):
        stripes = np.where(np.arange(near.width)[None] % 40 < 3, 0, near.alpha)
        noise = np.random.default_rng(0).integers(0, 255, near.rgb.shape)
        strange = {
            "landmarks": replace(near, landmarks=np.zeros_like(near.landmarks)),
            "far": replace(near, landmarks=near.landmarks + np.array((near.width / 3, 0, 0), np.float32)),
            "clear": replace(near, alpha=np.zeros_like(near.alpha)),
            "black": replace(near, rgb=np.zeros_like(near.rgb)),
            "noise": replace(near, rgb=noise.astype(np.uint8)),
            "stripes": replace(near, alpha=stripes.astype(np.uint8)),
        }[part]
        with contextlib.suppress(GarmentUnusableError):
            read_garment(from_portrait(strange, NAMING).garment)


def refusal(portrait):
    with pytest.raises(GarmentUnusableError) as caught:
        from_portrait(portrait, NAMING)
    assert caught.value.code == "MATERIAL_UNUSABLE"
    assert caught.value.message_zh
    return caught.value.details


def cut(portrait, left=0, right=None, bottom=None):
    here = np.s_[:bottom, left:right]
    landmarks = portrait.landmarks - np.array((left, 0, 0), np.float32)
    return replace(
        portrait,
        rgb=np.ascontiguousarray(portrait.rgb[here]),
        alpha=np.ascontiguousarray(portrait.alpha[here]),
        landmarks=landmarks,
    )


class TestFromPicture:
    @pytest.mark.parametrize(("scale", "shift"), [(1.0, (0, 0)), (0.6, (40, 90)), (1.5, (200, 10))])
    def test_the_anchors_are_found_wherever_and_however_large_the_garment_lies(self, scale, shift):
        tailored = from_picture(png(drawing(scale=scale, shift=shift)), NAMING)
        facts = read_garment(tailored.garment).facts
        assert facts.px_per_cm == pytest.approx(PER_CM * scale, rel=0.06)
        origin = np.array(facts.anchors.collar_front)
        for name, (x, z) in PLACES.items():
            found = (np.array(getattr(facts.anchors, name)) - origin) / (PER_CM * scale)
            wanted = x - PLACES["collar_front"][0], PLACES["collar_front"][1] - z
            assert found == pytest.approx(wanted, abs=1.2), name

    def test_a_large_picture_is_reduced_and_none_is_enlarged(self):
        large = read_garment(from_picture(png(drawing(scale=2.4)), NAMING).garment).facts
        assert large.px_per_cm == pytest.approx(27, abs=0.1)
        small = read_garment(from_picture(png(drawing(scale=0.6)), NAMING).garment).facts
        assert small.width < 0.6 * WIDTH

    def test_anchors_that_are_given_stay_where_they_were_set(self):
        given = {name: at(point) for name, point in PLACES.items()}
        facts = read_garment(from_picture(png(drawing()), NAMING, given).garment).facts
        for name, point in given.items():
            moved = np.subtract(point, given["neck_pit"])
            found = np.subtract(getattr(facts.anchors, name), facts.anchors.neck_pit)
            assert found == pytest.approx(moved, abs=0.1), name

    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("anchors.collar_left", {"collar_left": (6.2, 6), "collar_right": (-6.2, 6)}),
            ("anchors.shoulder_left", {"shoulder_left": (20, -1), "shoulder_right": (-20, -1)}),
            ("anchors.neck_pit", {"neck_pit": (90, 0)}),
            ("anchors.neck_pit", {"neck_pit": (float("nan"), 0)}),
            ("anchors.neck_pit", {"neck_pit": (0, 9)}),
            ("anchors.collar_front", {"collar_front": (0, 8)}),
            ("anchors.collar_front", {"collar_front": (0, -33)}),
            ("anchors.collar_left", {"collar_left": (-6.2, -6)}),
            ("anchors.shoulder_left", {"shoulder_left": (-3, 0), "shoulder_right": (3, 0)}),
            ("anchors.shoulder_left", {"collar_left": (-0.5, 6), "collar_right": (0.5, 6), "neck_pit": (0, 5.5)}),
            ("anchors.shoulder_right", {"shoulder_right": None}),
            ("anchors.hem", {"hem": (0, -20)}),
        ],
    )
    def test_wrong_anchors_are_named(self, field, changes):
        points = {name: point for name, point in (PLACES | changes).items() if point is not None}
        with pytest.raises(GarmentError) as caught:
            from_picture(png(drawing()), NAMING, {name: at(point) for name, point in points.items()})
        assert caught.value.details["field"] == field

    def test_anchors_of_another_form_are_named(self):
        given = {name: at(point) for name, point in PLACES.items()} | {"neck_pit": "here"}
        with pytest.raises(GarmentError) as caught:
            from_picture(png(drawing()), NAMING, given)
        assert caught.value.details["field"] == "anchors.neck_pit"

    def test_the_old_ground_does_not_shine_through_the_edge(self):
        rgba = drawing()
        weight = rgba[..., 3:].astype(np.float32) / 255
        rgba[..., :3] = rgba[..., :3] * weight + 255 * (1 - weight)
        shade = read_garment(from_picture(png(rgba), NAMING).garment).front.shade
        edge = (shade[..., 3] > 5) & (shade[..., 3] < 250)
        assert edge.any()
        assert np.abs(shade[edge][:, :3].astype(int) - (30, 60, 110)).max() < 12

    def test_the_inside_of_a_collar_above_the_opening_lies_behind_the_neck(self):
        closed = tuple(point for point in JACKET if abs(point[0]) > 6.1)
        hole = ((-5.5, 4), (-3, 4.4), (0, 4.5), (3, 4.4), (5.5, 4), (3, 0.5), (0, -2), (-3, 0.5))
        garment = read_garment(from_picture(png(drawing(closed, hole=hole)), NAMING).garment)
        column, front = int(garment.facts.anchors.collar_front[0]), int(garment.facts.anchors.collar_front[1])
        assert garment.back is not None
        assert garment.back.shade[: front - 5, column, 3].max() > 250
        assert garment.front.shade[: front - 5, column, 3].max() < 5

    def test_an_open_collar_gets_an_inside_of_its_cloth_in_shade(self):
        garment = read_garment(from_picture(png(drawing()), NAMING).garment)
        (left, top), (front, lowest) = garment.facts.anchors.collar_left, garment.facts.anchors.collar_front
        row, column = round(top + 0.3 * (lowest - top)), round((left + front) / 2)
        assert garment.front.shade[row, column, 3] == 0
        assert garment.back is not None
        *colour, opacity = garment.back.shade[row, column].astype(int)
        assert opacity == 255
        assert max(np.array((30, 60, 110)) - colour) > 8
        assert (np.diff(colour) > 0).all()
        outside = garment.back.shade[:, [0, -1], 3]
        assert not outside.any()

    def test_shoulders_that_the_picture_cuts_are_continued(self):
        rgba = drawing()
        middle, half = int(PIT[0]), int(14 * PER_CM)
        cut_off = np.ascontiguousarray(rgba[int(PIT[1] - 6.2 * PER_CM) :, middle - half : middle + half])
        tailored = from_picture(png(cut_off), NAMING)
        garment = read_garment(tailored.garment)
        assert "SHOULDERS_CUT" in codes(tailored)
        assert garment.facts.width > 2 * half * 1.2
        arms = garment.front.shade[: int(garment.facts.anchors.neck_pit[1] + 8 * PER_CM), :, 3] > 127
        assert not arms[:, (0, -1)].any()
        assert arms[:, (2 * int(PER_CM), -2 * int(PER_CM))].any(axis=0).all()
        top = int(garment.facts.anchors.collar_left[1] + 2 * PER_CM)
        assert not arms[:top, : int(garment.facts.anchors.collar_left[0] - 5 * PER_CM)].any()

    @pytest.mark.parametrize(
        ("reason", "make"),
        [
            ("NO_TRANSPARENCY", lambda: np.full((300, 300, 4), 255, np.uint8)),
            ("EMPTY", lambda: np.zeros((300, 300, 4), np.uint8)),
            ("SEE_THROUGH", lambda: drawing() // np.array((1, 1, 1, 2), np.uint8)),
            ("LOW_RESOLUTION", lambda: drawing(scale=0.2)),
            ("NO_NECK_OPENING", lambda: drawing(((-20, 5), (20, 5), (25, -30), (-25, -30)))),
            ("NO_NECK_OPENING", lambda: drawing(((-2, 3), (2, 3), (2, -30), (-2, -30)))),
        ],
    )
    def test_what_cannot_be_worn_is_refused(self, reason, make):
        with pytest.raises(GarmentUnusableError) as caught:
            from_picture(png(make()), NAMING)
        assert caught.value.details["reason"] == reason

    def test_a_person_with_a_head_is_no_picture_of_a_garment(self, near):
        with pytest.raises(GarmentUnusableError) as caught:
            from_picture(png(np.dstack([near.rgb, near.alpha])), NAMING)
        assert caught.value.details["reason"] == "NO_NECK_OPENING"

    def test_with_anchors_the_inside_of_a_back_in_another_colour_is_parted_from_the_front(self):
        closed = tuple(point for point in JACKET if abs(point[0]) > 6.1)
        rgba, opening = drawing(closed), drawing(((-6.2, 6), (-4, 0), (0, -2), (4, 0), (6.2, 6)))[..., 3]
        rgba[opening > 127, :3] = (150, 150, 140)
        tailored = from_picture(png(rgba), NAMING, {name: at(point) for name, point in PLACES.items()})
        garment = read_garment(tailored.garment)
        assert "OPENING_PARTED" in codes(tailored)
        assert garment.back is not None
        column, lowest = (round(value) for value in garment.facts.anchors.collar_front)
        middle, below = lowest - round(3 * PER_CM), lowest + round(PER_CM)
        assert garment.front.shade[middle, column, 3] == 0
        assert garment.back.shade[middle, column].astype(int) == pytest.approx((150, 150, 140, 255), abs=6)
        assert garment.front.shade[below, column].astype(int) == pytest.approx((30, 60, 110, 255), abs=6)

    def test_anchors_on_closed_cloth_are_refused(self):
        closed = tuple(point for point in JACKET if abs(point[0]) > 6)
        with pytest.raises(GarmentUnusableError) as caught:
            from_picture(png(drawing(closed)), NAMING, {name: at(point) for name, point in PLACES.items()})
        assert caught.value.details["reason"] == "NO_NECK_OPENING"

    @pytest.mark.parametrize(
        ("field", "naming"),
        [("name", replace(NAMING, name="")), ("name_zh", replace(NAMING, name_zh="长" * 61))],
    )
    def test_a_wrong_name_is_named(self, field, naming):
        with pytest.raises(GarmentError) as caught:
            from_picture(png(drawing(scale=0.6)), naming)
        assert caught.value.details["field"] == field


@pytest.mark.parametrize("seed", range(25))
def test_any_shape_is_refused_by_name_or_held(seed):
    rng = np.random.default_rng(seed)
    height, width = rng.integers(60, 700, 2)
    rgba = np.full((height, width, 4), (90, 90, 90, 0), np.uint8)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(rng.integers(1, 5)):
        corners = np.stack([rng.uniform(-0.2, 1.2, 6) * width, rng.uniform(-0.2, 1.2, 6) * height], axis=1)
        cv2.fillPoly(mask, [corners.astype(np.int32)], (int(rng.choice((255, 255, 0))),), cv2.LINE_AA)
    rgba[..., 3] = mask
    with contextlib.suppress(GarmentUnusableError, GarmentError):
        read_garment(from_picture(png(rgba), NAMING).garment)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def announced(width: int, height: int) -> bytes:
    """Return a PNG whose header promises much."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


def written(kind: str, frames: int = 1) -> bytes:
    pictures = [Image.new("RGBA", (80, 80), (9 * index, 0, 0, 128)) for index in range(frames)]
    stream = io.BytesIO()
    first = pictures[0].convert("RGB") if kind == "JPEG" else pictures[0]
    first.save(stream, kind, **({"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("bytes", b""),
        ("bytes", b"\x89PNG\r\n\x1a\n" + bytes(10_000_000)),
        ("file", b"<html><script>alert(1)</script></html>"),
        ("file", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
        ("file", b"\x89PNG\r\n\x1a\n"),
        ("file", b"\x89PNG\r\n\x1a\n" + b"<html>" * 50),
        ("file", announced(300, 300)),
        ("file", png(drawing())[:3000]),
        ("file", written("JPEG")),
        ("file", written("GIF")),
        ("frames", written("WEBP", 3)),
        ("frames", written("PNG", 3)),
        ("pixels", announced(4001, 4000)),
        ("file", announced(60_000, 60_000)),
    ],
)
def test_a_hostile_upload_is_refused_before_it_costs_anything(field, data):
    with pytest.raises(GarmentError) as caught:
        from_picture(data, NAMING)
    assert caught.value.details["field"] == field
