import logging

from tests.support.work import ends

from careen.checks.run import MAX_PLACES, Ignore, joined, run
from careen.plugins import Check, Place


def check(id, inspect):
    return Check(id, "Title", "low", "Why.", "Fix.", ("CWE-1",), inspect, good=(), bad=())


def test_places_become_findings_with_the_texts_of_the_check():
    outcome = run([check("X-1", lambda document: [Place(document, 3, 4), Place("whole")])], "text", "a/Dockerfile")
    first, second = outcome.findings
    assert (first.id, first.title, first.severity, first.references) == ("X-1", "Title", "low", ("CWE-1",))
    assert (first.location.path, first.location.line, first.location.end_line) == ("a/Dockerfile", 3, 4)
    assert first.message == "text"
    assert second.location.line is None


def test_a_place_may_name_its_own_file():
    (finding,) = run([check("X-1", lambda _: [Place("text", 1, path="b.yaml")])], None, "a.yaml").findings
    assert finding.location.path == "b.yaml"


def test_a_fingerprint_stays_when_lines_move_and_differs_by_what_is_wrong():
    def prints(*places):
        return [one.fingerprint for one in run([check("X-1", lambda _: places)], None, "f").findings]

    assert prints(Place("a", 1)) == prints(Place("a", 9))
    assert len({*prints(Place("a", 1), Place("b", 1), Place("a", 2))}) == 3


def test_a_check_that_breaks_spoils_only_itself(caplog):
    def broken(document):
        yield Place("seen")
        raise KeyError("x")

    with caplog.at_level(logging.CRITICAL):
        outcome = run([check("X-1", broken), check("X-2", lambda _: [Place("ok")])], None, "f")
    assert [one.id for one in outcome.findings] == ["X-2"]
    (unknown,) = outcome.unknowns
    assert unknown.cataloger == "check X-1"
    assert "KeyError" in unknown.reason


def test_a_comment_suppresses_findings_on_its_lines():
    rule = Ignore(frozenset({"X-1"}), "f:2", 3, 5, "agreed")
    places = [Place("inside", 4), Place("around", 1, 9), Place("before", 2), Place("nowhere")]
    outcome = run([check("X-1", lambda _: places), check("X-2", lambda _: [Place("other", 4)])], None, "f", [rule])
    assert [one.finding.message for one in outcome.suppressed] == ["inside", "around"]
    assert [one.message for one in outcome.findings] == ["before", "nowhere", "other"]
    assert outcome.suppressed[0].by.source == "f:2"
    assert outcome.suppressed[0].by.reason == "agreed"


def test_a_comment_without_lines_applies_to_the_file():
    outcome = run([check("X-1", lambda _: [Place("a", 4), Place("b")])], None, "f", [Ignore(frozenset({"X-1"}), "f:1")])
    assert not outcome.findings
    assert len(outcome.suppressed) == 2


def test_places_are_bounded_and_reported_once():
    assert len(run([check("X-1", lambda _: [Place("a", 1)] * 5)], None, "f").findings) == 1
    outcome = run([check("X-1", lambda _: map(Place, map(str, range(MAX_PLACES))))], None, "f")
    assert (len(outcome.findings), outcome.unknowns) == (MAX_PLACES, ())
    outcome = run([check("X-1", lambda _: map(Place, map(str, range(10**9))))], None, "f")
    assert len(outcome.findings) == MAX_PLACES
    assert [one.reason for one in outcome.unknowns] == ["it found more than 1000 places; the others are not listed"]


def test_messages_are_bounded():
    (finding,) = run([check("X-1", lambda _: [Place("ab" * 10**6)])], None, "f").findings
    assert (len(finding.message), finding.message[-2:]) == (1000, "a…")


def test_as_many_comments_as_findings_take_linear_time():
    comments = [Ignore(frozenset({"X-2"}), f"f:{line}", line, line) for line in range(30_000)]
    comments += [Ignore(frozenset({"X-1"}), f"f:{line}", 1, 30_000) for line in range(30_000)]
    places = [Place(str(line), line) for line in range(1000)]
    with ends("comments"):
        outcome = run([check(f"X-{number}", lambda _: places) for number in range(1, 100)], None, "f", comments)
    assert len(outcome.suppressed) == 1999


def test_outcomes_join_in_order():
    one = run([check("X-1", lambda _: [Place("a")])], None, "f")
    two = run([check("X-2", lambda _: [Place("b")])], None, "g")
    assert [finding.id for finding in joined((one, two)).findings] == ["X-1", "X-2"]


def test_a_place_that_rests_on_an_unknown_value_is_not_assessed():
    places = [Place("a", 1, rests_on="var.a"), Place("b", 2), Place("c", 3)]
    outcome = run([check("X-1", lambda _: places)], None, "f", open={("f", 2): "var.b"})
    assert [finding.message for finding in outcome.findings] == ["c"]
    assert [(unknown.cataloger, unknown.reason) for unknown in outcome.unknowns] == [
        ("check X-1", "line 1: not assessed: var.a is not known"),
        ("check X-1", "line 2: not assessed: var.b is not known"),
    ]
