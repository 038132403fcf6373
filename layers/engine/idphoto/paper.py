"""Papers that photo printers sell, by the names under which they sell them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from idphoto.errors import ParameterError

PAPER_MM: Final = (50.0, 500.0)
"""Shortest and longest side of a paper of the customer's own."""


class PaperUnknownError(ParameterError):
    """No paper has this name."""

    code = "PAPER_UNKNOWN"
    message = "No paper has this name, or its sides are out of range."
    message_zh = "没有这种相纸，或尺寸超出范围。"


@dataclass(frozen=True)
class Paper:
    """A sheet of paper, upright; which way round it is printed is decided by what fits."""

    name: str
    width_mm: float
    height_mm: float


_PAPERS: Final = (
    Paper("5inch", 89, 127),
    Paper("6inch", 102, 152),
    Paper("7inch", 127, 178),
    Paper("8inch", 152, 203),
    Paper("3R", 89, 127),
    Paper("4R", 102, 152),
    Paper("5R", 127, 178),
    Paper("A4", 210, 297),
    Paper("A5", 148, 210),
    Paper("A6", 105, 148),
    Paper("Letter", 215.9, 279.4),
    Paper("L", 89, 127),
    Paper("2L", 127, 178),
)
PAPERS: Final = {paper.name.casefold(): paper for paper in _PAPERS}

_NUMERALS: Final = str.maketrans("五六七八", "5678")


def get_paper(name: str) -> Paper:
    """Return the paper of a name; case, spaces and 寸 for inch do not matter.

    Raises
    ------
    PaperUnknownError
        With ``given`` and ``allowed`` in its details.
    """
    word = unicodedata.normalize("NFKC", name).casefold().translate(_NUMERALS)
    word = re.sub(r"[\s_-]+", "", word).replace("寸", "inch").replace("inches", "inch")
    if word not in PAPERS:
        raise PaperUnknownError(given=name[:40], allowed=[paper.name for paper in _PAPERS])
    return PAPERS[word]


def custom_paper(width_mm: float, height_mm: float) -> Paper:
    """Return a paper of the customer's own, turned upright.

    Raises
    ------
    PaperUnknownError
        A side is out of range.
    """
    short, long = sorted((width_mm, height_mm))
    if not PAPER_MM[0] <= short <= long <= PAPER_MM[1]:
        raise PaperUnknownError(given=[width_mm, height_mm], allowed=list(PAPER_MM))
    return Paper(f"{short:g}x{long:g}mm", short, long)
