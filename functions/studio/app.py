"""``GET /``: the Studio, one web page that talks to this API alone, with the key that is typed into it."""

from pathlib import Path

from aws_lambda_powertools.event_handler import Response
from idphoto_service.api import Api
from idphoto_service.logic.site import Site

api = Api()
site = Site(Path(__file__).with_name("static"))


@api.app.get("/", include_in_schema=False)
def page() -> Response[str]:
    """Return the page."""
    return site.page(api.app.current_event.request_context.path)


@api.app.get("/studio/<version>/<name>", include_in_schema=False)
def part(version: str, name: str) -> Response[str]:
    """Return a script, a style or a picture of the page."""
    return site.part(version, name)


lambda_handler = api.handler()
