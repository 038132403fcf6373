"""The specifications, a page at a time."""

from __future__ import annotations

from idphoto.specs import Document, search_specs

from idphoto_service.contract import SpecsAnswer


def list_specs(
    query: str, country: str | None, kind: Document | None, limit: int, start: int, request_id: str
) -> SpecsAnswer:
    """Return the specifications that match, from ``start`` on, at most ``limit`` of them."""
    found = search_specs(query, country, kind)
    page = found[start : start + limit]
    end = start + len(page)
    return SpecsAnswer(
        request_id=request_id,
        specs=[spec.model_dump(mode="json") for spec in page],
        total=len(found),
        next=end if end < len(found) else None,
    )
