"""The distribution project's own registry, where Debian's package ``docker-registry`` is installed."""

import http.client
import shutil
import subprocess
import time

import pytest

from tests.support.servers import free_port


def start_registry(tmp_path, extra=""):
    """A registry on a free port of loopback: (its process, its host)."""
    program = shutil.which("docker-registry")
    if program is None:
        pytest.skip("no docker-registry here: tests against a real registry are skipped")
    host = f"127.0.0.1:{free_port()}"
    config = tmp_path / "registry.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {tmp_path / 'data'}}}}}\n"
        f"http:\n  addr: {host}\n{extra}"
    )
    process = subprocess.Popen([program, "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        connection = http.client.HTTPConnection(host, timeout=5)
        try:
            connection.request("GET", "/v2/")
            connection.getresponse().read()
            return process, host
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    stop_registry(process)
    raise AssertionError("docker-registry did not start")


def stop_registry(process):
    process.terminate()
    process.wait(60)
