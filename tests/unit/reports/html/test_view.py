import io

from msgspec.structs import replace
from tests.support.reports import JINJA, ROOT_USER, faulty, usual, vulnerability

from careen.model.finding import Misconfiguration
from careen.model.plan import Action, Advice, Change, Plan, Upgrade
from careen.plugins import ReportOptions
from careen.reports.html import write
from careen.reports.html.view import label_of, size_text, view_of


def test_the_link_to_a_finding_lasts_and_is_its_own():
    one, other = (view_of(report, None).lines for report in (usual(), replace(usual(), created="2027-01-01T00:00:00Z")))
    assert [line.anchor for line in one] == [line.anchor for line in other]
    assert len({line.anchor for line in one}) == len(one)
    twice = view_of(replace(usual(), findings=(ROOT_USER, replace(ROOT_USER, id="DKR-009"))), None).lines
    assert len({line.anchor for line in twice}) == 2


def test_the_findings_of_a_step_are_rows():
    view = view_of(usual(), None)
    assert [line.rows for line in view.steps] == [1, 2, 1]
    assert [view.lines[number].row.package for number in view.step_rows[1]] == ["libssl3", "openssl"]


def test_advice_that_is_a_step_is_not_repeated():
    advice = (
        Advice("newer_release", "move", 0), Advice("refresh_base", "pull", 1), Advice("refresh_base", "pull, perhaps", 0),
        Advice("newer_bundle", "upgrade x", 1), Advice("newer_build", "upgrade y", 1), Advice("newer_owner", "wait", 2),
    )  # fmt: skip
    view = view_of(replace(usual(), end_of_life="2020-01-01", plan=Plan(4, 4, 4, (), (), advice)), None)
    assert view.advice == ("pull, perhaps", "wait")
    assert {"move to a supported release: Debian GNU/Linux 12 ended 2020-01-01"} < {line.step.title for line in view.steps}


def test_commands_of_a_step_are_copied_as_lines():
    """A line break within one, which a name may bring, is not one between them."""
    upgrade = Upgrade("Jinja2", "3.0.1", "3.1.6", 1, JINJA.purl)
    also = (Change("pip", "", "dockerfile", "pip install 'a\nb'"),)
    plan = Plan(1, 0, 0, (Action("pip", "", "dockerfile", "pip install x", (upgrade,), 1, also),), (), (), {})
    stream = io.StringIO()
    write(replace(usual(), findings=(vulnerability("CVE-1", JINJA),), plan=plan), stream, ReportOptions())
    assert "<code>pip install x\npip install &#39;a\\nb&#39;</code>" in stream.getvalue()


def test_packages_with_findings_and_without():
    upgrade = Upgrade("Jinja2", "3.0.1", "3.1.6", 1, JINJA.purl)
    plan = Plan(1, 0, 0, (Action("pip", "", "dockerfile", "…", (upgrade,), 1),), (), (), {})
    view = view_of(replace(usual(), findings=(vulnerability("CVE-1", JINJA),), plan=plan), None)
    assert [(line.name, line.target, line.counts) for line in view.packages] == [("Jinja2", "3.1.6", (("high", 1),))]
    assert len(view.quiet_packages) == 4
    bundled = view_of(replace(usual(), plan=replace(plan, actions=(), bundled={JINJA.purl: "flask"})), None)
    assert "upgrade flask" in [line.target for line in bundled.packages]


def test_layers_count_what_they_brought():
    lines = view_of(usual(), None).layers
    assert [(line.index, line.packages, line.total) for line in lines] == [(0, 3, 6), (1, 1, 2), (2, 1, 1)]


def test_a_kind_that_is_new_has_its_name():
    class Odd(Misconfiguration, frozen=True, tag_field="kind", tag="strange_origin"):
        pass

    odd = Odd("ODD-1", "Odd", "low", ROOT_USER.location, "", "", (), "odd")
    view = view_of(replace(faulty(), findings=(odd,)), None)
    assert view.kinds == (("strange_origin", "Strange origin", 1),)
    assert label_of("secret") == "Secrets"


def test_sizes():
    assert [size_text(size) for size in (1, 999, 1500, 2_500_000, 3 * 10**9)] == [
        "1 byte",
        "999 bytes",
        "1.5 kB",
        "2.5 MB",
        "3.0 GB",
    ]
