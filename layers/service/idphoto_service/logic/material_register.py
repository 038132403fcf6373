"""A partner's own materials: registered, and deleted again, without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass

from idphoto import opencv
from idphoto.garment import read_garment
from idphoto.looks import Look, read_look, write_look
from idphoto.tailoring import Naming, Report, Tailored, from_picture, from_portrait
from idphoto.thumbnails import SIDE, garment_thumbnail, look_thumbnail
from idphoto_materials import describe, named

from idphoto_service.contract import (
    OWN_MATERIAL,
    MaterialAnswer,
    MaterialFinding,
    MaterialReport,
    MaterialRequest,
    PictureSource,
    WearerSource,
)
from idphoto_service.errors import MaterialBuiltInError, MaterialNotFoundError, MaterialsTooManyError
from idphoto_service.history import now
from idphoto_service.logic.material_list import facts_of, own_answer
from idphoto_service.logic.materials import FILE
from idphoto_service.logic.wearer import portrait_of
from idphoto_service.materials import delete_material, list_materials, save_material
from idphoto_service.records import MaterialRecord, StoredPicture
from idphoto_service.settings import settings
from idphoto_service.sources import read_source
from idphoto_service.storage import bucket, content_id, material_object

MATERIALS_MOST = 200
"""Materials that a partner may have: more than a chain of shops wears, and few enough to be listed at once."""

THUMBNAIL = "thumbnail.webp"


def register_material(request: MaterialRequest, partner: str, request_id: str) -> MaterialAnswer:
    """Store a material under an id that its content decides: the same one twice is one.

    Raises
    ------
    GarmentUnusableError
        With what would have to be different about the picture or the portrait.
    LookError
        With the part of the look that is not valid.
    MaterialsTooManyError
    """
    made = _made(request, partner, request_id)
    material_id = OWN_MATERIAL + content_id(f"{request.kind}\n".encode() + made.file)
    others = {record.material_id for record in list_materials(partner)} - {material_id}
    if len(others) >= MATERIALS_MOST:
        raise MaterialsTooManyError(allowed=MATERIALS_MOST)
    told = describe(request.kind, material_id, made.file)
    facts = facts_of(told).model_copy(update={"report": made.report})
    file_key, picture_key = (material_object(partner, material_id, name) for name in (FILE, THUMBNAIL))
    bucket().put_all((file_key, made.file, "application/octet-stream"), (picture_key, made.thumbnail, "image/webp"))
    record = MaterialRecord(
        partner=partner,
        material_id=material_id,
        kind=request.kind,
        digest=told.sha256,
        facts=facts.model_dump_json(),
        file_key=file_key,
        thumbnail=StoredPicture(picture_key, SIDE, SIDE, len(made.thumbnail)),
        created_at=now(),
    )
    save_material(record)
    return own_answer(record, request_id)


def forget_material(material_id: str, partner: str, request_id: str) -> MaterialAnswer:
    """Delete a material of the partner; photos that were made with it keep it.

    Raises
    ------
    MaterialNotFoundError, MaterialBuiltInError
    """
    if named(material_id):
        raise MaterialBuiltInError(material_id=material_id)
    record = delete_material(partner, material_id)
    if record is None:
        raise MaterialNotFoundError(material_id=material_id)
    answer = own_answer(record, request_id)
    bucket().delete(record.file_key, record.thumbnail.key)
    return answer


@dataclass(frozen=True)
class _Made:
    """A material as it is stored."""

    file: bytes
    thumbnail: bytes
    report: MaterialReport | None = None


def _made(request: MaterialRequest, partner: str, request_id: str) -> _Made:
    if request.picture is not None:
        return _of_picture(request, request.picture, partner)
    if request.wearer is not None:
        return _of_wearer(request, request.wearer, partner, request_id)
    return _of_look(request, request.look or read_look((request.look_toml or "").encode()))


def _of_picture(request: MaterialRequest, picture: PictureSource, partner: str) -> _Made:
    opencv.prepare(settings().threads)
    anchors = request.anchors.model_dump() if request.anchors else None
    return _of_garment(from_picture(read_source(picture, partner), _naming(request), anchors))


def _of_wearer(request: MaterialRequest, wearer: WearerSource, partner: str, request_id: str) -> _Made:
    opencv.prepare(settings().threads)
    return _of_garment(from_portrait(portrait_of(wearer, partner, request_id), _naming(request)))


def _of_garment(tailored: Tailored) -> _Made:
    return _Made(tailored.garment, garment_thumbnail(read_garment(tailored.garment)), _report(tailored.report))


def _of_look(request: MaterialRequest, look: Look) -> _Made:
    name = _naming(request)
    called = {"name": name.name, "name_zh": name.name_zh, "tags": name.tags, "licence": name.licence}
    file = write_look(look.model_copy(update=called))
    return _Made(file, look_thumbnail(read_look(file)))


def _naming(request: MaterialRequest) -> Naming:
    return Naming(request.name, request.name_zh or request.name, request.tags, request.licence)


def _report(report: Report) -> MaterialReport:
    findings = [
        MaterialFinding(
            code=one.code, message=one.message, message_zh=one.message_zh, value=one.value, allowed=one.allowed
        )
        for one in report.findings
    ]
    return MaterialReport(usable=report.usable, score=report.score, findings=findings)
