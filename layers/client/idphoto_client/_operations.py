"""What both clients can do."""

from __future__ import annotations

from idphoto_client._catalogue import Catalogue
from idphoto_client._chains import Chains
from idphoto_client._edits import Edits
from idphoto_client._files import Files
from idphoto_client._histories import Histories
from idphoto_client._photos import Photos
from idphoto_client._pictures import Pictures
from idphoto_client._routes import Routes


class Operations(Photos, Edits, Files, Chains, Histories, Catalogue, Pictures, Routes):
    """All operations: one method a route, and the few that take more than one call."""
