"""Charts among the files that are checked: their manifests take the place of their templates."""

from pathlib import Path

import pytest
from tests.support.charts import packed

from careen.checks.helm import ChartValues, with_charts
from careen.checks.kind import Rules, SourceFile
from careen.checks.tuning import Tuning, tuned
from careen.pipeline.files import at_source_lines, check_files
from careen.plugins import Check, load

TEMPLATE = """\
{{- if .Values.enabled }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- include "labels" . | nindent 4 }}
spec:
  hostNetwork: {{ .Values.host }}
  containers:
    - name: app
      image: {{ .Values.image }}
{{- end }}
"""
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "values.yaml": "enabled: true\nhost: true\nimage: app:1\n",
    "templates/pod.yaml": TEMPLATE,
    "templates/_labels.tpl": '{{ define "labels" }}app: x\nversion: "1"{{ end }}',
    "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "charts/sub/templates/x.yaml": "apiVersion: v1\nkind: {{ .Values.nope.x }}\n",
}
PLAIN = SourceFile("deploy/plain.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """The files as ``find_files`` finds them: no helpers."""
    monkeypatch.chdir(tmp_path)
    for path, text in CHART.items():
        file = tmp_path / "deploy/shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    found = [SourceFile(f"deploy/shop/{path}", text) for path, text in CHART.items() if not path.endswith(".tpl")]
    return [*found, PLAIN]


def test_findings_are_located_in_the_template(tree):
    charts = with_charts(tree, ChartValues())
    assert [file.path for file in charts.files] == ["deploy/plain.yaml", "deploy/shop/templates/pod.yaml"]
    checked = check_files(
        charts.files, lambda kind: tuned(load(f"careen.checks.{kind.folders[0]}", "CHECK", Check), Tuning()), Rules()
    )
    findings = at_source_lines(checked, charts.lines).outcome.findings
    assert [(one.location.path, one.location.line) for one in findings if one.id == "K8S-004"] == [
        ("deploy/shop/templates/pod.yaml", 9)
    ]


def test_a_template_that_cannot_be_rendered_is_an_unknown(tree):
    (unknown,) = with_charts(tree, ChartValues()).unknowns
    assert (unknown.cataloger, unknown.evidence.path) == ("helm", "deploy/shop/charts/sub/templates/x.yaml")
    assert unknown.reason == "line 2: not rendered: nil pointer evaluating x"


def test_values_of_the_user(tree):
    charts = with_charts(tree, ChartValues(("host: false\n",), ("image=other:2",)))
    assert "hostNetwork: false" in charts.files[-1].text
    assert "image: other:2" in charts.files[-1].text
    assert [file.path for file in with_charts(tree, ChartValues(settings=("enabled=false",))).files] == ["deploy/plain.yaml"]


def test_a_template_without_template_syntax_is_checked_once(tree):
    file = SourceFile("deploy/shop/templates/ns.yaml", "apiVersion: v1\nkind: Namespace\n")
    assert file.path in [one.path for one in with_charts([*tree, file], ChartValues()).files]  # it is not on the disk
    Path(file.path).write_text(file.text)
    assert [one.path for one in with_charts([*tree, file], ChartValues()).files].count(file.path) == 1


def test_a_packed_chart(tree, tmp_path):
    archive = tmp_path / "shop-1.0.0.tgz"
    archive.write_bytes(packed("shop", {path: text.encode() for path, text in CHART.items()}))
    charts = with_charts([PLAIN], ChartValues(), [(archive, False)])
    assert [file.path for file in charts.files] == ["deploy/plain.yaml", "shop-1.0.0.tgz/templates/pod.yaml"]


@pytest.mark.parametrize(("named", "unknowns"), [(False, 0), (True, 1)])
def test_an_archive_that_is_no_chart(tmp_path, named, unknowns):
    archive = tmp_path / "source.tar.gz"
    archive.write_bytes(packed("source", {"README": b"x"}))
    assert len(with_charts([PLAIN], ChartValues(), [(archive, named)]).unknowns) == unknowns


def test_a_packed_subchart_is_rendered_with_its_chart_only(tree, tmp_path):
    archive = tmp_path / "deploy/shop/charts/more-1.tgz"
    archive.write_bytes(packed("more", {"Chart.yaml": b"name: more\n", "templates/m.yaml": b"kind: Pod\n"}))
    charts = with_charts(tree, ChartValues(), [(archive, False)])
    assert [file.path for file in charts.files if "more" in file.path] == ["deploy/shop/charts/more-1/templates/m.yaml"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("application", [("shop/Chart.yaml", "no manifest with these values: set others with --helm-values")]),
        ("library", []),
    ],
)
def test_a_chart_without_manifests_is_an_unknown(tmp_path, monkeypatch, kind, expected):
    monkeypatch.chdir(tmp_path)
    Path("shop/templates").mkdir(parents=True)
    chart = f"apiVersion: v2\nname: shop\nversion: 1.0.0\ntype: {kind}\n"
    Path("shop/Chart.yaml").write_text(chart)
    Path("shop/templates/pod.yaml").write_text("{{ if .Values.on }}\nkind: Pod\n{{ end }}\n")
    found = with_charts([SourceFile("shop/Chart.yaml", chart)], ChartValues())
    assert [(one.evidence.path, one.reason) for one in found.unknowns] == expected
