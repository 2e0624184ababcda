"""Signed GitHub deliveries of 1 to 10 KB, ready to be written to a socket."""

import hashlib
import hmac
import json
import random
import uuid
from dataclasses import dataclass

SECRET = "benchmark"
HOME = "acme/ops"
ISSUES = 50
SIZES = range(1_000, 10_001, 500)


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request but for the delivery's id, which goes between the two parts."""

    before: bytes
    after: bytes

    def signed(self) -> bytes:
        """The request as a delivery that was never sent before."""
        return self.before + uuid.uuid4().hex.encode() + self.after


def requests(port: int, seed: int = 1) -> list[Request]:
    """One comment with a command on each of fifty issues, in every size."""
    chance = random.Random(seed)
    bodies = [_comment(issue, size) for issue in range(1, ISSUES + 1) for size in SIZES]
    chance.shuffle(bodies)
    return [_request(port, body) for body in bodies]


def _request(port: int, body: bytes) -> Request:
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST /webhooks/github HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "User-Agent: GitHub-Hookshot/bench\r\nAccept: */*\r\nContent-Type: application/json\r\n"
        f"X-GitHub-Event: issue_comment\r\nX-Hub-Signature-256: sha256={signature}\r\n"
        f"Content-Length: {len(body)}\r\nX-GitHub-Delivery: "
    )
    return Request(head.encode(), b"\r\n\r\n" + body)


def _comment(issue: int, size: int) -> bytes:
    at = "2026-01-05T10:00:00Z"
    alice = {"login": "alice", "id": 1, "type": "User", "site_admin": False}
    event = {
        "action": "created",
        "issue": {
            "number": issue,
            "title": "[sev2] Error rate",
            "body": "",
            "user": alice,
            "labels": [{"id": 1, "name": "incident", "color": "b60205"}],
            "state": "open",
            "created_at": at,
            "updated_at": at,
        },
        "comment": {"id": issue, "body": "/ack", "user": alice, "created_at": at, "updated_at": at},
        "repository": {"id": 1, "full_name": HOME, "default_branch": "main", "private": True},
        "sender": alice,
        "installation": {"id": 1},
    }
    missing = size - len(json.dumps(event)) - len(', "organization": {"description": ""}')
    event["organization"] = {"description": "x" * max(0, missing)}
    return json.dumps(event).encode()
