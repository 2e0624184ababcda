"""When the app has done what it does by itself, and asks GitHub nothing more."""

from ghapp.demo.github import GitHub

QUIET = 0.7
"""Seconds without a call after which the app is taken to be at rest."""


async def at_rest(github: GitHub) -> int:
    """Wait until the app asks GitHub nothing any more, as after its start; the number of its last call."""
    while True:
        last = github.proxy.last
        try:
            await github.proxy.wait_for(lambda _: True, since=last, within=QUIET)
        except AssertionError:
            return last
