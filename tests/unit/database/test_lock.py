"""One updater at a time."""

import threading
import time

from careen.database.lock import exclusive


def test_a_second_one_gives_up_after_its_patience(tmp_path):
    waited = []
    with exclusive(tmp_path / "lock", 0) as held:
        assert held
        started = time.monotonic()
        with exclusive(tmp_path / "lock", 0.3, lambda: waited.append(True)) as second:
            assert not second
        assert 0.25 < time.monotonic() - started < 5
    assert waited == [True]
    with exclusive(tmp_path / "lock", 0) as again:
        assert again


def test_a_second_one_goes_on_when_the_first_is_done(tmp_path):
    done = []

    def first():
        with exclusive(tmp_path / "lock", 0):
            entered.set()
            time.sleep(0.3)
            done.append("first")

    entered = threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    entered.wait(5)
    with exclusive(tmp_path / "lock", 10) as held:
        assert held
        assert done == ["first"]
    thread.join()
