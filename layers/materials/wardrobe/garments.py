"""The wardrobe as data: what each garment is made of, what it is called, and the colours in which it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from wardrobe import knits, shirts, tailoring
from wardrobe.drape import Cloth
from wardrobe.fabric import Fabric
from wardrobe.form import F64, HEM, SQUARE, TAILORED, Figure
from wardrobe.sheet import Cut, Piece, Roll, joined
from wardrobe.shirts import Collar, body, chest, collar, front_stand, plain_figure, sleeves
from wardrobe.tailoring import Lapel, jacket
from wardrobe.ties import bow, tie
from wardrobe.trims import button, flap_pocket, strip, zip_fastener
from wardrobe.wear import Wear, shoulder_line, sided


@dataclass(frozen=True)
class Design:
    """A garment before its pictures are taken.

    Attributes
    ----------
    colours
        By id: English and Chinese name, and the reflectance of every part in the order of ``parts``.
    cut
        Makes its pieces.
    fabrics
        By the names that the pieces use.
    opening
        Lowest point of the neck's opening on the midline, cm.
    neck_side
        Place ``x, z, d`` where the collar meets the side of the neck.
    """

    name: str
    name_zh: str
    tags: tuple[str, ...]
    skin_shown: str
    parts: tuple[str, ...]
    colours: Mapping[str, tuple[str, str, tuple[str, ...]]]
    cut: Callable[[Figure], tuple[Piece, ...]]
    fabrics: Mapping[str, Fabric]
    figure: Figure = field(default_factory=Figure)
    opening: float = 0.3
    neck_side: tuple[float, float, float] = (5.95, 3.35, -1.0)


# --- fabrics

WOOL: Final = Fabric(
    "twill",
    tone=0.16,
    relief=0.012,
    mottle=0.05,
    mirror=0.18,
    rough=0.7,
    fuzz=0.07,
    seam=0.22,
    groove=0.012,
    light=0.06,
)
BOUND: Final = replace(WOOL, trim=(0.42, "trim"), seam=0.46)
DRILL: Final = replace(WOOL, tone=0.05, mottle=0.02, fuzz=0.04, seam=0.5, dash=0.3, groove=0.02, light=0.75)
SATIN: Final = Fabric("satin", tone=0.05, relief=0.003, mottle=0.03, mirror=0.26, rough=0.52, fuzz=0.06, light=0.03)
POPLIN: Final = Fabric(
    "plain", tone=0.03, relief=0.004, mottle=0.015, mirror=0.15, rough=0.7, fuzz=0.03, seam=0.5, dash=0.26, light=0.75
)
CREPE: Final = replace(
    POPLIN, tone=0.05, relief=0.006, mottle=0.02, mirror=0.25, rough=0.55, fuzz=0.05, seam=0.25, dash=0
)
SILK: Final = Fabric("reps", tone=0.10, relief=0.007, mottle=0.03, mirror=0.28, rough=0.5, fuzz=0.08, light=0.1)
CLUB: Final = replace(SILK, pattern=("club", "stripe"))
KNIT: Final = Fabric(
    "fine_knit",
    tone=0.22,
    relief=0.02,
    mottle=0.05,
    mirror=0.1,
    rough=0.9,
    fuzz=0.10,
    seam=0.12,
    groove=0.05,
    light=0.2,
)
RIB: Final = replace(KNIT, weave="rib", tone=0.22, relief=0.045)
PIQUE: Final = Fabric(
    "pique", tone=0.07, relief=0.01, mottle=0.03, mirror=0.12, rough=0.85, fuzz=0.05, dash=0.28, light=0.3
)
JERSEY: Final = replace(PIQUE, weave="plain", tone=0.05, relief=0.004, light=0.5, seam=0.4)
BUTTON: Final = Fabric("smooth", tone=0, relief=0, mottle=0.0, mirror=0.5, rough=0.3, fuzz=0, light=0.4)

# --- how they fall

SUITING: Final = Cloth(0.03, 0.025, span=4, stiff=0.35, ease=0.6, pull=1.2, seed=4)
SHIRTING: Final = Cloth(0.055, 0.04, span=3, stiff=0.25, ease=0.6, pull=1.3, seed=2)
SOFT: Final = Cloth(0.07, 0.05, span=2, stiff=0.2, ease=0.8, pull=1.4, seed=7)
KNITTED: Final = Cloth(0.055, 0.05, span=4, stiff=0.35, ease=0.8, pull=1.4, seed=22)

MAN: Final = Figure(TAILORED)
MAN_SQUARE: Final = Figure(SQUARE)
MAN_SOFT: Final = Figure()
WOMAN: Final = Figure(TAILORED, across=0.9, along=0.95, bust=1.6)
WOMAN_SOFT: Final = Figure(across=0.9, along=0.95, bust=2.0)
CHILD: Final = Figure(across=0.8, along=0.85)

# --- cuts


def _below(figure: Figure) -> Wear:
    return Wear(figure, SHIRTING, rise=-0.8, folded=(0.4, 0.4))


def _over(figure: Figure) -> Wear:
    return Wear(figure, SUITING, folded=(1.15, 0.9))


def _shirt_below(figure: Figure, style: Collar, opening: float | None = None) -> tuple[Piece, ...]:
    below = _below(figure)
    return joined(
        body(below, "shirt", "poplin", opening, width=12.5),
        [front_stand(style, "shirt", "poplin")] if opening is None else [],
        collar(style, plain_figure(figure, -0.35), "shirt", "poplin"),
    )


def _suit(
    figure: Figure,
    lapel: Lapel,
    worn: tuple[Piece, ...],
    facing: tuple[str, str] | None = None,
    edged: str | None = None,
) -> tuple[Piece, ...]:
    over = _over(figure)
    return joined(
        worn, jacket(over, lapel, "jacket", "wool", facing=facing, edged=edged), sleeves(over, "jacket", "wool")
    )


def _suit_notch_tie(figure: Figure) -> tuple[Piece, ...]:
    worn = joined(_shirt_below(figure, shirts.CLOSED), tie(figure, "tie", "silk", "silk"))
    return _suit(figure, tailoring.NOTCH, worn)


def _suit_peak_bow(figure: Figure) -> tuple[Piece, ...]:
    on = chest(_below(figure))
    studs = [button((0.0, z), 0.45, lambda x, z: on(x, z) + 0.16, "bow") for z in (-7.0, -13.5)]
    worn = joined(_shirt_below(figure, shirts.CLOSED), bow(figure, "bow", "satin"), studs)
    return _suit(figure, tailoring.PEAK, worn, facing=("facing", "satin"))


def _suit_open(figure: Figure) -> tuple[Piece, ...]:
    on = chest(_below(figure))
    buttons = [button((0.0, z), 0.5, lambda x, z: on(x, z) + 0.16, "buttons") for z in (-7.4, -16.5)]
    return _suit(figure, tailoring.NOTCH, joined(_shirt_below(figure, shirts.OPEN, -6.2), buttons))


def _suit_women(figure: Figure) -> tuple[Piece, ...]:
    shell = knits.front(_below(figure), knits.SCOOP, "shell", "crepe", width=12.5, hemmed=True)
    return _suit(figure, tailoring.WOMENS, (shell,))


def _school_blazer(figure: Figure) -> tuple[Piece, ...]:
    worn = joined(_shirt_below(figure, shirts.CLOSED), tie(figure, "tie", "silk", "silk"))
    return _suit(figure, tailoring.NOTCH, worn, edged="bound")


def _doctor(figure: Figure) -> tuple[Piece, ...]:
    worn = joined(_shirt_below(figure, shirts.CLOSED), tie(figure, "tie", "silk", "silk"))
    over = Wear(figure, replace(SHIRTING, seed=12, span=4), folded=(0.8, 0.8))
    return joined(worn, jacket(over, tailoring.NOTCH, "coat", "drill"), sleeves(over, "coat", "drill"))


def _shirt(
    figure: Figure, style: Collar, cloth: Cloth = SHIRTING, opening: float | None = None, *, buttoned: bool = True
) -> tuple[Piece, ...]:
    wear = Wear(figure, cloth, folded=(1.1, 1.0))
    on = chest(wear)
    heights = (-6.4, -14.6, -22.8, -31.0) if opening is None else (opening - 1.0, opening - 9.2, opening - 17.4)
    return joined(
        body(wear, "shirt", "poplin", opening),
        [front_stand(style, "shirt", "poplin")] if opening is None else [],
        collar(style, plain_figure(figure, 0.15), "shirt", "poplin"),
        sleeves(wear, "shirt", "poplin"),
        [button((0.0, z), 0.52, lambda x, z: on(x, z) + 0.16, "buttons") for z in heights if buttoned],
    )


def _shirt_formal(figure: Figure) -> tuple[Piece, ...]:
    stand = button((0.0, -1.55), 0.48, lambda x, z: figure.on(x, z) + 0.35, "buttons")
    return joined(_shirt(figure, shirts.BUTTONED), [stand])


def _shirt_tie(figure: Figure) -> tuple[Piece, ...]:
    return joined(_shirt(figure, shirts.CLOSED, buttoned=False), tie(figure, "tie", "silk", "silk"))


def _blouse(figure: Figure) -> tuple[Piece, ...]:
    return _shirt(figure, shirts.SOFT_OPEN, SOFT, -6.8)


def _shirt_child(figure: Figure) -> tuple[Piece, ...]:
    return _shirt(figure, shirts.ROUND, replace(SOFT, seed=15))


def _knit_crew(figure: Figure) -> tuple[Piece, ...]:
    wear = Wear(figure, KNITTED, folded=(1.1, 1.0))
    return joined(
        [knits.front(wear, knits.CREW, "knit", "knit")],
        knits.neckband(wear, "knit", "rib"),
        sleeves(wear, "knit", "knit", head=0.05),
    )


def _turtleneck(figure: Figure) -> tuple[Piece, ...]:
    wear = Wear(figure, replace(KNITTED, seed=25), folded=(1.1, 1.0))
    return joined(
        [knits.front(wear, knits.HIGH, "knit", "knit")],
        knits.rolled_collar(wear, "knit", "rib"),
        sleeves(wear, "knit", "knit", head=0.05),
    )


_PLACKET_OVER = (
    ((-1.5, -15.0), (-1.5, -7.6), (-0.2, -5.4), (2.0, -2.4), (3.3, -0.4)),
    ((3.3, -0.4), (5.0, 0.2)),
    ((5.0, 0.2), (3.0, -3.4), (1.65, -7.2), (1.5, -15.0)),
    ((1.5, -15.0), (-1.5, -15.0)),
)
"""The upper strip of a polo shirt's opening."""
_PLACKET_UNDER = (
    ((-3.3, -0.4), (-2.0, -2.4), (-0.2, -5.8), (0.9, -8.0)),
    ((0.9, -8.0), (-1.4, -9.0)),
    ((-1.4, -9.0), (-1.9, -6.8), (-3.1, -3.4), (-5.0, 0.2)),
    ((-5.0, 0.2), (-3.3, -0.4)),
)


def _polo(figure: Figure) -> tuple[Piece, ...]:
    wear = Wear(figure, replace(KNITTED, seed=11, span=4, stiff=0.35), folded=(1.1, 1.0))
    on = chest(wear)
    over = Cut("shirt", "pique", rolls=(Roll((0, 2, 3), 0.14, 0.12),), stitched=(0, 2, 3), thick=0.2)
    under = Cut("shirt", "pique", rolls=(Roll((0,), 0.14, 0.12),), stitched=(0,), thick=0.2)
    return joined(
        [knits.front(wear, knits.NARROW, "shirt", "pique")],
        [strip(_PLACKET_UNDER, on, 0.08, under), strip(_PLACKET_OVER, on, 0.2, over)],
        collar(shirts.SOFT_OPEN, plain_figure(figure, 0.15), "collar", "collar"),
        sleeves(wear, "shirt", "pique", head=0.05),
        [button((0.0, z), 0.5, lambda x, z: on(x, z) + 0.22, "buttons") for z in (-7.6, -12.9)],
    )


def _tracksuit(figure: Figure) -> tuple[Piece, ...]:
    wear = Wear(figure, replace(SOFT, seed=17, span=4, stiff=0.35), folded=(1.0, 1.0))
    on = chest(wear)
    tee = Wear(figure, KNITTED, rise=-1.3, folded=(0.3, 0.3))

    def shoulders(x: F64, z: F64) -> F64:
        # Near the ridge, where it is steep, what is just below counts too.
        return np.maximum(on(x, z), on(x, z - 0.3))

    def below_collar(x: F64, z: F64) -> F64:
        return np.asarray(np.maximum(figure.on(x, z), on(x, z)) + 0.4)

    yokes: list[Piece] = []
    for side in (-1, 1):
        edge = [(19.35, -9.0), (12.0, -7.6), (6.6, -5.6), (2.6, -3.6)]
        outline = [
            sided([(7.0, 2.95), *((x, z + 0.06) for x, z in shoulder_line(figure, 8.0, 19.3))], side),
            sided([(19.3, float(figure.shoulder(19.3)) + 0.06), (19.95, -3.6), (19.35, -9.0)], side),
            sided(edge, side),
            sided([(2.6, -3.6), (4.6, -1.6), (6.2, 0.8), (7.0, 2.95)], side),
        ]
        yokes.append(
            strip(
                outline,
                shoulders,
                0.27 if side > 0 else 0.1,
                Cut("yoke", "yoke", rolls=(Roll((2,), 0.12, 0.08),), stitched=(2,), thick=0.15),
            )
        )
    return joined(
        [knits.front(tee, knits.CREW, "tee", "jersey", width=12)],
        knits.neckband(tee, "tee", "rib", drop=0.5, covered=True),
        body(wear, "jacket", "tricot", -9.5),
        yokes,
        collar(shirts.OPEN, below_collar, "yoke", "tricot"),
        sleeves(wear, "yoke", "tricot"),
        [zip_fastener(-9.3, HEM, lambda x, z: on(x, z) + 0.16, "zip")],
    )


def _tunic(figure: Figure) -> tuple[Piece, ...]:
    wear = Wear(figure, replace(SUITING, seed=6), folded=(0.9, 0.8))
    on = chest(wear)

    def over(x: F64, z: F64) -> F64:
        return on(x, z) + 0.16

    pockets = joined(*(flap_pocket(side, raised, "tunic", "wool") for side, raised in ((-1, on), (1, over))))
    buttons = [button((0.0, z), 0.95, lambda x, z: on(x, z) + 0.18, "buttons") for z in (-5.4, -13.0, -20.6, -28.2)]
    flaps = [button((side * 10.75, -17.9), 0.75, lambda x, z: on(x, z) + 0.55, "buttons") for side in (-1, 1)]
    return joined(
        body(wear, "tunic", "wool"),
        [front_stand(shirts.TUNIC, "tunic", "wool")],
        collar(shirts.TUNIC, plain_figure(figure, 0.2), "tunic", "wool", lift=0.6),
        sleeves(wear, "tunic", "wool", head=0.2),
        pockets,
        buttons,
        flaps,
    )


# --- designs

_SUIT_FABRICS: Final = {"wool": WOOL, "poplin": POPLIN, "silk": CLUB, "button": BUTTON}
_OPEN_NECK: Final = (5.95, 3.2, -1.0)
_CREW_NECK: Final = (6.0, 3.3, -1.0)

DESIGNS: Final[Mapping[str, Design]] = {
    "suit_notch_tie": Design(
        name="Suit with tie",
        name_zh="西装领带",
        tags=("men", "formal", "business"),
        skin_shown="neck",
        parts=("jacket", "shirt", "tie", "stripe"),
        colours={
            "navy": ("Navy", "藏青", ("#1B2438", "#ECEDEF", "#5B1622", "#B9B2AA")),
            "charcoal": ("Charcoal", "炭灰", ("#2C2E33", "#ECEDEF", "#1D2F57", "#8E9DB8")),
            "black": ("Black", "黑色", ("#141518", "#ECEDEF", "#1A1B1F", "#3A3C42")),
            "grey": ("Grey", "中灰", ("#565A62", "#ECEDEF", "#22345E", "#22345E")),
            "blue": ("Blue", "宝蓝", ("#24365F", "#E4ECF6", "#3A1220", "#A7A9B0")),
        },
        cut=_suit_notch_tie,
        fabrics=_SUIT_FABRICS,
        figure=MAN,
    ),
    "shirt_formal": Design(
        name="Formal shirt",
        name_zh="正装衬衫",
        tags=("men", "formal", "business", "summer"),
        skin_shown="neck",
        parts=("shirt", "buttons"),
        colours={
            "white": ("White", "白色", ("#E4E6E8", "#E6E3DA")),
            "light_blue": ("Light blue", "浅蓝", ("#BCD0E6", "#EDEDED")),
            "pink": ("Pale pink", "浅粉", ("#E6CCD0", "#F0EDEA")),
            "grey": ("Light grey", "浅灰", ("#B9BDC4", "#E4E4E4")),
            "black": ("Black", "黑色", ("#1B1C1F", "#2A2B2E")),
        },
        cut=_shirt_formal,
        fabrics={"poplin": POPLIN, "button": BUTTON},
        figure=MAN_SOFT,
        opening=-0.1,
    ),
    "knit_crew": Design(
        name="Crew-neck jumper",
        name_zh="圆领毛衣",
        tags=("unisex", "casual", "autumn", "winter"),
        skin_shown="neck",
        parts=("knit",),
        colours={
            "oatmeal": ("Oatmeal", "燕麦色", ("#CDBFA9",)),
            "navy": ("Navy", "藏青", ("#222C45",)),
            "grey": ("Grey", "灰色", ("#8C8F94",)),
            "burgundy": ("Burgundy", "酒红", ("#5A1F2B",)),
            "black": ("Black", "黑色", ("#1A1A1C",)),
        },
        cut=_knit_crew,
        fabrics={"knit": KNIT, "rib": RIB},
        figure=MAN_SOFT,
        opening=-1.0,
        neck_side=_CREW_NECK,
    ),
    "suit_women": Design(
        name="Women's suit",
        name_zh="女式西装",
        tags=("women", "formal", "business"),
        skin_shown="throat",
        parts=("jacket", "shell"),
        colours={
            "black": ("Black", "黑色", ("#17181B", "#EAEAE9")),
            "navy": ("Navy", "藏青", ("#1E2840", "#F1F0EC")),
            "grey": ("Grey", "灰色", ("#6A6D74", "#F1F0EC")),
            "beige": ("Beige", "米色", ("#BFAE97", "#F3EFE7")),
        },
        cut=_suit_women,
        fabrics={**_SUIT_FABRICS, "crepe": CREPE},
        figure=WOMAN,
        opening=-5.6,
        neck_side=(6.0, 3.0, -1.1),
    ),
    "turtleneck": Design(
        name="Turtleneck",
        name_zh="高领毛衣",
        tags=("unisex", "casual", "winter"),
        skin_shown="none",
        parts=("knit",),
        colours={
            "black": ("Black", "黑色", ("#1B1B1D",)),
            "cream": ("Cream", "奶白", ("#DDD4C4",)),
            "camel": ("Camel", "驼色", ("#9C7750",)),
            "grey": ("Grey", "灰色", ("#7F8288",)),
        },
        cut=_turtleneck,
        fabrics={"knit": KNIT, "rib": RIB},
        figure=MAN_SOFT,
        opening=2.5,
        neck_side=(6.0, 3.9, -0.9),
    ),
    "suit_open_collar": Design(
        name="Suit, open collar",
        name_zh="西装敞领",
        tags=("men", "business"),
        skin_shown="throat",
        parts=("jacket", "shirt", "buttons"),
        colours={
            "navy": ("Navy", "藏青", ("#1B2438", "#ECEDEF", "#E6E3DA")),
            "charcoal": ("Charcoal", "炭灰", ("#2C2E33", "#C3D4E8", "#E6E6E6")),
            "light_grey": ("Light grey", "浅灰", ("#85888E", "#ECEDEF", "#E6E3DA")),
        },
        cut=_suit_open,
        fabrics=_SUIT_FABRICS,
        figure=MAN,
        opening=-6.2,
        neck_side=_OPEN_NECK,
    ),
    "blouse": Design(
        name="Blouse",
        name_zh="女式衬衫",
        tags=("women", "business", "casual", "summer"),
        skin_shown="throat",
        parts=("shirt", "buttons"),
        colours={
            "white": ("White", "白色", ("#E6E6E6", "#E4DFD7")),
            "ivory": ("Ivory", "象牙白", ("#E9E1D2", "#EFE9DE")),
            "powder_blue": ("Powder blue", "雾蓝", ("#B4C6D9", "#E8E8E8")),
            "rose": ("Dusty rose", "豆沙粉", ("#C99BA0", "#E8DAD8")),
        },
        cut=_blouse,
        fabrics={"poplin": CREPE, "button": BUTTON},
        figure=WOMAN_SOFT,
        opening=-6.8,
        neck_side=(5.95, 3.0, -1.0),
    ),
    "tunic": Design(
        name="Tunic suit",
        name_zh="中山装",
        tags=("men", "formal", "traditional"),
        skin_shown="neck",
        parts=("tunic", "buttons"),
        colours={
            "black": ("Black", "黑色", ("#18191B", "#1F2022")),
            "navy": ("Navy", "藏青", ("#1F2A40", "#1A2233")),
            "grey": ("Grey", "灰色", ("#5C6068", "#4C5058")),
        },
        cut=_tunic,
        fabrics={"wool": replace(WOOL, seam=0.45, groove=0.03, mottle=0.03), "button": BUTTON},
        figure=MAN_SQUARE,
        opening=-0.2,
    ),
    "doctor_coat": Design(
        name="Doctor's coat",
        name_zh="白大褂",
        tags=("unisex", "medical"),
        skin_shown="neck",
        parts=("coat", "shirt", "tie", "stripe"),
        colours={
            "white": ("White, blue shirt", "白色配蓝衬衫", ("#E3E6E8", "#B4CAE3", "#22345E", "#6E7FA6")),
            "white_shirt": ("White, white shirt", "白色配白衬衫", ("#E3E6E8", "#E4E6E8", "#4A1A24", "#A79A98")),
            "pale_blue": ("Pale blue", "淡蓝", ("#C6DAE6", "#F0F2F4", "#27395C", "#27395C")),
        },
        cut=_doctor,
        fabrics={"drill": DRILL, "poplin": POPLIN, "silk": CLUB},
        figure=MAN,
    ),
    "polo": Design(
        name="Polo shirt",
        name_zh="POLO 衫",
        tags=("unisex", "casual", "summer"),
        skin_shown="throat",
        parts=("shirt", "collar", "buttons"),
        colours={
            "navy": ("Navy", "藏青", ("#1F2A47", "#1F2A47", "#2B3550")),
            "white": ("White", "白色", ("#E4E5E5", "#E4E5E5", "#E4E2DC")),
            "green": ("Bottle green", "墨绿", ("#1F4235", "#1F4235", "#E4E2DC")),
            "grey": ("Grey, dark collar", "灰色深领", ("#9A9DA2", "#2A2E38", "#E4E2DC")),
        },
        cut=_polo,
        fabrics={"pique": PIQUE, "collar": replace(RIB, relief=0.02, tone=0.12, seam=0.3), "button": BUTTON},
        figure=MAN_SOFT,
        opening=-6.0,
        neck_side=(5.95, 3.0, -1.0),
    ),
    "suit_peak_bow": Design(
        name="Dinner suit with bow tie",
        name_zh="戗驳领礼服",
        tags=("men", "formal"),
        skin_shown="neck",
        parts=("jacket", "facing", "shirt", "bow"),
        colours={
            "black": ("Black", "黑色", ("#131417", "#0F1012", "#ECEDEF", "#101114")),
            "midnight": ("Midnight blue", "午夜蓝", ("#151C30", "#0F1117", "#ECEDEF", "#0F1117")),
            "burgundy": ("Burgundy", "酒红", ("#431521", "#101114", "#ECEDEF", "#101114")),
        },
        cut=_suit_peak_bow,
        fabrics={**_SUIT_FABRICS, "satin": SATIN},
        figure=MAN,
    ),
    "school_blazer": Design(
        name="School blazer",
        name_zh="学院制服",
        tags=("unisex", "child", "school"),
        skin_shown="neck",
        parts=("jacket", "trim", "shirt", "tie", "stripe"),
        colours={
            "navy": ("Navy, white edge", "藏青白边", ("#1E2A48", "#D8D8DA", "#ECEDEF", "#7A1F2B", "#D0C8B8")),
            "green": ("Green, gold edge", "墨绿金边", ("#1C3B30", "#B79A58", "#ECEDEF", "#1C3B30", "#B79A58")),
            "grey": ("Grey, navy edge", "灰色蓝边", ("#7B7F87", "#1E2A48", "#ECEDEF", "#1E2A48", "#A9B4CC")),
        },
        cut=_school_blazer,
        fabrics={**_SUIT_FABRICS, "bound": BOUND},
        figure=replace(MAN, across=0.88, along=0.92),
    ),
    "school_tracksuit": Design(
        name="School tracksuit",
        name_zh="运动校服",
        tags=("unisex", "child", "school"),
        skin_shown="neck",
        parts=("jacket", "yoke", "piping", "tee", "zip"),
        colours={
            "blue": ("Blue and white", "蓝白", ("#E2E4E7", "#2450A0", "#D9DDE4", "#EEEFF0", "#B9BDC4")),
            "red": ("Red and white", "红白", ("#E2E4E7", "#A3222C", "#E2E4E7", "#EEEFF0", "#B9BDC4")),
            "navy": ("Navy", "藏青", ("#1F2B4A", "#17203A", "#D9DDE4", "#EEEFF0", "#8E949E")),
        },
        cut=_tracksuit,
        fabrics={
            "tricot": replace(PIQUE, weave="fine_knit", tone=0.05, mirror=0.3, rough=0.55),
            "yoke": replace(PIQUE, weave="fine_knit", tone=0.05, mirror=0.3, rough=0.55, trim=(0.45, "piping"), dash=0),
            "jersey": JERSEY,
            "rib": replace(RIB, relief=0.02, tone=0.08, light=0.6),
            "button": BUTTON,
        },
        figure=replace(MAN_SOFT, across=0.88, along=0.92),
        opening=-1.5,
        neck_side=_CREW_NECK,
    ),
    "shirt_child": Design(
        name="Child's shirt, round collar",
        name_zh="儿童圆领衬衫",
        tags=("child", "school", "summer"),
        skin_shown="neck",
        parts=("shirt", "buttons"),
        colours={
            "white": ("White", "白色", ("#E5E6E7", "#E6E3DA")),
            "sky": ("Sky blue", "天蓝", ("#AFCBE6", "#EEEEEE")),
            "yellow": ("Pale yellow", "浅黄", ("#EBDDA8", "#F2EEE4")),
        },
        cut=_shirt_child,
        fabrics={"poplin": replace(POPLIN, seam=0.3), "button": BUTTON},
        figure=CHILD,
        opening=-0.3,
        neck_side=(5.95, 3.1, -1.0),
    ),
    "shirt_tie": Design(
        name="Shirt with tie",
        name_zh="衬衫领带",
        tags=("men", "business", "summer"),
        skin_shown="neck",
        parts=("shirt", "tie", "stripe"),
        colours={
            "white": ("White", "白色", ("#E4E6E8", "#1D2F57", "#8E9DB8")),
            "light_blue": ("Light blue", "浅蓝", ("#BCD0E6", "#1F2A44", "#1F2A44")),
            "white_red": ("White, red tie", "白色红领带", ("#E4E6E8", "#6B1824", "#B9B2AA")),
        },
        cut=_shirt_tie,
        fabrics={"poplin": POPLIN, "silk": CLUB},
        figure=MAN_SOFT,
    ),
}
