"""The dead man's switch: an outside watcher that raises the alarm when it is not pinged."""

import aiohttp
import structlog

log = structlog.get_logger(__name__)

VARIABLE = "GHAPP_DEADMAN_URL"
TIMEOUT = aiohttp.ClientTimeout(total=10)


class DeadMan:
    """Pings an address, such as one of healthchecks.io; who knows it can pretend, so it is never logged."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ping(self) -> bool:
        """Say that all is well; whether that was heard."""
        try:
            async with self._session.get(self._url, timeout=TIMEOUT) as answer:
                if answer.ok:
                    return True
                reason = f"it answered {answer.status}"
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            reason = type(error).__name__
        log.warning("deadman_unreachable", reason=reason, hint=f"see {VARIABLE}")
        return False
