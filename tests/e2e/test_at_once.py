"""Many scans of overlapping images at the same time, with one cache folder that none of them finds ready."""

import json
import os
import subprocess
import sys

from tests.support.images import make_image, make_layer, write_docker_archive

SCANS, SIXTEEN_AT_MOST_S = 16, 120
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\n'


def status(*names):
    return "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n" for name in names
    ).encode()


def test_all_succeed_and_find_the_same(tmp_path):
    base = {"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": status("bash")}
    tops = [{"var/lib/dpkg/status": status("bash", f"own{number}")} for number in range(4)]
    images = [
        write_docker_archive(tmp_path / f"{number}.tar", make_image([make_layer(base), make_layer(top)]))
        for number, top in enumerate(tops)
    ]
    command = [sys.executable, "-m", "careen", "inventory", "--format", "json"]
    environ = {**os.environ, "CAREEN_CACHE_DIR": str(tmp_path / "cache"), "CAREEN_JOBS": "2"}
    running = [
        subprocess.Popen(
            [*command, str(images[number % 4])], env=environ, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for number in range(SCANS)
    ]
    ended = [process.communicate(timeout=SIXTEEN_AT_MOST_S) for process in running]
    assert [process.returncode for process in running] == [0] * SCANS, ended
    for number, (out, err) in enumerate(ended):
        assert [package["name"] for package in json.loads(out)["packages"]] == ["bash", f"own{number % 4}"]
        assert err == b""
