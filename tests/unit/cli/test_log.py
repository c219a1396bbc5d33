from careen.cli.log import start
from careen.log import logger


def test_quiet_shows_errors_only(capsys):
    start("info", quiet=True)
    logger("careen").warning("w")
    logger("careen").exception("e")
    assert capsys.readouterr().err == "careen: error: e\n"


def test_messages_below_the_level_are_not_shown(capsys):
    start("warning", quiet=False)
    logger("careen").info("i")
    start("info", quiet=False)
    logger("careen").info("shown")
    assert capsys.readouterr().err == "careen: info: shown\n"
