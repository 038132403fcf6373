"""The pictures behind the links of answers."""

from __future__ import annotations

from pathlib import Path

from idphoto_client._answers import Image
from idphoto_client._flow import Flow
from idphoto_client._operation import operation
from idphoto_client._source import download


class Pictures:
    """Pictures in memory and on disk."""

    @operation
    def fetch(self, image: str | Image) -> Flow[bytes]:
        """Return the bytes behind a picture or a link of an answer."""
        return download(image if isinstance(image, str) else image.url)

    @operation
    def save(self, image: str | Image, path: str | Path) -> Flow[Path]:
        """Write the picture behind a link of an answer to a file; folders are made."""
        content = yield from download(image if isinstance(image, str) else image.url)
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target
