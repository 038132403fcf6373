"""The table of check items, how a value becomes a verdict, and the measures that need no network."""

from __future__ import annotations

import logging
from dataclasses import replace
from string import Formatter

import numpy as np
import pytest
from idphoto import mesh
from idphoto.analysis import Analysis
from idphoto.checks.__main__ import README, with_tables
from idphoto.checks.aligned_face import EYE_MIDDLE, EYE_TO_CHIN, align_face
from idphoto.checks.annotate import annotate
from idphoto.checks.evidence import Evidence
from idphoto.checks.exposure import share_burnt_out
from idphoto.checks.item import CheckItem, Finding
from idphoto.checks.report import Group, Level, Reliability, Severity
from idphoto.checks.run import check
from idphoto.checks.sharpness import fine_detail
from idphoto.checks.table import ITEMS, CheckItemUnknownError, gate
from idphoto.decode import Photo
from idphoto.faces import Face, Person
from idphoto.pose import Pose
from idphoto.specs import get_spec

NEED_NO_FACE = {"spec_fit", "file_size", "file_dpi"}
"""Items that do not apply to a picture that came from no file and is to meet no specification."""

NEUTRAL = Pose(yaw=0.0, pitch=0.0, roll=0.0)


def _photo(rgb: np.ndarray) -> Photo:
    return Photo(rgb, "png", rgb.shape[1], rgb.shape[0])


def _empty_analysis(photo: Photo) -> Analysis:
    return Analysis(photo.width, photo.height, "png", (), Person(face=None, rivals=(), bystanders=()), None)


def _landmarks(middle: tuple[float, float], eye_distance: float, degrees: float = 0.0) -> np.ndarray:
    """A mesh with its eyes, chin and oval in place: 1.2 eye distances from eye line to chin, then turned by a roll."""
    points = np.zeros((478, 3), np.float32)
    half = eye_distance / 2
    for outer, inner, side in (
        (mesh.LEFT_EYE_OUTER, mesh.LEFT_EYE_INNER, -1),
        (mesh.RIGHT_EYE_OUTER, mesh.RIGHT_EYE_INNER, 1),
    ):
        points[outer, 0], points[inner, 0] = side * half * 1.4, side * half * 0.6
    angles = np.linspace(0, 2 * np.pi, len(mesh.FACE_OVAL), endpoint=False)
    points[list(mesh.FACE_OVAL), :2] = eye_distance * np.stack([0.9 * np.sin(angles), 0.2 - np.cos(angles)], axis=1)
    points[mesh.CHIN, :2] = 0, 1.2 * eye_distance
    turn = np.radians(degrees)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]], np.float32)
    points[:, :2] = points[:, :2] @ rotation.T + middle
    return points


def _face(landmarks: np.ndarray, pose: Pose = NEUTRAL) -> Face:
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    return Face(
        box=np.concatenate([low, high]).astype(np.float32),
        score=0.9,
        keypoints=np.zeros((6, 2), np.float32),
        landmarks=landmarks,
        presence=1.0,
        pose=pose,
        blendshapes={},
    )


def _evidence(rgb: np.ndarray, face: Face) -> Evidence:
    person = Person(face=face, rivals=(), bystanders=())
    return Evidence(_photo(rgb), Analysis(rgb.shape[1], rgb.shape[0], "png", (face,), person, None))


def _item(code: str) -> CheckItem:
    return next(item for item in ITEMS if item.code == code)


def _texture(side: int = 256) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 255, (side, side, 3), dtype=np.uint8)


def test_item_codes_and_faults_are_unique() -> None:
    codes = [item.code for item in ITEMS]
    assert len(set(codes)) == len(codes)
    faults = [item.wording.fault for item in ITEMS]
    faults += [cause.fault for item in ITEMS for cause in (item.causes or {}).values()]
    assert len(set(faults)) == len(faults)


def test_items_are_listed_group_by_group() -> None:
    order = list(Group)
    positions = [order.index(item.group) for item in ITEMS]
    assert positions == sorted(positions)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_a_stricter_level_never_accepts_more(item: CheckItem) -> None:
    ranks = {Severity.INFO: 0, Severity.WARN: 1, Severity.BLOCK: 2}
    for looser, stricter in ((Level.BASIC, Level.STANDARD), (Level.STANDARD, Level.STRICT)):
        assert item.passes(item.limits.at(stricter), looser)
        assert ranks[item.severity[stricter]] >= ranks[item.severity[looser]]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_every_item_speaks_both_languages(item: CheckItem) -> None:
    for wording in (item.wording, *(item.causes or {}).values()):
        fields = {
            name for text in (wording.reason, wording.reason_zh) for _, name, _, _ in Formatter().parse(text) if name
        }
        assert fields <= {"value", "threshold"}
        assert not any(ord(letter) > 0x2000 for letter in wording.reason + wording.advice + item.name)
        assert all(
            any(ord(letter) > 0x2000 for letter in text)
            for text in (wording.reason_zh, wording.advice_zh, item.name_zh)
        )


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_a_score_of_60_lies_exactly_on_the_limit(item: CheckItem, level: Level) -> None:
    limit = item.limits.at(level)
    step = 1e-6 * np.sign(item.best - item.worst)
    assert item.passes(limit, level)
    assert item.score(limit, level) >= 60
    assert not item.passes(limit - step, level)
    assert item.score(limit - step, level) < 60
    assert item.score(item.best, level) == 100
    assert item.score(item.worst, level) == 0


def test_without_a_face_every_item_is_listed_and_only_the_missing_face_blocks() -> None:
    photo = _photo(np.full((600, 600, 3), 128, np.uint8))
    report = check(photo, _empty_analysis(photo))
    assert [item.code for item in report.items] == [item.code for item in ITEMS]
    assert not report.passed
    assert [item.fault for item in report.blocking] == ["NO_FACE"]
    unmeasured = [item for item in report.items if not item.measured and item.code not in NEED_NO_FACE]
    assert len(unmeasured) > 50
    for item in unmeasured:
        assert (item.passed, item.value, item.score, item.severity) == (False, None, 0, Severity.INFO)
        assert item.reason
        assert item.reason_zh


def test_one_failing_measure_leaves_the_others_and_blocks(caplog: pytest.LogCaptureFixture) -> None:
    def broken(evidence: Evidence) -> Finding:
        raise ZeroDivisionError

    items = [replace(item, measure=broken) if item.code == "photo_size" else item for item in ITEMS]
    photo = _photo(np.full((600, 600, 3), 128, np.uint8))
    with caplog.at_level(logging.CRITICAL, logger="idphoto.checks.run"):
        report = check(photo, _empty_analysis(photo), items=items)
    results = {item.code: item for item in report.items}
    assert len(results) == len(ITEMS)
    assert not results["photo_size"].measured
    assert results["photo_size"].severity is Severity.BLOCK


def test_a_measure_that_is_not_a_number_counts_as_not_measured() -> None:
    item = replace(_item("sharpness"), measure=lambda evidence: Finding(float("nan")))
    photo = _photo(np.zeros((600, 600, 3), np.uint8))
    report = check(photo, _empty_analysis(photo), items=[item])
    assert not report.passed
    assert not report.items[0].measured


def test_an_unknown_level_is_refused() -> None:
    photo = _photo(np.zeros((600, 600, 3), np.uint8))
    with pytest.raises(ValueError, match="lenient"):
        check(photo, _empty_analysis(photo), "lenient")


def test_a_report_survives_json() -> None:
    photo = _photo(np.zeros((600, 600, 3), np.uint8))
    report = check(photo, _empty_analysis(photo))
    assert type(report).model_validate_json(report.model_dump_json()) == report


def test_a_warning_does_not_refuse_the_photo() -> None:
    tilted = _item("roll")
    evidence_pose = Pose(yaw=0.0, pitch=0.0, roll=40.0)
    rgb = _texture(600)
    face = _face(_landmarks((300, 250), 100), evidence_pose)
    person = Person(face=face, rivals=(), bystanders=())
    report = check(_photo(rgb), Analysis(600, 600, "png", (face,), person, None), items=[tilted])
    assert report.passed
    assert [item.fault for item in report.remarks] == ["HEAD_TILTED"]


@pytest.mark.parametrize(("eye_distance", "degrees"), [(30, 0), (90, 0), (90, 25), (400, -12)])
def test_the_aligned_face_has_one_geometry_at_every_size_and_roll(eye_distance: float, degrees: float) -> None:
    landmarks = _landmarks((700.0, 650.0), eye_distance, degrees)
    aligned = align_face(_texture(1400), landmarks)
    left, right = mesh.eye_centres(aligned.points)
    np.testing.assert_allclose((left + right) / 2, EYE_MIDDLE, atol=0.01)
    assert left[1] == pytest.approx(right[1], abs=0.01)
    np.testing.assert_allclose(aligned.points[mesh.CHIN] - EYE_MIDDLE, (0, EYE_TO_CHIN), atol=0.05)
    photo_chin = aligned.origin + aligned.turn @ aligned.points[mesh.CHIN]
    np.testing.assert_allclose(photo_chin, landmarks[mesh.CHIN, :2], atol=0.05)


def test_the_aligned_pixels_lie_where_the_landmarks_say() -> None:
    rgb = np.zeros((900, 900, 3), np.uint8)
    landmarks = _landmarks((450.0, 400.0), 130, 10)
    x, y = np.rint(landmarks[mesh.CHIN, :2]).astype(int)
    rgb[y - 3 : y + 4, x - 3 : x + 4] = 255
    aligned = align_face(rgb, landmarks)
    rows, columns = np.nonzero(aligned.rgb[..., 0] > 127)
    np.testing.assert_allclose((columns.mean(), rows.mean()), aligned.points[mesh.CHIN], atol=0.6)


def test_what_lies_outside_the_photo_is_not_counted_as_face() -> None:
    aligned = align_face(_texture(200), _landmarks((10.0, 100.0), 60))
    assert not aligned.covered[:, :64].any()
    assert not (aligned.face & ~aligned.covered).any()


def test_a_face_beyond_the_edge_fails_by_its_share() -> None:
    face = _face(_landmarks((30.0, 300.0), 100))
    finding = _item("face_complete").measure(_evidence(_texture(600), face))
    assert isinstance(finding, Finding)
    oval = face.landmarks[list(mesh.FACE_OVAL), 0]
    assert finding.value == pytest.approx(100 * (oval < -0.5).mean())
    assert not _item("face_complete").passes(finding.value, Level.BASIC)


def test_the_eye_distance_is_that_of_the_unturned_head() -> None:
    landmarks = _landmarks((300.0, 300.0), 100)
    straight = _item("face_size").measure(_evidence(_texture(600), _face(landmarks)))
    turned = _item("face_size").measure(_evidence(_texture(600), _face(landmarks, Pose(yaw=60.0, pitch=0.0, roll=0.0))))
    assert isinstance(straight, Finding)
    assert isinstance(turned, Finding)
    assert straight.value == pytest.approx(100)
    assert turned.value == pytest.approx(200)


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)], ids=["vertical", "horizontal", "both"])
def test_blur_in_any_direction_takes_fine_detail_away(axes: tuple[int, ...]) -> None:
    sharp = np.kron(_texture(32)[..., 0], np.ones((8, 8))).astype(np.float32)
    blurred = sharp
    for axis in axes:
        blurred = np.mean([np.roll(blurred, shift, axis) for shift in range(9)], axis=0, dtype=np.float32)
    everywhere = np.ones(sharp.shape, np.bool_)
    assert fine_detail(blurred, everywhere) < 0.75 * fine_detail(sharp, everywhere)


def test_one_clipped_channel_is_not_burnt_out_and_two_are() -> None:
    face = _face(_landmarks((300.0, 250.0), 120))
    orange = np.full((600, 600, 3), (255, 200, 150), np.uint8)
    yellow = np.full((600, 600, 3), (255, 253, 150), np.uint8)
    one, two = (share_burnt_out(_evidence(rgb, face)) for rgb in (orange, yellow))
    assert one is not None
    assert two is not None
    assert (one.value, two.value) == (0.0, 100.0)


@pytest.mark.parametrize("shape", [(200, 320), (3000, 2000), (600, 600)])
def test_the_annotated_picture_has_the_photo_and_a_legend_below(shape: tuple[int, int]) -> None:
    photo = _photo(np.full((*shape, 3), 90, np.uint8))
    picture = annotate(photo, _empty_analysis(photo), check(photo, _empty_analysis(photo)))
    assert picture.dtype == np.uint8
    photo_height = round(picture.shape[1] * shape[0] / shape[1])
    assert max(picture.shape[1], photo_height) <= 1200
    assert picture.shape[0] > photo_height
    assert (picture[: photo_height - 2, 2:-2] == 90).all(), "nothing is marked where there is no region"
    legend = picture[photo_height:]
    assert (legend == 255).all(axis=-1).mean() > 0.5
    assert ((legend[..., 0] > 200) & (legend[..., 1] < 100)).any(), "the red verdict"


def test_a_threshold_of_ones_own_decides_and_counts_as_when_strict() -> None:
    photo = _photo(_texture(400))
    own = {item.code: item for item in check(photo, _empty_analysis(photo), thresholds={"photo_size": 401}).items}
    assert own["photo_size"].fault == "PHOTO_TOO_SMALL"
    assert own["photo_size"].threshold == 401
    roll = _item("roll")
    assert roll.ruling(Level.BASIC, threshold=5).severity is roll.severity[Level.STRICT]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
@pytest.mark.parametrize("limit", [-1e6, 0.0, 1e6])
def test_any_threshold_gives_a_score_that_agrees_with_the_verdict(item: CheckItem, limit: float) -> None:
    for value in (item.worst, item.best, limit, limit - 1, limit + 1):
        score = item.score_at(value, limit)
        assert 0 <= score <= 100
        assert (score >= 60) == item.passes_limit(value, limit)


def test_a_threshold_for_no_item_is_refused_with_the_list_of_items() -> None:
    photo = _photo(_texture(400))
    with pytest.raises(CheckItemUnknownError) as refused:
        check(photo, _empty_analysis(photo), thresholds={"yaws": 5.0, "yaw": 5.0})
    assert refused.value.details == {"given": ["yaws"], "allowed": [item.code for item in ITEMS]}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_what_is_not_reliable_only_informs(item: CheckItem) -> None:
    if item.reliability is Reliability.LOW:
        assert set(item.severity.values()) == {Severity.INFO}


def test_the_gate_has_all_that_can_refuse_or_remark() -> None:
    for level in Level:
        inside = {item.code for item in gate(level)}
        assert all(item.severity[level] is Severity.INFO for item in ITEMS if item.code not in inside)


def test_a_specification_adds_its_demands() -> None:
    forbids = get_spec("cn_1inch").model_copy(
        update={"glasses_allowed": False, "ears_visible": True, "background_replace_allowed": False}
    )
    assert _item("glasses").ruling(Level.BASIC, forbids).severity is Severity.WARN
    assert _item("ears_visible").ruling(Level.BASIC, forbids).severity is Severity.WARN
    assert _item("glasses").ruling(Level.BASIC, get_spec("cn_1inch")).severity is Severity.INFO
    assert _item("background_objects").ruling(Level.STANDARD, forbids).severity is Severity.BLOCK
    assert _item("background_objects").ruling(Level.STANDARD, get_spec("cn_1inch")).severity is Severity.INFO


def test_what_is_refused_is_named_worst_first() -> None:
    photo = _photo(_texture(100))
    report = check(photo, _empty_analysis(photo))
    assert [item.fault for item in report.blocking] == ["NO_FACE", "PHOTO_TOO_SMALL"]
    assert report.blocking[0].score <= report.blocking[1].score


def test_the_readme_has_the_tables_of_the_items() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_tables(text), "run python -m idphoto.checks"
    assert all(f"`{item.code}`" in text for item in ITEMS)
