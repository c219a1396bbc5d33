"""A PostgreSQL server of a test's own, where Debian's package ``postgresql`` is installed: on a socket in a folder, alone."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

PORT = 5433  # names the socket; nothing listens on the network
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
}


class Postgres:
    def __init__(self, folder, **settings):
        self.folder, self._programs = folder, programs()
        self._settings = {**SETTINGS, "unix_socket_directories": str(folder), **settings}
        self._process = None
        self._as(self._programs / "initdb", "-D", folder / "data", "-U", "careen", "-A", "trust", "-E", "UTF8", "--locale=C")

    def start(self):
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *options],
                stdout=log, stderr=log, **_owner(),
            )  # fmt: skip
        for _ in range(600):
            if subprocess.run([self._programs / "pg_isready", "-q", "-h", self.folder, "-p", str(PORT)]).returncode == 0:
                return self
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    @property
    def pid(self):
        return self._process.pid

    def stop(self, *, at_once=False):
        """``at_once``: as if the machine lost power."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(3 if at_once else 2)  # SIGQUIT, SIGINT
            self._process.wait(60)

    def database(self, name, *options):
        """The address of a new, empty database."""
        self._as(self._programs / "createdb", "-h", self.folder, "-p", str(PORT), "-U", "careen", *options, name)
        return f"postgresql://careen@/{name}?host={self.folder}&port={PORT}"

    def _as(self, *command):
        subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd=self.folder, **_owner())


@contextlib.contextmanager
def postgres(**settings):
    """A running server; its folder is short-lived, and short enough for the name of a socket."""
    if programs() is None:
        pytest.skip("no PostgreSQL here: tests of a fleet on PostgreSQL are skipped")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        shutil.chown(folder, _user().pw_uid, _user().pw_gid)
    server = None
    try:
        server = Postgres(folder, **settings)
        yield server.start()
    finally:
        if server:
            server.stop(at_once=True)
        shutil.rmtree(folder, ignore_errors=True)


def programs():
    """The folder of the server's programs, None if it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    here = shutil.which("initdb")
    return found[-1].parent if found else Path(here).resolve().parent if here else None


def _user():
    """PostgreSQL refuses to run as root."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    pytest.skip("there is no user that may run PostgreSQL")


def _owner():
    return {"user": _user().pw_uid, "group": _user().pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
