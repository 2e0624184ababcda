"""What every alert sender must do, whichever file it is in."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp import plugins, sources
from ghapp.core.source import Accepted, Nothing, Source
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
every_source = pytest.mark.parametrize("source", plugins.sources().values(), ids=lambda s: s.name)
texts = st.dictionaries(st.text(), st.text(), max_size=3)


def test_every_file_loads() -> None:
    found = plugins.scan("ghapp.sources", "SOURCE")
    assert found.failures == ()
    assert all(isinstance(plugin, Source) for plugin in found.plugins.values())


@every_source
def test_names_fit_labels_addresses_and_the_environment(source: Source) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", source.name)
    assert re.fullmatch(r"[a-z][a-z0-9/-]*", source.path)
    assert re.fullmatch(r"GHAPP_[A-Z0-9_]+", source.secret_variable)


@every_source
def test_it_has_its_own_tests(source: Source) -> None:
    module = Path(source.parse.__code__.co_filename)
    assert module.parent == Path(sources.__path__[0])
    assert (Path("tests/sources") / f"test_{module.name}").is_file()


@every_source
@given(body=st.binary(), headers=texts, query=texts)
def test_a_stranger_is_refused_whatever_it_sends(
    source: Source, body: bytes, headers: dict[str, str], query: dict[str, str]
) -> None:
    with pytest.raises(Unverified):
        source.verify(body, headers, query, ["a secret that nobody guesses"], NOW)
    with pytest.raises(Unverified):
        source.verify(body, headers, query, [], NOW)


@every_source
@given(body=st.binary() | st.text('[]{}",:0aeinu ').map(str.encode), headers=texts, query=texts)
def test_parsing_is_total(
    source: Source, body: bytes, headers: dict[str, str], query: dict[str, str]
) -> None:
    try:
        parsed = source.parse(body, headers, query, NOW)
    except Malformed:
        return
    assert isinstance(parsed, Accepted | Nothing)
