"""Every error that a caller can meet: a stable code, an HTTP status, and a sentence in English and in Chinese.

The engine's own refusals carry their code and sentences; only their HTTP status is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from idphoto.background import ColorInvalidError
from idphoto.errors import EngineError
from idphoto.sheet import LayoutInvalidError


class ServiceError(Exception):
    """Base of the errors that the service itself raises.

    Parameters
    ----------
    details
        What was given and what is allowed; JSON types only. Never a picture, a key or a link with a signature.
    """

    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
    code: str = "SERVICE_ERROR"
    message: str = "The request could not be served."
    message_zh: str = "请求无法处理。"

    def __init__(self, **details: Any) -> None:
        super().__init__(self.message)
        self.details = details


class JsonInvalidError(ServiceError):
    """The body is not JSON."""

    status = HTTPStatus.BAD_REQUEST
    code = "JSON_INVALID"
    message = "The body is not valid JSON."
    message_zh = "请求体不是有效的 JSON。"


class RequestInvalidError(ServiceError):
    """A field is missing, unknown, of the wrong type or out of range."""

    code = "REQUEST_INVALID"
    message = "A field of the request is missing, unknown or not allowed; see details."
    message_zh = "请求中有字段缺失、未知或取值不合法，详见 details。"


class ApiKeyMissingError(ServiceError):
    """The call carries no API key."""

    status = HTTPStatus.FORBIDDEN
    code = "API_KEY_MISSING"
    message = "Send a valid API key in the header x-api-key."
    message_zh = "请在请求头 x-api-key 中提供有效的 API 密钥。"


class RouteUnknownError(ServiceError):
    """There is no such route."""

    status = HTTPStatus.NOT_FOUND
    code = "ROUTE_UNKNOWN"
    message = "There is no such route."
    message_zh = "没有这个接口。"


class ResultNotFoundError(ServiceError):
    """The partner has no such result, or it has expired."""

    status = HTTPStatus.NOT_FOUND
    code = "MT_GENERATE_ID_NOT_FOUND"
    message = "There is no such mt_generate_id, or it has expired."
    message_zh = "mt_generate_id 不存在或已过期。"


class CheckNotFoundError(ServiceError):
    """The partner has no such check, or it has expired."""

    status = HTTPStatus.NOT_FOUND
    code = "CHECK_ID_NOT_FOUND"
    message = "There is no such check_id, or it has expired."
    message_zh = "check_id 不存在或已过期。"


class UploadNotFoundError(ServiceError):
    """Nothing was uploaded under this id."""

    status = HTTPStatus.NOT_FOUND
    code = "UPLOAD_ID_NOT_FOUND"
    message = "Nothing has been uploaded under this upload_id, or it has expired."
    message_zh = "该 upload_id 尚未上传文件或已过期。"


class ExecutionNotFoundError(ServiceError):
    """The partner has no such execution."""

    status = HTTPStatus.NOT_FOUND
    code = "EXECUTION_ID_NOT_FOUND"
    message = "There is no such execution_id."
    message_zh = "execution_id 不存在。"


class PhotoNotFoundError(ServiceError):
    """The partner has no such photo, or it has expired."""

    status = HTTPStatus.NOT_FOUND
    code = "OUT_REQUEST_ID_NOT_FOUND"
    message = "There is no photo with this out_request_id, or it has expired."
    message_zh = "该 out_request_id 没有对应的照片或已过期。"


class WatermarkNotFoundError(ServiceError):
    """The partner has no such watermark."""

    status = HTTPStatus.NOT_FOUND
    code = "WATERMARK_ID_NOT_FOUND"
    message = "There is no such watermark_id."
    message_zh = "watermark_id 不存在。"


class MaterialNotFoundError(ServiceError):
    """There is no such material."""

    status = HTTPStatus.NOT_FOUND
    code = "MATERIAL_ID_NOT_FOUND"
    message = "There is no such material_id, or it is not one for this effect."
    message_zh = "没有此 material_id，或该素材不适用于此效果。"


class MaterialBuiltInError(ServiceError):
    """A material of the bundle cannot be deleted."""

    status = HTTPStatus.CONFLICT
    code = "MATERIAL_BUILT_IN"
    message = "This material is one of the bundle's; only your own can be deleted."
    message_zh = "该素材为内置素材，只能删除自己注册的素材。"


class MaterialsTooManyError(ServiceError):
    """The partner has as many materials as it may have."""

    status = HTTPStatus.CONFLICT
    code = "MATERIALS_TOO_MANY"
    message = "You have as many materials as are kept; delete one that you no longer need."
    message_zh = "自有素材数量已达上限，请先删除不再使用的素材。"


class OtherPhotoError(ServiceError):
    """Two ids of one call belong to two photos."""

    code = "RESULTS_OF_TWO_PHOTOS"
    message = "Both ids must be results of the same photo."
    message_zh = "两个 ID 必须属于同一张照片。"


class SourceGoneError(ServiceError):
    """A photo whose source is no longer stored."""

    status = HTTPStatus.GONE
    code = "SOURCE_GONE"
    message = "The source of this photo is no longer stored. Send it again under a new out_request_id."
    message_zh = "该照片的原图已不存在，请使用新的 out_request_id 重新提交。"


class BusyError(ServiceError):
    """Something that was there a moment ago is gone, or comes too slowly; the same call will do."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "TRY_AGAIN"
    message = "The call could not be completed just now. Try again; the same call is safe to repeat."
    message_zh = "暂时无法完成，请重试；同一请求可安全重复调用。"


class TimedOutError(ServiceError):
    """The chain takes longer than one call may."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    code = "TIMED_OUT"
    message = "It takes longer than one call may. The same call is safe to repeat; POST /executions has no such limit."
    message_zh = "处理时间超过单次调用上限。可安全重试，或改用 POST /executions。"


class OutRequestIdConflictError(ServiceError):
    """The out_request_id already names another photo; nothing was changed."""

    status = HTTPStatus.CONFLICT
    code = "OUT_REQUEST_ID_CONFLICT"
    message = "This out_request_id already belongs to another photo. Use a new one for each photo."
    message_zh = "该 out_request_id 已属于另一张照片，请为每张照片使用新的 ID。"


class CheckFailedError(ServiceError):
    """The photo did not pass the check; the report is in the details."""

    code = "CHECK_FAILED"
    message = "The photo did not pass the check; see details.report for every item."
    message_zh = "照片未通过检测，各检测项见 details.report。"


class PolicyForbidsError(ServiceError):
    """The specification forbids the step, and the policy is strict."""

    code = "POLICY_FORBIDS"
    message = "The specification does not allow this step, and the policy is strict."
    message_zh = "该规格不允许此操作，且已选择严格策略（strict）。"


class Base64InvalidError(ServiceError):
    """image_base64 is not Base64."""

    code = "IMAGE_BASE64_INVALID"
    message = "image_base64 is not valid Base64."
    message_zh = "image_base64 不是有效的 Base64 编码。"


class UrlInvalidError(ServiceError):
    """img_url is not a full http(s) URL."""

    code = "IMG_URL_INVALID"
    message = "img_url must be a full http or https URL."
    message_zh = "img_url 必须是完整的 http 或 https 链接。"


class UrlForbiddenError(ServiceError):
    """img_url points to an address that may not be fetched."""

    code = "IMG_URL_FORBIDDEN"
    message = "img_url must point to a public address."
    message_zh = "img_url 必须指向公网地址。"


class UrlUnreachableError(ServiceError):
    """img_url did not answer with a file in time."""

    code = "IMG_URL_UNREACHABLE"
    message = "img_url could not be downloaded: it must answer with the picture within the time limit."
    message_zh = "无法下载 img_url：链接须在限定时间内返回图片。"


class CancelledError(ServiceError):
    """The caller stopped the execution."""

    status = HTTPStatus.CONFLICT
    code = "CANCELLED"
    message = "The execution was cancelled by a call of yours."
    message_zh = "该任务已被您取消。"


class ChainFailedError(ServiceError):
    """The chain ended without a result and without a reason of its own."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "CHAIN_FAILED"
    message = "The chain could not be completed. Try again; the same call is safe to repeat."
    message_zh = "流程未能完成，请重试；同一请求可安全重复调用。"


class InternalError(ServiceError):
    """A defect of ours."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "INTERNAL_ERROR"
    message = "Something failed on our side. The same call is safe to repeat."
    message_zh = "服务内部错误，同一请求可安全重试。"


class StateError(ServiceError):
    """The error that a state of the chain answered, passed on as it was."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__(**facts["details"])
        self.status = HTTPStatus(facts["status"])
        self.code = facts["code"]
        self.message = facts["message"]
        self.message_zh = facts["message_zh"]


class SourceInvalidError(ServiceError):
    """No source, or more than one."""

    code = "SOURCE_INVALID"
    message = "Give exactly one source for the photo."
    message_zh = "请提供且仅提供一个图片来源。"


class SizeInvalidError(ServiceError):
    """Both spec_id and size."""

    code = "SIZE_INVALID"
    message = "Give spec_id or size, not both."
    message_zh = "spec_id 与 size 只能提供一个。"


class SizeIncompleteError(ServiceError):
    """A size without both of its sides in one unit."""

    code = "SIZE_INCOMPLETE"
    message = "Give width_px and height_px, or width_mm and height_mm."
    message_zh = "请同时提供 width_px 和 height_px，或 width_mm 和 height_mm。"


class SizeOutOfRangeError(ServiceError):
    """A size that cannot be made."""

    code = "SIZE_OUT_OF_RANGE"
    message = "The size is outside the allowed range; see details."
    message_zh = "尺寸超出允许范围，详见 details。"


class CheckInvalidError(ServiceError):
    """The check of a finished photo without the specification that it is of, or with limits of the caller's own."""

    code = "CHECK_INVALID"
    message = "A finished photo (target photo) is checked against its spec_id, without thresholds."
    message_zh = "检测成品照（target 为 photo）须提供 spec_id，且不能自定阈值。"


class RollbackInvalidError(ServiceError):
    """Neither without nor to, or both."""

    code = "ROLLBACK_INVALID"
    message = "Give mt_generate_id and without, or the result to return to as to."
    message_zh = "请提供 mt_generate_id 和 without，或用 to 指定要返回的结果。"


class ExportInvalidError(ServiceError):
    """Fields of an export that do not fit together."""

    code = "EXPORT_INVALID"
    message = "These fields of the export do not fit together; see details."
    message_zh = "导出参数之间不匹配，详见 details。"


class MaterialFieldsInvalidError(ServiceError):
    """A material that is made from nothing, from two things, or from what is not of its kind."""

    code = "MATERIAL_FIELDS_INVALID"
    message = "Give picture or wearer for an outfit, look or look_toml for makeup; see details."
    message_zh = "换装素材请提供 picture 或 wearer，美妆素材请提供 look 或 look_toml，详见 details。"


class ChainInvalidError(ServiceError):
    """Steps that do not fit together."""

    code = "CHAIN_INVALID"
    message = "These steps do not fit together; see details."
    message_zh = "流程中的步骤不匹配，详见 details。"


FIELD_ERRORS: Mapping[str, type[ServiceError | EngineError]] = {
    error.code: error
    for error in (
        SourceInvalidError,
        SizeInvalidError,
        SizeIncompleteError,
        SizeOutOfRangeError,
        ChainInvalidError,
        RollbackInvalidError,
        CheckInvalidError,
        ExportInvalidError,
        MaterialFieldsInvalidError,
        LayoutInvalidError,
        ColorInvalidError,
    )
}
"""The errors that validators raise, by the type that they give to pydantic."""

_ENGINE_STATUS = {
    "IMAGE_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "IMAGE_TOO_MANY_PIXELS": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "IMAGE_FORMAT_UNSUPPORTED": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    # A portrait that we stored ourselves: not the caller's fault.
    "PORTRAIT_INVALID": HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(error: ServiceError | EngineError) -> HTTPStatus:
    """Return the HTTP status of an error; what the engine refuses is a 422 unless listed otherwise."""
    if isinstance(error, ServiceError):
        return error.status
    return _ENGINE_STATUS.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)


def error_body(error: ServiceError | EngineError, request_id: str) -> dict[str, Any]:
    """Return the body of an error answer; a state of the chain returns the same."""
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "message_zh": error.message_zh,
            "status": int(status_of(error)),
            "details": error.details,
            "request_id": request_id,
        }
    }
