"""The open alerts of a Google Cloud project, which only the REST API lists.

https://docs.cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alerts/list
"""

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote, urlsplit

import aiohttp

from ghapp.clients.gcp_credentials import Anonymous, ApplicationDefault, Credentials, GcpError
from ghapp.core import strict_json
from ghapp.core.strict_json import Malformed

API_URL = "https://monitoring.googleapis.com"
URL_VARIABLE = "GHAPP_GCP_API_URL"
PAGE_SIZE = 1000
_MAX_PAGES = 100
_PATIENCE = aiohttp.ClientTimeout(total=30)

Alert = Mapping[str, Any]
"""As the API gives it: name, state, openTime, resource, metric, policy …"""


class Alerts:
    """Lists and looks at alerts. `url` is where the API is, without a slash at its end."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str = API_URL,
        credentials: Credentials | None = None,
    ) -> None:
        self._session = session
        self._url = url
        self._credentials = credentials or ApplicationDefault()

    @classmethod
    def from_variables(cls, variables: Mapping[str, str], session: aiohttp.ClientSession) -> Self:
        """The client that the environment describes; without credentials where the API is on loopback.

        Raises:
            GcpError: GHAPP_GCP_API_URL is no address, or one that would show the token to others.
        """
        url = variables.get(URL_VARIABLE, API_URL).rstrip("/")
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme == "http" and on_loopback(parts.hostname or ""):
            return cls(session, url, Anonymous())
        if parts.scheme != "https" or not parts.hostname:
            raise GcpError(f"{URL_VARIABLE} is not an https address: {url!r}")
        return cls(session, url)

    async def open(self, project: str) -> list[Alert]:
        """Every open alert of the project: all of them, or an error.

        Raises:
            GcpError: the listing failed or is not whole.
        """
        path = f"/v3/projects/{quote(project, safe='')}/alerts"
        query = {"filter": 'state="OPEN"', "pageSize": str(PAGE_SIZE)}
        alerts: list[Alert] = []
        for _ in range(_MAX_PAGES):
            page = await self._get(path, query)
            alerts += _alerts(page)
            token = page.get("nextPageToken", "")
            if not isinstance(token, str):
                raise GcpError(f"{path}: the token of the next page is not a text")
            if not token:
                return [alert for alert in alerts if alert.get("state") != "CLOSED"]
            if token == query.get("pageToken"):
                raise GcpError(f"{path}: the listing goes round in circles")
            query["pageToken"] = token
        raise GcpError(f"{path}: more than {_MAX_PAGES * PAGE_SIZE} alerts")

    async def still_open(self, project: str, name: str) -> bool:
        """Whether one alert is open; an alert that Google no longer knows is not.

        Raises:
            GcpError: Google could not say.
        """
        path = f"/v3/projects/{quote(project, safe='')}/alerts/{quote(name, safe='')}"
        try:
            return (await self._get(path, {})).get("state") == "OPEN"
        except _NotFoundError:
            return False

    async def _get(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        url = f"{self._url}{path}"
        headers = await self._credentials.headers(url)
        try:
            async with self._session.get(
                url, params=query, headers=headers, timeout=_PATIENCE, allow_redirects=False
            ) as answer:
                status, body = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise GcpError(f"{path}: {str(error) or type(error).__name__}") from error
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise _NotFoundError(f"{path}: not found{_said(body)}")
        if status != HTTPStatus.OK:
            raise GcpError(f"{path}: answered {status}{_said(body)}")
        try:
            page = strict_json.loads(body)
        except Malformed as error:
            raise GcpError(f"{path}: {error}") from error
        if not isinstance(page, dict):
            raise GcpError(f"{path}: not an object")
        return page


class _NotFoundError(GcpError):
    """No such project or alert, or none that may be seen."""


def _alerts(page: Mapping[str, Any]) -> list[Alert]:
    """The alerts of one page; absent means none, as the API leaves out what is empty."""
    alerts = page.get("alerts", [])
    if "error" in page or not isinstance(alerts, list):
        raise GcpError("the listing is not one of alerts")
    for alert in alerts:
        name = alert.get("name") if isinstance(alert, Mapping) else None
        if not isinstance(name, str) or not name.rpartition("/")[2]:
            raise GcpError("the listing has an alert without a name")
    return alerts


def _said(body: bytes) -> str:
    """Google's own words on what went wrong (https://google.aip.dev/193)."""
    try:
        answer = strict_json.loads(body)
    except Malformed:
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return f": {' '.join(message.split())[:300]}" if isinstance(message, str) else ""


def on_loopback(host: str) -> bool:
    """Whether what is sent to a host stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
