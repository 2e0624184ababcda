"""Pages of a listing, as GitHub gives them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from ghapp.demo.messages import Answer, Request


def window(items: Sequence[Any], request: Request) -> list[Any]:
    """The members on the page that is asked for."""
    size, page = _size(request), _page(request)
    return list(items[(page - 1) * size : page * size])


def links(count: int, request: Request, address: str) -> dict[str, str]:
    """The header that leads to the next page, if there is one, below the API's address."""
    if _page(request) * _size(request) >= count:
        return {}
    query = urlencode({**request.query, "page": str(_page(request) + 1)})
    return {"Link": f'<{address}{request.path}?{query}>; rel="next"'}


def paged(items: Sequence[Any], request: Request, address: str) -> Answer:
    """A page of a listing that is a list."""
    return Answer.of(200, window(items, request), links(len(items), request, address))


def _size(request: Request) -> int:
    return min(int(request.query.get("per_page", 30)), 100)


def _page(request: Request) -> int:
    return int(request.query.get("page", 1))
