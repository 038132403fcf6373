"""``GET /materials``: what effects are made with."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from idphoto_service.api import Api, answers
from idphoto_service.contract import MaterialsAnswer
from idphoto_service.logic.materials import list_materials

api = Api()


@api.app.get("/materials", summary="List materials", responses=answers(MaterialsAnswer))
def materials(
    kind: Annotated[str | None, Query(pattern="^[a-z]{1,20}$", description="The effect that takes them.")] = None,
    tag: Annotated[str | None, Query(max_length=40, description="Such as natural or men.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    start: Annotated[int, Query(ge=0, description="The field next of the page before.")] = 0,
) -> MaterialsAnswer:
    """Return the built-in materials, each with its names in English and Chinese, its tags and its licence."""
    return list_materials(kind, tag, limit, start, api.request_id)


lambda_handler = api.handler()
