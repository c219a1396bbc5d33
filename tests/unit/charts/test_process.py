"""Charts are rendered in a process that is ended when it takes too much; other charts do not suffer."""

from careen.charts import Job, rendered

GOOD = Job({"Chart.yaml": b"name: c\n", "templates/a.yaml": b"kind: Pod\nname: {{ .Release.Name }}\n"})
GROWS = '{{ $d := dict }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}{{ toJson (deepCopy $d) }}'
BACKTRACKS = '{{ regexMatch "(a*)*b" (repeat 60 "a") }}'


def bad(text: str) -> Job:
    return Job({"Chart.yaml": b"name: c\n", "templates/a.yaml": text.encode()})


def test_charts_are_rendered_in_order():
    first, second = rendered([GOOD, bad("a: {{ .Chart.Name }}")])
    assert [template.text for template in (*first.templates, *second.templates)] == ["kind: Pod\nname: release\n", "a: c"]


def test_a_chart_that_takes_too_long_or_too_much_memory_hides_no_other():
    slow, good, large = rendered([bad(BACKTRACKS), GOOD, bad(GROWS)], timeout_s=3)
    assert slow.error == "rendering takes more than 3 s"
    assert good.error == ""
    assert good.templates
    assert large.error


def test_a_chart_that_cannot_be_read():
    (answer,) = rendered([Job({"Chart.yaml": b"- 1\n"})])
    assert answer.error == "Chart.yaml is not a map"


def test_no_charts():
    assert rendered([]) == []
