"""Everything that a provider says instead of a picture, worded as it was seen.

The texts are those of the contract's sample messages (sections 10 and 11); the
table's names are the names of those samples, so that a test can script any of
them. Two shapes exist: Ark's, which ends in the request id (R107), and 302.AI's
own, which has `err_code` and translations (R118). A page that is no JSON at all
is the third (R125).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

__all__ = [
    "EXAMPLES",
    "EXAMPLE_MODEL",
    "FAILURES",
    "JSON_TYPE",
    "ArkFailure",
    "Declined",
    "Failure",
    "Page",
    "ResellerFailure",
    "ark",
    "as_json",
]

JSON_TYPE: Final = "application/json; charset=utf-8"


def as_json(value: object) -> bytes:
    """JSON as the services write it: no spaces, members in the order given, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArkFailure:
    """A failure in Ark's shape. `text` may hold `{model}` and other names to fill in."""

    status: int
    code: str
    text: str
    param: str = ""
    type: str = ""
    id_words: str = "Request id"

    content_type = JSON_TYPE

    def saying(self, **values: object) -> ArkFailure:
        """The same failure about these values."""
        known = _Known(values)
        return replace(self, text=self.text.format_map(known), param=self.param.format_map(known))

    def reworded(self, old: str, new: str) -> ArkFailure:
        """The same failure with other words where no sample has them."""
        return replace(self, text=self.text.replace(old, new))

    def only(self, text: str) -> ArkFailure:
        """A failure of the same kind with another text."""
        return replace(self, text=text)

    def coded(self, code: str) -> ArkFailure:
        """The same failure under another code."""
        return replace(self, code=code)

    def element(self, request_id: str) -> dict[str, str]:
        """What stands inside `data` and inside events: only code and message (R107)."""
        return {"code": self.code, "message": f"{self.text} {self.id_words}: {request_id}"}

    def body(self, request_id: str) -> bytes:
        """The whole body of the answer."""
        error = {**self.element(request_id), "param": self.param, "type": self.type}
        return as_json({"error": error})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResellerFailure:
    """A failure of 302.AI itself (R118)."""

    status: int
    err_code: int
    message: str
    message_cn: str
    message_jp: str
    type: str

    content_type = "application/json"

    def body(self, request_id: str) -> bytes:
        """The whole body of the answer; 302.AI names no request id."""
        del request_id
        members = ("err_code", "message", "message_cn", "message_jp", "type")
        return as_json({"error": {member: getattr(self, member) for member in members}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer of the edge that is not JSON (R110, R125)."""

    status: int
    text: str
    content_type: str = "text/html; charset=UTF-8"

    def body(self, request_id: str) -> bytes:
        """The page's bytes."""
        del request_id
        return self.text.encode()


Failure: TypeAlias = ArkFailure | ResellerFailure | Page


class Declined(Exception):
    """The call ends with this failure; raised by the checks, caught by the behaviour."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class _Known(dict[str, object]):
    """Leaves a name that has no value as it stands."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


_BAD = "The parameter `{field}` specified in the request is not valid"
_LATER = "is exceeded. Please try again later"


def ark(name: str, **values: Any) -> ArkFailure:
    """A failure of Ark by the name of its sample, about these values."""
    return _ARK[f"error/{name}"].saying(account=EXAMPLES["account"], **values)


def _ark(status: int, code: str, text: str, *, param: str = "", type: str = "") -> ArkFailure:  # noqa: A002
    return ArkFailure(status=status, code=code, text=text, param=param, type=type)


EXAMPLE_MODEL: Final = "doubao-seedream-4-5"
EXAMPLES: Final[Mapping[str, object]] = MappingProxyType(
    {
        "account": "2100000000",
        "aspect": "17.45",
        "field": "prompt",
        "pixels": 3_686_400,
        "tiers": "'2k', '3k', or '4k'",
        "url": "https://example.org/ref.png",
    }
)
"""What the samples' texts are about, for a failure that a script asks for by name."""

_INVALID: Final = "InvalidParameter"
_BUSY: Final = "TooManyRequests"

_ARK: Final[Mapping[str, ArkFailure]] = MappingProxyType(
    {
        "error/400-image-aspect-ratio": _ark(
            400,
            _INVALID,
            "The parameter `image` specified in the request is not valid: expected the aspect ratio to be "
            "between 0.06 and 16.00, but received image with aspect ratio: {aspect} instead.",
        ),
        "error/400-image-download-timeout": _ark(400, _INVALID, "Timeout while downloading url={url}."),
        "error/400-image-invalid-url": _ark(
            400,
            _INVALID,
            "The parameter `image` specified in the request is not valid: invalid url specified.",
        ),
        "error/400-input-image-sensitive": _ark(
            400,
            "InputImageSensitiveContentDetected",
            "The request failed because the input image may contain sensitive information.",
            type="BadRequest",
        ),
        "error/400-input-text-sensitive": _ark(
            400,
            "InputTextSensitiveContentDetected",
            "The request failed because the input text may contain sensitive information.",
            type="BadRequest",
        ),
        "error/400-missing-prompt": _ark(
            400,
            "MissingParameter",
            "The request failed because it is missing `{field}` parameter.",
            type="Bad Request",
        ),
        "error/400-model-wrong-api": _ark(
            400,
            _INVALID,
            "The parameter `model` specified in the request are not valid: "
            "the requested model {model} does not support this api.",
            param="model",
            type="BadRequest",
        ),
        "error/400-output-image-sensitive": _ark(
            400,
            "OutputImageSensitiveContentDetected",
            "The request failed because the output image may contain sensitive information.",
        ),
        "error/400-size-malformed": _ark(
            400,
            _INVALID,
            "The parameter `size` specified in the request is not valid: "
            "size must be one of 'WIDTHxHEIGHT', {tiers}.",
        ),
        "error/400-size-too-small": _ark(
            400,
            _INVALID,
            "The parameter `size` specified in the request is not valid: "
            "image size must be at least {pixels} pixels.",
        ),
        "error/400-size-unsupported-tier": _ark(
            400,
            _INVALID,
            "The parameter `size` specified in the request is not valid: "
            "the specified size is not supported for model {model}.",
        ),
        "error/400-stream-unsupported-on-pro": _ark(
            400, _INVALID, _BAD + ".", param="{field}", type="BadRequest"
        ),
        "error/401-authentication": ArkFailure(
            status=401,
            code="AuthenticationError",
            text="the API key or AK/SK in the request is missing or invalid.",
            type="Unauthorized",
            id_words="request id",
        ),
        "error/403-access-denied": _ark(
            403,
            "AccessDenied",
            "The request failed because you do not have access to the requested resource.",
            type="Forbidden",
        ),
        "error/403-account-overdue": _ark(
            403,
            "AccountOverdueError",
            "The request failed because your account has an overdue balance.",
            type="Forbidden",
        ),
        "error/404-model-not-found": _ark(
            404,
            "InvalidEndpointOrModel.NotFound",
            "The model or endpoint {model} does not exist or you do not have access to it.",
            type="Not Found",
        ),
        "error/404-model-not-open": _ark(
            404,
            "ModelNotOpen",
            "Your account {account} has not activated the model {model}. "
            "Please activate the model service in the Ark Console.",
            type="NotFound",
        ),
        "error/429-endpoint-rpm": _ark(
            429,
            "RateLimitExceeded.EndpointRPMExceeded",
            "The Requests Per Minute (RPM) limit of the associated endpoint for your account "
            "has been exceeded.",
            type=_BUSY,
        ),
        "error/429-model-ipm": _ark(
            429,
            "ModelAccountIpmRateLimitExceeded",
            f"IPM (Images Per Minute) limit of the model {{model}} {_LATER}",
            type=_BUSY,
        ),
        "error/429-model-rpm": _ark(
            429,
            "ModelAccountRpmRateLimitExceeded",
            f"RPM (Requests Per Minute) limit of the model {{model}} {_LATER}",
            type=_BUSY,
        ),
        "error/429-quota-exceeded": _ark(
            429,
            "QuotaExceeded",
            "Your account {account} has exhausted its free trial quota for the {model} model.",
            type=_BUSY,
        ),
        "error/429-request-burst": _ark(
            429,
            "RequestBurstTooFast",
            "Your request is rejected because a sudden surge of requests triggered system protection.",
            type=_BUSY,
        ),
        "error/429-server-overloaded": _ark(
            429,
            "ServerOverloaded",
            "The service is currently unable to handle additional requests due to server overload.",
            type=_BUSY,
        ),
        "error/429-set-limit": _ark(
            429,
            "SetLimitExceeded",
            "Your account {account} has reached the set inference limit for the {model} model, "
            "and the model service has been paused.",
            type=_BUSY,
        ),
        "error/500-internal": _ark(
            500,
            "InternalServiceError",
            "The service encountered an unexpected internal error.",
            type="InternalServerError",
        ),
        "302/error-400-upstream-passthrough": _ark(
            400,
            _INVALID,
            "The parameter `size` specified in the request is not valid: "
            "image size must be at least {pixels} pixels.",
        ),
    }
)

FAILURES: Final[Mapping[str, Failure]] = MappingProxyType(
    {
        **_ARK,
        "302/error-401-invalid-key": ResellerFailure(
            status=401,
            err_code=-10001,
            message="Invalid API Key",
            message_cn="无效的API Key",
            message_jp="無効なAPIキー",
            type="unauthorized",
        ),
        "302/error-402-balance-UNVERIFIED": ResellerFailure(
            status=402,
            err_code=-99999,
            message="Insufficient balance",
            message_cn="余额不足",
            message_jp="残高不足",
            type="api_error",
        ),
        "302/error-500-network": ResellerFailure(
            status=500,
            err_code=-10003,
            message="Network error, please try again later",
            message_cn="网络错误，请稍后重试",
            message_jp="ネットワークエラー、後でもう一度お試しください。  ",
            type="api_error",
        ),
        "302/error-503-no-model": ResellerFailure(
            status=503,
            err_code=-10008,
            message="No available models currently",
            message_cn="当前无可用模型",
            message_jp="現在利用可能なモデルがありません",
            type="api_error",
        ),
        "302/error-524-gateway-timeout": Page(
            status=524,
            text="<!DOCTYPE html>\n<html><head><title>api.302.ai | 524: A timeout occurred</title></head>"
            "<body><h1>A timeout occurred</h1></body></html>\n",
        ),
    }
)
