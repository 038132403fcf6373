"""``GET /specs``: the photo specifications."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from idphoto_service.api import Api, answers
from idphoto_service.contract import SpecKind, SpecsAnswer
from idphoto_service.logic.catalogue import list_specs

api = Api()


@api.app.get("/specs", summary="List photo specifications", responses=answers(SpecsAnswer))
def specs(
    q: Annotated[
        str, Query(max_length=100, description="Names in English, Chinese or the country's own; a size.")
    ] = "",
    country: Annotated[str | None, Query(pattern="^[A-Za-z]{2}$", description="ISO 3166 code.")] = None,
    kind: Annotated[SpecKind | None, Query(description="The kind of document.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    start: Annotated[int, Query(ge=0, description="The field next of the page before.")] = 0,
) -> SpecsAnswer:
    """Search by name, country, kind and size; every specification names its source and how sure it is."""
    return list_specs(q, country, kind, limit, start, api.request_id)


lambda_handler = api.handler()
