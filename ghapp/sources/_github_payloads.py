"""The parts of GitHub's payloads that tell of a deployment or a run; the rest of them, up to 25 MB, is skipped.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from typing import Any, TypeVar

import msgspec

from ghapp.core.strict_json import Malformed

_T = TypeVar("_T")


class DeploymentStatus(msgspec.Struct):
    """`deployment_status`; the run is there when GitHub Actions deploys."""

    repository: dict[str, Any]
    deployment_status: dict[str, Any]
    deployment: dict[str, Any]
    workflow_run: dict[str, Any] | None = None


class WorkflowRun(msgspec.Struct):
    """`workflow_run`; the workflow is null when its file is gone."""

    action: str
    repository: dict[str, Any]
    workflow_run: dict[str, Any]
    workflow: dict[str, Any] | None = None


def decode(type_: type[_T], body: bytes) -> _T:
    """Read a payload; U+0000, which a database may refuse and nobody can read, becomes U+FFFD.

    Raises:
        Malformed: it is not JSON, or not of the documented form.
    """
    try:
        if b"\\u0000" not in body:
            return msgspec.json.decode(body, type=type_)
        return msgspec.convert(_without_nul(msgspec.json.decode(body)), type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(one) for key, one in value.items()}
    return value
