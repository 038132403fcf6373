"""``/materials``: what effects are made with, of the bundle and a partner's own, without asking anybody."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from idphoto_service.api import Api, answers
from idphoto_service.contract import MATERIAL_ID, MaterialAnswer, MaterialRequest
from idphoto_service.contract import MaterialsAnswer as Page
from idphoto_service.logic.material_list import Search, show_material, show_materials
from idphoto_service.logic.material_register import forget_material, register_material

api = Api()
MaterialId = Annotated[str, Path(pattern=MATERIAL_ID, description="The id of a material.")]
Kind = Annotated[str | None, Query(pattern="^[a-z]{1,20}$", description="The effect that takes them.")]
Tags = Annotated[str | None, Query(max_length=120, description="Such as natural, or men,formal for both.")]
Own = Annotated[bool | None, Query(description="true: only your own; false: only the bundle's.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Start = Annotated[str | None, Query(pattern=MATERIAL_ID, description="The field next of the page before.")]


@api.app.post("/materials", summary="Register a material", responses=answers(MaterialAnswer))
def register(request: MaterialRequest) -> MaterialAnswer:
    """Give an outfit as a picture or as worn by somebody, or a look; nobody but you sees or uses it."""
    return register_material(request, api.partner, api.request_id)


@api.app.get("/materials", summary="List materials", responses=answers(Page))
def materials(kind: Kind = None, tag: Tags = None, own: Own = None, limit: Limit = 50, start: Start = None) -> Page:
    """Return your own materials and those of the bundle, with names in English and Chinese, tags and a picture."""
    return show_materials(Search(kind, tag, own), limit, start, api.partner, api.request_id)


@api.app.get("/materials/<material_id>", summary="Show a material", responses=answers(MaterialAnswer))
def show(material_id: MaterialId) -> MaterialAnswer:
    """Return one material, of yours or of the bundle."""
    return show_material(material_id, api.partner, api.request_id)


@api.app.delete("/materials/<material_id>", summary="Delete a material", responses=answers(MaterialAnswer))
def forget(material_id: MaterialId) -> MaterialAnswer:
    """Delete one of yours; photos that were made with it keep it."""
    return forget_material(material_id, api.partner, api.request_id)


lambda_handler = api.handler()
