"""Charts rendered as Helm renders them: ``*.yaml`` and ``expressions.json`` were recorded from Helm 4.3.1.

``helm template release shop --namespace release --skip-tests --kube-version 1.35.0``; tests/oracle/test_helm.py compares with
an installed Helm again.
"""

import base64
import json
from pathlib import Path

import pytest
import yaml
from tests.support.charts import HERE, chart_files, settings_of_shop, user_values_of_shop

from careen.charts.process import Job
from careen.charts.render import MAX_TROUBLES, render

CASES = json.loads((HERE / "expressions.json").read_text("utf-8"))
VALUES = (HERE / "expressions-values.yaml").read_bytes()


def documents(text: str) -> list[dict]:
    found = [document for document in yaml.safe_load_all(text) if document]
    return sorted(found, key=lambda document: (document["kind"], document["metadata"]["name"]))


def rendered(job: Job) -> list[dict]:
    answer = render(job)
    assert answer.troubles == []
    return documents("\n---\n".join(template.text for template in answer.templates))


def test_a_chart_with_subcharts():
    assert rendered(Job(chart_files())) == documents((HERE / "shop.yaml").read_text("utf-8"))


def test_values_of_the_user():
    job = Job(chart_files(), user_values_of_shop(), settings_of_shop())
    assert rendered(job) == documents((HERE / "shop-set.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=range(len(CASES)))
def test_expressions(expression, expected):
    """None: Helm refuses it."""
    answer = render(one(expression, VALUES))
    if expected is None:
        assert answer.troubles
    else:
        assert answer.troubles == []
        assert result(answer) == expected


def one(expression: str, values: bytes = b"") -> Job:
    return Job(
        {
            "Chart.yaml": b'apiVersion: v2\nname: c\nversion: 1.2.3\nappVersion: "4.5"\n',
            "values.yaml": values,
            "templates/_t.tpl": ('{{ define "t" }}' + expression + "{{ end }}").encode(),
            "templates/a.yaml": b'x: {{ include "t" . | b64enc }}',
        }
    )


def result(answer) -> str:
    return base64.b64decode(answer.templates[0].text.removeprefix("x: ")).decode()


def test_lines_of_the_output_are_those_of_the_template():
    text = (
        "a: 1\n"
        "{{- if true }}\n"
        "b:\n"
        "  {{- range list 1 2 }}\n"
        "  - {{ . }}\n"
        "  {{- end }}\n"
        "{{- end }}\n"
        'c: {{ include "t" . | nindent 2 }}\n'
        "d: 4\n"
    )
    files = {
        "Chart.yaml": b"name: c\n",
        "templates/_t.tpl": b'{{ define "t" }}x: 1\ny: 2{{ end }}',
        "templates/a.yaml": text.encode(),
    }
    (template,) = render(Job(files)).templates
    rows = dict(zip(template.text.split("\n"), template.lines, strict=True))
    assert {row.strip(): line for row, line in rows.items() if row.strip()} == {
        "a: 1": 1, "b:": 3, "- 1": 5, "- 2": 5, "c:": 8, "x: 1": 8, "y: 2": 8, "d: 4": 9,
    }  # fmt: skip


def test_a_template_that_fails_hides_no_other():
    files = {
        "Chart.yaml": b"name: c\n",
        "templates/bad.yaml": b"a: 1\nb: {{ .Values.x.y }}\n",
        "templates/odd.yaml": b"{{ if }}",
        "templates/good.yaml": b"kind: Pod\n",
    }
    answer = render(Job(files))
    assert [template.path for template in answer.templates] == ["templates/good.yaml"]
    assert {(trouble.path, trouble.line) for trouble in answer.troubles} == {
        ("templates/bad.yaml", 2),
        ("templates/odd.yaml", 1),
    }


def test_troubles_beyond_the_bound_are_counted():
    templates = {f"templates/{number:02}.yaml": b"{{ .Values.a.b }}" for number in range(MAX_TROUBLES + 3)}
    troubles = render(Job({"Chart.yaml": b"name: c\n", **templates})).troubles
    assert len(troubles) == MAX_TROUBLES + 1
    assert troubles[-1].reason == "3 more"


def test_a_missing_value_and_a_missing_subchart_are_reported():
    files = {
        "Chart.yaml": b"name: c\ndependencies: [{name: redis, version: 1.0.0}]\n",
        "templates/a.yaml": b'kind: Pod\nname: {{ required "a name is needed" .Values.name | quote }}\n',
    }
    answer = render(Job(files))
    assert answer.templates[0].text == 'kind: Pod\nname: ""\n'
    assert [trouble.reason for trouble in answer.troubles] == [
        "the subchart redis is missing: run helm dependency build",
        "rendered without a value that is required: a name is needed",
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
        "{{ range until 99999 }}{{ range until 99999 }}x{{ end }}{{ end }}",
        '{{ $x := "aaaaaaaaaa" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}{{ $x }}',
        '{{ repeat 99999999 "aaaaaaaaaaaaa" }}',
        '{{ until 99999999 }}{{ seq 1 1 999999999 }}',
        '{{ tpl "{{ tpl .x . }}" (dict "x" "{{ tpl .x . }}") }}',
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toYaml $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toJson $d }}",
        '{{ printf "%99999999d" 1 }}',
        "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
        "{{ if true }}" * 500 + "x" + "{{ end }}" * 500,
        "{{ index .Values 99999999999999999999 }}",
        '{{ randAlphaNum 999999999 }}',
        '{{ trimPrefix }}',
    ],
)  # fmt: skip
def test_what_never_ends_is_a_trouble(text):
    answer = render(Job({"Chart.yaml": b"name: c\n", "templates/a.yaml": text.encode(), "templates/b.yaml": b"kind: Pod\n"}))
    assert "templates/a.yaml" in {trouble.path for trouble in answer.troubles}
    assert [template.path for template in answer.templates] == ["templates/b.yaml"]


def test_the_readme_of_the_fixture_says_where_it_comes_from():
    assert "Helm" in (Path(HERE) / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("**.txt", "conf/a.txt conf/sub/c.txt top.txt"),
        ("**/*.txt", "conf/a.txt conf/sub/c.txt"),
        ("*.txt", "top.txt"),
        ("conf/*", "conf/a.txt conf/b.ini"),
        ("conf/**", "conf/a.txt conf/b.ini conf/sub/c.txt"),
        ("conf/**/*.txt", "conf/sub/c.txt"),
        ("conf/{a,b}.*", "conf/a.txt conf/b.ini"),
        ("conf/[!a].*", "conf/b.ini"),
        ("conf/?.txt", "conf/a.txt"),
        ("conf?a.txt", ""),
        ("conf/su**", "conf/sub/c.txt"),
        ("conf", ""),
        ("**" * 400 + "x", ""),
    ],
)
def test_patterns_of_files(pattern, found):
    text = f'{{{{ range $path, $_ := .Files.Glob "{pattern}" }}}}{{{{ $path }}}} {{{{ end }}}}'
    files = dict.fromkeys(("top.txt", "conf/a.txt", "conf/b.ini", "conf/sub/c.txt"), b"x")
    answer = render(Job({"Chart.yaml": b"name: c\n", "templates/a.yaml": f"found: {text}".encode(), **files}))
    assert answer.templates[0].text.removeprefix("found: ").strip() == found
