import re

from msgspec.structs import replace
from tests.support.reports import HOSTILE, clean
from tests.support.written import written

from careen.model.exposure import AttackPath, AttackPaths, PathNode, PathStep
from careen.model.finding import Location
from careen.reports.html import REPORTER

NODES = (PathNode("Internet", "internet"), PathNode("web", "container", True), PathNode("db", "container"))
PATH = AttackPath(
    "high",
    20.0,
    (PathStep(0, 1, "port 80 is published", Location("compose.yaml", 3)), PathStep(1, 2, "same network")),
    ("unpublish",),
)
FOUND = AttackPaths(("compose.yaml",), NODES, (PATH,), 1, True)


def test_the_page_shows_the_paths_that_were_asked_for_alone():
    assert 'id="exposure"' not in written(REPORTER, clean())
    page = written(REPORTER, replace(clean(), exposure=FOUND))
    assert '<a href="#exposure">Attack paths</a>' in page
    assert "1 path through containers of this image in compose.yaml." in page
    assert re.search(r"Internet → web → db\s*<details>", page)
    assert "<li>port 80 is published <small>compose.yaml:3</small></li><li>same network</li>" in page
    assert "To cut this path: unpublish" in page
    assert page.count('class="box own"') == 1
    none = written(REPORTER, replace(clean(), exposure=replace(FOUND, nodes=(), paths=(), total=0, complete=False)))
    assert "No path was found through the containers in compose.yaml. Not all files could be read" in none
    assert 'class="graph"' not in none


def test_hostile_names_stay_text():
    def elements(text):
        step = PathStep(0, 1, text, Location(text, 1))
        found = AttackPaths(
            (text,), (PathNode(text, "container"), PathNode(text, text)), (AttackPath("low", 1.0, (step,), (text,)),), 1, True
        )
        return re.findall(r"<[a-z/!][^>]*", written(REPORTER, replace(clean(), exposure=found)))

    for text in HOSTILE:
        assert elements(text) == elements("plain")
