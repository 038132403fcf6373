"""On from a result: effects, and undo."""

from __future__ import annotations

from collections.abc import Sequence

from idphoto_client._answers import Result
from idphoto_client._flow import Flow, post
from idphoto_client._made import Made, name_of
from idphoto_client._operation import operation


class Edits:
    """Effects and undo; a result that has the effect already gets it anew, never twice."""

    @operation
    def effect(self, /, kind: str, result: Made, **params: object) -> Flow[Result]:
        """Apply any effect of the deployment, by its kind and its own parameters; see ``POST /<kind>``."""
        return _apply(kind, result, **params)

    @operation
    def lighting(
        self, result: Made, *, strength: float | None = None, fill: float | None = None, policy: str | None = None
    ) -> Flow[Result]:
        """Take side light off the face, and lift a face that got too little (``fill``)."""
        return _apply("lighting", result, strength=strength, fill=fill, policy=policy)

    @operation
    def skin(
        self, result: Made, *, strength: float | None = None, shine: float | None = None, policy: str | None = None
    ) -> Flow[Result]:
        """Even blotches and shine; complexion and texture stay."""
        return _apply("skin", result, strength=strength, shine=shine, policy=policy)

    @operation
    def glasses(
        self,
        result: Made,
        *,
        remove_glare: float | None = None,
        remove_frame: bool | None = None,
        policy: str | None = None,
    ) -> Flow[Result]:
        """Take glare off the lenses, or a thin frame off bare skin."""
        return _apply("glasses", result, remove_glare=remove_glare, remove_frame=remove_frame, policy=policy)

    @operation
    def gaze(self, result: Made, *, strength: float | None = None, policy: str | None = None) -> Flow[Result]:
        """Turn both eyes towards the camera."""
        return _apply("gaze", result, strength=strength, policy=policy)

    @operation
    def expression(
        self,
        result: Made,
        *,
        smile: float | None = None,
        close_mouth: float | None = None,
        neutral: float | None = None,
        eyes_open: float | None = None,
        policy: str | None = None,
    ) -> Flow[Result]:
        """Smile slightly, close the mouth, look neutral, open the eyes a little."""
        return _apply(
            "expression",
            result,
            smile=smile,
            close_mouth=close_mouth,
            neutral=neutral,
            eyes_open=eyes_open,
            policy=policy,
        )

    @operation
    def symmetry(
        self,
        result: Made,
        *,
        strength: float | None = None,
        shoulders: float | None = None,
        policy: str | None = None,
    ) -> Flow[Result]:
        """Move the shape of the face towards its mirror image, and level the shoulders."""
        return _apply("symmetry", result, strength=strength, shoulders=shoulders, policy=policy)

    @operation
    def beautify(
        self,
        result: Made,
        level: int | None = None,
        *,
        smooth: float | None = None,
        whiten: float | None = None,
        rosy: float | None = None,
        eyes: float | None = None,
        eyes_left: float | None = None,
        eyes_right: float | None = None,
        face_slim: float | None = None,
        face_slim_left: float | None = None,
        face_slim_right: float | None = None,
        jaw: float | None = None,
        nose: float | None = None,
        mouth: float | None = None,
        teeth: float | None = None,
        dark_circles: float | None = None,
        blemish: float | None = None,
        policy: str | None = None,
    ) -> Flow[Result]:
        """Retouch the face by a level from 0 to 5, by single values from 0 to 100, or by both.

        ``eyes`` and ``face_slim`` stand for both of their sides; left and right are the viewer's.
        """
        return _apply(
            "beautify",
            result,
            level=level,
            smooth=smooth,
            whiten=whiten,
            rosy=rosy,
            eyes=eyes,
            eyes_left=eyes_left,
            eyes_right=eyes_right,
            face_slim=face_slim,
            face_slim_left=face_slim_left,
            face_slim_right=face_slim_right,
            jaw=jaw,
            nose=nose,
            mouth=mouth,
            teeth=teeth,
            dark_circles=dark_circles,
            blemish=blemish,
            policy=policy,
        )

    @operation
    def makeup(
        self, result: Made, material_id: str | None = None, *, intensity: float | None = None, policy: str | None = None
    ) -> Flow[Result]:
        """Put on a look of :meth:`materials`, on the person's own colours."""
        return _apply("makeup", result, material_id=material_id, intensity=intensity, policy=policy)

    @operation
    def outfit(
        self,
        result: Made,
        material_id: str | None = None,
        *,
        color: str | None = None,
        fit: float | None = None,
        shoulder_width: float | None = None,
        height: float | None = None,
        shadow: float | None = None,
        policy: str | None = None,
    ) -> Flow[Result]:
        """Put on an outfit, in one of its colours (``color``) or ``#RRGGBB``; see :meth:`materials` for the outfits.

        ``fit``, ``shoulder_width`` and ``height`` run from -100 (tight, narrow, low) to 100.
        """
        return _apply(
            "outfit",
            result,
            material_id=material_id,
            color=color,
            fit=fit,
            shoulder_width=shoulder_width,
            height=height,
            shadow=shadow,
            policy=policy,
        )

    @operation
    def background(
        self,
        result: Made,
        color: str | None = None,
        *,
        gradient: int | None = None,
        end_color: str | None = None,
        policy: str | None = None,
    ) -> Flow[Result]:
        """Put a colour behind the person, or a gradient: 1 top to bottom, 2 outside to inside, 3 inside to outside."""
        return _apply("background", result, color=color, gradient=gradient, end_color=end_color, policy=policy)

    @operation
    def rollback(
        self, result: Made | None = None, *, without: Sequence[str] | None = None, to: Made | None = None
    ) -> Flow[Result]:
        """Take kinds of step out of a result, or return ``to`` an earlier or later one of the same photo."""
        body = {
            "mt_generate_id": None if result is None else name_of(result),
            "without": without,
            "to": None if to is None else name_of(to),
        }
        return post(Result, "/rollback", body)


def _apply(kind: str, result: Made, /, **params: object) -> Flow[Result]:
    return post(Result, f"/{kind}", {"mt_generate_id": name_of(result), **params})
