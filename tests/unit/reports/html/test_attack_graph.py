import re
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.reports import HOSTILE, clean
from tests.support.written import written

from careen.model.exposure import AttackPath, AttackPaths, PathNode, PathStep
from careen.model.finding import Location
from careen.reports.html import REPORTER
from careen.reports.html.attack_graph import HEIGHT, WIDTH, drawing_of

NODES = (PathNode("Internet", "internet"), PathNode("web", "container", True), PathNode("db", "container"))
PATH = AttackPath(
    "high",
    20.0,
    (PathStep(0, 1, "port 80 is published", Location("compose.yaml", 3)), PathStep(1, 2, "same network")),
    ("unpublish",),
)
FOUND = AttackPaths(("compose.yaml",), NODES, (PATH,), 1, True)


@st.composite
def graphs(draw):
    count = draw(st.integers(2, 7))
    nodes = tuple(PathNode(f"n{number}", "internet" if number == 0 else "container") for number in range(count))
    paths = []
    for _ in range(draw(st.integers(0, 8))):
        visited = draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=5, unique=True))
        steps = tuple(PathStep(a, b, "way") for a, b in pairwise(visited))
        paths.append(AttackPath(draw(st.sampled_from(["critical", "low"])), 1.0, steps))
    return AttackPaths(("x",), nodes, tuple(paths), len(paths), True)


@given(graphs())
def test_no_node_covers_another_and_every_way_joins_its_nodes(found):
    drawing = drawing_of(found)
    box = {one.whole: one for one in drawing.boxes}
    ways = {(step.source, step.target) for path in found.paths for step in path.steps}
    assert set(box) == {found.nodes[number].name for way in ways for number in way}
    for a, b in combinations(drawing.boxes, 2):
        assert abs(a.x - b.x) >= WIDTH or abs(a.y - b.y) >= HEIGHT
    for one in drawing.boxes:
        assert 0 <= one.x <= drawing.width - WIDTH
        assert 0 <= one.y <= drawing.height - HEIGHT

    def touched(x, y):
        return {one.whole for one in drawing.boxes if one.x <= x <= one.x + WIDTH and one.y <= y <= one.y + HEIGHT}

    assert len(drawing.arrows) == len(ways)
    joined = {(*touched(arrow.x1, arrow.y1), *touched(arrow.x2, arrow.y2)) for arrow in drawing.arrows}
    assert joined == {(found.nodes[source].name, found.nodes[target].name) for source, target in ways}


def test_an_arrow_has_the_severity_of_the_worst_path():
    worst = replace(PATH, severity="critical", steps=PATH.steps[:1])
    drawing = drawing_of(replace(FOUND, paths=(worst, PATH)))
    assert [arrow.severity for arrow in drawing.arrows] == ["critical", "high"]


def test_the_page_shows_the_paths_that_were_asked_for_alone():
    assert 'id="exposure"' not in written(REPORTER, clean())
    page = written(REPORTER, replace(clean(), exposure=FOUND))
    assert '<a href="#exposure">Attack paths</a>' in page
    assert "1 path through containers of this image in compose.yaml." in page
    assert re.search(r"Internet → web → db\s*<details>", page)
    assert "<li>port 80 is published <small>compose.yaml:3</small></li><li>same network</li>" in page
    assert "Cut it: unpublish" in page
    assert page.count('class="node own"') == 1
    none = written(REPORTER, replace(clean(), exposure=replace(FOUND, nodes=(), paths=(), total=0, complete=False)))
    assert "No path was found through the containers in compose.yaml. Not all files could be read" in none
    assert "<line" not in none


def test_hostile_names_stay_text():
    def elements(text):
        step = PathStep(0, 1, text, Location(text, 1))
        found = AttackPaths(
            (text,), (PathNode(text, "container"), PathNode(text, text)), (AttackPath("low", 1.0, (step,), (text,)),), 1, True
        )
        return re.findall(r"<[a-z/!][^>]*", written(REPORTER, replace(clean(), exposure=found)))

    for text in HOSTILE:
        assert elements(text) == elements("plain")
