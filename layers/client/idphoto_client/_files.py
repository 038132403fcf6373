"""The files that are handed in and printed: export and print sheets."""

from __future__ import annotations

from collections.abc import Sequence

from idphoto_client._answers import Export, Layout
from idphoto_client._flow import Flow, post
from idphoto_client._made import Made, Params, name_of
from idphoto_client._operation import operation


class Files:
    """Clean files, without a watermark."""

    @operation
    def export(
        self,
        result: Made,
        *,
        format: str | None = None,  # noqa: A002 - the API's own name
        dpi: int | None = None,
        kb: Params | None = None,
        spec_id: str | None = None,
        width_px: int | None = None,
        height_px: int | None = None,
        background: Params | None = None,
        crop_only: bool | None = None,
        outputs: Sequence[Params] | None = None,
        policy: str | None = None,
    ) -> Flow[Export]:
        """Return the clean file of a result, or several as ``outputs``, with the log of edits.

        What is not given is what the specification asks for. ``kb`` is ``{"min", "max"}``: the highest quality that
        fits is chosen. ``crop_only`` cuts the photo out of the source and changes nothing.
        """
        body = {
            "mt_generate_id": name_of(result),
            "format": format,
            "dpi": dpi,
            "kb": kb,
            "spec_id": spec_id,
            "width_px": width_px,
            "height_px": height_px,
            "background": background,
            "crop_only": crop_only,
            "outputs": outputs,
            "policy": policy,
        }
        return post(Export, "/export", body)

    @operation
    def layout(
        self,
        result: Made | None = None,
        *,
        photos: Sequence[Params] | None = None,
        paper: str | Params | None = None,
        dpi: int | None = None,
        rows: int | None = None,
        columns: int | None = None,
        turn: bool | None = None,
        gap_mm: float | None = None,
        margin_mm: float | None = None,
        bleed_mm: float | None = None,
        cut: str | None = None,
        captions: bool | None = None,
        watermark_id: str | None = None,
    ) -> Flow[Layout]:
        """Return a print sheet of one result, or of several ``photos``, as a picture and as a PDF in true size.

        ``paper`` is a name such as ``6inch`` or ``A4``, or ``{"width_mm", "height_mm"}``. As many photos as fit are
        laid where rows and columns are not given.
        """
        body = {
            "mt_generate_id": None if result is None else name_of(result),
            "photos": photos,
            "paper": paper,
            "dpi": dpi,
            "rows": rows,
            "columns": columns,
            "turn": turn,
            "gap_mm": gap_mm,
            "margin_mm": margin_mm,
            "bleed_mm": bleed_mm,
            "cut": cut,
            "captions": captions,
            "watermark_id": watermark_id,
        }
        return post(Layout, "/layout", body)
