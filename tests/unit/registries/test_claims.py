"""A shared layer is read by one image at a time, between threads as between processes."""

import subprocess
import sys
import threading
import time

import pytest

from careen.registries.claims import ProcessClaims, ThreadClaims

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks of files")


@pytest.fixture(params=["threads", "processes"])
def claims(request, tmp_path):
    """A function that makes the claims of a thread or process."""
    if request.param == "threads":
        shared = ThreadClaims()
        return lambda: shared
    return lambda: ProcessClaims(tmp_path)


def test_one_image_at_a_time_reads_a_layer(claims):
    first, events = claims(), []

    def second():
        with claims().first(["sha256:b", "sha256:a"]):
            events.append("second")

    with first.first(["sha256:a"]):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.2)
        events.append("first")
    waiting.join(10)
    assert events == ["first", "second"]


def test_layers_that_were_read_do_not_make_anybody_wait(claims):
    with claims().first(["sha256:a"]):
        pass
    with claims().first(["sha256:a", "sha256:b"]), claims().first(["sha256:a"]):
        pass


def test_a_layer_whose_reading_failed_is_claimed_anew(claims):
    with pytest.raises(ValueError, match="no"), claims().first(["sha256:a"]):
        raise ValueError("no")
    entered = threading.Event()

    def second():
        with claims().first(["sha256:a"]):
            entered.set()

    with claims().first(["sha256:a"]):
        waiting = threading.Thread(target=second)
        waiting.start()
        assert not entered.wait(0.2)
    waiting.join(10)
    assert entered.is_set()


def test_the_claims_of_a_process_that_dies_are_free(tmp_path):
    code = f"""
from pathlib import Path
from careen.registries.claims import ProcessClaims
claims = ProcessClaims(Path({str(tmp_path)!r})).first(["sha256:a"])
claims.__enter__()
print("holds", flush=True)
input()
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "holds\n"
    process.kill()
    process.communicate()
    with ProcessClaims(tmp_path).first(["sha256:a"]):
        pass
