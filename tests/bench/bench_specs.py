"""Every specification, export and print sheet on real portraits: what renders, what passes its check, and the time.

Run ``python tests/bench/bench_specs.py [FOLDER]``. Every picture of the folder with one person (without a folder:
scikit-image's astronaut) goes through four parts:

specifications
    Each photo is rendered and exported, and its file is measured against its specification (``photo_check``). With
    several portraits a specification counts as good when one of them renders to it; refusals are counted by their code.
files
    KB ranges over all portraits, with PSNR and SSIM against the same photo without a limit.
readers
    The same files opened by Pillow, libvips, ImageMagick and poppler, as far as they are installed.
time
    One export and one sheet of 6 inch at 300 dpi; the limits are 80 and 150 ms.
"""

from __future__ import annotations

import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from idphoto.arrays import Rgb
from idphoto.background import Background
from idphoto.decode import decode
from idphoto.encode import MEDIA_TYPES, ByteRange, encode_file, encode_jpeg
from idphoto.errors import EngineError
from idphoto.faces import choose_person, find_faces
from idphoto.models import Models
from idphoto.paper import get_paper
from idphoto.photo_check import Placed, check_photo
from idphoto.portrait import CROWN_WIDTH, Portrait, build_portrait
from idphoto.render import Rendered, render
from idphoto.sheet import SheetPhoto, SheetStyle, encode_pdf, lay_out
from idphoto.specs import Spec, get_spec, load_specs
from PIL import Image
from skimage.metrics import structural_similarity

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
KB_RANGES = [
    ("cn_social_security", 9, 20),
    ("cn_driving_licence", 14, 30),
    ("cn_1inch", 20, 40),
    ("cn_2inch", 20, 50),
    ("cn_gaokao", 50, 120),
    ("cn_visa_digital", 40, 120),
    ("cn_chsi", 20, 40),
    ("cn_chsi", 100, 500),
    ("us_visa", 0, 240),
]
EXPORT_MS, SHEET_MS = 80, 150
REPEATS = 15


def pictures() -> Iterator[tuple[str, Rgb]]:
    """Yield a name and the pixels of each picture to try."""
    if len(sys.argv) == 1:
        from skimage.data import astronaut

        yield "astronaut", astronaut()
        return
    for path in sorted(Path(sys.argv[1]).iterdir()):
        if path.suffix.lower() in SUFFIXES:
            yield path.stem, decode(path.read_bytes()).rgb


def portraits() -> dict[str, Portrait]:
    """Return the portrait of every picture with one person."""
    models, found = Models(), {}
    for name, rgb in pictures():
        person = choose_person(find_faces(rgb, models), rgb.shape[1], rgb.shape[0])
        if person.face is not None and not person.rivals:
            found[name] = build_portrait(rgb, person.face, models)
    return found


def exported(portrait: Portrait, spec: Spec) -> tuple[bytes, Rendered]:
    """Render to a specification on its own background, and write its file."""
    rendered = render(portrait, spec, Background(color=spec.backgrounds[0]))
    return encode_file(rendered.rgb, spec.format, spec.dpi, ByteRange.of(spec.kb)).data, rendered


def seen_top(rendered: Rendered) -> float:
    """First row of the finished photo's head, seen in its opacity: a second opinion on the gap above it, px."""
    widths = rendered.alpha.astype(np.float32).sum(axis=1) / 255
    rows = np.flatnonzero(widths >= CROWN_WIDTH * rendered.frame.head_height_px)
    return float(rows[0]) if rows.size else float("nan")


def bench_specifications(people: dict[str, Portrait]) -> None:
    """Print a table of all specifications."""
    failures: list[str] = []
    refused_everywhere, refusals = [], Counter[str]()
    off, spent = [], []
    print(f"{'specification':28} {'px':>11} {'dpi':>4} {'renders':>7} {'passes':>6} {'score':>5} {'KB':>6} {'ms':>6}")
    for spec in load_specs().values():
        passed, scores, sizes, times, codes = 0, [], [], [], []
        for name, portrait in people.items():
            start = time.perf_counter()
            try:
                data, rendered = exported(portrait, spec)
            except EngineError as error:
                codes.append(error.code)
                continue
            times.append((time.perf_counter() - start) * 1000)
            frame = rendered.frame
            report = check_photo(data, spec, Placed(frame.head_height_px, frame.top_gap_px, frame.eye_y_px))
            off.append(abs(seen_top(rendered) - frame.top_gap_px) / spec.height_px)
            scores.append(report.score)
            sizes.append(len(data) / 1000)
            passed += report.passed
            failures += [f"{spec.spec_id} {name}: {item.reason}" for item in report.blocking]
        refusals.update(codes)
        spent += times
        if not times:
            refused_everywhere.append(f"{spec.spec_id} ({', '.join(sorted(set(codes)))})")
        figures = [statistics.median(values) if values else float("nan") for values in (scores, sizes, times)]
        size = f"{spec.width_px}x{spec.height_px}"
        print(
            f"{spec.spec_id:28} {size:>11} {spec.dpi:4} {len(times):3}/{len(people):<3} {passed:6} "
            f"{figures[0]:5.0f} {figures[1]:6.1f} {figures[2]:6.1f}"
        )
    print(
        f"\n{len(load_specs())} specifications x {len(people)} portraits: {len(spent)} photos, {len(failures)} faults"
    )
    print(f"refusals by reason: {dict(refusals.most_common())}")
    print(f"without any photo: {len(refused_everywhere)} {refused_everywhere}")
    print(f"crown in the photo against the frame: median {np.median(off):.2%} of the height, worst {max(off):.2%}")
    print(f"render, encode: median {statistics.median(spent):.1f} ms, worst {max(spent):.0f} ms")
    for line in failures[:40]:
        print("  fault:", line)


def psnr(one: Rgb, other: Rgb) -> float:
    """Return the peak signal to noise ratio, dB."""
    error = float(np.mean((one.astype(np.float64) - other) ** 2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def opened(data: bytes) -> Rgb:
    """Return the pixels of a file."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def bench_sizes(people: dict[str, Portrait]) -> None:
    """Print how KB ranges are met."""
    print(
        f"\n{'KB range':>22} {'spec':20} {'met':>7} {'quality':>9} {'4:2:0':>5} "
        f"{'PSNR':>11} {'SSIM worst':>10} {'ms':>5}"
    )
    for spec_id, least, most in KB_RANGES:
        spec = get_spec(spec_id)
        size = ByteRange(1024 * least, 1000 * most)
        met, all_, rows, coarse, times = 0, 0, [], 0, []
        for portrait in people.values():
            try:
                rgb = render(portrait, spec, Background(color=spec.backgrounds[0])).rgb
            except EngineError:
                continue
            all_ += 1
            start = time.perf_counter()
            try:
                file = encode_file(rgb, "jpeg", spec.dpi, size)
            except EngineError:
                continue
            times.append((time.perf_counter() - start) * 1000)
            met += size.least <= len(file.data) <= 1000 * most
            coarse += file.subsampling == "4:2:0"
            unlimited, limited = opened(encode_jpeg(rgb, spec.dpi)), opened(file.data)
            similar = structural_similarity(unlimited, limited, channel_axis=2)
            rows.append((file.quality or 0, psnr(unlimited, limited), float(similar)))
        qualities, ratios, similarities = zip(*rows, strict=True)
        print(
            f"{least:>12} to {most:>3} KB {spec_id:20} {met:3}/{all_:<3} {min(qualities):3}..{max(qualities):<4} "
            f"{coarse:5} {min(ratios):4.1f}..{max(ratios):4.1f} {min(similarities):10.4f} {max(times):5.0f}"
        )


def said(*command: str) -> str:
    """Return what a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def bench_readers(portrait: Portrait) -> None:
    """Print what independent readers see in the files."""
    spec = get_spec("cn_1inch")
    rgb = render(portrait, spec, Background(color="blue")).rgb
    print(f"\nfiles of {spec.spec_id}, 295 x 413 px, 300 dpi, seen by")
    with tempfile.TemporaryDirectory() as folder:
        for file_format in MEDIA_TYPES:
            path = Path(folder) / f"photo.{file_format}"
            path.write_bytes(encode_file(rgb, file_format, 300).data)
            seen: dict[str, object] = {"pillow": opened(path.read_bytes()).shape[1::-1]}
            if shutil.which("vipsheader"):
                fields = ("width", "height", "xres") + (("jpeg-chroma-subsample",) if file_format == "jpeg" else ())
                seen["libvips"] = tuple(said("vipsheader", "-f", field, str(path)) for field in fields)
            if shutil.which("identify"):
                asked = "%w %h %x %U %[colorspace] %[jpeg:sampling-factor] %[icc:description]"
                seen["imagemagick"] = said("identify", "-format", asked, str(path))
            print(f"  {file_format:5} {seen}")
        path = Path(folder) / "sheet.pdf"
        for paper in ("6inch", "A4"):
            sheet = lay_out([SheetPhoto(rgb, 25, 35)], get_paper(paper), 300, SheetStyle())
            path.write_bytes(encode_pdf(sheet))
            if shutil.which("pdfinfo"):
                line = next(row for row in said("pdfinfo", str(path)).splitlines() if row.startswith("Page size"))
                points = [float(word) for word in line.split() if word.replace(".", "").isdigit()][:2]
                mm = [round(point / 72 * 25.4, 2) for point in points]
                images = said("pdfimages", "-list", str(path)).splitlines()[-1].split()
                said("pdftoppm", "-r", "254", "-png", str(path), str(path.with_suffix("")))
                (page,) = Path(folder).glob("sheet-*.png")
                shown = [side / 10 for side in Image.open(page).size]
                page.unlink()
                print(f"  pdf {paper}: page {mm} mm, drawn {shown} mm, {images[3]}x{images[4]} px at {images[12]} ppi")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the median and the worst time of a call, ms."""
    work()
    spent = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent), max(spent)


def bench_time(people: dict[str, Portrait]) -> None:
    """Print the time of an export and of a sheet, without storage."""
    results: dict[str, list[float]] = defaultdict(list)
    for portrait in people.values():
        for spec_id in ("cn_1inch", "cn_2inch", "cn_social_security"):
            spec = get_spec(spec_id)
            try:
                rgb = render(portrait, spec, Background(color=spec.backgrounds[0])).rgb
            except EngineError:
                continue

            def export(portrait: Portrait = portrait, spec: Spec = spec) -> None:
                data, rendered = exported(portrait, spec)
                frame = rendered.frame
                check_photo(data, spec, Placed(frame.head_height_px, frame.top_gap_px, frame.eye_y_px))

            def sheet(rgb: Rgb = rgb, spec: Spec = spec) -> None:
                made = lay_out([SheetPhoto(rgb, spec.width_mm, spec.height_mm)], get_paper("6inch"), 300, SheetStyle())
                encode_jpeg(made.rgb, 300)
                encode_pdf(made)

            results[f"export {spec_id}"].append(timed(export)[0])
            results[f"6 inch sheet of {spec_id}"].append(timed(sheet)[0])
    print()
    for name, medians in results.items():
        limit = EXPORT_MS if name.startswith("export") else SHEET_MS
        middle = statistics.median(medians)
        print(f"{name:36} median {middle:6.1f} ms, slowest portrait {max(medians):6.1f} ms (<= {limit})")


def main() -> None:
    """Print all four parts."""
    people = portraits()
    bench_specifications(people)
    bench_sizes(people)
    bench_readers(next(iter(people.values())))
    bench_time(people)


if __name__ == "__main__":
    main()
