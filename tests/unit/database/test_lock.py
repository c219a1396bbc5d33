"""One updater at a time."""

import threading

from careen.database.lock import exclusive


def test_a_second_one_gives_up_after_its_patience(tmp_path):
    with exclusive(tmp_path / "lock", 0) as held:
        assert held
        with exclusive(tmp_path / "lock", 0.3) as second:
            assert not second
    with exclusive(tmp_path / "lock", 0) as again:
        assert again


def test_a_second_one_goes_on_when_the_first_is_done(tmp_path):
    done = []

    def first():
        with exclusive(tmp_path / "lock", 0):
            entered.set()
            assert waited_for.wait(60)
            done.append("first")

    entered, waited_for = threading.Event(), threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(60)
    threading.Timer(0.2, waited_for.set).start()
    with exclusive(tmp_path / "lock", 60) as held:
        assert held
        assert done == ["first"]
    thread.join()
