"""Forked processes share pieces of work; what one of them does not do is missing, and nothing of it stays."""

import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")

BEGIN = """
import os, signal, threading, time
from careen.forks import Forks, may_fork

ME, messages = os.getpid(), []


def work(number, pieces, send):
    for piece in pieces:
        send(f"{number} {piece} {os.getpid()}".encode())


def run(work, pieces=6, count=2, mine=lambda forks: None):
    with Forks(pieces, work, messages.append) as forks:
        forks.start(count)
        mine(forks)
        forks.join()
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        assert threading.active_count() == 1
    else:
        raise AssertionError("a process is left")
"""


def passes(code):
    code = BEGIN + textwrap.dedent(code) + 'print("good")\n'
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "good\n"
    assert ended.stderr == ""


def test_each_piece_is_done_once():
    passes("""
        own = []
        run(work, 500, 3, lambda forks: own.extend(forks.pieces()))
        others = [int(message.split()[1]) for message in messages]
        assert sorted(own + others) == list(range(500))
        assert ME not in {int(message.split()[2]) for message in messages}
    """)


def test_large_and_empty_messages_arrive_whole():
    passes("""
        run(lambda number, pieces, send: [send(bytes([piece + 1]) * (5 << 20)) for piece in pieces])
        assert sorted(messages) == [bytes([piece + 1]) * (5 << 20) for piece in range(6)]
    """)


@pytest.mark.parametrize("death", ["os.kill(os.getpid(), signal.SIGKILL)", "1 / 0", "raise KeyboardInterrupt"])
def test_a_process_that_dies_is_silent_and_its_pieces_are_missing(death):
    passes(f"""
        def dies(number, pieces, send):
            for piece in pieces:
                if piece == 0:
                    {death}
                send(str(piece).encode())

        run(dies)
        assert sorted(map(int, messages)) == [1, 2, 3, 4, 5]
    """)


def test_a_failure_here_ends_the_others():
    passes("""
        def fail(forks):
            raise ValueError("no")

        begin = time.monotonic()
        try:
            run(lambda number, pieces, send: time.sleep(50), mine=fail)
        except ValueError:
            assert time.monotonic() - begin < 20
        else:
            raise AssertionError("nothing was raised")
    """)


def test_an_interrupt_of_the_terminal_reaches_this_process_alone():
    passes("""
        def interrupt(forks):
            time.sleep(0.5)
            signal.signal(signal.SIGINT, lambda *_: None)
            os.killpg(os.getpgrp(), signal.SIGINT)

        def slow(number, pieces, send):
            time.sleep(1)
            work(number, pieces, send)

        os.setpgrp()
        run(slow, mine=interrupt)
        assert len(messages) == 6
    """)


def test_processes_end_after_the_first_one_was_killed():
    passes("""
        alive, ends = os.pipe()  # the end of the file comes when no process has the other side
        ready, tell = os.pipe()

        def talk(number, pieces, send):
            os.write(tell, b".")
            while True:
                send(bytes(100_000))

        first = os.fork()
        if first == 0:
            with Forks(6, talk, lambda message: time.sleep(60)) as forks:
                forks.start(2)
                forks.join()
        os.close(ends)
        assert os.read(ready, 1) + os.read(ready, 1) == b".."
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
        assert os.read(alive, 1) == b""
    """)


def test_without_room_for_processes_nothing_is_lost():
    passes("""
        def refused():
            raise BlockingIOError("no more")

        os.fork, own = refused, []
        run(work, mine=lambda forks: own.extend(forks.pieces()))
        assert own == [0, 1, 2, 3, 4, 5]
    """)


def test_a_message_that_cannot_be_used_ends_only_its_process():
    passes("""
        def take(message):
            if message.startswith(b"1 "):
                raise ValueError("not this one")
            messages.append(message)

        with Forks(50, work, take) as forks:
            forks.start(2)
            forks.join()
    """)


def test_other_threads_forbid_it():
    passes("""
        assert may_fork()
        threading.Thread(target=time.sleep, args=(0.5,)).start()
        assert not may_fork()
    """)
