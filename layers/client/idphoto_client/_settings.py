"""Where the API is and which key it takes: named, from the environment, or those of the local stack."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from idphoto_client._errors import IdphotoError

BASE_URL = "IDPHOTO_BASE_URL"
API_KEY = "IDPHOTO_API_KEY"
LOCAL_STACK = Path(".local", "stack.json")
"""What ``make serve`` writes, looked for in the working directory and above it."""


class SettingsError(IdphotoError):
    """Neither an address is given nor a local stack found, or there is no key for the address."""


@dataclass(frozen=True)
class Settings:
    """A deployment and a partner's key.

    Attributes
    ----------
    base_url
        The API with its stage, as the stack's output names it.
    api_key
        The partner's key; it is never written out.
    """

    base_url: str
    api_key: str

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r})"

    @classmethod
    def find(
        cls,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        environment: Mapping[str, str] = os.environ,
        folder: Path | None = None,
    ) -> Self:
        """Return what is given, else what the environment says, else the local stack.

        Parameters
        ----------
        environment
            Holds ``IDPHOTO_BASE_URL`` and ``IDPHOTO_API_KEY``.
        folder
            From where the local stack is looked for, upwards; the working directory by default.

        Raises
        ------
        SettingsError
        """
        base_url = base_url or environment.get(BASE_URL)
        api_key = api_key or environment.get(API_KEY)
        if base_url is None:
            stack = _local_stack(folder or Path.cwd())
            return cls(stack["base_url"], api_key or stack["api_key"])
        if not base_url.startswith(("http://", "https://")):
            raise SettingsError(f"{base_url} is no web address.", f"{base_url} 不是网址。")
        if api_key is None:
            raise SettingsError(
                f"There is no API key for {base_url}: set {API_KEY}.",
                f"缺少 {base_url} 的 API 密钥：请设置 {API_KEY}。",
            )
        return cls(base_url.rstrip("/"), api_key)


def _local_stack(folder: Path) -> Mapping[str, str]:
    for place in (folder, *folder.parents):
        try:
            stack: Mapping[str, str] = json.loads((place / LOCAL_STACK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        return stack
    raise SettingsError(
        f"Which deployment? Set {BASE_URL} and {API_KEY}, or start the local one with `make serve`.",
        f"未指定服务：请设置 {BASE_URL} 和 {API_KEY}，或用 `make serve` 启动本地服务。",
    )
