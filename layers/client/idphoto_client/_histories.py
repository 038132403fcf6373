"""A photo's history, and its end."""

from __future__ import annotations

from idphoto_client._answers import Erased, History
from idphoto_client._flow import Flow, delete, get, path_of
from idphoto_client._operation import operation


class Histories:
    """What was done to a photo."""

    @operation
    def history_page(self, out_request_id: str, *, limit: int | None = None, start: str | None = None) -> Flow[History]:
        """Return a page of a photo's steps; ``next`` is the ``start`` of the next one."""
        return get(History, path_of("/photos", out_request_id), limit=limit, start=start)

    @operation
    def history(self, out_request_id: str) -> Flow[History]:
        """Return all steps of a photo, the oldest first, and which one is current."""
        whole = yield from get(History, path_of("/photos", out_request_id))
        while whole.next is not None:
            page = yield from get(History, path_of("/photos", out_request_id), start=whole.next)
            whole = page.model_copy(update={"steps": [*whole.steps, *page.steps]})
        return whole

    @operation
    def erase(self, out_request_id: str) -> Flow[Erased]:
        """Delete everything of this person now; no id and no link of the photo works afterwards."""
        return delete(Erased, path_of("/photos", out_request_id))
