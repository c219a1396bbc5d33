from pathlib import Path

from careen.cli.db_failures import update_failure
from careen.database.results import FeedResult, UpdateResult


def failure(*feeds, **options):
    return update_failure(UpdateResult(Path("db"), True, feeds), **options)


def failed(path, detail="timed out", source="debian", **fields):
    return FeedResult(source, path, "failed", detail, **fields)


UPDATED = FeedResult("osv", "osv/PyPI", "updated")


def test_nothing_failed():
    assert failure(UPDATED) is None


def test_feeds_of_scores_are_a_warning(caplog):
    assert failure(failed("epss", assesses=False)) is None
    assert "epss could not be brought up to date: timed out" in caplog.text


def test_failures_by_reason():
    error = failure(UPDATED, failed("a"), failed("b"), failed("c", "404"))
    assert str(error) == "could not update 2 files of debian (timed out), c (404)"
    assert error.hint == "the others are up to date; for these the database keeps its earlier data, with its age"
    assert failure(failed("a")).hint.startswith("for these")


def test_feeds_that_are_held_back_can_be_accepted():
    error = failure(failed("a b", trouble="held_back"), failed("c"), command="mirror")
    assert error.hint.endswith("if the change is right: careen db mirror --accept 'a b'")
