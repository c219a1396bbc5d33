from msgspec.structs import replace
from tests.support.reports import JINJA, clean, faulty, usual, vulnerability

from careen.model.finding import Fix
from careen.reports.html.charts import MAX_LAYERS, WIDTH, charts_of, fix_of


def test_severity_and_fix():
    chart = charts_of(usual(), None)[0]
    assert chart.summary == "4 of 9 findings have a fixed version."
    assert [(bar.label, bar.total, [(part.name, part.count) for part in bar.segments]) for bar in chart.bars] == [
        ("critical", 1, [("fixed", 1)]),
        ("high", 2, [("unfixed", 2)]),
        ("medium", 3, [("fixed", 3)]),
        ("low", 1, [("unfixed", 1)]),
        ("negligible", 1, [("unfixed", 1)]),
        ("unknown", 1, [("unfixed", 1)]),
    ]
    assert [part.width for part in chart.bars[2].segments] == [WIDTH]


def test_a_fix_that_is_not_known_is_not_a_missing_one():
    assert fix_of(vulnerability("CVE-1", JINJA, fix=Fix("unknown"))) == "unknown"
    assert fix_of(faulty().findings[0]) == "change"


def test_age():
    dates = ["2026-11-20", "2026-10-01", "2026-01-01", "2024-06-01", "2001-01-01", None, "yesterday", "2027-01-01"]
    found = tuple(vulnerability(f"CVE-{number}", JINJA, published=date) for number, date in enumerate(dates))
    chart = charts_of(replace(usual(), findings=found), None)[1]
    assert [(bar.label, bar.total) for bar in chart.bars] == [
        ("up to 30 days", 2),  # a date in the future is a new one
        ("31 to 90 days", 1),
        ("91 days to a year", 1),
        ("1 to 3 years", 1),
        ("over 3 years", 1),
        ("date not known", 2),
    ]
    assert chart.summary == "2 of 8 vulnerabilities were published more than a year before the scan."


def test_layers():
    chart = charts_of(usual(), None)[2]
    assert [(bar.label, bar.total) for bar in chart.bars] == [("layer 0", 6), ("layer 1", 2), ("layer 2", 1)]
    assert chart.summary == "Most findings, 6 of 9, are in: layer 0."
    base = usual()
    layers = tuple(replace(base.image.layers[0], index=number) for number in range(MAX_LAYERS + 5))
    found = tuple(vulnerability(f"CVE-{layer.index}", JINJA, layer=layer.index) for layer in layers)
    many = charts_of(replace(base, image=replace(base.image, layers=layers), findings=found), None)[2]
    assert (len(many.bars), many.bars[-1].label, many.bars[-1].total) == (MAX_LAYERS + 1, "5 more layers", 5)


def test_nothing_found_has_no_chart():
    assert charts_of(clean(), None) == []
