"""The headers of every call."""

from gidgethub import sansio

from ghapp import __version__

USER_AGENT = f"ghapp/{__version__}"
API_VERSION = "2022-11-28"
"""https://docs.github.com/en/rest/about-the-rest-api/api-versions"""


def request_headers(authorization: str, *, etag: str | None = None) -> dict[str, str]:
    """What GitHub wants to know of each call; with `etag`, only a changed answer has a body."""
    headers = sansio.create_headers(USER_AGENT, accept="application/vnd.github+json")
    headers |= {"authorization": authorization, "x-github-api-version": API_VERSION}
    if etag is not None:
        headers["if-none-match"] = etag
    return headers
