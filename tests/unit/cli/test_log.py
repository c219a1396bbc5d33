import logging

from careen.cli.log import start


def test_each_message_is_one_escaped_line(capsys):
    start("warning", quiet=False)
    logging.getLogger("careen.images").warning("bad name %s", "a\n\x1b[2Jb")
    logging.getLogger("careen.images").info("not shown")
    assert capsys.readouterr().err == "careen: warning: bad name a\\n\\x1b[2Jb\n"


def test_quiet_shows_errors_only(capsys):
    start("info", quiet=True)
    logging.getLogger("careen").warning("w")
    logging.getLogger("careen").error("e")
    assert capsys.readouterr().err == "careen: error: e\n"


def test_debug_names_the_module_and_has_the_traceback(capsys):
    start("debug", quiet=False)
    logging.getLogger("careen.layers.walk").debug("chose %s", "gzip")
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("careen.layers").exception("reader failed")
    err = capsys.readouterr().err
    assert "careen: debug: layers.walk: chose gzip\n" in err
    assert "ValueError: why" in err


def test_a_traceback_is_for_debugging_only(capsys):
    start("warning", quiet=False)
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("careen.layers").exception("reader failed")
    assert capsys.readouterr().err == "careen: error: reader failed\n"
