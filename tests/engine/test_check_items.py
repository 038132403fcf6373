"""Each item by itself: its score falls as the fault grows, and its limits lie where their source puts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import skimage.data
from idphoto import mesh
from idphoto.analysis import Analysis, analyse, search_background
from idphoto.checks import bust as busts
from idphoto.checks import iso
from idphoto.checks.aligned_face import resample
from idphoto.checks.bust import Bust
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import CheckItem, Finding
from idphoto.checks.report import Level
from idphoto.checks.run import check
from idphoto.checks.table import ITEMS
from idphoto.decode import Photo
from idphoto.faces import Face
from idphoto.models import Models
from idphoto.partmap import CLASSES
from idphoto.pose import estimate_pose
from idphoto.specs import CustomSize, custom_spec
from PIL import Image

from tests import degrade

Picture = Any
Series = Iterable[Evidence]
SKIN = (205, 160, 130)


@cache
def _models() -> Models:
    return Models(threads=2)


@cache
def _portrait() -> tuple[Photo, Analysis]:
    rgb = np.ascontiguousarray(skimage.data.astronaut())
    photo = Photo(rgb, "png", rgb.shape[1], rgb.shape[0], 600_000, 300.0)
    return photo, analyse(photo, _models())


def _face() -> Face:
    face = _portrait()[1].person.face
    assert face is not None
    return face


def _item(code: str) -> CheckItem:
    return next(item for item in ITEMS if item.code == code)


def _measured(code: str, evidence: Evidence) -> Finding:
    finding = _item(code).measure(evidence)
    assert isinstance(finding, Finding), finding
    return finding


# --- ways to let one thing grow worse while the rest stays


def drawn(draw: Callable[..., Picture], *amounts: Any, **named: Any) -> Series:
    """The portrait with more and more of a fault; what was found in it stays."""
    photo, analysis = _portrait()
    for amount in amounts:
        rgb = draw(photo.rgb, _face().landmarks, amount, **named)
        yield Evidence(replace(photo, rgb=np.ascontiguousarray(rgb)), analysis)


def laid_over(draw: Callable[..., Picture], *opacities: float, **named: Any) -> Series:
    """The same with a fault that is there or not, laid over more and more opaquely."""
    photo, analysis = _portrait()
    fault = draw(photo.rgb, _face().landmarks, **named).astype(np.float32)
    for opacity in opacities:
        mixed = photo.rgb * (1 - opacity) + fault * opacity
        yield Evidence(replace(photo, rgb=np.rint(mixed).astype(np.uint8)), analysis)


def revealed(draw: Callable[..., Picture], *shares: float, upward: bool = True, **named: Any) -> Series:
    """The same, with more and more of its rows shown; what it covers counts as the person."""
    photo, analysis = _portrait()
    alpha = degrade.opacity_in(photo, analysis)
    fault = draw(photo.rgb, _face().landmarks, **named)
    changed = np.any(fault != photo.rgb, axis=-1)
    rows = np.flatnonzero(changed.any(axis=1))
    order = rows[::-1] if upward else rows
    for share in shares:
        shown = np.isin(np.arange(photo.height), order[: round(share * len(order))])[:, None] & changed
        evidence = Evidence(replace(photo, rgb=np.where(shown[..., None], fault, photo.rgb)), analysis)
        _with_opacity(evidence, np.where(shown, 1.0, alpha))
        yield evidence


def _with_opacity(evidence: Evidence, alpha: Any) -> None:
    bust = evidence.bust
    assert bust is not None
    opacity, _ = resample(np.rint(255 * alpha).astype(np.uint8), bust.origin, bust.turn, (busts.WIDTH, busts.HEIGHT))
    evidence.__dict__["bust"] = replace(bust, alpha=np.asarray(opacity, np.float32) / np.float32(255))


def behind(draw: Callable[..., Picture], *amounts: Any) -> Series:
    """The portrait with another background."""
    photo, analysis = _portrait()
    alpha = degrade.opacity_in(photo, analysis)
    for amount in amounts:
        rgb = draw(photo.rgb, _face().landmarks, alpha, amount)
        yield Evidence(replace(photo, rgb=np.ascontiguousarray(rgb)), analysis)


def moved(move: Callable[[Any, float], Any], *amounts: float) -> Series:
    """The portrait with a mesh that is moved; its pixels stay."""
    photo, analysis = _portrait()
    for amount in amounts:
        points = np.asarray(move(_face().landmarks.copy(), amount), np.float32)
        face = replace(_face(), landmarks=points, pose=estimate_pose(points))
        yield Evidence(photo, replace(analysis, person=replace(analysis.person, face=face), faces=(face,)))


def expressed(names: Sequence[str], *values: float) -> Series:
    photo, analysis = _portrait()
    for value in values:
        shapes = dict.fromkeys(_face().blendshapes, 0.0) | dict.fromkeys(names, value)
        face = replace(_face(), blendshapes=shapes)
        yield Evidence(photo, replace(analysis, person=replace(analysis.person, face=face)))


def told(*changes: dict[str, Any]) -> Series:
    """The portrait whose file says something else."""
    photo, analysis = _portrait()
    for change in changes:
        yield Evidence(replace(photo, **change), analysis)


def among(*others: int, small: bool = False, nobody: bool = False) -> Series:
    photo, analysis = _portrait()
    for count in others:
        more = (_face(),) * count
        rivals, bystanders = ((), more) if small else (more, ())
        person = replace(analysis.person, rivals=rivals, bystanders=bystanders)
        faces = () if nobody and count else analysis.faces
        yield Evidence(photo, replace(analysis, person=person, faces=faces))


def cut(side: str, *rows: int) -> Series:
    """The portrait whose source ended earlier, above or below."""
    photo, analysis = _portrait()
    whole = analysis.portrait
    assert whole is not None
    for row in rows:
        kept = slice(row, None) if side == "top" else slice(None, whole.height - row)
        shift = row if side == "top" else 0
        portrait = replace(
            whole,
            rgb=whole.rgb[kept],
            alpha=whole.alpha[kept],
            landmarks=whole.landmarks - np.array((0, shift, 0), np.float32),
            crown_y=max(0.0, whole.crown_y - shift),
            chin_y=whole.chin_y - shift,
        )
        yield Evidence(photo, replace(analysis, portrait=portrait))


def specified(*heights: int) -> Series:
    photo, analysis = _portrait()
    for height in heights:
        size = CustomSize(width_px=round(height * 0.75), height_px=height, dpi=300)
        yield Evidence(photo, analysis, custom_spec(size))


def shaped(*busts_: Bust) -> Series:
    """A drawn head and shoulders in place of the portrait's."""
    photo, analysis = _portrait()
    for bust in busts_:
        evidence = Evidence(photo, analysis)
        evidence.__dict__["bust"] = bust
        yield evidence


def _bust(tilt: float = 0.0, ear: float = 1.0) -> Bust:
    """An oval head on shoulders; ``tilt`` in degrees, ``ear`` is the share of skin in the strips of the ears."""
    real = Evidence(*_portrait()).bust
    assert real is not None
    rows, columns = np.mgrid[: busts.HEIGHT, : busts.WIDTH]
    aside = columns - real.middle
    head = (aside / 42) ** 2 + ((rows - 94) / 53) ** 2 < 1
    body = rows > real.chin + 40 + np.tan(np.radians(tilt)) * aside
    rgb = np.full((busts.HEIGHT, busts.WIDTH, 3), (120, 150, 190), np.uint8)
    rgb[body] = (40, 60, 140)
    skin = np.clip(np.median(_portrait()[0].rgb[100:130, 215:235], axis=(0, 1)), 0, 255)
    rgb[head] = (30, 24, 22)
    rgb[head & (rows % 10 < 10 * ear)] = skin
    return replace(real, rgb=rgb, alpha=(head | body).astype(np.float32), covered=np.ones(head.shape, np.bool_))


def _shut(points: Any, share: float) -> Any:
    for pairs in (mesh.LEFT_LID_PAIRS, mesh.RIGHT_LID_PAIRS):
        for upper, lower in pairs:
            points[upper] += share * (points[lower] - points[upper])
    return points


def _part_lips(points: Any, share: float) -> Any:
    for upper, lower in mesh.LIP_PAIRS:
        points[lower, 1] = points[upper, 1] + share * iso.eye_to_chin(points)
    return points


def _roll_eyes(points: Any, share: float) -> Any:
    for iris, start, end in (
        (mesh.LEFT_IRIS_CENTRE, mesh.LEFT_EYE_OUTER, mesh.LEFT_EYE_INNER),
        (mesh.RIGHT_IRIS_CENTRE, mesh.RIGHT_EYE_INNER, mesh.RIGHT_EYE_OUTER),
    ):
        points[iris] = (points[start] + points[end]) / 2 + share * (points[end] - points[start])
    return points


def _shift(points: Any, x: float = 0.0, y: float = 0.0) -> Any:
    return points + np.array((x, y, 0))


def _narrow_rim(points: Any, share: float) -> Any:
    for edge in (mesh.LEFT_CHEEK_EDGE, mesh.RIGHT_CHEEK_EDGE):
        points[edge] += share * (points[mesh.NOSE_TIP] - points[edge])
    return points


def _on_skin(rgb: Picture, points: Any, over: tuple[int, ...], reach: float) -> Picture:
    """A patch in the colour of the skin."""
    x, y = points[list(over), :2].mean(axis=0)
    half = reach * np.ptp(points[list(over), 0])
    angles = np.linspace(0, 2 * np.pi, 40)
    shape = [(x + half * np.cos(a), y + 0.8 * half * np.sin(a)) for a in angles]
    return degrade._laid(rgb, degrade._polygons(rgb, shape), degrade.skin_of(rgb, points))


def _fringe_on_bare_forehead(rgb: Picture, points: Any, low: float) -> Picture:
    """The astronaut has a fringe of her own, which goes first."""
    axes = degrade.axes_of(points)
    forehead = [axes.place(x, y) for x, y in ((-1, -0.75), (1, -0.75), (1, -0.36), (-1, -0.36))]
    bare = degrade._laid(rgb, degrade._polygons(rgb, forehead), degrade.skin_of(rgb, points))
    return degrade.fringe(bare, points, low)


def _specks(rgb: Picture, points: Any, alpha: Any, amount: float) -> Picture:
    """A wall with a rough surface."""
    wall = degrade.plain_behind(rgb, points, alpha)
    rough = degrade.noise(np.full_like(rgb, 200), points, amount)
    return degrade._laid(wall, 1 - alpha[..., None], rough.astype(np.float32))


def _objects(rgb: Picture, points: Any, alpha: Any, amount: float) -> Picture:
    """Stripes on a plain wall, from the left over a share of it."""
    wall = degrade.plain_behind(rgb, points, alpha)
    columns = np.arange(rgb.shape[1])
    striped = (columns % 40 < 14) & (columns < amount * rgb.shape[1])
    return degrade._laid(wall, striped[None, :, None] * (1 - alpha[..., None]), (160, 40, 50))


def _dyed(rgb: Picture, points: Any, alpha: Any, amount: float) -> Picture:
    wall = np.array((214, 216, 220))
    return degrade.recolour_clothes(rgb, points, alpha, tuple(wall * amount + np.array((30, 40, 80)) * (1 - amount)))


SERIES: dict[str, Callable[[], Series]] = {
    "face_found": lambda: among(0, 1, nobody=True),
    "one_person": lambda: among(0, 1),
    "no_bystanders": lambda: among(0, 1, 3, small=True),
    "face_complete": lambda: moved(lambda p, x: _shift(p, x=-x), 0, 190, 215, 240),
    "head_complete": lambda: cut("top", 0, 45, 60, 80),
    "shoulders_complete": lambda: cut("bottom", 0, 180, 215, 230),
    "face_size": lambda: moved(lambda p, s: p.mean(axis=0) + (p - p.mean(axis=0)) * s, 2, 1, 0.6, 0.3),
    "photo_size": lambda: told(*({"width": side, "height": side} for side in (1000, 500, 280, 70))),
    "head_size": lambda: told(*({"height": side} for side in (400, 800, 1600, 6000))),
    "margin_left": lambda: moved(lambda p, x: _shift(p, x=-x), 0, 150, 190, 205),
    "margin_right": lambda: moved(lambda p, x: _shift(p, x=x), 0, 220, 260, 280),
    "margin_above": lambda: moved(lambda p, y: _shift(p, y=-y), -80, 0, 40, 80),
    "margin_below": lambda: moved(lambda p, y: _shift(p, y=y), 0, 250, 320, 380),
    "radial_distortion": lambda: moved(_narrow_rim, 0, 0.1, 0.2, 0.3),
    "spec_fit": lambda: specified(240, 480, 900, 2400),
    "yaw": lambda: moved(lambda p, a: degrade.turn_mesh(p, yaw=a), 0, 10, 20, 35, 50),
    "pitch": lambda: moved(lambda p, a: degrade.turn_mesh(p, pitch=a), 0, 10, 20, 35, 50),
    "roll": lambda: moved(lambda p, a: degrade.turn_mesh(p, roll=a), 0, 10, 20, 35, 50),
    "shoulders_level": lambda: shaped(*(_bust(tilt=tilt) for tilt in (0, 8, 15, 25))),
    "eyes_visible": lambda: drawn(degrade.tinted_glasses, 1.0, 0.4, 0.15, 0.05),
    "mouth_visible": lambda: laid_over(_on_skin, 0, 0.5, 0.8, 1, over=mesh.LIPS_OUTER, reach=0.9),
    "face_uncovered": lambda: revealed(degrade.face_mask, 0, 0.4, 0.7, 1),
    "cheeks_free": lambda: revealed(degrade.hand, 0, 0.5, 0.75, 1, where="cheek"),
    "forehead_free": lambda: revealed(degrade.hand, 0, 0.4, 0.7, 1, where="forehead"),
    "glasses": lambda: laid_over(degrade.glasses, 0, 0.3, 0.6, 1),
    "tinted_lenses": lambda: drawn(degrade.tinted_glasses, 1.0, 0.6, 0.4, 0.2),
    "lens_glare": lambda: drawn(degrade.lens_glare, 0, 0.08, 0.14, 0.2),
    "frame_over_eyes": lambda: laid_over(degrade.frame_over_eyes, 0, 0.3, 0.6, 1),
    "hair_over_eyes": lambda: laid_over(degrade.fringe, 0, 0.4, 0.7, 1, low=0.4, width=0.08),
    "brows_visible": lambda: drawn(_fringe_on_bare_forehead, -1.0, -0.6, -0.4, -0.2),
    "ears_visible": lambda: shaped(*(_bust(ear=share) for share in (1, 0.6, 0.3, 0))),
    "head_covering": lambda: revealed(degrade.hat, 0, 0.5, 0.8, 1),
    "eyes_open": lambda: moved(_shut, 0, 0.4, 0.7, 1),
    "gaze": lambda: moved(_roll_eyes, 0, 0.1, 0.2, 0.35),
    "mouth_closed": lambda: moved(_part_lips, 0, 0.1, 0.25, 0.5),
    "smile": lambda: expressed(("mouthSmileLeft", "mouthSmileRight"), 0, 0.3, 0.6, 1),
    "expression": lambda: expressed(("jawOpen",), 0, 0.2, 0.6, 1),
    "sharpness": lambda: drawn(degrade.blur, 0, 2, 4, 8),
    "motion_blur": lambda: drawn(degrade.shake, 0, 8, 16, 30),
    "noise": lambda: drawn(degrade.noise, 0, 8, 20, 50),
    "compression": lambda: drawn(degrade.compress, 100, 40, 15, 5),
    "pixelation": lambda: drawn(degrade.pixelate, 1, 2, 4),
    "brightness": lambda: drawn(degrade.expose, 0, -1, -2, -4),
    "highlights": lambda: drawn(degrade.expose, 0, 0.7, 1.2, 2),
    "even_light": lambda: drawn(degrade.light_from_the_side, 0, 1, 2, 4, rightward=True),
    "side_light": lambda: drawn(degrade.light_from_the_side, 0, 1, 2, 4, rightward=True),
    "face_shadow": lambda: drawn(degrade.shadow_on_face, 0, 1, 2, 4),
    "hot_spots": lambda: drawn(degrade.hot_spots, 0, 0.1, 0.18, 0.3),
    "washed_out": lambda: drawn(degrade.wash_out, 0, 0.3, 0.5, 0.8),
    "luminance_mean": lambda: drawn(degrade.expose, 0, -1.5, -2.5, -4),
    "luminance_variance": lambda: drawn(degrade.wash_out, 0.3, 0.6, 0.8, 0.95),
    "under_exposure": lambda: drawn(degrade.expose, 0, -2, -3, -5),
    "over_exposure": lambda: drawn(degrade.expose, 0, 0.6, 1, 2),
    "dynamic_range": lambda: drawn(degrade.wash_out, 0, 0.6, 0.9, 0.98),
    "in_colour": lambda: drawn(degrade.drain, 0, 0.5, 0.9, 1),
    "natural_colour": lambda: drawn(degrade.tint, 0, 0.2, 0.4, 0.6, colour=(255, 40, 40)),
    "colour_cast": lambda: drawn(degrade.tint, 0, 0.2, 0.4, 0.6),
    "red_eyes": lambda: drawn(degrade.red_eyes, 0, 0.4, 0.7, 1),
    "background_uniform": lambda: behind(_specks, 0, 10, 30, 80),
    "background_objects": lambda: behind(_objects, 0, 0.2, 1),
    "background_shadow": lambda: behind(degrade.shadow_behind, 0, 0.7, 1.5, 3),
    "clothes_contrast": lambda: behind(_dyed, 0.3, 0.9, 1),
    "bare_shoulders": lambda: laid_over(_bare, 0, 0.5, 1),
    "file_format": lambda: told({"format": "jpeg"}, {"format": "heic"}),
    "file_size": lambda: told(*({"bytes": 1000 * size} for size in (900, 40, 12, 1))),
    "file_dimensions": lambda: told(*({"width": 300, "height": side} for side in (400, 600, 900))),
    "file_dpi": lambda: told(*({"dpi": float(value)} for value in (300, 72, 30))),
}


def _bare(rgb: Picture, points: Any) -> Picture:
    return degrade.bare_shoulders(rgb, points, degrade.opacity_in(*_portrait()))


def test_every_item_has_a_series() -> None:
    assert list(SERIES) == [item.code for item in ITEMS]


@pytest.mark.parametrize("code", SERIES)
def test_the_score_falls_as_the_fault_grows_and_crosses_the_limit(code: str) -> None:
    item = _item(code)
    values = [_measured(code, evidence).value for evidence in SERIES[code]()]
    for level in Level:
        scores = [item.score(value, level) for value in values]
        assert scores == sorted(scores, reverse=True), values
    assert item.passes(values[0], Level.BASIC), values
    assert not item.passes(values[-1], Level.BASIC), values


# --- where the limits lie

STANDARD_LIMITS = [
    ("roll", Level.STRICT, 8.0, "ISO/IEC 19794-5:2011: 8 degrees"),
    ("face_size", Level.STRICT, 90.0, "ISO/IEC 19794-5:2011: 90 px between the eyes"),
    ("no_bystanders", Level.STRICT, 0.0, "ISO/IEC 19794-5:2011: no other face"),
    ("photo_size", Level.STRICT, 600.0, "US Department of State: 600 px"),
    ("photo_size", Level.BASIC, 295.0, "one inch at 300 dpi: 25 mm"),
    ("file_dpi", Level.STANDARD, 300.0, "prints at 300 dpi"),
]


@pytest.mark.parametrize(("code", "level", "limit", "source"), STANDARD_LIMITS)
def test_a_limit_is_that_of_its_source(code: str, level: Level, limit: float, source: str) -> None:
    assert _item(code).limits.at(level) == limit, source


@pytest.mark.parametrize(
    ("code", "level", "name", "raw_of_limit"),
    [
        ("margin_left", Level.STANDARD, "LeftwardCropOfTheFaceImage", 1.0),
        ("margin_right", Level.STANDARD, "RightwardCropOfTheFaceImage", 1.0),
        ("margin_above", Level.STANDARD, "MarginAboveOfTheFaceImage", 1.0),
        ("margin_below", Level.STANDARD, "MarginBelowOfTheFaceImage", 1.0),
        ("background_uniform", Level.STANDARD, "BackgroundUniformity", 1.0),
        ("over_exposure", Level.STRICT, "OverExposurePrevention", 0.01),
    ],
)
def test_a_limit_lies_where_the_standard_gives_half_of_its_marks(
    code: str, level: Level, name: str, raw_of_limit: float
) -> None:
    assert iso.component(name, _item(code).limits.at(level) * raw_of_limit).scalar == pytest.approx(50, abs=1)


@pytest.mark.parametrize("code", ["luminance_mean", "luminance_variance"])
def test_a_measure_in_marks_of_the_standard_asks_for_half_of_them_when_strict(code: str) -> None:
    assert _item(code).limits.strict == 50


CONFORMANCE = {
    "BackgroundUniformity": [(71.777120, 67), (41.745187, 80)],
    "IlluminationUniformity": [(0.141003, 56), (0.117539, 53)],
    "LuminanceMean": [(0.296285, 87), (0.322942, 92)],
    "LuminanceVariance": [(0.014954, 100), (0.040050, 80)],
    "UnderExposurePrevention": [(0.049163, 100), (0.102210, 100)],
    "OverExposurePrevention": [(0.0, 100)],
    "DynamicRange": [(6.910499, 86), (7.438106, 93)],
    "NaturalColour": [(0.171868, 99), (0.516643, 97)],
    "SingleFacePresent": [(0.0, 100)],
    "EyesOpen": [(0.070220, 99), (0.060311, 98)],
    "MouthClosed": [(0.002466, 96)],
    "InterEyeDistance": [(493.556527, 100)],
    "HeadSize": [(0.224851, 2), (0.185504, 1)],
    "LeftwardCropOfTheFaceImage": [(3.428939, 100)],
    "RightwardCropOfTheFaceImage": [(3.698472, 100)],
    "MarginAboveOfTheFaceImage": [(2.426863, 100)],
    "MarginBelowOfTheFaceImage": [(2.022937, 90), (2.364051, 100)],
    "HeadPoseYaw": [(-1.206760, 100)],
    "HeadPosePitch": [(8.573003, 98)],
    "HeadPoseRoll": [(16.291553, 92)],
}
"""Raw values and scalars of the standard's conformance images (OFIQ 1.0.3, expected_results.csv)."""


@pytest.mark.parametrize("name", iso.SCALARS)
def test_the_scalars_are_those_of_the_conformance_table(name: str) -> None:
    for raw, scalar in CONFORMANCE[name]:
        assert abs(iso.component(name, raw).scalar - scalar) <= 1


def test_every_measure_of_the_standard_is_computed_or_named_as_missing() -> None:
    offered = {item.iso for item in ITEMS if item.iso}
    assert offered == set(iso.SCALARS)
    assert len(iso.SCALARS) + len(iso.MISSING) == 28
    for evidence in told({}):
        for item in ITEMS:
            finding = item.measure(evidence)
            if isinstance(finding, Finding):
                assert (finding.iso.name if finding.iso else None) == item.iso


# --- whole photos


def test_a_small_face_far_behind_a_large_one_is_reported() -> None:
    photo, _ = _portrait()
    close_up = photo.rgb[0:360, 60:420]
    rgb = degrade.bystander(close_up, _face().landmarks, photo.rgb[10:200, 120:320], 0.15)
    crowd = replace(photo, rgb=np.ascontiguousarray(rgb), width=rgb.shape[1], height=rgb.shape[0])
    found = analyse(crowd, _models())
    assert not found.person.bystanders
    report = check(crowd, search_background(crowd, found, _models()), Level.STRICT)
    assert "BYSTANDERS" in {item.fault for item in report.blocking}


def test_nobody_is_found_where_there_is_nobody() -> None:
    photo, analysis = _portrait()
    assert search_background(photo, analysis, _models()) is analysis


def _verdicts(rgb: Picture, level: Level = Level.BASIC) -> dict[str, tuple[bool, int]]:
    rgb = np.ascontiguousarray(rgb)
    photo = Photo(rgb, "png", rgb.shape[1], rgb.shape[0], 600_000, 300.0)
    report = check(photo, analyse(photo, _models()), level)
    return {item.code: (item.passed, item.score) for item in report.items if item.measured}


def _smaller(rgb: Picture) -> Picture:
    image = Image.fromarray(rgb)
    return np.asarray(image.resize((round(0.7 * image.width), round(0.7 * image.height)), Image.Resampling.LANCZOS))


@pytest.mark.parametrize(
    "change",
    [lambda rgb: degrade.compress(rgb, _face().landmarks, 85), _smaller, lambda rgb: rgb[:, ::-1]],
    ids=["quality 85", "70 per cent", "mirrored"],
)
def test_clear_verdicts_do_not_flip(change: Callable[[Picture], Picture]) -> None:
    before, after = _verdicts(_portrait()[0].rgb), _verdicts(change(_portrait()[0].rgb))
    flipped = {
        code: (was, after[code])
        for code, was in before.items()
        if code in after and not 45 < was[1] < 75 and after[code][0] != was[0]
    }
    assert not flipped


@pytest.mark.parametrize(
    ("name", "tint"),
    [("blue", (40, 90, 255)), ("red", (255, 40, 40)), ("green", (40, 220, 60)), ("yellow", (255, 220, 30))],
)
def test_a_tint_of_40_per_cent_is_refused(name: str, tint: tuple[int, int, int]) -> None:
    photo, analysis = _portrait()
    tinted = replace(photo, rgb=degrade.tint(photo.rgb, _face().landmarks, 0.4, tint))
    assert "SKIN_UNNATURAL" in {item.fault for item in check(tinted, analysis).blocking}, name
    hinted = replace(photo, rgb=degrade.tint(photo.rgb, _face().landmarks, 0.1, tint))
    assert check(hinted, analysis).passed, name


@pytest.mark.parametrize(("where", "fault"), [("cheek", "HAND_AT_CHEEK"), ("forehead", "HAND_AT_FOREHEAD")])
def test_a_hand_in_the_colour_of_the_skin_is_reported(where: str, fault: str) -> None:
    photo, _ = _portrait()
    rgb = degrade.hand(photo.rgb, _face().landmarks, where)
    touched = replace(photo, rgb=rgb)
    report = check(touched, analyse(touched, _models()), Level.STANDARD)
    assert fault in {item.fault for item in report.remarks}


def test_a_covering_in_the_colour_of_hair_is_known_from_the_map() -> None:
    photo, analysis = _portrait()
    portrait = analysis.portrait
    assert portrait is not None
    assert portrait.part_map is not None
    shares = portrait.part_map.shares.copy()
    hair, covering = (CLASSES.index(name) for name in ("hair", "headwear"))
    shares[covering] += shares[hair]
    shares[hair] = 0
    hat = replace(portrait, part_map=replace(portrait.part_map, shares=shares))
    bare, covered = (Evidence(photo, replace(analysis, portrait=each)) for each in (portrait, hat))
    assert _measured("head_covering", bare).value < 10
    assert _measured("head_covering", covered).value > 60
