"""The issuer's keys: fetched once for all who wait, kept as long as allowed, never lost to a failure."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.web.answers import Refused
from ghapp.web.certificates import (
    AGAIN_AFTER,
    LONGEST,
    UNSAID,
    Certificates,
    Fetched,
    fetcher,
    lasts,
    read_keys,
)
from ghapp.web.identity import OpenIdConnect
from tests.support.issuer import AUDIENCE, EMAIL, ISSUER, Issuer, Key, key

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


class Shelf:
    """What the issuer would answer; `None` is a failure. Counts how often it is asked."""

    def __init__(self, keys: Mapping[str, str] | None) -> None:
        self.keys = keys
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self) -> Fetched:
        self.asked += 1
        await self.gate.wait()
        if self.keys is None:
            raise aiohttp.ClientConnectionError("no route")
        return Fetched(self.keys, HOUR)


class TestCaching:
    async def test_keys_are_kept_for_as_long_as_the_issuer_says(self) -> None:
        shelf = Shelf({"a": "A"})
        certificates = Certificates(shelf.fetch)
        for moment in (NOW, NOW + SECOND, NOW + HOUR - SECOND):
            assert await certificates.for_token("a", moment) == {"a": "A"}
        assert shelf.asked == 1
        shelf.keys = {"b": "B"}
        assert await certificates.for_token("a", NOW + HOUR) == {"b": "B"}
        assert shelf.asked == 2

    async def test_many_who_wait_ask_once_and_one_who_gives_up_stops_nobody(self) -> None:
        shelf = Shelf({"a": "A"})
        shelf.gate.clear()
        certificates = Certificates(shelf.fetch)
        waiting = [asyncio.create_task(certificates.for_token("a", NOW)) for _ in range(20)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        shelf.gate.set()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(answers[0], asyncio.CancelledError)
        assert answers[1:] == [{"a": "A"}] * 19
        assert shelf.asked == 1

    async def test_a_new_key_is_looked_for_once_in_a_while(self) -> None:
        shelf = Shelf({"a": "A"})
        certificates = Certificates(shelf.fetch)
        await certificates.for_token("a", NOW)
        shelf.keys = {"a": "A", "b": "B"}
        assert "b" in await certificates.for_token("b", NOW + SECOND)
        for number in range(50):
            await certificates.for_token(f"made-up-{number}", NOW + SECOND)
        assert shelf.asked == 2
        await certificates.for_token("made-up", NOW + SECOND + AGAIN_AFTER)
        assert shelf.asked == 3

    async def test_whoever_asks_for_a_new_key_while_it_is_fetched_waits_for_it(self) -> None:
        shelf = Shelf({"a": "A"})
        certificates = Certificates(shelf.fetch)
        await certificates.for_token("a", NOW)
        shelf.keys = {"b": "B"}
        shelf.gate.clear()
        waiting = [asyncio.create_task(certificates.for_token("b", NOW)) for _ in range(5)]
        await asyncio.sleep(0)
        shelf.gate.set()
        assert await asyncio.gather(*waiting) == [{"b": "B"}] * 5
        assert shelf.asked == 2

    async def test_an_unknown_key_in_the_first_request_asks_once(self) -> None:
        shelf = Shelf({"a": "A"})
        await Certificates(shelf.fetch).for_token("b", NOW)
        assert shelf.asked == 1

    async def test_a_token_without_a_key_id_asks_for_nothing_more(self) -> None:
        shelf = Shelf({"a": "A"})
        certificates = Certificates(shelf.fetch)
        await certificates.for_token(None, NOW)
        assert await certificates.for_token(None, NOW + SECOND) == {"a": "A"}
        assert shelf.asked == 1


class TestFailures:
    async def test_the_last_good_keys_serve_while_no_newer_ones_can_be_had(self) -> None:
        shelf = Shelf({"a": "A"})
        certificates = Certificates(shelf.fetch)
        await certificates.for_token("a", NOW)
        shelf.keys = None
        later = NOW + HOUR
        for _ in range(10):
            assert await certificates.for_token("a", later) == {"a": "A"}
        assert (shelf.asked, certificates.failed) == (2, True)
        shelf.keys = {"b": "B"}
        assert await certificates.for_token("b", later + AGAIN_AFTER) == {"b": "B"}
        assert not certificates.failed

    async def test_without_any_each_request_tries_again(self) -> None:
        shelf = Shelf(None)
        certificates = Certificates(shelf.fetch)
        assert await certificates.for_token("a", NOW) == {}
        shelf.keys = {"a": "A"}
        assert await certificates.for_token("a", NOW) == {"a": "A"}

    async def test_closing_ends_a_fetch_under_way(self) -> None:
        shelf = Shelf({"a": "A"})
        shelf.gate.clear()
        certificates = Certificates(shelf.fetch)
        waiting = asyncio.create_task(certificates.for_token("a", NOW))
        await asyncio.sleep(0)
        await certificates.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await certificates.close()

    @pytest.mark.parametrize(
        ("known", "asked_for", "says"),
        [
            pytest.param(None, "key-1", Refused, id="no certificates at all"),
            pytest.param({"other": "x"}, "key-1", Refused, id="a key that may be newer than ours"),
            pytest.param({"key-1": "bad"}, "key-1", Unverified, id="a key that we know"),
        ],
    )
    async def test_what_cannot_be_checked_is_not_called_forged(
        self, known: Mapping[str, str] | None, asked_for: str, says: type[Exception]
    ) -> None:
        shelf = Shelf(known)
        certificates = Certificates(shelf.fetch)
        await certificates.for_token(None, NOW)
        shelf.keys = None
        who = OpenIdConnect(certificates, audiences=[AUDIENCE], emails=[EMAIL], issuers=[ISSUER])
        token = key().token(key_id=asked_for)
        with pytest.raises(says) as caught:
            await who.check({"Authorization": f"Bearer {token}"}, NOW + SECOND)
        if isinstance(caught.value, Refused):
            assert (caught.value.status, caught.value.headers["Retry-After"]) == (503, "10")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Cache-Control": "public, max-age=21600, must-revalidate"}, timedelta(hours=6)),
        ({"Cache-Control": "max-age=60", "Age": "20"}, timedelta(seconds=40)),
        ({"Cache-Control": "max-age=60", "Age": "90"}, timedelta(0)),
        ({"Cache-Control": "max-age=60", "Age": "new"}, timedelta(seconds=60)),
        ({"Cache-Control": "MAX-AGE = 60"}, timedelta(seconds=60)),
        ({"Cache-Control": "no-cache,max-age=0"}, timedelta(0)),
        ({"Cache-Control": "max-age=999999999"}, LONGEST),
        ({"Cache-Control": "s-max-age=60"}, UNSAID),
        ({"Cache-Control": "max-age=soon"}, UNSAID),
        ({}, UNSAID),
    ],
    ids=str,
)
def test_how_long_an_answer_may_be_kept(headers: dict[str, str], expected: timedelta) -> None:
    assert lasts(headers) == expected


class TestReading:
    def test_a_map_of_certificates(self) -> None:
        known = {"key-1": key().certificate, "odd": "-----BEGIN CERTIFICATE-----", "odder": 7}
        assert read_keys(json.dumps(known).encode()) == {"key-1": key().certificate}

    def test_a_set_of_keys(self) -> None:
        curved = key("curved", curve=True)
        odd: list[Any] = [
            "key",
            {"kty": "RSA", "kid": "half", "n": "AQAB"},
            {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"},
            {**key().jwk, "kid": "sealing", "use": "enc"},
            {**key().jwk, "kid": 7},
            {"kid": "bare"},
        ]
        document = {"keys": [*odd, key().jwk, curved.jwk]}
        assert set(read_keys(json.dumps(document).encode())) == {"key-1", "curved"}

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{}",
            b'{"keys": []}',
            b'{"keys": {}}',
            b'{"key-1": "x"}',
            b"<html>",
            b"\xff",
        ],
        ids=repr,
    )
    def test_no_keys(self, body: bytes) -> None:
        with pytest.raises(Malformed):
            read_keys(body)

    @given(
        st.recursive(
            st.text() | st.integers(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)
        )
    )
    def test_total(self, document: Any) -> None:
        for given_ in (document, {"keys": document}, {"keys": [document]}):
            with pytest.raises(Malformed):
                read_keys(json.dumps(given_).encode())


@pytest.mark.enable_socket
class TestFetching:
    @pytest.mark.parametrize("jwks", [False, True], ids=["certificates", "JWK set"])
    async def test_from_the_issuer(self, jwks: bool) -> None:
        issuer = Issuer(key())
        issuer.jwks = jwks
        async with issuer.serving(), aiohttp.ClientSession() as session:
            found = await fetcher(lambda: session, issuer.url)()
        assert set(found.keys) == {"key-1"}
        assert found.lasts == timedelta(hours=6)

    @pytest.mark.parametrize("status", [204, 302, 404, 500])
    async def test_any_other_answer_is_a_failure(self, status: int) -> None:
        issuer = Issuer(Key("unused", curve=True))
        issuer.status = status
        async with issuer.serving(), aiohttp.ClientSession() as session:
            with pytest.raises((Malformed, aiohttp.ClientError)):
                await fetcher(lambda: session, issuer.url)()
