"""The Python client of an idphoto deployment: typed, synchronous and asynchronous, with no need of the bundle itself.

    from idphoto_client import Client

    with Client() as idphoto:                       # address and key from the environment, or the local stack
        photo = idphoto.make("order-1001", "me.jpg", spec_id="cn_1inch", background="blue")
        idphoto.save(photo.image, "photo.jpg")

:class:`AsyncClient` has the same methods, to be awaited. Every refusal is an :class:`IdphotoError`.
"""

from idphoto_client._answers import (
    Answer,
    Chain,
    ChainStep,
    Check,
    CheckSummary,
    Erased,
    Execution,
    Frame,
    History,
    HistoryStep,
    Image,
    Item,
    Material,
    Materials,
    Notice,
    Report,
    Result,
    Specs,
    StateProgress,
    StateUse,
    Step,
    Upload,
    Watermark,
    Watermarks,
    WatermarkSettings,
)
from idphoto_client._client import AsyncClient, Client
from idphoto_client._errors import (
    ApiError,
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
from idphoto_client._retry import Retry
from idphoto_client._settings import Settings, SettingsError
from idphoto_client._source import CheckId, Photo, UploadId

__all__ = [
    "Answer",
    "ApiError",
    "AsyncClient",
    "Chain",
    "ChainStep",
    "Check",
    "CheckId",
    "CheckSummary",
    "Client",
    "ConflictError",
    "Erased",
    "Execution",
    "Frame",
    "History",
    "HistoryStep",
    "IdphotoError",
    "Image",
    "Item",
    "KeyRefusedError",
    "Material",
    "Materials",
    "NotFoundError",
    "Notice",
    "Photo",
    "PhotoRefusedError",
    "Report",
    "RequestInvalidError",
    "Result",
    "Retry",
    "ServerError",
    "Settings",
    "SettingsError",
    "Specs",
    "StateProgress",
    "StateUse",
    "Step",
    "StillRunningError",
    "StorageError",
    "TooManyRequestsError",
    "UnexpectedAnswerError",
    "UnreachableError",
    "Upload",
    "UploadId",
    "Watermark",
    "WatermarkSettings",
    "Watermarks",
]
