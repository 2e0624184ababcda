"""Webhooks on their way from the emulated GitHub to the app: recorded, mended, lost on request."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp

from ghapp.demo import cast
from ghapp.demo.mends import attribute

_PATIENCE = aiohttp.ClientTimeout(total=10)  # GitHub's own


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One attempt to deliver an event; `status` is the app's answer, None when there was none."""

    id: int
    guid: str
    event: str
    payload: dict[str, Any]
    content: bytes
    headers: Mapping[str, str]
    at: datetime
    redelivery: bool = False
    status: int | None = None
    took: float = 0.0
    fault: str = ""

    @property
    def action(self) -> str | None:
        """The payload's action."""
        return self.payload.get("action")


@dataclass(slots=True)
class HookFault:
    """Do `action` to the first `times` deliveries that `match`; None: to all until cleared.

    `lose` it; `hold` it until `release`; `delay` it by `seconds`; `repeat` it `copies` times.
    """

    match: Callable[[Delivery], bool]
    action: str
    times: int | None = 1
    seconds: float = 0.0
    copies: int = 2
    hits: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.action not in {"lose", "hold", "delay", "repeat"}:
            raise ValueError(f"no such fault: {self.action}")

    def takes(self, delivery: Delivery) -> bool:
        """Whether it strikes this delivery; counts the hit."""
        if (self.times is not None and self.hits >= self.times) or not self.match(delivery):
            return False
        self.hits += 1
        return True


class Hooks:
    """Takes the emulator's deliveries and sends them to the app at `target`, one after the other."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.address = ""
        self.target: str | None = None
        self.deliveries: list[Delivery] = []
        self.faults: list[HookFault] = []
        self.edits: dict[str, deque[dict[str, str]]] = {}
        self._arrived = asyncio.Event()
        self._held: list[Delivery] = []
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Begin to deliver."""
        # The app is killed and restarted: a connection of its former life must not be used again.
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(connector=connector, timeout=_PATIENCE)
        self._spawn(self._deliver())

    async def stop(self) -> None:
        """Stop; what is under way is lost."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def clear(self) -> None:
        """Forget the deliveries and faults so far."""
        self.deliveries.clear()
        self.faults.clear()
        self._held.clear()

    def receive(self, event: str, payload: dict[str, Any]) -> None:
        """Take a delivery of the emulator and pass it on as GitHub would have written it."""
        payload = self._mend(event, payload)
        self._enqueue(self._delivery(event, payload, uuid.uuid4().hex))
        self._arrived.set()

    async def received(self, count: int) -> list[Delivery]:
        """Wait until the emulator has sent `count` deliveries since the start or `clear`."""
        while len(self.deliveries) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return self.deliveries[:count]

    async def send(self, event: str, payload: dict[str, Any], *, guid: str = "") -> Delivery:
        """Deliver an event that the emulator never sends (`ping`, `installation`) and wait for it."""
        common = {"installation": {"id": cast.INSTALLATION_ID}, "sender": {"login": "alice"}}
        delivery = self._delivery(event, {**common, **payload}, guid or uuid.uuid4().hex)
        await self._post(delivery)
        return delivery

    async def redeliver(self, delivery: Delivery) -> Delivery:
        """Deliver again, with the same id, and wait for it."""
        again = replace(delivery, id=len(self.deliveries) + 1, redelivery=True, fault="")
        again.at = datetime.now(UTC)
        self.deliveries.append(again)
        await self._post(again)
        return again

    def release(self, *, backwards: bool = False) -> None:
        """Deliver what is held, in order or backwards."""
        held = list(reversed(self._held)) if backwards else list(self._held)
        self._held.clear()
        for delivery in held:
            self._queue.put_nowait(delivery)

    async def idle(self) -> None:
        """Wait until what has been received is delivered, but for what is held."""
        await self._queue.join()

    def _delivery(self, event: str, payload: dict[str, Any], guid: str) -> Delivery:
        content = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        digest = hmac.new(self.secret.encode(), content, hashlib.sha256).hexdigest()
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/0123abc",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Event": event,
            "X-GitHub-Hook-ID": "1",
            "X-GitHub-Hook-Installation-Target-ID": str(cast.APP_ID),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature-256": f"sha256={digest}",
        }
        delivery = Delivery(
            id=len(self.deliveries) + 1,
            guid=guid,
            event=event,
            payload=payload,
            content=content,
            headers=headers,
            at=datetime.now(UTC),
        )
        self.deliveries.append(delivery)
        return delivery

    def _mend(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        owner = payload.get("repository", {}).get("owner", {})
        if owner.get("type") == "Organization":
            payload.setdefault("organization", {"login": owner["login"], "id": owner["id"]})
        if payload.get("action") == "edited" and event in {"issues", "issue_comment"}:
            subject = payload["comment" if event == "issue_comment" else "issue"]
            edits = self.edits.get(subject["url"])
            former = edits.popleft() if edits else {}
            payload["changes"] = {name: {"from": text} for name, text in former.items()}
        mended: dict[str, Any] = attribute(payload, self.address)
        return mended

    def _enqueue(self, delivery: Delivery) -> None:
        fault = next((fault for fault in self.faults if fault.takes(delivery)), None)
        delivery.fault = fault.action if fault else ""
        match fault:
            case None:
                self._queue.put_nowait(delivery)
            case HookFault(action="hold"):
                self._held.append(delivery)
            case HookFault(action="delay"):
                self._spawn(self._later(delivery, fault.seconds))
            case HookFault(action="repeat"):
                for _ in range(fault.copies):
                    self._queue.put_nowait(delivery)

    async def _later(self, delivery: Delivery, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._queue.put_nowait(delivery)

    async def _deliver(self) -> None:
        while True:
            delivery = await self._queue.get()
            await self._post(delivery)
            self._queue.task_done()

    async def _post(self, delivery: Delivery) -> None:
        assert self._session is not None
        if self.target is None:
            return
        started = asyncio.get_running_loop().time()
        # Nobody listens, or nobody answers: GitHub notes it and does not try again, so neither do we.
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self._session.post(
                self.target, data=delivery.content, headers=delivery.headers
            ) as answer:
                await answer.read()
                delivery.status = answer.status
        delivery.took = asyncio.get_running_loop().time() - started

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
