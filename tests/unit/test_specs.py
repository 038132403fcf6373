"""The specifications: known sizes, one meaning for every name, and custom sizes within bounds."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from idphoto.specs import (
    CustomSize,
    Range,
    SizeNotAllowedError,
    Spec,
    SpecUnknownError,
    at_size,
    custom_spec,
    get_spec,
    load_specs,
    pixels,
    search_specs,
)
from pydantic import ValidationError
from specs.build import TARGET, merge, read_facts, read_kept, written

SIZES = {
    "cn_1inch_small": (260, 378, 300),
    "cn_1inch": (295, 413, 300),
    "cn_1inch_large": (390, 567, 300),
    "cn_2inch_small": (413, 531, 300),
    "cn_2inch": (413, 579, 300),
    "cn_2inch_large": (413, 626, 300),
    "cn_5inch": (1051, 1500, 300),
    "cn_passport": (390, 567, 300),
    "cn_visa": (390, 567, 300),
    "cn_id_card": (358, 441, 350),
    "us_passport": (600, 600, 300),
    "us_visa": (600, 600, 300),
    "uk_passport": (413, 531, 300),
    "schengen_visa": (413, 531, 300),
    "jp_passport": (413, 531, 300),
    "jp_visa": (531, 531, 300),
    "kr_passport": (413, 531, 300),
    "in_passport": (630, 810, 457),
    "ca_passport": (591, 827, 300),
    "ca_visa": (413, 531, 300),
    "sg_passport": (400, 514, 290),
    "icao": (413, 531, 300),
}

HEADS_MM = {
    "icao": (32, 36),
    "schengen_visa": (32, 36),
    "uk_passport": (29, 34),
    "us_passport": (25, 35),
    "ca_passport": (31, 36),
    "jp_passport": (32, 36),
    "cn_passport": (28, 33),
    "nl_passport": (26, 30),
}


def row(**changes: Any) -> dict[str, Any]:
    """A valid row of the file, with some fields changed."""
    return {
        "spec_id": "x",
        "name": "X",
        "name_zh": "某",
        "country": "CN",
        "document": "print",
        "width_mm": 25,
        "height_mm": 35,
        "dpi": 300,
        "backgrounds": ["white"],
        "head_height": {"min": 0.6, "max": 0.7, "unit": "ratio"},
        "retouch_allowed": True,
        "background_replace_allowed": True,
        "source": "a rule",
        "confidence": "low",
    } | changes


@pytest.mark.parametrize(("spec_id", "size"), SIZES.items())
def test_an_official_size_in_pixels(spec_id: str, size: tuple[int, int, int]) -> None:
    spec = get_spec(spec_id)
    assert (spec.width_px, spec.height_px, spec.dpi) == size


@pytest.mark.parametrize(("spec_id", "head"), HEADS_MM.items())
def test_an_official_head_height_in_millimetres(spec_id: str, head: tuple[float, float]) -> None:
    spec = get_spec(spec_id)
    assert (spec.head_height.unit, spec.head_height.min, spec.head_height.max) == ("mm", *head)
    mm = spec.height_mm / spec.height_px
    assert spec.head_height_px.min * mm == pytest.approx(head[0])
    assert spec.head_height_px.max * mm == pytest.approx(head[1])


@pytest.mark.parametrize(
    ("spec_id", "top"), [("us_passport", "hair"), ("jp_passport", "hair"), ("de_passport", "skull")]
)
def test_a_specification_says_what_its_head_is_measured_to(spec_id: str, top: str) -> None:
    assert get_spec(spec_id).head_height.top == top


def test_the_us_eye_line_lies_28_to_35_mm_above_the_lower_edge() -> None:
    eyes = get_spec("us_passport").eye_line_px
    assert eyes is not None
    assert (eyes.min, eyes.max) == pytest.approx((28 / 25.4 * 300, 35 / 25.4 * 300))


@pytest.mark.parametrize("spec", load_specs().values(), ids=lambda spec: spec.spec_id)
def test_every_specification_names_its_source_and_fits_on_its_print(spec: Spec) -> None:
    assert len(spec.source) > 10
    assert spec.width_px == pixels(spec.width_mm, spec.dpi)
    assert spec.height_px == pixels(spec.height_mm, spec.dpi)
    assert 0.4 <= spec.head_height_px.target / spec.height_px <= 0.85
    assert spec.head_height_px.target * 0.75 < spec.width_px
    json.dumps(spec.model_dump(mode="json"))


def test_no_passport_may_be_retouched_and_conflicting_exams_are_of_low_confidence() -> None:
    specs = load_specs().values()
    assert not any(spec.retouch_allowed for spec in specs if spec.document in {"passport", "visa", "id_card"})
    assert all(spec.confidence == "low" for spec in specs if spec.document == "exam")


@pytest.mark.parametrize(
    ("name", "spec_id"),
    [
        ("cn_1inch", "cn_1inch"),
        ("CN-1inch", "cn_1inch"),
        ("一寸", "cn_1inch"),
        ("１寸", "cn_1inch"),
        ("1 Inch", "cn_1inch"),
        (" 大 二寸 ", "cn_2inch_large"),
        ("身份证", "cn_id_card"),
        ("美签", "us_visa"),
        ("schengen", "schengen_visa"),
    ],
)
def test_a_specification_is_found_by_its_id_and_by_its_aliases(name: str, spec_id: str) -> None:
    assert get_spec(name).spec_id == spec_id


@given(st.text(max_size=80))
def test_an_unknown_name_is_a_typed_refusal(name: str) -> None:
    try:
        spec = get_spec(name)
    except SpecUnknownError:
        return
    assert spec.spec_id in load_specs()


def test_a_misspelt_name_gets_suggestions() -> None:
    with pytest.raises(SpecUnknownError) as caught:
        get_spec("cn_1inchh")
    assert caught.value.code == "SPEC_UNKNOWN"
    assert caught.value.details["given"] == "cn_1inchh"
    similar = caught.value.details["similar"]
    assert isinstance(similar, list)
    assert similar[0] == "cn_1inch"


def test_search_without_a_query_finds_all_in_the_order_of_the_file() -> None:
    assert [spec.spec_id for spec in search_specs()] == list(load_specs())


@pytest.mark.parametrize(
    ("query", "country", "first"),
    [
        ("一寸", None, "cn_1inch"),
        ("ＰＡＳＳＰＯＲＴ", "us", "us_passport"),
        ("413x579", None, "cn_2inch"),
        ("413×579", None, "cn_2inch"),
        ("japan visa", None, "jp_visa"),
        ("passport us", None, "us_passport"),
        ("签证", "JP", "jp_visa"),
        ("护照 日本", None, "jp_passport"),
    ],
)
def test_search_takes_chinese_english_and_sizes(query: str, country: str | None, first: str) -> None:
    assert search_specs(query, country)[0].spec_id == first


def test_search_by_country_and_document() -> None:
    found = search_specs(country="cn", document="exam")
    assert {(spec.country, spec.document) for spec in found} == {("CN", "exam")}
    assert search_specs("no such thing") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "white"},
        {"width_px": 296},
        {"backgrounds": []},
        {"backgrounds": ["blau"]},
        {"head_height": {"min": 0.7, "max": 0.6, "unit": "ratio"}},
        {"head_height": {"min": 0.6, "max": 0.7, "target": 0.8, "unit": "ratio"}},
        {"head_height": {"min": 0.6, "max": 1.1, "unit": "ratio"}},
        {"top_gap": {"min": 0.35, "max": 0.4, "unit": "ratio"}},
        {"eye_line": {"min": 0.1, "max": 0.2, "unit": "ratio"}},
        {"kb": {"min": 20, "max": 20}},
        {"kb": {"min": 100, "max": 101}},
        {"dpi": 0},
        {"dpi": "high"},
        {"country": "China"},
        {"confidence": "certain"},
    ],
)
def test_a_row_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    Spec.model_validate(row())
    with pytest.raises(ValidationError):
        Spec.model_validate(row(**changes))


def test_the_middle_is_the_target_unless_one_is_given() -> None:
    assert Range.model_validate({"min": 2, "max": 6, "unit": "mm"}).target == 4


def test_a_size_in_pixels_gets_its_millimetres() -> None:
    changes = {"width_px": 600, "height_px": 600}
    spec = Spec.model_validate({k: v for k, v in row(**changes).items() if not k.endswith("_mm")})
    assert spec.width_mm == pytest.approx(50.8)


def test_a_custom_size_in_millimetres_or_pixels() -> None:
    in_mm = custom_spec(CustomSize(width_mm=25, height_mm=35))
    in_px = custom_spec(CustomSize(width_px=295, height_px=413, dpi=300))
    assert (in_mm.width_px, in_mm.height_px, in_mm.dpi) == (in_px.width_px, in_px.height_px, in_px.dpi)
    assert in_mm.head_height_px == in_px.head_height_px
    assert in_px.head_height_px.target / 413 == pytest.approx(0.66)


@pytest.mark.parametrize(
    ("size", "code"),
    [
        ({}, "SIZE_INCOMPLETE"),
        ({"width_px": 295}, "SIZE_INCOMPLETE"),
        ({"width_px": 295, "height_mm": 35}, "SIZE_INCOMPLETE"),
        ({"width_px": 295, "height_px": 413, "width_mm": 25, "height_mm": 35}, "SIZE_INCOMPLETE"),
        ({"width_px": 0, "height_px": 413}, "SIZE_OUT_OF_RANGE"),
        ({"width_px": 295, "height_px": 4130}, "SIZE_OUT_OF_RANGE"),
        ({"width_px": 100, "height_px": 300}, "SIZE_OUT_OF_RANGE"),
        ({"width_mm": 5, "height_mm": 35}, "SIZE_OUT_OF_RANGE"),
        ({"width_mm": float("nan"), "height_mm": 35}, "SIZE_OUT_OF_RANGE"),
        ({"width_mm": float("inf"), "height_mm": 35}, "SIZE_OUT_OF_RANGE"),
        ({"width_mm": 25, "height_mm": 35, "dpi": 10**9}, "SIZE_OUT_OF_RANGE"),
        ({"width_mm": 25, "height_mm": 35, "dpi": 0}, "SIZE_OUT_OF_RANGE"),
    ],
)
def test_an_impossible_custom_size_says_what_is_allowed(size: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CustomSize.model_validate(size)
    (fault,) = caught.value.errors()
    assert fault["type"] == code
    assert {"given", "allowed"} <= fault["ctx"].keys()


@given(st.integers(64, 3000), st.integers(64, 3000), st.integers(72, 1200))
def test_every_allowed_custom_size_is_a_specification(width: int, height: int, dpi: int) -> None:
    try:
        size = CustomSize(width_px=width, height_px=height, dpi=dpi)
    except ValidationError:
        assert not 0.5 <= width / height <= 2
        return
    spec = custom_spec(size)
    assert (spec.width_px, spec.height_px) == (width, height)
    assert spec.head_height_px.target * 0.75 < width


def test_there_are_more_than_250_documents_of_more_than_150_countries_and_chinas_own() -> None:
    specs = load_specs().values()
    assert len(specs) >= 250
    assert len({spec.country for spec in specs}) >= 150
    chinese = {spec.document for spec in specs if spec.country == "CN"}
    assert {"print", "passport", "visa", "id_card", "driving_licence", "social_security", "exam"} <= chinese


def test_the_file_is_what_the_merge_makes_of_the_table_by_hand_and_the_lists() -> None:
    rows = merge(read_kept(), read_facts())
    assert TARGET.read_text("utf-8") == written(rows)


def test_every_row_kept_by_hand_keeps_its_id_and_its_figures() -> None:
    merged = {row["spec_id"]: row for row in merge(read_kept(), read_facts())}
    told = {"conflicts", "source_url", "checked_on", "px_min", "px_max", "name_local"}
    for row in read_kept():
        assert {name: value for name, value in merged[row["spec_id"]].items() if name not in told} == {
            name: value for name, value in row.items() if name not in told
        }


def test_names_are_unique_across_languages_as_far_as_they_name_one_document() -> None:
    for spec in load_specs().values():
        assert get_spec(spec.spec_id) is spec
        assert all(get_spec(alias) is spec for alias in spec.aliases)


@pytest.mark.parametrize("spec", load_specs().values(), ids=lambda spec: spec.spec_id)
def test_what_is_made_lies_within_what_the_authority_takes(spec: Spec) -> None:
    size = (spec.width_px, spec.height_px)
    assert all(low <= side for low, side in zip(spec.px_min or size, size, strict=True))
    assert all(side <= high for side, high in zip(size, spec.px_max or size, strict=True))
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in spec.backgrounds)
    assert spec.head_height_px.max < spec.height_px
    assert spec.name_zh
    assert spec.name_zh != spec.name


def test_what_no_text_was_read_for_is_never_sure_and_says_what_the_lists_say() -> None:
    listed = [spec for spec in load_specs().values() if "not compared" in spec.source]
    assert len(listed) > 300
    assert not any(spec.confidence == "high" or spec.checked_on or spec.kb for spec in listed)
    assert not any(spec.retouch_allowed or spec.background_replace_allowed for spec in listed)
    disagreeing = [spec for spec in listed if any(conflict.field == "size_mm" for conflict in spec.conflicts)]
    assert len(disagreeing) > 20
    assert {spec.confidence for spec in disagreeing} == {"low"}


def test_two_sources_that_disagree_are_both_told() -> None:
    (size,) = [conflict for conflict in get_spec("br_passport").conflicts if conflict.field == "size_mm"]
    assert (get_spec("br_passport").width_mm, get_spec("br_passport").height_mm) == (50, 70)
    assert size.says == {"visareadynow-passport-specs 1.1.0": "35x45"}
    (size,) = get_spec("cn_civil_service").conflicts
    assert size.says == {"LiYing": "413x531", "HivisionIDPhotos": "295x413"}


def test_a_text_that_was_read_is_named_with_its_address_and_its_day() -> None:
    visa = get_spec("us_visa")
    assert str(visa.checked_on) == "2026-10-12"
    assert visa.source_url is not None
    assert visa.source_url.startswith("https://travel.state.gov/")
    assert (visa.px_min, visa.px_max) == ((600, 600), (1200, 1200))


@pytest.mark.parametrize(
    ("query", "spec_id"),
    [
        ("Reisepass", "de_passport"),
        ("日本 パスポート", "jp_passport"),
        ("여권", "kr_passport"),
        ("паспорт Қазақстан", "kz_passport"),
        ("法国签证", "fr_visa"),
        ("passeport france", "fr_passport"),
        ("35x45", "icao"),
        ("36x47", "fi_passport"),
        ("六寸", "cn_6inch"),
        ("护士", "cn_nurse"),
    ],
)
def test_a_document_is_found_in_its_own_language_and_by_its_size(query: str, spec_id: str) -> None:
    assert spec_id in {spec.spec_id for spec in search_specs(query)[:12]}


def test_a_kind_of_document_is_a_filter() -> None:
    found = search_specs("", "de", "visa")
    assert [spec.spec_id for spec in found] == ["de_visa"]


def test_pixels_outside_the_allowed_range_are_refused() -> None:
    with pytest.raises(ValidationError):
        Spec.model_validate(row(px_min=[600, 600]))
    with pytest.raises(ValidationError):
        Spec.model_validate(row(px_max=[200, 200]))


def test_a_photo_may_have_any_size_that_its_authority_takes() -> None:
    larger = at_size(get_spec("us_visa"), 1200, 1200)
    assert (larger.width_px, larger.height_px) == (1200, 1200)
    assert larger.head_height_px.target == pytest.approx(2 * get_spec("us_visa").head_height_px.target)
    same = at_size(get_spec("cn_id_card"), 358, 441)
    assert same.head_height_px == get_spec("cn_id_card").head_height_px


@pytest.mark.parametrize(
    ("spec_id", "size"),
    [("us_visa", (1300, 1300)), ("us_visa", (700, 800)), ("cn_1inch", (590, 826)), ("us_visa", (500, 500))],
)
def test_another_size_is_refused_with_what_is_allowed(spec_id: str, size: tuple[int, int]) -> None:
    with pytest.raises(SizeNotAllowedError) as caught:
        at_size(get_spec(spec_id), *size)
    assert {"least", "most", "ratio"} == set(caught.value.details["allowed"])  # type: ignore[call-overload]
