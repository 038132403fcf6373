"""What the command line ends with, and why."""

from __future__ import annotations

from enum import IntEnum

from idphoto_client._errors import (
    ConflictError,
    IdphotoError,
    KeyRefusedError,
    NotFoundError,
    PhotoRefusedError,
    RequestInvalidError,
    ServerError,
    StillRunningError,
    StorageError,
    TooManyRequestsError,
    UnexpectedAnswerError,
    UnreachableError,
)
from idphoto_client._settings import SettingsError


class Exit(IntEnum):
    """The exit codes; scripts may rely on them."""

    DONE = 0
    PHOTO_REFUSED = 1
    USAGE = 2
    UNAVAILABLE = 3
    KEY = 4
    NOT_FOUND = 5
    INTERRUPTED = 130


EPILOG = """The API key is read from IDPHOTO_API_KEY. A PHOTO that was made is named by its out_request_id, by the
mt_generate_id of a result, or simply by the file it was made from. --json, --lang and --base-url may stand anywhere.

[dim]Exit codes[/]  0 done · 1 photo refused · 2 wrong use · 3 API unreachable or failing · 4 API key missing or wrong ·
5 id unknown, expired or taken · 130 interrupted"""

_EXITS: dict[type[IdphotoError], Exit] = {
    PhotoRefusedError: Exit.PHOTO_REFUSED,
    RequestInvalidError: Exit.USAGE,
    UnreachableError: Exit.UNAVAILABLE,
    UnexpectedAnswerError: Exit.UNAVAILABLE,
    StorageError: Exit.UNAVAILABLE,
    StillRunningError: Exit.UNAVAILABLE,
    ServerError: Exit.UNAVAILABLE,
    TooManyRequestsError: Exit.UNAVAILABLE,
    SettingsError: Exit.KEY,
    KeyRefusedError: Exit.KEY,
    NotFoundError: Exit.NOT_FOUND,
    ConflictError: Exit.NOT_FOUND,
}


class UsageError(IdphotoError):
    """The command line does not fit what the deployment or the photo has."""


def exit_of(error: IdphotoError) -> Exit:
    """Return the exit code of an error."""
    return _EXITS.get(type(error), Exit.USAGE)
