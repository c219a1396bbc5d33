"""Several processes scan images; each is scanned once, whatever happens to one of them."""

import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")

BEGIN = """
import os, signal, sys, threading
from careen.errors import InputError, NetworkError
from careen.registries.listing import Failure, Target
from careen.registries.processes import scan_in_processes
from careen.registries.state import Done

ME, results = os.getpid(), []
TARGETS = [Target(f"sha256:{number}", (f"shop:{number}",), None) for number in range(20)]


class Scanner:
    def __init__(self):
        self.read = set()

    def scan(self, target):
        self.before(target)
        self.read.add(target.digest)
        return Done(target.digest, target.references, str(os.getpid()))

    def before(self, target):
        pass


def scan(processes=3):
    own = Scanner()
    scan_in_processes(TARGETS, own, Scanner, processes, lambda target, result: results.append((target.digest, result)))
    assert sorted(digest for digest, _ in results) == sorted(target.digest for target in TARGETS)
    return own
"""


def passes(code):
    ended = subprocess.run(
        [sys.executable, "-c", BEGIN + textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "good\n"


def test_several_processes_scan_each_image_once():
    passes("""
        import time

        Scanner.before = lambda self, target: time.sleep(0.02)
        own = scan()
        assert own.read == {target.digest for target in TARGETS}
        assert len({done.file for _, done in results}) == 3
        print("good")
    """)


def test_the_failure_of_an_image_is_its_own():
    passes("""
        def before(self, target):
            if target.digest in ("sha256:3", "sha256:4"):
                raise NetworkError("the registry is gone", "try again")

        Scanner.before = before
        own = scan()
        failures = [result for _, result in results if isinstance(result, Failure)]
        assert sorted(failures, key=str) == [
            Failure(f"shop:{number}", "the registry is gone", "try again") for number in (3, 4)
        ]
        assert len(own.read) == 18
        print("good")
    """)


@pytest.mark.parametrize("death", ["os.kill(os.getpid(), signal.SIGKILL)", "1 / 0"], ids=["killed", "error"])
def test_the_image_of_a_process_that_dies_is_scanned_here(death):
    passes(f"""
        def before(self, target):
            if os.getpid() != ME:
                {death}

        Scanner.before = before
        scan()
        assert {{done.file for _, done in results}} == {{str(ME)}}
        print("good")
    """)


def test_an_interrupt_ends_all():
    passes("""
        import time

        def before(self, target):
            if os.getpid() == ME:
                raise KeyboardInterrupt
            time.sleep(50)

        Scanner.before = before
        begin = time.monotonic()
        try:
            scan()
        except KeyboardInterrupt:
            assert time.monotonic() - begin < 20
            print("good")
    """)


def test_more_images_than_a_pipe_has_room_for():
    passes("""
        from careen.registries import processes

        processes.MOST_PIECES = 7
        scan()
        print("good")
    """)


def test_an_image_that_cannot_be_recorded_is_an_error():
    passes("""
        import time

        Scanner.before = lambda self, target: time.sleep(0.5) if os.getpid() == ME else None  # the others do nearly all

        def finished(target, result):
            if target.digest == "sha256:7":
                raise InputError("the disk is full")
            results.append((target.digest, result))

        try:
            scan_in_processes(TARGETS, Scanner(), Scanner, 3, finished)
        except InputError as error:
            assert str(error) == "the disk is full"
            print("good")
    """)
