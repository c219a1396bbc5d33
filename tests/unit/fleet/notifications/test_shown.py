"""A message as people read it."""

from msgspec.structs import replace
from tests.support.hostile import outgoing

from careen.fleet.notifications.message import Images, Line, Message, Outgoing
from careen.fleet.notifications.shown import LINES, shown


def test_all_of_it_as_text():
    found = shown(replace(outgoing("a name", 1), attempt=1))
    assert found.text().splitlines() == [
        "a name",
        "Severity: critical, exploited now, EPSS 94.4%",
        "Fix: update a name to a name; a name: will not be fixed",
        "Introduced: 2021-12-11",
        "Disclosed: 2021-12-10",
        "Fix available: 2021-12-13",
        "Exploited since: 2021-12-10",
        "Images: 2 (1 of them run)",
        "Project: a name",
        "- a name",
        "- a name https://careen.test/projects/1",
        "- a name",
        "https://careen.test/projects/1/vulnerabilities/CVE-2021-44228",
    ]


def test_lines_are_bounded_and_the_rest_is_counted():
    message = Message(kind="summary", title="t", project_id=1, project="p", at=0.0, lines=(Line("x"),) * 50, more=7)
    found = shown(Outgoing("k", 1, message, 0.0))
    assert (len(found.lines), found.rest, found.note) == (LINES, "and 37 more", "")


def test_images_that_nobody_reports_as_running():
    message = Message(kind="images", title="t", project_id=1, project="p", at=0.0, images=Images(3))
    assert ("Images", "3 (none of them is known to run)") in shown(Outgoing("k", 2, message, 0.0)).facts
    assert shown(Outgoing("k", 2, message, 0.0)).note.endswith("try 2 of k")
