"""Feeds that reverse their earlier statements, or contradict known results."""

import pytest

from careen.app.regression_guard import build_is_affected
from careen.database.build import Failure, FeedRow, Fresh, build
from careen.database.guard import known_results
from careen.model.advisory import Advisory, Range


@pytest.fixture(scope="module")
def is_affected():
    return build_is_affected()


def feed(*records, accept=False):
    return Fresh(FeedRow("osv/PyPI/all.zip", "osv", "PyPI"), lambda: iter(records), accept)


def honest(reversed=()):
    """The statements of every feed of PyPI about the known vulnerabilities; for the ids in ``reversed`` the reverse."""
    facts = {}
    for known in known_results():
        if known.namespace == "PyPI":
            facts.setdefault((known.package, known.id), {})[known.affected] = known.version
    for (package, id), versions in facts.items():
        span = Range(versions[False]) if id in reversed else Range(None, versions[False])
        yield Advisory(f"PYSEC-{id}", "pypa", "PyPI", package, (span,), aliases=(id,))


def boats(count, low=1):
    return [Advisory(f"PYSEC-{n}", "pypa", "PyPI", f"boat-{n}", (Range(f"{low}.{n}", f"{low + 1}.{n}"),)) for n in range(count)]


IDS = tuple(one.aliases[0] for one in honest())


def test_known_results_come_in_pairs_of_versions_in_order(is_affected):
    pairs = {}
    for known in known_results():
        pairs.setdefault((known.namespace, known.package, known.id), []).append(known)
    for (namespace, *_), (bad, good) in pairs.items():
        assert (bad.affected, good.affected) == (True, False)
        below = [Advisory("x", "x", namespace, "x", (Range(None, good.version),))]
        assert is_affected(namespace, below, bad.version)
        assert not is_affected(namespace, below, good.version)
    assert {"PyPI", "npm", "Maven", "Go", "debian:11", "alpine:3.16", "ubuntu:20.04"} <= {
        one.namespace for one in known_results()
    }


def test_a_feed_whose_right_results_become_wrong_is_held_back(tmp_path, is_affected):
    path = tmp_path / "d.sqlite"
    assert build(path, [feed(*honest())], "1", is_affected=is_affected).failed == {}
    (reason,) = build(path, [feed(*honest(IDS[:2]))], "2", path, is_affected).failed.values()
    assert reason == Failure("held_back", f"4 of {2 * len(IDS)} known results were right and are wrong now")
    assert build(path, [feed(*honest())], "3", path, is_affected).failed == {}
    assert build(path, [feed(*honest(IDS[:2]), accept=True)], "4", path, is_affected).failed == {}


def test_a_first_feed_that_is_wrong_is_used_and_reported(tmp_path, is_affected):
    from careen.database.read import status

    path = tmp_path / "d.sqlite"
    assert build(path, [feed(*honest(IDS))], "1", is_affected=is_affected).failed == {}
    (source,) = status(path).sources
    assert source.detail == f"{2 * len(IDS)} of {2 * len(IDS)} known results are wrong in it"


@pytest.mark.parametrize(
    ("now", "is_held"),
    [
        (boats(100), False),
        (boats(150), False),
        ([*boats(10, 5), *boats(100)[10:]], False),  # a tenth was corrected
        ([*boats(60, 5), *boats(100)[60:]], True),
        (boats(85), False),
        ([Advisory(one.id, "pypa", "PyPI", one.package, one.ranges, status="not_affected") for one in boats(100)], True),
        ([Advisory(one.id, "pypa", "PyPI", f"x-{one.package}", one.ranges) for one in boats(100)], True),
        ([Advisory(one.id, "pypa", "PyPI", one.package) for one in boats(100)], True),  # every version
    ],
    ids=["same", "more", "corrected", "reversed", "fewer", "not affected", "renamed", "all"],
)
def test_samples_are_compared(tmp_path, is_affected, now, is_held):
    path = tmp_path / "d.sqlite"
    build(path, [feed(*boats(100))], "1", is_affected=is_affected)
    failed = build(path, [feed(*now)], "2", path, is_affected).failed
    assert bool(failed) == is_held, failed
    assert all("in a sample are the reverse of the earlier ones" in why.detail for why in failed.values())


def test_a_few_reversed_results_prove_nothing(tmp_path, is_affected):
    path = tmp_path / "d.sqlite"
    build(path, [feed(*boats(20))], "1", is_affected=is_affected)
    assert build(path, [feed(*boats(20, 5))], "2", path, is_affected).failed == {}
