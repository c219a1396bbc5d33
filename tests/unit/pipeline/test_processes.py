"""Several processes read the layers of an image: with the same results as one, whatever happens to one of them.

Each test runs in a process of its own, since only one without other threads forks.
"""

import os
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")

BEGIN = r"""
import json, os, signal, sys, threading
from msgspec.structs import replace
from tests.support.images import make_layer, sha256
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, layer_of

from careen.errors import InputError, TableError
from careen.layers.early_features import EarlyFeatures
from careen.layers.index import Readers, encode
from careen.layers.kept import Kept
from careen.layers.origin_features import FeatureReader
from careen.model.image import Image, ImageConfig
from careen.pipeline import layers as reading_layers
from careen.pipeline.layers import Reading, read_layers
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore, NoStore

ME, BIG = os.getpid(), 8 << 20
FILES = (
    {"etc/os-release": OS_RELEASE, "usr/share/doc/a/changelog.Debian.gz": b"a"},
    {"b": b"", "usr/share/doc/b/changelog.Debian.gz": b"b", "usr/lib/python3/dist-packages/x-1.dist-info/METADATA": b"Name: x"},
    {"c": b"", "app/node_modules/left/vendor/add.js": b"function left(a, b) { return a + 'left of' + b }\n" * 90},
)


def layer(files, number, size=BIG):
    data = make_layer(files)
    return layer_of(data, number, digest=sha256(data), diff_id=sha256(data), size_bytes=size)


LAYERS = tuple(layer(files, number) for number, files in enumerate(FILES))
IMAGE = Image("shop:1", "image", "", None, ImageConfig(), LAYERS, "oci-layout:shop")
started, fork = [], os.fork


def counted():
    process = fork()
    started.append(process)
    return process


os.fork = counted


def read(jobs, image=IMAGE, limits=Limits(), store=None, **more):
    early = EarlyFeatures(lambda: FeatureReader(None, 60))
    more = {"limits": limits, "jobs": jobs, "alone": True, "kept": Kept(), "early": early, **more}
    asked = Reading(Readers.of(CATALOGERS, "test"), store or MemoryStore(), **more)
    budget = Budget(limits)
    return read_layers(image, asked, budget), asked, budget


def in_others(do):
    # runs ``do`` in the other processes before they read a layer
    before = reading_layers.index

    def index(*arguments, **more):
        if os.getpid() != ME:
            do(arguments[0])
        return before(*arguments, **more)

    reading_layers.index = index


def nobody_is_left():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return threading.active_count() == 1
    return False
"""


def run(code, **more):
    code = BEGIN + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", code], cwd=os.getcwd(), capture_output=True, text=True, timeout=60, **more)


def passes(code):
    ended = run(code)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "good\n"


def test_the_results_are_those_of_one_process():
    passes("""
        names = [layer.digest for layer in LAYERS]
        alone, by_one, spent = read(1)
        assert not started
        together, by_three, spent_together = read(3)
        assert len(started) == 2
        assert list(map(encode, alone)) == list(map(encode, together))
        assert by_one.store._data == by_three.store._data
        assert len(by_one.store._data) == 3
        assert [by_one.kept.of(name) for name in names] == [by_three.kept.of(name) for name in names]
        assert any(by_one.kept.of(name) for name in names)
        assert [by_one.early.of(name) for name in names] == [by_three.early.of(name) for name in names]
        assert any(by_one.early.of(name) for name in names)
        assert (spent.spent, spent.most) == (spent_together.spent, spent_together.most)
        assert nobody_is_left()
        print("good")
    """)


def test_stored_layers_are_not_read_again():
    passes("""
        seen = []
        _, asked, budget = read(3)
        del started[:]
        again = read_layers(IMAGE, replace(asked, on_delta=lambda delta: seen.append(delta.digest)), budget)
        assert not started
        assert [delta.digest for delta in again] == seen == [layer.digest for layer in LAYERS]
        print("good")
    """)


def test_each_delta_and_the_progress_arrive_in_the_first_process():
    passes("""
        seen, steps = [], set()
        in_others(lambda _: None)
        read(3, on_delta=lambda delta: seen.append((delta.digest, os.getpid())), progress=lambda what, *_: steps.add(what))
        assert sorted(seen) == sorted((layer.digest, ME) for layer in LAYERS)
        assert steps == {"layer 0", "layer 1", "layer 2"}
        print("good")
    """)


@pytest.mark.parametrize(
    "death",
    ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(3)", "sys.exit(1)", "1 / 0"],
    ids=["killed", "left", "exit", "error"],
)
def test_a_process_that_dies_costs_nothing_but_time(death):
    passes(f"""
        expected = list(map(encode, read(1)[0]))
        in_others(lambda _: {death})
        deltas, asked, _ = read(3)
        assert len(started) == 2
        assert list(map(encode, deltas)) == expected
        assert len(asked.store._data) == 3
        assert nobody_is_left()
        print("good")
    """)


def test_a_message_that_breaks_off_is_not_used():
    passes("""
        from careen import forks

        expected = list(map(encode, read(1)[0]))

        def half(pipe, message):
            pipe.write(forks._SIZE.pack(len(message)) + message[:-1])
            pipe.flush()
            os._exit(0)

        forks._send = half
        assert list(map(encode, read(3)[0])) == expected
        print("good")
    """)


def test_the_error_of_a_damaged_layer_is_that_of_one_process():
    passes("""
        damaged = replace(LAYERS[1], open=layer({"other": b""}, 1).open)
        image = replace(IMAGE, layers=(LAYERS[0], damaged, LAYERS[2]))
        errors = []
        for jobs in (1, 3):
            try:
                read(jobs, image)
            except InputError as error:
                errors.append(str(error))
        assert len(errors) == 2 and errors[0] == errors[1], errors
        assert nobody_is_left()
        print("good")
    """)


def test_an_error_of_another_process_is_raised_here():
    passes("""
        from careen.errors import CredentialsError

        class Later(CredentialsError):
            pass

        def refuse(layer):
            raise Later("the registry refuses the password", "log in again")

        in_others(refuse)
        try:
            read(3)
        except CredentialsError as error:
            assert (str(error), error.hint) == ("the registry refuses the password", "log in again")
            assert nobody_is_left()
            print("good")
    """)


def test_a_layer_that_occurs_twice_is_read_once():
    passes("""
        seen = []
        twice = tuple(replace(LAYERS[number % 3], index=number) for number in range(6))
        deltas, asked, budget = read(4, replace(IMAGE, layers=twice))
        assert [delta.digest for delta in deltas] == [layer.digest for layer in twice]
        assert budget.spent["scan_members"] == read(1)[2].spent["scan_members"]
        print("good")
    """)


def test_an_interrupt_ends_all_processes_at_once():
    passes("""
        import time

        in_others(lambda _: time.sleep(50))

        def interrupted(delta):
            raise KeyboardInterrupt

        begin = time.monotonic()
        try:
            read(3, on_delta=interrupted)
        except KeyboardInterrupt:
            pass
        assert len(started) == 2
        assert nobody_is_left()
        assert time.monotonic() - begin < 20
        print("good")
    """)


def test_all_processes_spend_one_budget():
    passes("""
        many = tuple(layer({f"{number}/{name}": b"" for name in range(600)}, number) for number in range(4))
        limits = Limits(scan_members=1500)
        for jobs in (1, 4):
            deltas, _, budget = read(jobs, replace(IMAGE, layers=many), limits)
            assert any(unknown.code == "over_budget" for delta in deltas for unknown in delta.unknowns), jobs
            assert budget.spent["scan_members"] > 1500
        print("good")
    """)


def test_without_room_for_processes_the_layers_are_read_here():
    passes("""
        def refused():
            raise BlockingIOError("no more processes")

        expected = list(map(encode, read(1)[0]))
        os.fork = refused
        assert list(map(encode, read(3)[0])) == expected
        print("good")
    """)


@pytest.mark.parametrize(
    "case",
    [
        "image, store = replace(IMAGE, opened='registry:registry.example/shop:1'), NoStore()",
        "image = replace(IMAGE, layers=(*LAYERS[:2], replace(LAYERS[2], parts=Parts())))",
        "image = replace(IMAGE, layers=tuple(replace(layer, size_bytes=1000) for layer in LAYERS))",
        "image = replace(IMAGE, layers=(LAYERS[0], replace(LAYERS[1], size_bytes=500)))",
        "image = IMAGE; threading.Thread(target=threading.Event().wait, daemon=True).start()",
    ],
    ids=["a registry without a cache", "parts of layers", "small", "one large", "other threads"],
)
def test_what_no_process_is_started_for(case):
    passes(f"""
        class Parts:
            used = False

            def document(self):
                raise TableError("no table")

        store = None
        {case}
        assert len(read(None, image, store=store)[0]) == len(image.layers)
        assert not started
        print("good")
        sys.stdout.flush()
        os._exit(0)
    """)
