"""``GET /openapi.json``: the API's description, open to everybody."""

from pathlib import Path

from aws_lambda_powertools.event_handler import Response
from idphoto_service.api import Api

api = Api()
DOCUMENT = Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")


@api.app.get("/openapi.json", include_in_schema=False)
def openapi() -> Response[str]:
    """Return the document that was generated from the routes."""
    return Response(200, "application/json", DOCUMENT)


lambda_handler = api.handler()
