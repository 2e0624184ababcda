"""Answers to remember, so that asking again is free as long as nothing has changed."""

from ghapp.github.etags import Etags, Remembered


def answer(body: bytes = b"{}") -> Remembered:
    return Remembered(etag='W/"1"', body=body, content_type="application/json", link="")


def test_what_one_installation_was_told_is_not_another_s() -> None:
    etags = Etags()
    etags.put("installation:1", "https://x/a", answer())
    assert etags.get("installation:1", "https://x/a") == answer()
    assert etags.get("installation:2", "https://x/a") is None
    assert etags.get("installation:1", "https://x/a?page=2") is None


def test_the_least_used_is_forgotten_first() -> None:
    etags = Etags(max_answers=2)
    for url in ("a", "b"):
        etags.put("app", url, answer())
    etags.get("app", "a")
    etags.put("app", "c", answer())
    assert [etags.get("app", url) is not None for url in "abc"] == [True, False, True]


def test_the_bytes_are_bounded_and_counted_once() -> None:
    etags = Etags(max_bytes=40)
    for _ in range(20):
        etags.put("app", "a", answer(b"x" * 10))
    for url in "bcd":
        etags.put("app", url, answer(b"x" * 10))
    assert all(etags.get("app", url) for url in "abcd")
    etags.put("app", "e", answer(b"x"))
    assert etags.get("app", "a") is None


def test_a_huge_answer_is_not_kept_and_replaces_what_was() -> None:
    etags = Etags(max_bytes=40)
    etags.put("app", "a", answer(b"x"))
    etags.put("app", "a", answer(b"x" * 11))
    assert etags.get("app", "a") is None
