"""What every command shares: the deployment, the reader's language, and where to write."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import typer
from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.text import Text

from idphoto_client._client import Client
from idphoto_client._errors import ApiError, IdphotoError, PhotoRefusedError
from idphoto_client.cli import show

Language = Literal["en", "zh"]


def language_of(environment: Mapping[str, str]) -> Language:
    """Return the language of the locale: Chinese where it begins with ``zh``, else English."""
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "zh" if locale.startswith("zh") else "en"


@dataclass
class Session:
    """One run of the command line.

    Attributes
    ----------
    lang
        The reader's language.
    as_json
        Whether the answer is written as it came, for programs; nothing else goes to the standard output then.
    base_url
        The deployment; None for what the environment or the local stack says.
    """

    lang: Language = "en"
    as_json: bool = False
    base_url: str | None = None
    out: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=False))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    @cached_property
    def client(self) -> Client:
        """The deployment's client."""
        return Client(self.base_url)

    def close(self) -> None:
        """Close the client, if there is one."""
        if "client" in self.__dict__:
            self.client.close()

    def say(self, en: str, zh: str) -> str:
        """Return the sentence of the reader's language."""
        return zh if self.lang == "zh" else en

    def answer(self, answer: BaseModel | Mapping[str, Any], *shown: RenderableType, **extra: object) -> None:
        """Write an answer: as JSON with ``extra`` beside its fields, or as it is ``shown``; text is never broken."""
        if self.as_json:
            body = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else dict(answer)
            typer.echo(json.dumps(body | extra, ensure_ascii=False, indent=2))
            return
        for part in shown:
            self.out.print(part, soft_wrap=isinstance(part, str), markup=False)

    def note(self, en: str, zh: str) -> None:
        """Write something that is no part of the answer, to the standard error."""
        if not self.as_json:
            self.err.print(self.say(en, zh), soft_wrap=True)

    def refuse(self, error: IdphotoError) -> None:
        """Tell why there is no answer, to the standard error; as JSON to the standard output."""
        if self.as_json:
            typer.echo(json.dumps({"error": facts_of(error)}, ensure_ascii=False, indent=2))
            return
        told = Text("✗ ", "bold red")
        if isinstance(error, ApiError):
            told.append(f"{error.code} ({error.status}) ", "bold")
        self.err.print(told.append(self.say(error.message, error.message_zh), "default"), soft_wrap=True)
        if isinstance(error, PhotoRefusedError) and error.report:
            self.err.print(show.faults(error.report, self.lang))
        elif isinstance(error, ApiError) and error.details:
            self.err.print(show.details(error.details))
        if isinstance(error, ApiError) and error.request_id:
            self.err.print(f"  [dim]request_id {error.request_id}[/]", soft_wrap=True)


def facts_of(error: IdphotoError) -> dict[str, Any]:
    """Return an error as the API writes one."""
    told = {"message": error.message, "message_zh": error.message_zh}
    if isinstance(error, ApiError):
        return {
            "code": error.code,
            **told,
            "status": error.status,
            "details": error.details,
            "request_id": error.request_id,
        }
    return {"code": code_of(error), **told, "details": {}}


def code_of(error: IdphotoError) -> str:
    """Return a code for an error that is not the API's own."""
    return type(error).__name__.removesuffix("Error").upper()


def session_of(context: typer.Context) -> Session:
    """Return the session of a command."""
    session = context.find_object(Session)
    return session or Session(lang=language_of(os.environ))
