"""Skin, hair or clothes: what each pixel of a person most likely is.

The colours of this very person are learned where the landmarks leave no doubt (cheeks, hair line, far below the chin),
every pixel is judged by these colours, by its texture and by where it lies, and the judgement is drawn to the picture's
own edges (cost-volume filtering: Rhemann et al. 2011; guided filter: He et al. 2013).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Matte, Rgb
from idphoto.portrait import Portrait
from idphoto.raster import in_shade, smoothstep
from idphoto.shapes import blur, face_width, in_channels, polygon_mask, reduced_size

WORK_FACE: Final = 96.0
"""The classes are judged in a picture in which the face is at most this wide, px."""

ROUNDS: Final = 3
"""Times that the colours are learned anew from the judgement before."""

SMOOTH_RADIUS: Final = 0.05
"""Window of the guided filter, in face widths: the narrowest lock or strap that is kept."""
SMOOTH_EPS: Final = 0.0008
"""What counts as flat for the guided filter: variance of a channel in 0..1."""

SKIN_COLOURED_CLOTHES: Final = 0.15
"""Weight of what lies where clothes are and has the colour of skin."""
TEXTURE_SAYS: Final = 0.8
"""Weight of the texture's likelihood beside the colour's."""

SHADES: Final = (0.85, 0.7, 0.58, 0.46)
SHADED_SHARE: Final = 0.15
"""Lightness of skin in shade (below the chin, beside the nose), relative to what is known, and how common that is."""

PALE: Final = (0.76, 0.14)
"""Saturation relative to the face's below which skin becomes unlikely, and how soon."""
COLOURLESS: Final = 3.0
"""Saturation of skin in a photo without colours."""

FEW: Final = 12
"""Pixels too few to learn a colour from."""

STEP: Final = (0.12, 0.88)
"""Shares of a class below and above which it is none and all."""

_BINS: Final = 32
_BIN_LOW: Final = np.array([0.0, -64.0, -64.0], np.float32)
_BIN_SIDE: Final = np.array([3.4, 4.0, 4.0], np.float32)
_FLAT: Final = 0.02 / _BINS**3
"""Likelihood of a colour that was never seen, so that a place may still decide."""

_SKIN, _HAIR, _CLOTHES = range(3)


def judge_classes(portrait: Portrait) -> tuple[Matte, Matte, Matte]:
    """Probabilities of skin, hair and clothes where a person is, each ``(H, W)``; they sum to one."""
    unit = face_width(portrait.landmarks)
    scale = min(1.0, WORK_FACE / unit)
    size = reduced_size(portrait.alpha.shape, scale)
    small = cv2.resize(portrait.rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else portrait.rgb
    alpha = cv2.resize(portrait.alpha, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    points = (portrait.landmarks[:, :2] + 0.5) * (np.array(size) / (portrait.width, portrait.height)) - 0.5
    study = _Study(small, alpha, points.astype(np.float32), unit * scale)
    posterior = study.judge()
    skin, hair, clothes = refine(posterior, small, alpha, study.unit, portrait.rgb)
    return skin, hair, clothes


class _Study:
    """The reduced picture and what is learned from it."""

    def __init__(self, rgb: Rgb, alpha: F32, points: F32, unit: float) -> None:
        self.alpha, self.unit, self.points = alpha, unit, points
        lab = cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
        light = lab[..., 0]
        # a* and b* over L* + 16 do not change with the exposure, so that shaded skin keeps its place.
        tint = lab[..., 1:] * (76 / (light + 16))[..., None]
        self.colour = np.concatenate([light[..., None], tint], axis=-1)
        index = np.clip((self.colour - _BIN_LOW) / _BIN_SIDE, 0, _BINS - 1).astype(np.int32)
        self.bins = (index[..., 0] * _BINS + index[..., 1]) * _BINS + index[..., 2]
        rough = blur(np.abs(light - blur(light, 0.012 * unit)), 0.025 * unit)
        self.rough = np.clip((np.log2(rough + 0.05) + 5) * 2, 0, 15).astype(np.int32)
        h, w = alpha.shape
        self.x = (np.arange(w, dtype=np.float32)[None] - points[mesh.CHIN, 0]) / unit + np.zeros((h, 1), np.float32)
        self.y = (np.arange(h, dtype=np.float32)[:, None] - points[mesh.CHIN, 1]) / unit + np.zeros((1, w), np.float32)
        self.oval = polygon_mask(points[list(mesh.FACE_OVAL)], alpha.shape)
        self.brow_y = float(points[list(mesh.LEFT_BROW + mesh.RIGHT_BROW), 1].mean() - points[mesh.CHIN, 1]) / unit
        self.ignored = self._features()

    def _features(self) -> F32:
        """Eyes, brows and mouth, which teach nothing about skin and hair."""
        total = np.zeros(self.alpha.shape, np.float32)
        for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE, mesh.LEFT_BROW, mesh.RIGHT_BROW, mesh.LIPS_OUTER):
            total = np.maximum(total, polygon_mask(self.points[list(ring)], self.alpha.shape))
        radius = max(1, round(0.03 * self.unit))
        return np.asarray(cv2.dilate(total, np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)), np.float32)

    def judge(self) -> F32:
        """Posterior ``(3, h, w)`` of skin, hair and clothes."""
        prior = self._prior()
        weights = self._seeds()
        for _ in range(ROUNDS):
            posterior = prior * self._likelihood(weights)
            posterior = posterior / np.maximum(posterior.sum(axis=0), 1e-12)
            posterior = self._flow(posterior)
            solid = (self.alpha > 0.9) * (1 - self.ignored)
            weights = np.asarray(np.where(posterior > 0.7, posterior, 0) * solid + self._anchor / 2, np.float32)
        return posterior

    def _seeds(self) -> F32:
        """Weights ``(3, h, w)`` of pixels that surely are skin, hair, clothes."""
        solid = (self.alpha > 0.97).astype(np.float32)
        skin = np.zeros_like(solid)
        for ring in _SKIN_SEEDS:
            skin = np.maximum(skin, polygon_mask(self.points[list(ring)], solid.shape))
        skin *= solid * (1 - self.ignored)
        known = self.colour[skin > 0.5]
        if len(known) < FEW:
            known = self.colour[self.oval * solid > 0.5]
        if len(known) < FEW:
            known = self.colour.reshape(-1, 3)
        middle = np.median(known, axis=0)
        spread = np.maximum(1.5 * np.median(np.abs(known - middle), axis=0), (5.0, 2.5, 2.5))
        distance = np.sqrt((((self.colour - middle) / spread) ** 2)[..., 1:].sum(axis=-1))
        light = (self.colour[..., 0] - middle[0]) / spread[0]
        self.tinted = self._tinted(middle)
        skin *= ((distance < 3) & (np.abs(light) < 3)).astype(np.float32)
        unlike = np.maximum(distance / 3, np.abs(light) / 4) > 1
        above = (self.y < self.brow_y - 0.12) & (self.oval < 0.05)
        hair = np.asarray(solid * above * unlike, np.float32)
        # Where the photo ends close below the chin, the clothes begin close below it too.
        deep = min(0.75, 0.5 * float(self.y[-1, 0]))
        clothes = solid * (self.y > deep) * (self.oval < 0.01) * ((light > 4) | (distance > 3))
        clothes = clothes + solid * (self.y > 1.0) * ~unlike * SKIN_COLOURED_CLOTHES
        if clothes.sum() < FEW:
            # Clothes of the skin's own tint, as all are in a photo without colours.
            clothes = solid * (self.y > max(deep, 0.4)) * (np.abs(self.x) < 0.5) * (self.oval < 0.01)
        beside = (np.abs(self.x) > 0.35) & (self.y < 1.4)
        clothes = np.where(beside, 0.1 * clothes, clothes).astype(np.float32)
        self._anchor = np.stack([skin, hair / 2, np.zeros_like(skin)])
        return np.stack([skin, hair, clothes])

    def _tinted(self, skin: F32) -> F32:
        """How far the saturation allows for skin, 0..1: below the chin, what is much paler than the face is cloth."""
        usual = float(np.hypot(skin[1], skin[2]))
        if usual < COLOURLESS:
            return np.ones_like(self.alpha)
        share = np.hypot(self.colour[..., 1], self.colour[..., 2]) / np.float32(usual)
        lack = np.maximum(np.float32(PALE[0]) - share, 0) / np.float32(PALE[1])
        below = smoothstep(self.y, 0.0, 0.1) * (1 - self.oval)
        return np.asarray(1 - below * (1 - np.exp(-lack * lack / 2)), np.float32)

    def _likelihood(self, weights: F32) -> F32:
        out = np.empty_like(weights)
        for kind in range(3):
            histogram = np.bincount(self.bins.ravel(), weights[kind].ravel(), _BINS**3)
            cube = _smooth_cube(histogram.reshape(_BINS, _BINS, _BINS).astype(np.float32))
            total = max(float(histogram.sum()), 1.0)
            texture = np.bincount(self.rough.ravel(), weights[kind].ravel(), 16).astype(np.float32)
            texture = np.convolve(texture, np.array((0.25, 0.5, 0.25), np.float32), "same") / np.float32(total)
            if kind == _SKIN:
                cube = cube + SHADED_SHARE * in_shade(cube, SHADES)
            likelihood = cube.ravel()[self.bins] / total + _FLAT
            if kind == _SKIN:
                likelihood = likelihood * self.tinted
            out[kind] = likelihood * (texture[self.rough] + np.float32(0.03)) ** np.float32(TEXTURE_SAYS)
        return out

    def _prior(self) -> F32:
        """How likely skin, hair and clothes are by the place alone, ``(3, h, w)``."""
        x, y, oval = np.abs(self.x), self.y, self.oval
        # Above and beside the face.
        hair = np.full_like(x, 0.8)
        skin = np.full_like(x, 0.15)
        clothes = np.full_like(x, 0.03)
        ears = (
            smoothstep(0.72 - x, 0.0, 0.15) * smoothstep(y, self.brow_y - 0.1, self.brow_y) * smoothstep(-y, 0.2, 0.3)
        )
        skin += 0.5 * ears
        # Below the chin: the neck in the middle, hair beside it, clothes farther down.
        below = smoothstep(y, -0.12, 0.1) * (1 - oval)
        deep = smoothstep(y, 0.15, 0.7)
        neck = smoothstep(0.5 - x, 0.0, 0.2)
        low = np.stack(
            [
                0.12 + 0.7 * neck * (1 - deep) + 0.1 * (1 - deep),
                0.03 + (0.4 - 0.33 * neck) * (1 - 0.75 * deep),
                0.045 + 0.5 * deep + 0.27 * smoothstep(y, 0.1, 0.4),
            ]
        )
        high = np.stack([skin, hair, clothes])
        prior = high * (1 - below) + low * below
        # Within the face.
        forehead = smoothstep(self.brow_y + 0.02 - y, 0.0, 0.1)
        # Lids lie in shadow, and a fringe does not hang below the brows in the middle of a face.
        middle = smoothstep(0.42 - x, 0.0, 0.12) * (1 - forehead) * smoothstep(-y, 0.45, 0.6)
        strands = 0.07 + 0.3 * forehead - 0.055 * middle
        face = np.stack([1 - strands, strands, np.full_like(x, 0.002)])
        inside = cv2.blur(oval, (3, 3))
        return np.asarray(prior * (1 - inside) + face * inside, np.float32)

    def _flow(self, posterior: F32) -> F32:
        """Let hair below the jaw count only where it hangs from the head, and draw all to the edges."""
        smooth = np.stack([blur(p, 0.02 * self.unit) for p in posterior])
        hair, reach = smooth[_HAIR], np.zeros_like(smooth[_HAIR])
        start = int(np.clip(self.points[mesh.CHIN, 1] - 0.25 * self.unit, 0, len(hair)))
        before = np.maximum(hair[start - 1 if start else 0], 0)
        fade, aside = np.float32(0.45 ** (1 / self.unit)), np.float32(0.97)
        for row in range(start, hair.shape[0]):
            spread = before.copy()
            np.maximum(spread[1:], before[:-1] * aside, out=spread[1:])
            np.maximum(spread[:-1], before[1:] * aside, out=spread[:-1])
            before = np.minimum(spread * fade, 1) * np.minimum(hair[row] * 2.2, 1)
            reach[row] = before
        blend = smoothstep(self.y, 0.0, 0.3) * (1 - self.oval)
        hanging = 1 + blend * (0.02 + 2.5 * reach - 1)
        out = posterior.copy()
        out[_HAIR] *= hanging
        out /= np.maximum(out.sum(axis=0), 1e-9)
        return np.asarray(out, np.float32)


_SKIN_SEEDS: Final = (
    (117, 118, 101, 36, 205, 187, 123),
    (346, 347, 330, 266, 425, 411, 352),
    (6, 122, 196, 3, 51, 45, 4, 275, 281, 248, 419, 351),
)
"""Rings on the cheeks and the back of the nose: skin that neither a fringe nor a beard grows over."""


def _smooth_cube(cube: F32) -> F32:
    for axis in range(3):
        for _ in range(2):
            cube = 0.5 * cube + 0.25 * (_shift(cube, axis, 1) + _shift(cube, axis, -1))
    return cube


def _shift(cube: F32, axis: int, by: int) -> F32:
    out = np.zeros_like(cube)
    source, target = [slice(None)] * 3, [slice(None)] * 3
    source[axis], target[axis] = (slice(None, -1), slice(1, None)) if by > 0 else (slice(1, None), slice(None, -1))
    out[tuple(target)] = cube[tuple(source)]
    return out


def refine(
    posterior: F32, small: Rgb, alpha: F32, unit: float, picture: Rgb, reach: float = SMOOTH_RADIUS
) -> tuple[Matte, ...]:
    """Draw classes to the edges of a picture and bring them to its size.

    Parameters
    ----------
    posterior
        ``(K, h, w)`` float32, what is known of each class in a reduced picture; sums to one.
    small, alpha
        ``(h, w, 3)`` uint8 and ``(h, w)`` float32 in 0..1: that picture.
    unit
        Face width in the reduced picture, px.
    picture
        ``(H, W, 3)`` uint8, the same in the size that is wanted.
    reach
        How far off its edge a class may be, in face widths.

    Returns
    -------
    tuple of Matte
        ``(H, W)`` each; they sum to one.
    """
    size = (picture.shape[1], picture.shape[0])
    guide = small.astype(np.float32) / np.float32(255)
    weight = alpha + np.float32(1e-3)
    radius = max(2, round(reach * unit))
    some = np.s_[::2, ::2]  # a quarter of the pixels tells the directions
    directions = np.stack([_discriminant(guide[some], mask[some], weight[some]) for mask in posterior])
    lines = cv2.transform(guide, directions)
    slopes, offsets = _guided(lines, cv2.merge(list(posterior)), weight, radius)
    fine = cv2.transform(picture.astype(np.float32), directions / np.float32(255))
    fine *= cv2.resize(slopes, size, interpolation=cv2.INTER_LINEAR)
    fine += cv2.resize(offsets, size, interpolation=cv2.INTER_LINEAR)
    np.clip(fine, 0, 1, out=fine)
    # Twice normalised: the sharpening needs shares, and no longer gives them.
    for sharpen in (True, False):
        total = cv2.transform(fine, np.ones((1, len(posterior)), np.float32))
        np.maximum(total, np.float32(1e-3), out=total)
        fine *= in_channels(1 / total, len(posterior))
        if sharpen:
            _sharpen(fine)
    masks = cv2.split(fine)
    rest = 1 - np.sum(masks[:-1], axis=0)
    return (*masks[:-1], np.asarray(np.maximum(rest, 0), np.float32))


def _sharpen(mask: F32) -> None:
    """Steepen the step between two classes, in place (a Hermite curve between the limits of :data:`STEP`)."""
    low, high = STEP
    mask -= np.float32(low)
    mask *= np.float32(1 / (high - low))
    np.clip(mask, 0, 1, out=mask)
    rest = mask * np.float32(-2)
    rest += np.float32(3)
    rest *= mask
    mask *= rest


def _discriminant(guide: F32, mask: F32, weight: F32) -> F32:
    """Direction ``(3,)`` in which a class differs most from the rest (Fisher 1936), of unit length."""
    inner, outer = (mask * weight).ravel(), ((1 - mask) * weight).ravel()
    flat = guide.reshape(-1, 3)
    means, scatter = [], np.eye(3, dtype=np.float32) * np.float32(1e-3)
    for weights in (inner, outer):
        total = max(float(weights.sum()), 1e-3)
        mean = weights @ flat / total
        away = flat - mean
        scatter = scatter + (away * weights[:, None]).T @ away / total
        means.append(mean)
    direction = np.linalg.solve(scatter, means[0] - means[1])
    return np.asarray(direction / max(float(np.linalg.norm(direction)), 1e-6), np.float32)


def _guided(lines: F32, masks: F32, weight: F32, radius: int) -> tuple[F32, F32]:
    """Slopes and offsets ``(h, w, 3)`` of the weighted guided filter, each class with its own guide."""
    side = (2 * radius + 1, 2 * radius + 1)
    count = lines.shape[2]
    share = in_channels(weight, count)

    def mean(field: F32) -> F32:
        return np.asarray(cv2.blur(field, side, borderType=cv2.BORDER_REFLECT), np.float32)

    inverse = in_channels(np.float32(1) / mean(weight), count)
    weighted = lines * share
    line_mean, mask_mean = mean(weighted) * inverse, mean(masks * share) * inverse
    variance = mean(lines * weighted) * inverse - line_mean * line_mean
    covariance = mean(masks * weighted) * inverse - line_mean * mask_mean
    slope = np.asarray(covariance / (np.maximum(variance, 0) + np.float32(SMOOTH_EPS)), np.float32)
    offset = np.asarray(mask_mean - slope * line_mean, np.float32)
    return np.asarray(mean(slope * share) * inverse), np.asarray(mean(offset * share) * inverse)
