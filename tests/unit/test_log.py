import subprocess
import sys

import pytest

from careen.log import configure_on_load, logger


def test_messages_are_those_of_the_standard_library(caplog):
    with caplog.at_level("DEBUG", "careen"):
        log = logger("careen.some.module")
        log.debug("a %s", 1, exc_info=True)
        log.info("b")
        log.warning("c %d of %d", 2, 3)
        log.exception("d")
    assert caplog.record_tuples == [
        ("careen.some.module", 10, "a 1"),
        ("careen.some.module", 20, "b"),
        ("careen.some.module", 30, "c 2 of 3"),
        ("careen.some.module", 40, "d"),
    ]
    assert {record.funcName for record in caplog.records} == {"test_messages_are_those_of_the_standard_library"}


@pytest.mark.parametrize(("statement", "loaded"), [("debug('m')", False), ("info('m')", False), ("warning('m')", True)])
def test_only_what_is_shown_loads_logging(statement, loaded):
    code = f"import sys; from careen.log import logger; logger('careen').{statement}; print('logging' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{loaded}\n", "m\n" if loaded else "")


def test_logging_is_configured_once_before_the_first_message():
    calls = []
    configure_on_load(lambda: calls.append(1))
    assert not calls
    logger("careen.test").debug("a")
    logger("careen.test").debug("b")
    assert calls == [1]
