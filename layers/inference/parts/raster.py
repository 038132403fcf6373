"""Rasterising in numba: triangles and strands into buffers of depth, and how much light reaches a point."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, fastmath=True)
def draw_triangles(xyz, triangles, level, first, depth, owner, bary):
    """Draw triangles of screen places ``xyz`` (x, y px, z depth) into the buffers.

    ``level`` says where a surface is at all: fragments with an interpolated value below zero are left out.
    ``owner`` takes ``first`` plus the triangle's number, ``bary`` two barycentric coordinates.
    """
    height, width = depth.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        la, lb, lc = level[a], level[b], level[c]
        if la < 0 and lb < 0 and lc < 0:
            continue
        ax, ay, az = xyz[a, 0], xyz[a, 1], xyz[a, 2]
        bx, by, bz = xyz[b, 0], xyz[b, 1], xyz[b, 2]
        cx, cy, cz = xyz[c, 0], xyz[c, 1], xyz[c, 2]
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if abs(area) < 1e-9:
            continue
        x0 = max(0, int(np.ceil(min(ax, bx, cx) - 0.5)))
        x1 = min(width - 1, int(np.floor(max(ax, bx, cx) - 0.5)))
        y0 = max(0, int(np.ceil(min(ay, by, cy) - 0.5)))
        y1 = min(height - 1, int(np.floor(max(ay, by, cy) - 0.5)))
        for y in range(y0, y1 + 1):
            py = y + 0.5
            for x in range(x0, x1 + 1):
                px = x + 0.5
                u = ((bx - px) * (cy - py) - (cx - px) * (by - py)) / area
                if u < 0:
                    continue
                v = ((cx - px) * (ay - py) - (ax - px) * (cy - py)) / area
                if v < 0:
                    continue
                w = 1 - u - v
                if w < 0:
                    continue
                z = u * az + v * bz + w * cz
                if z < depth[y, x] and u * la + v * lb + w * lc >= 0:
                    depth[y, x] = z
                    owner[y, x] = first + t
                    bary[y, x, 0] = u
                    bary[y, x, 1] = v


@numba.njit(cache=True, fastmath=True)
def draw_strands(xyz, colour, mark, taper, depth, picture, label):
    """Draw strands ``(S, K, 3)`` one px wide, their ends thinned out to nothing by ``taper`` (share of the length)."""
    height, width = depth.shape
    count, points = xyz.shape[0], xyz.shape[1]
    for s in range(count):
        state = np.uint32(s * 747796405 + 2891336453)
        for k in range(points - 1):
            ax, ay, az = xyz[s, k, 0], xyz[s, k, 1], xyz[s, k, 2]
            bx, by, bz = xyz[s, k + 1, 0], xyz[s, k + 1, 1], xyz[s, k + 1, 2]
            steps = int(max(abs(bx - ax), abs(by - ay))) + 1
            if steps > 400:
                continue
            for i in range(steps):
                f = i / steps
                x, y = int(ax + (bx - ax) * f), int(ay + (by - ay) * f)
                if x < 0 or y < 0 or x >= width or y >= height:
                    continue
                t = (k + f) / (points - 1)
                if t > 1 - taper:
                    state = np.uint32(state * np.uint32(1664525) + np.uint32(1013904223))
                    if (state >> np.uint32(8)) / 16777216.0 < (t - 1 + taper) / taper * 0.8:
                        continue
                z = az + (bz - az) * f
                if z < depth[y, x]:
                    depth[y, x] = z
                    label[y, x] = mark
                    for q in range(3):
                        picture[y, x, q] = colour[s, k, q] * (1 - f) + colour[s, k + 1, q] * f


@numba.njit(cache=True, fastmath=True)
def splat(xyz, depth):
    """Enter points ``(N, 3)`` into a map of depth."""
    height, width = depth.shape
    for i in range(xyz.shape[0]):
        x, y = int(xyz[i, 0]), int(xyz[i, 1])
        if 0 <= x < width and 0 <= y < height and xyz[i, 2] < depth[y, x]:
            depth[y, x] = xyz[i, 2]


@numba.njit(cache=True, fastmath=True)
def turn(p, matrix, middle, scale, shift):
    """Return places ``(N, 3)`` about ``middle``, turned by ``matrix``; the first two in px, the third in cm."""
    out = np.empty((p.shape[0], 3), np.float32)
    for i in range(p.shape[0]):
        x, y, z = p[i, 0] - middle[0], p[i, 1] - middle[1], p[i, 2] - middle[2]
        for k in range(3):
            out[i, k] = x * matrix[0, k] + y * matrix[1, k] + z * matrix[2, k]
        out[i, 0] = out[i, 0] * scale + shift
        out[i, 1] = out[i, 1] * scale + shift
    return out


@numba.njit(cache=True, fastmath=True)
def light_strands(xyz, along, depth, direction, radiance, shine, glow):
    """Add to ``glow`` ``(N, 3)`` what points of strands along unit vectors ``(N, 3)`` send ahead of a light.

    Diffuse light goes by the sine, with a highlight (Kajiya and Kay 1989). ``xyz`` is where the light sees the points;
    less of it reaches those that are behind what the map ``depth`` shows first, cm.
    """
    height, width = depth.shape
    for i in range(xyz.shape[0]):
        x, y = int(xyz[i, 0]), int(xyz[i, 1])
        open_ = 1.0
        if 0 <= x < width and 0 <= y < height:
            behind = xyz[i, 2] - depth[y, x] - 0.15
            if behind > 0:
                open_ = np.exp(-behind / 0.9)
        across = along[i, 2]
        against = along[i, 0] * direction[0] + along[i, 1] * direction[1] + across * direction[2]
        sine = np.sqrt(max(0.0, 1 - against * against))
        gleam = max(0.0, sine * np.sqrt(max(0.0, 1 - across * across)) - against * across)
        gleam = gleam * gleam * gleam
        gleam = gleam * gleam
        share = open_ * (0.6 * sine + 0.4 * shine * gleam * gleam)
        for k in range(3):
            glow[i, k] += share * radiance[k]


@numba.njit(cache=True, fastmath=True)
def reach(xyz, depth, bias, soft):
    """Share of light that reaches points: falls with how far, cm, a point is behind what the map shows first."""
    height, width = depth.shape
    out = np.empty(xyz.shape[0], np.float32)
    for i in range(xyz.shape[0]):
        x, y = xyz[i, 0] - 0.5, xyz[i, 1] - 0.5
        x0, y0 = int(np.floor(x)), int(np.floor(y))
        fx, fy = x - x0, y - y0
        total = 0.0
        for j in range(2):
            for k in range(2):
                px, py = x0 + k, y0 + j
                weight = (fx if k else 1 - fx) * (fy if j else 1 - fy)
                behind = 0.0
                if 0 <= px < width and 0 <= py < height:
                    behind = xyz[i, 2] - depth[py, px] - bias
                total += weight * (1.0 if behind <= 0 else np.exp(-behind / soft))
        out[i] = total
    return out


@numba.njit(cache=True, fastmath=True)
def value_noise(p, seed):
    """Smooth noise of places ``(N, 3)``, -1..1, one cell a unit."""
    out = np.empty(p.shape[0], np.float32)
    for i in range(p.shape[0]):
        x, y, z = p[i, 0], p[i, 1], p[i, 2]
        xi, yi, zi = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
        fx, fy, fz = x - xi, y - yi, z - zi
        fx, fy, fz = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy), fz * fz * (3 - 2 * fz)
        total = 0.0
        for a in range(2):
            for b in range(2):
                for c in range(2):
                    h = np.uint32((xi + a) * 73856093) ^ np.uint32((yi + b) * 19349663)
                    h = np.uint32(h ^ np.uint32((zi + c) * 83492791) ^ np.uint32(seed * 2654435761))
                    h = np.uint32((h ^ (h >> np.uint32(15))) * np.uint32(2246822519))
                    h = np.uint32(h ^ (h >> np.uint32(13)))
                    w = (fx if a else 1 - fx) * (fy if b else 1 - fy) * (fz if c else 1 - fz)
                    total += w * (h / 2147483648.0 - 1)
        out[i] = total
    return out
