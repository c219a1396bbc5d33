"""The text of log messages, as the command line writes them."""

from careen.cli.log import start
from careen.log import logger


def test_each_message_is_one_escaped_line(capsys):
    start("warning", quiet=False)
    logger("careen.images").warning("bad name %s", "a\n\x1b[2Jb")
    logger("careen.images").info("not shown")
    assert capsys.readouterr().err == "careen: warning: bad name a\\n\\x1b[2Jb\n"


def test_debug_names_the_module_and_has_the_traceback(capsys):
    start("debug", quiet=False)
    logger("careen.layers.walk").debug("chose %s", "gzip")
    try:
        raise ValueError("why")
    except ValueError:
        logger("careen.layers").exception("reader failed")
    err = capsys.readouterr().err
    assert "careen: debug: layers.walk: chose gzip\n" in err
    assert "ValueError: why" in err


def test_a_traceback_is_for_debugging_only(capsys):
    start("warning", quiet=False)
    try:
        raise ValueError("why")
    except ValueError:
        logger("careen.layers").exception("reader failed")
    assert capsys.readouterr().err == "careen: error: reader failed\n"
