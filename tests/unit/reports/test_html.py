import json
import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace
from tests.support.large_report import large_report
from tests.support.reports import HOSTILE, ROOT_USER, clean, faulty, hostile, usual
from tests.support.written import written

from careen.behaviour import rules
from careen.model.behaviour import BehaviourSummary, PartScore
from careen.model.report import Comparison, Gone, Reason, Rule, Verdict
from careen.output.embedding import hash_source
from careen.reports.html import REPORTER
from careen.reports.html.view import MAX_GONE

OURS = {  # all that a page may consist of; nothing of an image adds to it
    *("html", "head", "meta", "title", "style", "script", "body", "a", "header", "div", "p", "h1", "h2", "h3", "button", "nav"),
    *("ul", "li", "ol", "main", "section", "b", "small", "span", "dl", "dt", "dd", "details", "summary", "pre", "code", "form"),
    *("label", "input", "fieldset", "legend", "select", "option", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("figure", "figcaption", "svg", "rect", "footer"),
}


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


def page(report, **options):
    return written(REPORTER, report, **options)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_adds_no_element_and_no_attribute(text):
    plain, other = Tags(page(hostile("plain"))), Tags(page(hostile(text)))
    assert set(other.tags) <= OURS
    assert {(tag, name) for tag, name, _ in other.attributes} <= {(tag, name) for tag, name, _ in plain.attributes}
    assert not [value for _, name, value in other.attributes if name in ("href", "src") and not value.startswith("#")]


def test_the_policy_allows_this_script_and_this_style_alone():
    text = page(usual())
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    own = f"script-src {hash_source(script)}; style-src {hash_source(style)}"
    assert policy == f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"
    assert not re.search(r"\s(?:style|on\w+)=", re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL))


def test_the_data_has_every_field_of_a_finding_once():
    (data,) = re.findall(r'id="data">(.*?)</script>', page(usual()), re.DOTALL)
    data = json.loads(data)
    names, *places = data["details"][0]
    fields = dict(zip(data["names"][names], (data["values"][place] for place in places), strict=True))
    assert fields["reason"] == "2.14.1 < 9.9.9"
    assert fields["aliases"] == ["GHSA-jfh8-c2jp-5v3q"]
    assert fields["weaknesses"][0]["id"] == "CWE-502"
    assert len({json.dumps(value) for value in data["values"]}) == len(data["values"])


def test_five_thousand_findings_stay_below_3_mb():
    text = page(large_report())
    assert len(text.encode()) <= 3_000_000
    assert text.count('<tr id="f') == 5000


def test_what_was_not_assessed_is_never_green():
    reasons = (Reason("no_database", "there is no advisory database", 5),)
    passed = Verdict(True, 0, (Rule("fail-on high", True),))
    for coverage, state in (("assessed", "passed"), ("partially_assessed", "listed"), ("not_assessed", "listed")):
        text = page(replace(clean(coverage, reasons if coverage != "assessed" else ()), verdict=passed))
        assert f'class="verdict {state}"' in text
    assert "Nothing was assessed, so nothing is known." in page(clean("not_assessed", reasons))


def test_files_that_were_checked():
    text = page(faulty())
    assert "Container runs as root" in text
    assert "line 7" in text
    assert 'id="layers"' not in text


def test_only_the_listed_severities_and_a_count_of_the_others():
    text = page(usual(), severities=frozenset(("critical",)))
    assert text.count('<tr id="f') == 1
    assert "8 of other severities are not listed." in text


def test_what_is_gone_since_the_baseline():
    gone = tuple(Gone(replace(ROOT_USER, id=f"OLD-{number}"), "removed") for number in range(MAX_GONE + 2))
    text = page(replace(usual(), compared=Comparison("main.json", 1, 8, gone)))
    assert "Compared with main.json: 1 new, 502 gone, 8 unchanged." in text
    assert "<p>and 2 more</p>" in text
    assert "Compared with" not in page(usual())


def test_a_sign_of_risk_shows_what_it_rests_on():
    sign = rules.found(
        rules.Rule("CAP-103", "a shell", "high", "why", "fix"), "opt/run", "/opt/run:2", evidence=["nc -e <b>/bin/sh"]
    )
    summary = BehaviourSummary(hooks=1, parts=(PartScore("capabilities", 1, 28),), index=28)
    text = page(replace(clean(), findings=(sign,), behaviour=summary))
    assert "1 hook of no package, index 28 of 100 (capabilities 28)" in text
    assert "<summary>Evidence</summary>" in text
    assert "<li>nc -e &lt;b&gt;/bin/sh</li>" in text
    assert "Evidence</summary>" not in page(clean())
