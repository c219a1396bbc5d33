"""Values of charts: what the user sets, nulls, conditions, tags, aliases."""

import pytest

from careen.charts.chart import read_chart
from careen.charts.values import coalesced, enabled, user_values


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["a=1"], {"a": 1}),
        (["a.b=x,c=true"], {"a": {"b": "x"}, "c": True}),
        (["a[1]=x"], {"a": [None, "x"]}),
        (["a[0].b=1,a[0].c=2"], {"a": [{"b": 1, "c": 2}]}),
        (["a={x,2}"], {"a": ["x", 2]}),
        ([r"a\.b=1"], {"a.b": 1}),
        ([r"a=x\,y"], {"a": "x,y"}),
        (["a=null"], {"a": None}),
        (["a=007"], {"a": "007"}),
        (["a=1", "a.b=2"], {"a": {"b": 2}}),
        (["a="], {"a": ""}),
        (["a=b=c"], {"a": "b=c"}),
    ],
)
def test_settings(settings, expected):
    assert user_values((), settings) == expected


@pytest.mark.parametrize("setting", ["a", "=1", "[0]=1", "a[99999]=1", "a..b=1", "a[x]=1", "." + ".a" * 60 + "=1"])
def test_settings_that_are_none(setting):
    with pytest.raises(ValueError, match="KEY=VALUE"):
        user_values((), [setting])


def test_later_files_come_first():
    assert user_values(["a: {b: 1, c: 1}\n", "a: {b: 2}\n", ""], ["a.d=3"]) == {"a": {"b": 2.0, "c": 1.0, "d": 3}}
    with pytest.raises(ValueError, match="not a map"):
        user_values(["- 1\n"], ())


def chart(parent: str, values: str = "", **children: str):
    files = {"Chart.yaml": parent.encode(), "values.yaml": values.encode()}
    for name, text in children.items():
        files[f"charts/{name}/Chart.yaml"] = f"name: {name}\n".encode()
        files[f"charts/{name}/values.yaml"] = text.encode()
    return read_chart(files)


@pytest.mark.parametrize(
    ("dependency", "values", "is_in"),
    [
        ("", {}, True),
        ("condition: sub.on", {"sub": {"on": False}}, False),
        ("condition: sub.on", {"sub": {"on": "no boolean"}}, True),
        ("condition: 'nope.x,sub.on'", {"sub": {"on": False}}, False),
        ("tags: [back]", {"tags": {"back": False}}, False),
        ("tags: [back, front]", {"tags": {"back": False, "front": True}}, True),
        ("condition: sub.on, tags: [back]", {"sub": {"on": True}, "tags": {"back": False}}, True),
    ],
)
def test_which_subcharts_are_in(dependency, values, is_in):
    parent = f"name: top\ndependencies: [{{name: sub, {dependency}}}]\n"
    found, missing = enabled(chart(parent, sub="a: 1\n"), values)
    assert ([subchart.name for subchart in found.subcharts], missing) == (["sub"] if is_in else [], [])


NESTED = {
    "Chart.yaml": b"name: top\ndependencies: [{name: sub, alias: other}]\n",
    "charts/sub/Chart.yaml": b"name: sub\ndependencies: [{name: inner, condition: 'global.use,inner.use', tags: [back]}]\n",
    "charts/sub/charts/inner/Chart.yaml": b"name: inner\n",
}


@pytest.mark.parametrize(
    ("place", "text", "is_in"),
    [
        ("", "", True),
        ("values.yaml", "other: {inner: {use: false}}", False),  # the defaults of the chart above
        ("values.yaml", "sub: {inner: {use: false}}", True),  # the alias is its name
        ("values.yaml", "global: {use: false}", False),
        ("values.yaml", "tags: {back: false}", False),
        ("values.yaml", "other: {tags: {back: true}}\ntags: {back: false}", False),
        ("charts/sub/values.yaml", "inner: {use: false}", False),
        ("charts/sub/values.yaml", "tags: {back: false}", False),
        ("charts/sub/charts/inner/values.yaml", "use: false", False),  # its own
    ],
)
def test_which_nested_subcharts_are_in(place, text, is_in):
    found, _ = enabled(read_chart(NESTED | {place: text.encode()} if place else NESTED), {})
    assert [inner.name for inner in found.subcharts[0].subcharts] == (["inner"] if is_in else [])


def test_values_of_the_user_replace_all_others_in_a_condition_of_a_nested_subchart():
    top = read_chart(NESTED | {"values.yaml": b"other: {inner: {use: false}}\ntags: {back: false}"})
    found, _ = enabled(top, {"other": {"inner": {"use": True}}})
    assert [inner.name for inner in found.subcharts[0].subcharts] == ["inner"]


def test_a_null_of_the_user_removes_a_value_of_a_subchart_and_one_of_a_chart_does_not():
    top = chart("name: top\n", "sub: {a: null}\n", sub="a: 1\nb: 2\n")
    assert coalesced(top, {})["sub"] == {"a": 1.0, "b": 2.0, "global": {}}
    assert coalesced(top, {"sub": {"b": None}})["sub"] == {"a": 1.0, "global": {}}


def test_global_values_reach_all_charts():
    top = chart("name: top\n", "global: {a: 1}\n", sub="global: {a: 2, b: 3}\n")
    assert coalesced(top, {})["sub"]["global"] == {"a": 1.0, "b": 3.0}


def test_a_subchart_always_has_global_values():
    chart = read_chart({"Chart.yaml": b"name: a\n", "charts/b/Chart.yaml": b"name: b\n"})
    assert coalesced(chart, {}) == {"b": {"global": {}}}
    assert coalesced(chart, {"global": "text"}) == {"global": "text", "b": {}}


def test_a_dependency_whose_name_is_a_list_is_missing():
    text = b"name: a\ndependencies: [{name: [x], condition: 5, tags: x, import-values: {a: b}}]\n"
    chart, missing = enabled(read_chart({"Chart.yaml": text}), {})
    assert (chart.subcharts, missing) == ([], ["['x']"])
