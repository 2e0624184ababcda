"""A throwaway PostgreSQL cluster: in a folder of its own, on a free loopback port, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


class NoPostgresError(Exception):
    """There is no PostgreSQL here; the message says what to do."""


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a cluster in `folder` and give its URL (`postgresql://…/postgres`); stop it afterwards.

    Raises:
        NoPostgresError: There is none, and it could not be installed.
    """
    programs = _programs() or _install()
    user = _prepare(folder)
    data, port = folder / "data", _free_port()
    _run(user, programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync")
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    control = (programs / "pg_ctl", "-D", data, "-w", "-t", "30")
    _run(user, *control, "-l", folder / "log", "-o", settings, "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run(user, *control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def create_database(server: str, name: str) -> str:
    """Make an empty database on the server and give its URL."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{server.rpartition('/')[0]}/{name}"


def _programs() -> Path | None:
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found:
        places.insert(0, Path(found).resolve().parent)
    return next((place for place in places if (place / "initdb").exists()), None)


def _install() -> Path:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(
            ["apt-get", "install", "-y", "postgresql"],
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            timeout=300,
        )
    programs = _programs()
    if programs is None:
        raise NoPostgresError("PostgreSQL is not installed: apt-get install postgresql")
    return programs


def _prepare(folder: Path) -> str:
    """Make the folder and name who is to run the cluster: initdb refuses root."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return ""
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in accounts else "nobody"
    shutil.chown(folder, user)
    return user


def _run(user: str, *words: str | Path) -> None:
    command = [str(word) for word in words]
    if user:
        command = ["runuser", "-u", user, "--", *command]
    done = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/"
    )
    if done.returncode:
        raise NoPostgresError(f"{command[-1]}: {done.stdout}{done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
