"""From a render to a photo: a background, a camera's rendering of light, and what happens to files."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from parts.dress import PALETTE, linear
from parts.labels import NAMES, NOTHING
from parts.scene import SUPER, Render


def develop(render: Render, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return photo ``(h, w, 3)``, and classes, coverage and what is seen through lenses, each ``(h, w)``; all uint8."""
    height, width = (n // SUPER for n in render.classes.shape)
    classes = render.classes[: height * SUPER, : width * SUPER]
    light = render.light[: height * SUPER, : width * SUPER]
    person = (classes != NOTHING).astype(np.float32)
    exposure = _exposure(light, person, rng)
    colour = light * exposure
    back = _background(rng, height * SUPER, width * SUPER)
    if rng.random() < 0.5:
        back = back * np.clip(render.environment / render.environment.mean(), 0.5, 2)
    picture = np.where(person[..., None] > 0, colour, back).astype(np.float32)
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.3))
    picture = _shrink(picture)
    picture = _grade(picture, rng)
    picture = _degrade(picture, rng)
    lenses = render.lenses[: height * SUPER, : width * SUPER].astype(np.float32)
    shares = [np.rint(_shrink(field) * 255).astype(np.uint8) for field in (person, lenses)]
    return picture, _majority(classes, height, width), shares[0], shares[1]


def _shrink(field: np.ndarray) -> np.ndarray:
    return cv2.resize(field, (field.shape[1] // SUPER, field.shape[0] // SUPER), interpolation=cv2.INTER_AREA)


def _majority(classes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the class that most of a pixel's parts have, of those that have one."""
    blocks = classes.reshape(height, SUPER, width, SUPER)
    votes = np.stack([(blocks == k).sum(axis=(1, 3)) for k in range(len(NAMES))])
    return np.where(votes.sum(axis=0) > 0, votes.argmax(axis=0), NOTHING).astype(np.uint8)


def _exposure(light: np.ndarray, person: np.ndarray, rng: np.random.Generator) -> float:
    level = np.percentile(light[person > 0].mean(axis=1), rng.uniform(75, 96)) if person.any() else 1.0
    return float(np.exp(rng.normal(-0.25, 0.3)) / max(level, 1e-3) * 0.62)


def _noise(rng: np.random.Generator, h: int, w: int, octaves: tuple[int, ...]) -> np.ndarray:
    out = np.zeros((h, w), np.float32)
    for size in octaves:
        small = rng.standard_normal((max(2, h // size + 2), max(2, w // size + 2))).astype(np.float32)
        out += cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC) * (size / octaves[0])
    return out


def _background(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    kind = rng.choice(("plain", "gradient", "wall", "scene", "scene", "bokeh"), p=(0.28, 0.2, 0.12, 0.2, 0.1, 0.1))
    colour = linear(
        np.array(
            rng.choice(PALETTE)
            if rng.random() < 0.4
            else rng.choice(
                (
                    (255, 255, 255),
                    (240, 240, 240),
                    (67, 142, 219),
                    (200, 30, 40),
                    (200, 205, 210),
                    (128, 128, 130),
                    (40, 42, 45),
                )
            )
        )
        / 255
    )
    base = np.tile(colour.astype(np.float32), (h, w, 1))
    y, x = np.mgrid[:h, :w].astype(np.float32) / max(h, w)
    if kind in ("gradient", "wall"):
        turn = rng.uniform(0, 2 * np.pi)
        ramp = (np.cos(turn) * (x - 0.5) + np.sin(turn) * (y - 0.5)) * rng.uniform(0.3, 2)
        spot = np.exp(-((x - rng.uniform(0.2, 0.8)) ** 2 + (y - rng.uniform(0.1, 0.7)) ** 2) / rng.uniform(0.05, 0.4))
        base = base * np.exp(ramp + spot * rng.uniform(-0.5, 0.8))[..., None]
    if kind == "wall":
        base = base * np.exp(0.1 * _noise(rng, h, w, (200, 50, 12, 4)))[..., None]
        if rng.random() < 0.4:
            base *= np.where(np.sin(x * rng.uniform(30, 120)) > 0.9, 0.7, 1.0)[..., None]
    if kind in ("scene", "bokeh"):
        for k in range(3):
            base[..., k] *= np.exp(0.3 * _noise(rng, h, w, (220, 70)))
        for _ in range(int(rng.integers(4, 30))):
            shade = tuple(float(v) for v in linear(rng.uniform(0, 1, 3)) * rng.uniform(0.2, 1.5))
            at, size = (int(rng.integers(w)), int(rng.integers(h))), int(rng.uniform(0.02, 0.3) * max(h, w))
            if rng.random() < 0.6 and kind == "scene":
                end = (at[0] + int(rng.uniform(0.3, 2) * size), at[1] + int(rng.uniform(0.3, 6) * size))
                cv2.rectangle(base, at, end, shade, -1)
            else:
                cv2.circle(base, at, size // 2, shade, -1)
        base = base * np.exp(0.15 * _noise(rng, h, w, (30, 8)))[..., None]
        sigma = rng.uniform(0, 20) if kind == "scene" else rng.uniform(10, 40)
        if sigma > 0.5:
            base = cv2.GaussianBlur(base, (0, 0), sigma)
    grey = base.mean(axis=2, keepdims=True)
    base = grey + (base - grey) * rng.uniform(0.1, 0.9)
    return np.clip(base * np.exp(rng.normal(0, 0.3)), 0, 3)


def _grade(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """White balance, tone curve and colour; sRGB in 0..1."""
    picture = picture * np.exp(rng.normal(0, 0.08) * np.array((1, 0, -1)) + rng.normal(0, 0.03, 3))
    if rng.random() < 0.6:
        strength = rng.uniform(0.3, 1.0)
        filmic = picture * (2.51 * picture + 0.03) / (picture * (2.43 * picture + 0.59) + 0.14)
        picture = picture * (1 - strength) + filmic * strength
    picture = np.clip(picture, 0, 1)
    out = np.where(picture < 0.0031308, picture * 12.92, 1.055 * np.maximum(picture, 1e-6) ** (1 / 2.4) - 0.055)
    out = np.clip(out, 0, 1) ** np.exp(rng.normal(0, 0.12))
    out = (out - 0.5) * np.exp(rng.normal(0, 0.12)) + 0.5
    grey = out.mean(axis=2, keepdims=True)
    out = grey + (out - grey) * (0.0 if rng.random() < 0.04 else np.exp(rng.normal(0, 0.2)))
    if rng.random() < 0.15:
        out = out * rng.uniform(0.75, 1) + rng.uniform(0, 0.12)
    return np.clip(out, 0, 1)


def _degrade(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    h, w = picture.shape[:2]
    if rng.random() < 0.3:
        share = rng.uniform(0.4, 0.9)
        small = cv2.resize(picture, (int(w * share), int(h * share)), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.35:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.2)
        picture = picture + (picture - soft) * rng.uniform(0.2, 1.2)
    if rng.random() < 0.7:
        sigma = rng.uniform(0.002, 0.03)
        noise = rng.standard_normal((h, w, 3)) * np.where(rng.random() < 0.5, 1.0, 0.6)
        if rng.random() < 0.5:
            noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * 1.8
        picture = picture + noise * sigma
    out = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.8:
        stream = io.BytesIO()
        Image.fromarray(out).save(stream, "JPEG", quality=int(rng.integers(45, 97)))
        out = np.asarray(Image.open(stream).convert("RGB"))
    return out
