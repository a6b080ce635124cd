"""What an error of the service means for money: the table of contract 10 and 11, as data.

Rule 1: a code is looked up whole, then by its part before the first dot (R108); never by
its message, except that 302's empty balance has no code that anybody knows (R123).
Rule 2: what the table does not know takes the safe side: the status alone then decides,
and only those of `UNBILLED` are certainly free (R124).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

__all__ = ["UNBILLED", "Meaning", "meaning_of_code", "meaning_of_gateway_code", "meaning_of_status"]

Kind: TypeAlias = Literal["refused", "transient", "permanent", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A class, whether the whole account is stopped, and what a person does about it.

    `tries` is how often a call is made in all, when fewer than for a plain limit.
    `limit` is which limit of the account's a 429 is about (R113); `model` says that this account
    does not get the model.
    """

    kind: Kind
    account: bool = False
    remedy: str = ""
    limit: Literal["", "rate", "crowd"] = ""
    tries: int | None = None
    model: bool = False


UNBILLED: Final = frozenset({400, 401, 402, 403, 404, 405, 413, 422, 429})
"""Statuses under which nothing was billed for certain (R124)."""

_REFUSED: Final = Meaning(kind="refused")
_ONCE_MORE: Final = Meaning(kind="transient", tries=2)
"""R112: the filter itself failed; nothing says that it will not fail again."""
_UNKNOWN_LIMIT: Final = Meaning(kind="transient", limit="rate", tries=3)
"""R113: a code that nobody knows may be one that never heals."""
_RATE: Final = Meaning(kind="transient", limit="rate")
_CROWD: Final = Meaning(kind="transient", limit="crowd")
_UNKNOWN: Final = Meaning(kind="unknown")
_REQUEST: Final = Meaning(kind="permanent")
_KEY: Final = Meaning(
    kind="permanent", account=True, remedy="check the API key, and that it is one of this provider and region"
)
_MONEY: Final = Meaning(kind="permanent", account=True, remedy="top up the account in the provider's console")
_QUOTA: Final = Meaning(
    kind="permanent",
    account=True,
    remedy="the free trial or a spending limit is used up: open the service or raise it in the console",
)
_SERVICE: Final = Meaning(
    kind="permanent", account=True, remedy="open the service for this account in the provider's console"
)
_RIGHT: Final = Meaning(
    kind="permanent", model=True, remedy="give this key the right to the model in the console"
)
_MODEL: Final = Meaning(
    kind="permanent",
    model=True,
    remedy="open the model in the provider's console, or name one that it serves",
)
_REFERENCE: Final = Meaning(kind="permanent", remedy="save the reference as a JPEG or PNG below 10 MB")

CODES: Final[Mapping[str, Meaning]] = MappingProxyType(
    {
        "MissingParameter": _REQUEST,
        "InvalidParameter": _REQUEST,
        "InvalidParameter.UnsupportedImageFormat": _REFERENCE,
        "InvalidParameter.OversizedImage": _REFERENCE,
        "InvalidParameter.OversizeImage": _REFERENCE,
        "InvalidImageURL": _REFERENCE,
        "InvalidEndpoint": _MODEL,
        "InvalidEndpointOrModel": _MODEL,
        "ModelNotOpen": _MODEL,
        "NotFound": _MODEL,
        "UnsupportedModel": _MODEL,
        "InputTextSensitiveContentDetected": _REFUSED,
        "InputTextRiskDetection": _REFUSED,
        "InputImageSensitiveContentDetected": _REFUSED,
        "InputImageRiskDetection": _REFUSED,
        "OutputImageSensitiveContentDetected": _REFUSED,
        "OutputImageRiskDetection": _REFUSED,
        "SensitiveContentDetected": _REFUSED,
        "ContentSecurityDetectionError": _ONCE_MORE,
        "AuthenticationError": _KEY,
        "InvalidAccountStatus": _KEY,
        "InvalidSubscription": _SERVICE,
        "AccountOverdueError": _MONEY,
        "AccessDenied": _RIGHT,
        "OperationDenied": _RIGHT,
        "OperationDenied.ServiceNotOpen": _SERVICE,
        "OperationDenied.ServiceOverdue": _MONEY,
        "ModelAccountIpmRateLimitExceeded": _RATE,
        "ModelAccountRpmRateLimitExceeded": _RATE,
        "ModelAccountTpmRateLimitExceeded": _RATE,
        "RateLimitExceeded": _RATE,
        "APIAccountRpmRateLimitExceeded": _RATE,
        "AccountRateLimitExceeded": _RATE,
        "ServerOverloaded": _CROWD,
        "RequestBurstTooFast": _CROWD,
        "InflightBatchsizeExceeded": _CROWD,
        "RequestConcurrentLimitExceeded": _CROWD,
        "QuotaExceeded": _QUOTA,
        "SetLimitExceeded": _QUOTA,
        "RequestCanceled": _UNKNOWN,
        "InternalServiceError": _UNKNOWN,
    }
)

GATEWAY: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        10001: _KEY,
        -10001: _KEY,
        -10003: _UNKNOWN,
        -10008: Meaning(
            kind="permanent",
            account=True,
            remedy="302.AI routes no such model: it is a matter of the model's name, not an outage",
        ),
    }
)
"""302's own ``err_code`` (R118 to R123), under whatever status it comes."""

STATUSES: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        400: _REQUEST,
        401: _KEY,
        402: _MONEY,
        403: _RIGHT,
        404: Meaning(kind="permanent", remedy="check the base URL and the model's name"),
        405: _REQUEST,
        413: Meaning(kind="permanent", remedy="scale the references down"),
        422: _REQUEST,
        429: _UNKNOWN_LIMIT,
    }
)

_BALANCE_WORDS: Final = ("balance", "余额", "残高")


def meaning_of_code(code: str, status: int) -> Meaning:
    """Say what an Ark code means under a status.

    Under a status that may be billed the code proves nothing; 200 is the exception,
    where the error stands in place of the pictures (R86).
    """
    if status not in UNBILLED and status != 200:
        return meaning_of_status(status)
    found = CODES.get(code) or CODES.get(code.partition(".")[0])
    if found is None or (found.kind == "unknown" and status != 200):
        return meaning_of_status(status)
    return found


def meaning_of_gateway_code(code: int, message: str, status: int) -> Meaning:
    """Say what 302's own code means (R118 to R124)."""
    known = GATEWAY.get(code)
    if known is not None:
        return known
    if any(word in message.lower() for word in _BALANCE_WORDS):
        return _MONEY
    return meaning_of_status(status)


def meaning_of_status(status: int) -> Meaning:
    """Say what a status means when nothing else is known: uncertain, unless it is certain."""
    if 300 <= status < 400:
        return Meaning(kind="permanent", remedy="check the base URL: the service sends calls elsewhere")
    return STATUSES.get(status, _UNKNOWN)
