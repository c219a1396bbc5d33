import pytest
from tests.support.reports import faulty, usual
from tests.support.written import written

from careen.errors import InputError
from careen.reports.template import REPORTER


def filled(text, report=None, name="own.txt", **options):
    return written(REPORTER, report or usual(), template=(name, text), **options)


def test_findings_packages_and_totals():
    row = "{{ finding.id }} {{ finding.package }} {{ finding.fixed_in|join(' or ') }}"
    text = f"{{% for finding in findings[:1] %}}{row}{{% endfor %}}"
    assert filled(text) == "CVE-2021-44228 org.apache.logging.log4j:log4j-core 2.15.0 or 2.12.2 or 2.3.1\n"
    assert filled("{{ totals.all }} {{ totals.critical }} {{ verdict.exit_code }} {{ coverage.verdict }}") == (
        "9 1 1 partially_assessed\n"
    )
    listed = "{% for one in packages if one.findings %}{{ one.name }}={{ one.findings|length }} {% endfor %}"
    assert sorted(filled(listed).split()) == [
        *("Jinja2=2", "libssl3=2", "linux-libc-dev=3", "openssl=1", "org.apache.logging.log4j:log4j-core=1")
    ]
    assert filled("{{ findings[0].details.weaknesses[0].id }} {{ findings[0].link }}") == (
        "CWE-502 https://osv.example/CVE-2021-44228\n"
    )


def test_only_the_listed_severities():
    assert filled("{{ findings|length }} of {{ totals.all }}", severities=frozenset(("critical",))) == "1 of 9\n"


def test_files_and_steps():
    assert filled("{{ findings[1].place }} {{ steps[1].title }}", faulty()) == "build/Dockerfile:7 Container runs as root\n"


@pytest.mark.parametrize(("name", "text"), [("a.html", "&lt;b&gt;"), ("a.html.j2", "&lt;b&gt;"), ("a.md", "<b>")])
def test_the_name_of_a_template_decides_whether_text_is_escaped(name, text):
    assert filled("{% set x = '<b>' %}{{ x ~ '' }}", name=name) == f"{text}\n"


@pytest.mark.parametrize(
    "text", ["{{ nothing }}", "{{ findings.append(1) }}", "{{ ''.__class__ }}", "{% include '/etc/passwd' %}", "{{ 1 / 0 }}"]
)
def test_a_template_that_fails_is_one_clear_error(text):
    with pytest.raises(InputError, match=r"^the template own.txt fails: .{3,300}$"):
        filled(text)
