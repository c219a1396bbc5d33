"""A whole registry on loopback, scanned by the command in a process of its own, killed and taken up again."""

import json
import signal
import subprocess
import sys
import threading

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.fleet import fill
from tests.support.images import sha256
from tests.support.registry import Registry
from tests.support.waiting import settled


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_killed_and_taken_up_again_without_loss(tmp_path):
    shell, folder = Shell(tmp_path / "home"), tmp_path / "reports"
    with Registry(page=7) as registry:
        images = fill(registry, 12, 5, filler=40_000)
        arguments = ("registry", "scan", registry.host, "--offline", "--advisories", ADVISORIES, "--output-dir", folder)
        journal, held = folder / "state.jsonl", threading.Event()

        def holds():
            if journal.is_file() and journal.read_bytes().count(b"\n") > 8:
                held.set()
            return held.is_set()

        registry.holds = holds
        first = shell.start(*arguments, "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert held.wait(60)
        first.send_signal(signal.SIGKILL)
        first.wait(60)
        registry.let_go.set()
        done = [json.loads(line.partition(b"\t")[0])["digest"] for line in journal.read_bytes().split(b"\n")[1:-1]]
        assert 8 <= len(done) < 60, "it was killed in the middle"
        settled(lambda: len(registry.requests))  # requests of the first run
        before = len(registry.requests)

        finished = shell.run(*arguments, "--json")
        assert finished.returncode == 0, finished.stderr
        summary = json.loads(finished.stdout)
        assert len(summary["images"]) == 60
        assert {reference for line in summary["images"] for reference in line["references"]} == images.keys()
        assert all(json.loads((folder / line["file"]).read_text())["schema"] == "careen.report/1" for line in summary["images"])
        assert finished.stderr.count("] ") == 60 - len(done)

        layers = {sha256(layer) for image in images.values() for layer in image.layers}
        again = [request.path.rpartition("/")[2] for request in registry.requests[before:] if "/blobs/" in request.path]
        fetched = [request.path.rpartition("/")[2] for request in registry.requests if "/blobs/" in request.path]
        assert len(again) == len(set(again))
        twice = {digest for digest in layers if fetched.count(digest) > 1}
        assert len(twice) <= 4 * 3, "at most what the four at work were fetching when it was killed"
        assert layers <= set(fetched)
