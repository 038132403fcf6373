"""What tests of every kind share."""

import io

import pytest
from PIL import Image
from skimage.data import astronaut


@pytest.fixture(scope="session")
def portrait() -> bytes:
    """A portrait that makes a good ID photo: 512x512 px, JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(astronaut()).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()
