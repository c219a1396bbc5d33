"""Charts that are not rendered are unknowns; findings of rendered ones have the lines of the template."""

import pytest

from careen.checks.helm import with_charts
from careen.checks.kind import Rules, SourceFile
from careen.checks.tuning import Tuning, tuned
from careen.errors import InputError
from careen.exec import Finished
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
OUTPUT = b"""\
---
# Source: shop/templates/pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: release
  labels:
    app: x
    version: "1"
spec:
  hostNetwork: true
  containers:
    - name: app
      image: app:1
"""
FILES = (
    SourceFile("deploy/shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
    SourceFile("deploy/shop/values.yaml", "services:\n  a: 1\n"),
    SourceFile("deploy/shop/templates/pod.yaml", TEMPLATE),
    SourceFile("deploy/shop/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
    SourceFile("deploy/shop/charts/sub/templates/x.yaml", "apiVersion: v1\nkind: {{ x }}\n"),
    SourceFile("deploy/plain.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"),
)


def test_a_chart_that_may_not_be_rendered_is_one_unknown():
    charts = with_charts(FILES, None)
    assert [file.path for file in charts.files] == ["deploy/plain.yaml"]
    (unknown,) = charts.unknowns
    assert unknown.evidence.path == "deploy/shop/Chart.yaml"
    assert unknown.reason == "a Helm chart, not assessed (2 templates): --allow-helm renders it"


def test_findings_are_located_in_the_template():
    calls = []

    def run(argv, **options):
        calls.append((argv, options))
        return Finished(0, OUTPUT, b"")

    charts = with_charts(FILES, run)
    checked = check_files(
        charts.files, lambda kind: tuned(load(f"careen.checks.{kind.folders[0]}", "CHECK", Check), Tuning()), Rules()
    )
    findings = at_source_lines(checked, charts.lines).outcome.findings
    assert [(one.location.path, one.location.line) for one in findings if one.id == "K8S-004"] == [
        ("deploy/shop/templates/pod.yaml", 9)
    ]
    ((argv, options),) = calls
    assert argv[:3] == ("helm", "template", "release")
    assert argv[-2:] == ("--namespace", "release")
    assert argv[3].endswith("deploy/shop")
    assert options["environ"]["KUBECONFIG"].endswith("none")
    assert charts.unknowns == ()


def test_a_chart_that_cannot_be_rendered_is_an_unknown():
    charts = with_charts(
        FILES, lambda argv, **_: Finished(1, b"", b"Error: found in Chart.yaml,\n but missing in charts/: redis")
    )
    assert [one.reason for one in charts.unknowns] == [
        "not assessed: helm template failed: Error: found in Chart.yaml, but missing in charts/: redis"
    ]


def test_what_is_rendered_is_checked_once():
    plain = SourceFile("deploy/shop/templates/ns.yaml", "apiVersion: v1\nkind: Namespace\n")
    output = b"---\n# Source: shop/templates/ns.yaml\napiVersion: v1\nkind: Namespace\n"
    charts = with_charts([*FILES, plain], lambda argv, **_: Finished(0, output, b""))
    assert [file.path for file in charts.files] == ["deploy/plain.yaml", "deploy/shop/templates/ns.yaml"]
    assert [file.path for file in with_charts([*FILES, plain], None).files] == [
        "deploy/plain.yaml",
        "deploy/shop/templates/ns.yaml",
    ]


def test_no_helm_is_an_error():
    def run(argv, **_):
        raise FileNotFoundError(2, "no such program", "helm")

    with pytest.raises(InputError, match="helm is not installed"):
        with_charts(FILES, run)


def test_names_in_the_output_stay_below_the_chart():
    charts = with_charts(FILES, lambda argv, **_: Finished(0, b"---\n# Source: shop/../../../etc/x.yaml\na: 1\n", b""))
    assert [file.path for file in charts.files][1:] == ["deploy/shop/etc/x.yaml"]
