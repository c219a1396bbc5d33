"""Charts of a kustomization: which are rendered, and with which values."""

import pytest

from careen.kustomize.inflate import Chart, Manifest, Manifests, files_of_charts, inflate, no_chart
from careen.kustomize.reading import Reading

POD = "\n\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"


def inflated(text, made=None):
    reading = Reading({"k/kustomization.yaml": text, "k/v.yaml": "own: 1", "k/w.yaml": "more: 1"})
    (body,), asked, files = reading.documents("k/kustomization.yaml"), [], set()

    def render(chart):
        asked.append(chart)
        return made or Manifests(())

    objects = inflate(reading, "k", body, render, files)
    return reading, asked, objects, files


@pytest.mark.parametrize(
    ("entry", "chart"),
    [
        ("{name: c}", Chart("k/charts/c", (), "release", "default")),
        ("{name: c, releaseName: r, namespace: ns}", Chart("k/charts/c", (), "r", "ns")),
        ("{name: c, version: '1', repo: https://r.example}", Chart("k/charts/c-1/c", (), "release", "default")),
        ("{name: c, valuesFile: v.yaml, valuesInline: {a: 1}, additionalValuesFiles: [w.yaml]}",
         Chart("k/charts/c", ("own: 1", '{"a": 1}', "more: 1"), "release", "default")),
        ("{name: c, valuesFile: v.yaml, valuesInline: {a: 1}, valuesMerge: merge}",
         Chart("k/charts/c", ('{"a": 1}', "own: 1"), "release", "default")),
        ("{name: c, valuesFile: v.yaml, valuesInline: {a: 1}, valuesMerge: replace}",
         Chart("k/charts/c", ('{"a": 1}',), "release", "default")),
    ],
)  # fmt: skip
def test_charts(entry, chart):
    reading, asked, _, _ = inflated(f"helmCharts: [{entry}]\n")
    assert (asked, reading.troubles) == ([chart], [])


def test_a_folder_of_charts_and_the_form_of_earlier_releases():
    _, asked, _, _ = inflated("helmGlobals: {chartHome: ../c}\nhelmCharts: [{name: a}]\n")
    assert asked[0].folder == "c/a"
    _, asked, _, _ = inflated(
        "helmChartInflationGenerator: [{chartName: a, values: v.yaml, chartHome: h, valuesLocal: {b: 1}}]\n"
    )
    assert asked == [Chart("k/h/a", ("own: 1", '{"b": 1}'), "release", "default")]


def test_objects_have_the_lines_of_their_templates():
    made = Manifests(
        (Manifest("k/charts/c/templates/p.yaml", POD, (1, 1, 7, 8, 9)),), (("k/charts/c/templates/q.yaml", 3, "no"),)
    )
    reading, _, (object,), files = inflated("helmCharts: [{name: c}]\n", made)
    assert files == {"k/charts/c/templates/p.yaml"}
    assert reading.nodes.origin(object.body.line_of("kind")) == ("k/charts/c/templates/p.yaml", 8)
    assert [(trouble.path, trouble.line, trouble.reason) for trouble in reading.troubles] == [
        ("k/charts/c/templates/q.yaml", 3, "no")
    ]


def test_a_manifest_that_cannot_be_read():
    reading, _, objects, _ = inflated("helmCharts: [{name: c}]\n", Manifests((Manifest("t.yaml", "a: [", (1,)),)))
    assert (objects, reading.troubles[0].path) == ([], "t.yaml")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("{name: ../x}", "the chart ../x is not rendered: it has no name"),
        ("{}", "the chart  is not rendered: it has no name"),
        ("{name: c, valuesFile: no.yaml}", "the chart c is not rendered: no.yaml is not among the checked files"),
    ],
)
def test_what_is_not_rendered(entry, reason):
    reading, asked, _, _ = inflated(f"helmCharts:\n- {entry}\n")
    assert (asked, [(trouble.line, trouble.reason) for trouble in reading.troubles]) == ([], [(2, reason)])


def test_nothing_is_rendered_without_a_renderer():
    with pytest.raises(ValueError, match="enable-helm"):
        no_chart(Chart("c", (), "r", "n"))


def test_files():
    (body,) = Reading({"k": "helmCharts: [{valuesFile: a, additionalValuesFiles: [b]}, {name: c}]\n"}).documents("k")
    assert list(files_of_charts(body)) == ["a", "b"]
