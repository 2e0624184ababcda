"""What an answer of GitHub says: its data, the next page, or why it was refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gidgethub
from gidgethub import sansio

from ghapp.github.errors import Gone, NotFound, Refused, Unavailable


@dataclass(frozen=True, slots=True)
class Answer:
    """What came over the wire; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def decode(answer: Answer, *, wrote: bool = False) -> tuple[Any, str | None]:
    """The data of a success, and the URL of the next page if there is one.

    Raises `Unavailable` when it is not JSON: something between GitHub and us has answered.
    """
    # Only what is read here: gidgethub would also parse the rate limits, and trip over odd ones.
    headers = {
        name: answer.headers[name] for name in ("content-type", "link") if name in answer.headers
    }
    try:
        data, _, following = sansio.decipher_response(answer.status, headers, answer.body)
    except (ValueError, LookupError, gidgethub.GitHubException) as error:
        raise Unavailable("GitHub's answer cannot be read", uncertain=wrote) from error
    if isinstance(data, str):
        raise Unavailable("GitHub's answer is not JSON", uncertain=wrote)
    return data, following


def refusal(answer: Answer) -> Refused:
    """A 4xx as an error."""
    told = _told(answer.body)
    message = message_of(answer.body) or "no reason given"
    errors = told.get("errors")
    details = errors if isinstance(errors, list) else [] if errors is None else [errors]
    if answer.status == 404:
        return NotFound(message, details)
    if answer.status == 410:
        return Gone(message, details)
    return Refused(answer.status, message, details)


def message_of(body: bytes) -> str:
    """What GitHub says in an error; empty when it says nothing."""
    message = _told(body).get("message")
    return message if isinstance(message, str) else ""


def reason_of(body: bytes) -> str:
    """The message with the page of the documentation that it refers to, which may say more."""
    page = _told(body).get("documentation_url")
    return f"{message_of(body)} {page if isinstance(page, str) else ''}".strip()


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
