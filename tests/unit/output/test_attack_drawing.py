import re
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from careen.output.attack_drawing import GAP_X, HEIGHT, MAX_BOXES, MAX_PATHS, SHORT, WIDTH, Route, drawing_of


def route(*stations, severity="high"):
    return Route(severity, tuple(pairwise(stations)))


def drawn(*routes, own=(), long=()):
    names = {id: id * 40 if id in long else id for one in routes for way in one.ways for id in way}
    return drawing_of(routes, names, own, "internet")


ROUTES = st.lists(
    st.builds(
        lambda stations, severity: route(*stations, severity=severity),
        st.lists(st.sampled_from("abcdefg"), min_size=2, max_size=5, unique=True),
        st.sampled_from(["critical", "low"]),
    ),
    min_size=1,
    max_size=8,
)


@given(ROUTES)
def test_no_box_covers_another_and_every_way_joins_its_boxes(routes):
    drawing = drawn(*routes)
    ways = {way for one in routes[:MAX_PATHS] for way in one.ways}
    assert {box.name for box in drawing.boxes} == {id for way in ways for id in way}
    for one, other in combinations(drawing.boxes, 2):
        assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - WIDTH
        assert 0 <= box.y <= drawing.height - HEIGHT

    def touched(x, y):
        near = GAP_X // 4
        return {box.name for box in drawing.boxes if 0 <= x - box.x + near <= WIDTH + 2 * near and 0 <= y - box.y <= HEIGHT + 4}

    assert len(drawing.arrows) == len(ways)
    numbers = [[int(text) for text in re.findall(r"-?\d+", arrow.line)] for arrow in drawing.arrows]
    assert [(*touched(*line[:2]), *touched(*line[-2:])) for line in numbers] == _in_order(routes[:MAX_PATHS])


@given(ROUTES)
def test_an_arrow_that_passes_columns_crosses_no_box(routes):
    drawing = drawn(*routes)
    for arrow in drawing.arrows:
        for y, x in re.findall(r" (\d+)H(\d+)", arrow.line):
            left = int(x) - WIDTH
            assert not any(box.x == left and box.y <= int(y) <= box.y + HEIGHT for box in drawing.boxes)
            assert int(y) <= drawing.height


def test_a_box_between_two_others_is_passed_below():
    drawing = drawn(route("a", "b", "c"), route("a", "c"))
    assert [box.y for box in drawing.boxes] == [0, 0, 0]
    assert "H" in drawing.arrows[2].line
    assert drawing.height > HEIGHT


def _in_order(routes):
    return list(dict.fromkeys(way for one in routes for way in one.ways))


def test_an_arrow_has_the_severity_of_the_worst_path():
    drawing = drawn(route("a", "b", severity="critical"), route("a", "b", "c"))
    assert [arrow.severity for arrow in drawing.arrows] == ["critical", "high"]


def test_long_names_are_cut_and_own_boxes_are_marked():
    drawing = drawn(route("a", "b"), own={"b"}, long={"b"})
    assert {box.name: box.is_own for box in drawing.boxes} == {"a": False, "b" * 40: True}
    assert all(len(box.text) <= SHORT for box in drawing.boxes)


def test_what_begins_inside_is_in_the_list_alone():
    drawing = drawn(route("a", "b"), route("internet", "b"))
    assert len(drawing.boxes) == 2 and len(drawing.arrows) == 1
    assert drawing_of([], {}, (), "internet") is None


def test_a_drawing_has_a_bound():
    many = [route(*(f"n{number}" for number in range(start, start + 9))) for start in range(0, 90, 9)]
    assert len(drawn(*many).boxes) == MAX_BOXES
