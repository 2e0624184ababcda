"""What a valid model still gets wrong: rules that never match, levels that reach nobody, names that nothing uses."""

from collections.abc import Callable, Iterator

from ghapp.model.problem import Finding
from ghapp.model.types import Model


def lint(model: Model) -> Iterator[Finding]:
    """Every finding of every lint."""
    yield from (finding for check in CHECKS for finding in check(model))


CHECKS: tuple[Callable[[Model], Iterator[Finding]], ...] = ()
