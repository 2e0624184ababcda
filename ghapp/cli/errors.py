"""Exit codes, the error that is shown to a person, and the console they are printed on."""

from rich.console import Console

EXIT_OK = 0
EXIT_PROBLEMS = 1
EXIT_USAGE = 2


class UserError(Exception):
    """Something the person at the keyboard can mend: what is wrong, and a hint what to do."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def console(*, stderr: bool = False) -> Console:
    """A console that colours only on a terminal and never wraps what a script may read."""
    return Console(stderr=stderr, soft_wrap=True)
