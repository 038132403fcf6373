"""The matte and the foreground: measured where the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import skimage.data
from idphoto import mesh
from idphoto.arrays import F32, Landmarks, Mask, Matte, Rgb
from idphoto.faces import find_faces
from idphoto.foreground import estimate_foreground
from idphoto.matte import estimate_matte
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait
from idphoto.raster import to_cells
from idphoto.refine import refine_edges
from PIL import Image, ImageDraw, ImageFilter

WHITE, BLUE, RED = (255, 255, 255), (67, 142, 219), (255, 0, 0)
CELL = 3


@dataclass(frozen=True)
class Drawn:
    """A drawn head with single hairs, of which everything is known."""

    alpha: Matte
    colour: F32
    coarse: Matte
    hair: Matte
    landmarks: Landmarks

    def before(self, wall: F32) -> Rgb:
        alpha = self.alpha[..., None]
        return np.clip(np.rint(self.colour * alpha + wall * (1 - alpha)), 0, 255).astype(np.uint8)


def draw_head(height: int = 480, width: int = 420, seed: int = 4) -> Drawn:
    """Draw a dark-haired oval with 300 hairs of 0.5 to 1.5 px that stand off it, at four times the size."""
    rng = np.random.default_rng(seed)
    scale = 4
    middle = np.array((width / 2, 230))
    axes = np.array((110, 150))
    image = Image.new("L", (width * scale, height * scale))
    pen = ImageDraw.Draw(image)
    pen.ellipse([*((middle - axes) * scale), *((middle + axes) * scale)], fill=255)
    pen.rectangle([(width / 2 - 45) * scale, 340 * scale, (width / 2 + 45) * scale, height * scale], fill=255)
    for _ in range(300):
        angle = rng.uniform(np.pi * 0.95, np.pi * 2.05)
        start = middle + axes * (np.cos(angle), np.sin(angle)) * 0.97
        along = np.array((np.cos(angle), np.sin(angle))) * rng.uniform(6, 22)
        bend = np.array((-along[1], along[0])) * rng.uniform(-0.6, 0.6)
        t = np.linspace(0, 1, 12)[:, None]
        curve = (start + t * along + t**2 * bend) * scale
        pen.line([tuple(p) for p in curve], fill=255, width=int(rng.integers(2, 7)))
    alpha = np.asarray(image.resize((width, height), Image.Resampling.BOX), np.float32) / np.float32(255)

    hair = np.array((46, 36, 32), np.float32) + rng.normal(0, 6, (height, width, 1)).astype(np.float32)
    face = np.array((205, 165, 145), np.float32) + rng.normal(0, 3, (height, width, 1)).astype(np.float32)
    y, x = np.mgrid[:height, :width]
    is_face = (((x - middle[0]) / 75) ** 2 + ((y - 265) / 105) ** 2 < 1) | (y > 370)
    colour = np.where(is_face[..., None], face, hair).astype(np.float32)

    # A salient-object network gives a smooth contour without the hairs.
    body = Image.new("L", (width, height))
    pen = ImageDraw.Draw(body)
    pen.ellipse([*(middle - axes - 3), *(middle + axes + 3)], fill=255)
    pen.rectangle([width / 2 - 45, 340, width / 2 + 45, height], fill=255)
    smooth = np.asarray(body.filter(ImageFilter.GaussianBlur(4)), np.float32) / np.float32(255)

    landmarks = np.zeros((478, 3), np.float32)
    landmarks[:, :2] = middle
    turns = np.linspace(0, 2 * np.pi, len(mesh.FACE_OVAL), endpoint=False)
    oval = np.stack([middle[0] + 75 * np.sin(turns), 265 - 105 * np.cos(turns)], axis=1)
    landmarks[list(mesh.FACE_OVAL), :2] = oval
    landmarks[mesh.FOREHEAD_TOP, :2], landmarks[mesh.CHIN, :2] = (middle[0], 165), (middle[0], 380)
    return Drawn(alpha, colour, to_cells(smooth, CELL), to_cells((~is_face).astype(np.float32), CELL), landmarks)


def wall(kind: str, height: int = 480, width: int = 420) -> F32:
    """Make a background: even, lit in a slope, or a texture that no plain colour stands for."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    base = np.full((height, width, 3), (212, 208, 200), np.float32)
    if kind == "slope":
        base -= (x / width * 40 + (y / height) ** 2 * 20)[..., None]
    if kind == "texture":
        base += 45 * np.sin(x / 9)[..., None] * np.cos(y / 13)[..., None]
    return base + rng.normal(0, 1.5, base.shape).astype(np.float32)


@pytest.fixture(scope="module")
def head() -> Drawn:
    return draw_head()


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def astronaut(models: Models) -> Portrait:
    photo = skimage.data.astronaut()
    return build_portrait(photo, find_faces(photo, models)[0], models)


def over(portrait: Portrait, background: F32 | tuple[int, int, int]) -> Rgb:
    alpha = portrait.alpha[..., None].astype(np.float32) / 255
    return np.rint(portrait.rgb * alpha + np.asarray(background, np.float32) * (1 - alpha)).astype(np.uint8)


def edge_band(alpha: Matte, reach: int = 8) -> Mask:
    """Pixels within about ``reach`` px of the edge."""
    soft = Image.fromarray((alpha * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(reach))
    spread = np.asarray(soft)
    return (spread > 2) & (spread < 253)


@pytest.mark.parametrize("kind", ["even", "slope"])
def test_single_hairs_before_a_plain_wall_are_found(head: Drawn, kind: str) -> None:
    matte = refine_edges(head.before(wall(kind)), head.coarse, head.hair, head.landmarks, CELL)
    band = edge_band(head.alpha, 14)
    smooth = np.repeat(np.repeat(head.coarse, CELL, 0), CELL, 1)[: matte.shape[0], : matte.shape[1]]
    error, before = (float(np.abs(m - head.alpha)[band].mean()) for m in (matte, smooth))
    assert error < 0.02
    assert error < before / 4


def test_a_textured_background_does_not_spoil_the_contour(head: Drawn) -> None:
    matte = refine_edges(head.before(wall("texture")), head.coarse, head.hair, head.landmarks, CELL)
    band = edge_band(head.alpha, 14)
    smooth = np.repeat(np.repeat(head.coarse, CELL, 0), CELL, 1)[: matte.shape[0], : matte.shape[1]]
    assert np.abs(matte - head.alpha)[band].mean() <= np.abs(smooth - head.alpha)[band].mean()


def test_hair_far_below_the_chin_is_solved_where_it_is_known(head: Drawn) -> None:
    raised = head.landmarks - np.array((0, 400, 0), np.float32)
    picture, band = head.before(wall("even")), edge_band(head.alpha, 14)
    known, unknown = (
        np.abs(refine_edges(picture, head.coarse, hair, raised, CELL) - head.alpha)[band].mean()
        for hair in (head.hair, np.zeros_like(head.hair))
    )
    assert known < 0.85 * unknown


def test_where_the_picture_does_not_tell_cloth_ends_harder_than_hair(head: Drawn) -> None:
    picture = np.full((*head.alpha.shape, 3), 90, np.uint8)
    soft = [
        int(((matte > 0.1) & (matte < 0.9)).sum())
        for hair in (np.ones_like(head.hair), np.zeros_like(head.hair))
        for matte in (refine_edges(picture, head.coarse, hair, head.landmarks, CELL),)
    ]
    assert soft[0] > 1.3 * soft[1]


def test_the_foreground_has_nothing_of_the_old_background(head: Drawn) -> None:
    seen = []
    for colour in (WHITE, BLUE):
        picture = head.before(np.broadcast_to(np.array(colour, np.float32), (*head.alpha.shape, 3)))
        seen.append(estimate_foreground(picture, head.alpha).astype(np.float32))
    weight = head.alpha * edge_band(head.alpha)
    for foreground in seen:
        error = (np.abs(foreground - head.colour).mean(axis=-1) * weight).sum() / weight.sum()
        assert error < 8
    difference = (np.abs(seen[0] - seen[1]).mean(axis=-1) * weight).sum() / weight.sum()
    assert difference < 6


def head_and_shoulders(portrait: Portrait) -> Mask:
    """The part that an ID photo shows of the astronaut, whose lap holds a helmet."""
    rows = np.arange(portrait.height)[:, None] < portrait.chin_y + 0.4 * portrait.head_height
    return np.broadcast_to(rows, portrait.alpha.shape)


@pytest.mark.parametrize("colour", [WHITE, BLUE, RED])
def test_a_person_laid_over_a_plain_wall_is_recovered(
    astronaut: Portrait, models: Models, colour: tuple[int, int, int]
) -> None:
    truth = astronaut.alpha.astype(np.float32) / np.float32(255)
    matte = estimate_matte(over(astronaut, colour), astronaut.landmarks, models)
    error = np.abs(matte - truth)
    shown = head_and_shoulders(astronaut)
    assert error[shown].mean() < 0.006
    assert error[shown & edge_band(truth)].mean() < 0.06


def test_no_colour_of_the_old_background_stays_at_the_edge(astronaut: Portrait, models: Models) -> None:
    laid = []
    for colour in (WHITE, BLUE):
        picture = over(astronaut, colour)
        matte = estimate_matte(picture, astronaut.landmarks, models)
        foreground = estimate_foreground(picture, matte).astype(np.float32)
        laid.append(foreground * matte[..., None] + 128 * (1 - matte[..., None]))
    band = edge_band(astronaut.alpha.astype(np.float32) / np.float32(255), 3) & head_and_shoulders(astronaut)
    difference = (laid[0] - laid[1])[band]
    old = np.subtract(WHITE, BLUE).astype(np.float32)
    halo = float((difference @ old).mean() / (old @ old))
    assert abs(halo) < 0.02


def test_the_body_has_no_hole(astronaut: Portrait) -> None:
    head, middle = astronaut.head_height, astronaut.centre_x
    rows = slice(round(astronaut.chin_y + 0.3 * head), None)
    columns = slice(round(middle - 0.4 * head), round(middle + 0.4 * head))
    assert astronaut.alpha[rows, columns].min() > 240


def test_white_clothes_before_a_white_wall_are_kept(astronaut: Portrait, models: Models) -> None:
    rng = np.random.default_rng(0)
    y = np.arange(astronaut.height, dtype=np.float32)[:, None, None]
    clothes = np.clip((y - astronaut.chin_y - 4) / 6, 0, 1)
    shade = astronaut.rgb.mean(axis=-1, keepdims=True).astype(np.float32) / 255
    white = np.repeat(222 + 26 * shade, 3, axis=-1)
    rgb = (astronaut.rgb * (1 - clothes) + white * clothes).astype(np.uint8)
    dressed = Portrait(rgb, astronaut.alpha, astronaut.landmarks, astronaut.crown_y, astronaut.chin_y)
    background = 246 + rng.normal(0, 1, (astronaut.height, astronaut.width, 3)).astype(np.float32)
    matte = estimate_matte(over(dressed, background), astronaut.landmarks, models)
    body = (astronaut.alpha > 250) & (np.arange(astronaut.height)[:, None] > astronaut.chin_y)
    left, right = (round(astronaut.centre_x + side * astronaut.head_height) for side in (-0.7, 0.7))
    assert (matte[:, left:right][body[:, left:right]] > 0.5).mean() > 0.97


def test_face_and_ears_are_opaque(astronaut: Portrait) -> None:
    for index in (*mesh.LEFT_EYE, *mesh.RIGHT_EYE, mesh.LEFT_CHEEK_EDGE, mesh.RIGHT_CHEEK_EDGE, mesh.NOSE_TIP):
        x, y = np.rint(astronaut.landmarks[index, :2]).astype(int)
        assert astronaut.alpha[y, x] > 250


def test_flag_and_rocket_beside_the_person_are_gone(astronaut: Portrait) -> None:
    head, middle = astronaut.head_height, astronaut.centre_x
    eyes = round(astronaut.eye_y)
    assert astronaut.alpha[:eyes, : round(middle - 0.8 * head)].max() == 0
    assert astronaut.alpha[:eyes, round(middle + 0.8 * head) :].max() == 0
