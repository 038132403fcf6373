"""The photographer's studio: cloth, lamps and camera in Blender, and the pictures that a garment file holds.

Needs ``bpy``, which is GPL: it makes the pictures, and no part of it is in what this project ships or runs.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import bpy
import numpy as np
from mathutils import Vector
from wardrobe import fabric as fabrics
from wardrobe.fabric import Fabric
from wardrobe.form import CUT_BOTTOM, CUT_TOP, CUT_X, F64, NECK_AT, NECK_D, NECK_LEAN, NECK_X, Figure
from wardrobe.sheet import Piece

DISTANCE: Final = 260.0
"""From the camera to the plane through the ears, cm."""
EYE: Final = 9.0
"""Height of the camera above the pit of the neck, cm: near that of the eyes."""
ALBEDO: Final = 0.5
TONE: Final = 0.5
"""Level of the unchanged tone in its own picture."""
_FLAT_SAMPLES: Final = 9
_NEAR_NECK: Final = (-13.0, -8.0, 13.0, CUT_TOP)
"""What lies behind the neck is seen within this window only: left, bottom, right, top, cm."""
_CHROMA_FREE: Final = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Quality:
    """Pixels per centimetre, and samples per pixel."""

    px_per_cm: float = 24.0
    samples: int = 12
    threads: int = 1
    window: tuple[float, float, float, float] | None = None
    """Left, bottom, right and top of what alone is photographed, cm, to look at; all by default."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return round(2 * CUT_X * self.px_per_cm), round((CUT_TOP - CUT_BOTTOM) * self.px_per_cm)


@dataclass(frozen=True, eq=False)
class Shots:
    """Pictures of one layer as linear light: ``(H, W)`` shade, gloss, opacity, and ``(N, H, W)`` coverage of parts."""

    shade: F64
    gloss: F64
    opacity: F64
    parts: F64


def projected(place: Sequence[float], px_per_cm: float) -> tuple[float, float]:
    """Where a point ``x, z, d`` is in the picture, px."""
    x, z, d = place
    nearer = DISTANCE / (DISTANCE - d)
    return (CUT_X + x * nearer) * px_per_cm - 0.5, (CUT_TOP - EYE - (z - EYE) * nearer) * px_per_cm - 0.5


def photograph(
    pieces: Sequence[Piece], cloths: Mapping[str, Fabric], parts: Sequence[str], figure: Figure, quality: Quality
) -> dict[bool, Shots]:
    """Take all pictures of a garment; the keys tell the layer behind the neck from that before it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    _camera(scene, quality)
    lamps = _lamps(scene)
    _person(figure)
    dyed = {
        (piece.fabric, piece.part): _Dyed(f"{piece.fabric}.{piece.part}", cloths[piece.fabric], piece.part, parts)
        for piece in pieces
    }
    objects = [(piece.behind, _object(scene, piece, dyed[piece.fabric, piece.part].material)) for piece in pieces]
    shots: dict[bool, Shots] = {}
    for behind in (False, True):
        for layer, thing in objects:
            thing.visible_camera = layer == behind
        shots[behind] = _layer(scene, list(dyed.values()), lamps, len(parts), quality, behind=behind)
    return shots


def _layer(
    scene: Any, dyed: Sequence[_Dyed], lamps: Sequence[Any], count: int, quality: Quality, *, behind: bool
) -> Shots:
    def show(output: str, channel: int = 0) -> None:
        for cloth in dyed:
            cloth.show(output, channel)

    render = scene.render
    left, bottom, right, top = quality.window or _NEAR_NECK
    render.use_border = behind or quality.window is not None
    width, height = 2 * CUT_X, CUT_TOP - CUT_BOTTOM
    render.border_min_x, render.border_max_x = (left + CUT_X) / width, (right + CUT_X) / width
    render.border_min_y, render.border_max_y = (bottom - CUT_BOTTOM) / height, (top - CUT_BOTTOM) / height
    _sampling(scene, quality.samples, lit=True)
    show("shade")
    shade = _render(scene)
    _sampling(scene, quality.samples // 2, lit=True)
    show("gloss")
    gloss = _render(scene)
    _sampling(scene, _FLAT_SAMPLES, lit=False)
    for lamp in lamps:
        lamp.hide_render = True
    masks = []
    for channel in range(0, count + 1, 3):
        show("parts", channel)
        masks.append(_render(scene))
    for lamp in lamps:
        lamp.hide_render = False
    opacity = masks[0][..., 3]
    covered = np.maximum(opacity, 1e-4)[..., None]
    flat = np.concatenate([mask[..., :3] / covered for mask in masks], -1)
    straight = np.maximum(shade[..., 3], 1e-4)
    return Shots(
        # The tone of the threads is multiplied here, where no denoiser can mistake it for noise.
        shade=shade[..., 1] / straight * flat[..., count] / TONE,
        gloss=gloss[..., 1] / np.maximum(gloss[..., 3], 1e-4),
        opacity=opacity,
        parts=np.moveaxis(flat[..., :count], -1, 0),
    )


# --- scene


def _camera(scene: Any, quality: Quality) -> None:

    middle = (CUT_TOP + CUT_BOTTOM) / 2
    camera = bpy.data.cameras.new("camera")
    camera.sensor_width = 36
    camera.lens = 36 * DISTANCE / (2 * CUT_X)
    camera.shift_y = (middle - EYE) / (2 * CUT_X)
    camera.clip_start, camera.clip_end = 10, 1000
    thing = bpy.data.objects.new("camera", camera)
    thing.location = (0, -DISTANCE, EYE)
    thing.rotation_euler = (math.pi / 2, 0, 0)
    scene.collection.objects.link(thing)
    scene.camera = thing
    scene.render.resolution_x, scene.render.resolution_y = quality.size
    scene.render.film_transparent = True
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.render.threads_mode, scene.render.threads = "FIXED", quality.threads
    scene.view_settings.view_transform = "Raw"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    scene.render.image_settings.color_mode = "RGBA"


def _sampling(scene: Any, samples: int, *, lit: bool) -> None:
    cycles = scene.cycles
    cycles.samples = samples
    cycles.seed = 1
    cycles.use_adaptive_sampling = lit
    cycles.adaptive_threshold = 0.03
    cycles.use_denoising = lit
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = (3, 3, 1) if lit else (0, 0, 0)
    cycles.caustics_reflective = cycles.caustics_refractive = False
    scene.cycles.filter_width = 1.3


def _lamps(scene: Any) -> list[Any]:
    """Set up a large soft key from the viewer's upper left, a nearly equal fill, and light from all around."""
    world = bpy.data.worlds.new("world")
    scene.world = world
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = _CHROMA_FREE
    world.node_tree.nodes["Background"].inputs[1].default_value = 0.24
    lamps = [
        _lamp(scene, (-120, -140, 150), (0, 0, -8), 70, 455_000),
        _lamp(scene, (150, -150, 95), (0, 0, -8), 100, 245_000),
        _lamp(scene, (0, 90, 140), (0, 0, 0), 80, 60_000),
    ]
    world.cycles_visibility.camera = False
    return lamps


def _lamp(scene: Any, place: tuple[float, ...], target: tuple[float, ...], size: float, energy: float) -> Any:
    light = bpy.data.lights.new("lamp", "AREA")
    light.shape, light.size, light.energy = "DISK", size, energy
    lamp = bpy.data.objects.new("lamp", light)
    lamp.location = place
    lamp.rotation_euler = (Vector(target) - Vector(place)).to_track_quat("-Z", "Y").to_euler()
    scene.collection.objects.link(lamp)
    return lamp


def _person(figure: Figure) -> None:
    """Set up head and neck: unseen, but they cast shadow and throw back light."""
    across, along = figure.across, figure.along
    deep = (across + along) / 2
    skin = bpy.data.materials.new("skin")
    skin.use_nodes = True
    skin.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.36, 0.36, 0.36, 1)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=32, location=(0, -1.5, 17.0))
    head = bpy.context.object
    head.scale = (7.4, 9.0, 11.3)
    bpy.ops.mesh.primitive_cylinder_add(
        vertices=64, radius=1, depth=20, location=(0, -deep * (NECK_AT + NECK_LEAN * 3), 3)
    )
    neck = bpy.context.object
    neck.scale = ((NECK_X - 0.35) * across, (NECK_D - 0.35) * deep, 1)
    neck.rotation_euler = (math.atan(NECK_LEAN), 0, 0)
    for thing in (head, neck):
        thing.data.materials.append(skin)
        thing.visible_camera = False
        thing.data.polygons.foreach_set("use_smooth", np.ones(len(thing.data.polygons), bool))


def _object(scene: Any, piece: Piece, material: Any) -> Any:
    mesh = bpy.data.meshes.new(piece.part)
    place = piece.place[:, [0, 2, 1]] * [1, -1, 1]
    faces = piece.faces.astype(np.int32)
    mesh.vertices.add(len(place))
    mesh.vertices.foreach_set("co", place.astype(np.float32).ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, 3, dtype=np.int32))
    mesh.polygons.foreach_set("loop_total", np.full(len(faces), 3, np.int32))
    layer = mesh.uv_layers.new(name="thread")
    layer.data.foreach_set("uv", (piece.thread[faces.ravel()] / fabrics.TILE).astype(np.float32).ravel())
    for name, values in (("edge", piece.edge), ("along", piece.along)):
        attribute = mesh.attributes.new(name, "FLOAT", "POINT")
        attribute.data.foreach_set("value", values.astype(np.float32))
    mesh.update(calc_edges=True)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    thing = bpy.data.objects.new(piece.part, mesh)
    mesh.materials.append(material)
    scene.collection.objects.link(thing)
    return thing


def _render(scene: Any) -> F64:
    """Render to ``(H, W, 4)`` linear light, colours multiplied by opacity."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shot.exr"
        scene.render.filepath = str(file)
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(str(file))
        width, height = image.size
        pixels = np.empty(width * height * 4, np.float32)
        image.pixels.foreach_get(pixels)
        bpy.data.images.remove(image)
    return pixels.reshape(height, width, 4)[::-1].astype(np.float64)


# --- cloth


class _Dyed:
    """The material of one fabric in one part, which can show its shading, its gloss, or which part it is."""

    def __init__(self, name: str, cloth: Fabric, part: str, parts: Sequence[str]) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        tree = self.material.node_tree
        tree.nodes.clear()
        self._net = _Net(tree)
        self._output = tree.nodes.new("ShaderNodeOutputMaterial")
        self._parts = list(parts)
        self._part = part
        self._other, self._share = self._second_part(cloth)
        normal, tone = self._surface(cloth)
        self._tone = tone
        self._shaders = {"shade": self._shade(cloth, normal), "gloss": self._gloss(cloth, normal)}
        self._flat = tree.nodes.new("ShaderNodeEmission")
        self._shaders["parts"] = self._flat.outputs[0]

    def show(self, output: str, channel: int) -> None:
        """Let the camera see one of the three; of the parts, those of three channels from the given one."""
        if output == "parts":
            self._paint(channel)
        self._net.link(self._shaders[output], self._output.inputs["Surface"])

    def _paint(self, channel: int) -> None:
        net = self._net
        together = net.node("ShaderNodeCombineColor")
        for at, socket in enumerate(together.inputs):
            index = channel + at
            if index == len(self._parts):
                net.link(net.math("MULTIPLY", self._tone, TONE), socket)
                continue
            part = self._parts[index] if index < len(self._parts) else None
            socket.default_value = float(part == self._part)
            if self._share is not None and part in {self._part, self._other}:
                share = self._share if part == self._other else net.math("SUBTRACT", 1.0, self._share)
                net.link(share, socket)
        net.link(together.outputs[0], self._flat.inputs["Color"])

    def _second_part(self, cloth: Fabric) -> tuple[str, Any]:
        net = self._net
        if cloth.pattern is not None:
            name, part = cloth.pattern
            return part, net.tile(f"pattern.{name}", fabrics.pattern(name))
        if cloth.trim is not None:
            width, part = cloth.trim
            edge = net.attribute("edge")
            return part, net.math("MULTIPLY", net.math("SUBTRACT", width, edge), 40.0, clamp=True)
        return self._part, None

    def _surface(self, cloth: Fabric) -> tuple[Any, Any]:
        """Return the normal, and the factor of the reflectance."""
        net = self._net
        weave = net.tile(f"weave.{cloth.weave}", fabrics.tile(cloth.weave))
        cloud = net.noise(0.45, 3.0)
        tone = net.math("MULTIPLY_ADD", net.math("SUBTRACT", weave, 0.5), 2 * cloth.tone, 1.0)
        tone = net.math("MULTIPLY_ADD", net.math("SUBTRACT", cloud, 0.5), 2 * cloth.mottle, tone)
        edge, along = net.attribute("edge"), net.attribute("along")
        seam = _bell(net, edge, cloth.seam, 0.055)
        height = net.math("MULTIPLY", seam, -cloth.groove)
        if cloth.dash:
            wave = net.math("SINE", net.math("MULTIPLY", along, 2 * math.pi / cloth.dash))
            stitch = net.math("MULTIPLY", _bell(net, edge, cloth.seam, 0.035), net.math("GREATER_THAN", wave, -0.45))
            height = net.math("MULTIPLY_ADD", stitch, cloth.groove * 1.5, height)
            # A stitch casts a small shadow beside it.
            tone = net.math("MULTIPLY_ADD", seam, -0.16, tone)
            tone = net.math("MULTIPLY_ADD", stitch, 0.14, tone)
        height = net.math("MULTIPLY_ADD", weave, cloth.relief, height)
        height = net.math("MULTIPLY_ADD", net.noise(1.3, 2.0), cloth.mottle * 0.8, height)
        bump = net.node("ShaderNodeBump")
        bump.inputs["Distance"].default_value = 1.0
        bump.inputs["Strength"].default_value = 1.0
        net.link(height, bump.inputs["Height"])
        return bump.outputs[0], tone

    def _shade(self, cloth: Fabric, normal: Any) -> Any:
        net = self._net
        seen = net.node("ShaderNodeLightPath").outputs["Is Camera Ray"]
        base = net.math("MULTIPLY_ADD", seen, ALBEDO - cloth.light, cloth.light)
        shader = net.node("ShaderNodeBsdfDiffuse")
        shader.inputs["Roughness"].default_value = 0.6
        net.link(base, shader.inputs["Color"])
        net.link(normal, shader.inputs["Normal"])
        return shader.outputs[0]

    def _gloss(self, cloth: Fabric, normal: Any) -> Any:
        shader = self._net.node("ShaderNodeBsdfPrincipled")
        for name, value in (
            ("Roughness", cloth.rough),
            ("Specular IOR Level", cloth.mirror),
            ("Sheen Weight", cloth.fuzz),
            ("Sheen Roughness", 0.5),
        ):
            shader.inputs[name].default_value = value
        shader.inputs["Base Color"].default_value = (0, 0, 0, 1)
        shader.inputs["Sheen Tint"].default_value = _CHROMA_FREE
        self._net.link(normal, shader.inputs["Normal"])
        return shader.outputs[0]


class _Net:
    """A node tree, written as expressions."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    def node(self, kind: str, **settings: Any) -> Any:
        node = self.tree.nodes.new(kind)
        for name, value in settings.items():
            setattr(node, name, value)
        return node

    def link(self, source: Any, target: Any) -> None:
        self.tree.links.new(source, target)

    def math(self, operation: str, *operands: Any, clamp: bool = False) -> Any:
        node = self.node("ShaderNodeMath", operation=operation, use_clamp=clamp)
        for socket, operand in zip(node.inputs, operands, strict=False):
            if isinstance(operand, int | float):
                socket.default_value = operand
            else:
                self.link(operand, socket)
        return node.outputs[0]

    def attribute(self, name: str) -> Any:
        return self.node("ShaderNodeAttribute", attribute_name=name).outputs["Fac"]

    def noise(self, scale: float, detail: float) -> Any:
        node = self.node("ShaderNodeTexNoise")
        node.inputs["Scale"].default_value, node.inputs["Detail"].default_value = scale, detail
        self.link(self.node("ShaderNodeTexCoord").outputs["Object"], node.inputs["Vector"])
        return node.outputs["Fac"]

    def tile(self, name: str, values: F64) -> Any:
        node = self.node("ShaderNodeTexImage", extension="REPEAT", interpolation="Linear")
        node.image = bpy.data.images.get(name) or _image(name, values)
        self.link(self.node("ShaderNodeUVMap", uv_map="thread").outputs[0], node.inputs["Vector"])
        return node.outputs["Color"]


def _bell(net: _Net, edge: Any, middle: float, width: float) -> Any:
    offset = net.math("DIVIDE", net.math("SUBTRACT", edge, middle), width)
    return net.math("EXPONENT", net.math("MULTIPLY", net.math("MULTIPLY", offset, offset), -1.0))


def _image(name: str, values: F64) -> Any:
    side = len(values)
    image = bpy.data.images.new(name, side, side, float_buffer=True, is_data=True)
    pixels = np.ones((side, side, 4), np.float32)
    pixels[..., :3] = values[..., None]
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    return image
