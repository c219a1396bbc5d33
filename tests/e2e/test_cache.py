"""The cache is removed while scans run, and the process that removes it is killed."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest
from tests.support.images import make_image, make_layer, write_docker_archive

TIME_S = 120
STATUS = b"Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
FILES = {"etc/os-release": b'ID=debian\nVERSION_ID="12"\n', "var/lib/dpkg/status": STATUS}


@pytest.fixture
def start(tmp_path):
    environ = {**os.environ, "CAREEN_CACHE_DIR": str(tmp_path / "cache"), "CAREEN_LOG_LEVEL": "info"}

    with ExitStack() as stack:

        def started(*arguments):
            command = [sys.executable, "-m", "careen", *map(str, arguments)]
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            return stack.enter_context(subprocess.Popen(command, env=environ, cwd=tmp_path, text=True, **pipes))

        yield started


def images(folder, count):
    return [
        write_docker_archive(folder / f"{n}.tar", make_image([make_layer(FILES), make_layer({f"etc/{n}": os.urandom(99)})]))
        for n in range(count)
    ]


def test_scans_succeed_while_the_cache_is_cleared_again_and_again(tmp_path, start):
    scans = [start("inventory", "--format", "json", image) for image in images(tmp_path, 4)]
    while any(scan.poll() is None for scan in scans):
        clear = start("cache", "clear", "--yes")
        assert clear.communicate(timeout=TIME_S)[1] == ""
        assert clear.returncode == 0
    for scan in scans:
        out, err = scan.communicate(timeout=TIME_S)
        assert (scan.returncode, err) == (0, "")
        assert '"bash"' in out


def test_a_clear_that_is_killed_leaves_a_usable_cache(tmp_path, start):
    """Killed at the first files that are gone, so that some of the others are there."""
    image = images(tmp_path, 1)[0]
    first = start("inventory", image)
    first.communicate(timeout=TIME_S)
    assert first.returncode == 0
    folder = tmp_path / "cache" / "blobs" / "sha256"
    folder.mkdir(parents=True, mode=0o700)
    for number in range(20_000):
        (folder / str(number)).write_bytes(b"x")
    clear = start("cache", "clear", "--yes")
    while clear.poll() is None and len(os.listdir(folder)) == 20_000:
        pass
    clear.send_signal(signal.SIGKILL)
    clear.communicate(timeout=TIME_S)
    assert clear.returncode in (-signal.SIGKILL, 0)
    for command in (("inventory", image), ("cache", "list"), ("cache", "clear", "--yes")):
        process = start(*command)
        assert process.communicate(timeout=TIME_S)[1] == ""
        assert process.returncode == 0
    assert not folder.exists()
