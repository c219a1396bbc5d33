import pytest
from tests.support.command import ADVISORIES

import careen
from careen.app.kept_advisories import KeptAdvisories
from careen.editor import checker as checkers
from careen.editor.checker import NO_DATABASE, TOO_LARGE, Checker, local
from careen.editor.documents import MAX_CHARACTERS, Document
from careen.editor.remarks import NOT_READ

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n  containers: [{name: a, image: a}]\n"


def checker_of(**options):
    settings = careen.make_settings(offline=True, **options)
    return Checker(settings, KeptAdvisories(settings))


@pytest.fixture(scope="module")
def checker():
    return checker_of(advisories=str(ADVISORIES))


def codes(remarks):
    return [remark.code for remark in remarks.found]


def test_misconfigurations_and_secrets_with_their_lines(checker):
    document = Document(
        "file:///w/Dockerfile", "FROM debian:12\nRUN apt-get install -y --force-yes a\nENV PASSWORD=hunter22x\n"
    )
    found = {remark.code: remark.line for remark in checker.check([document])[document.uri].found}
    assert found["DKR-008"] == 2
    assert found["DKR-010"] == 3


def test_comments_of_the_document_suppress(checker):
    document = Document("file:///w/Dockerfile", "# careen:ignore DKR-002 ours\nFROM debian\n")
    remarks = checker.check([document])[document.uri]
    assert "DKR-002" not in codes(remarks)
    assert ("DKR-002", 2) in remarks.suppressed


def test_no_other_file_is_read(checker, tmp_path, monkeypatch):
    """The ignore files, policies and lock files of the opened folder have no effect."""
    monkeypatch.chdir(tmp_path)
    for name in (".careenignore", ".careen.toml", "careen.toml", ".dockerignore", "requirements.txt", "policy.rego"):
        (tmp_path / name).write_text("*\n")
    text = (
        "FROM python:3.13\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nRUN apt-get install -y --force-yes a\n"
    )
    document = Document((tmp_path / "Dockerfile").as_uri(), text)
    opened = []
    real = open

    def watched(file, *arguments, **options):
        opened.append(str(file))
        return real(file, *arguments, **options)

    checker.check([document])
    monkeypatch.setattr("builtins.open", watched)
    assert "DKR-008" in codes(checker.check([document])[document.uri])
    checker.assess(document)
    assert not [path for path in opened if path.startswith(str(tmp_path))]


def test_settings_that_ask_or_read_are_off():
    settings = local(careen.make_settings(resolve=True, resolve_hosts="*", ignore_file="a", vex="b"))
    assert (settings.offline, settings.resolve) == (True, False)
    assert (settings.ignore_file, settings.vex, settings.policy, settings.checks) == ((), (), (), ())


def test_vulnerabilities_of_a_lock_file(checker):
    document = Document("file:///w/requirements.txt", "# x\nrequests==2.30.0\n")
    (remark,) = checker.assess(document).found
    assert (remark.code, remark.line) == ("CVE-2023-32681", 2)
    assert "fixed in 2.31.0" in remark.message


def test_vulnerabilities_of_pinned_packages_of_a_dockerfile(checker):
    document = Document("file:///w/Dockerfile", "FROM python:3.13\nRUN pip install requests==2.30.0\n")
    assert [(remark.code, remark.line) for remark in checker.assess(document).found] == [("CVE-2023-32681", 2)]


def test_without_a_database_it_says_so(tmp_path):
    checker = checker_of(cache_dir=str(tmp_path))
    (remark,) = checker.assess(Document("file:///w/requirements.txt", "requests==2.30.0\n")).found
    assert (remark.code, remark.message) == (NOT_READ, NO_DATABASE)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)).replace("*a0", "x"),
        "apiVersion: " + "[" * 5000,
        "apiVersion: v1\n" + "a: &a [*a]\n",
        "apiVersion: v1\nkind: Pod\nspec: {\x00}\n",
        "apiVersion: v1\n\ud800: x\n",
    ],
)
def test_hostile_yaml_is_bounded_and_reported(checker, text):
    document = Document("file:///w/a.yaml", text)
    assert codes(checker.check([document])[document.uri]) == [NOT_READ]


@pytest.mark.parametrize("name", ["poetry.lock", "Cargo.lock", "package-lock.json", "pom.xml", "go.mod"])
@pytest.mark.parametrize("text", ["[" * 100_000, "{" * 100_000, "<a>" * 20_000, "\x00\ud800", "a = " + "[" * 5000])
def test_hostile_lock_files(checker, name, text):
    checker.assess(Document(f"file:///w/{name}", text))


def test_a_large_document_is_left_to_the_command(checker):
    document = Document("file:///w/a.yaml", POD + "#" * MAX_CHARACTERS)
    assert [remark.message for remark in checker.check([document])[document.uri].found] == [TOO_LARGE]
    lock = Document("file:///w/go.mod", "#" * (MAX_CHARACTERS + 1))
    assert [remark.message for remark in checker.assess(lock).found] == [TOO_LARGE]


def test_more_findings_than_an_editor_shows(checker, monkeypatch):
    monkeypatch.setattr(checkers, "MAX_REMARKS", 3)
    document = Document("file:///w/Dockerfile", "FROM a\n" + "RUN apt-get install -y --force-yes a\n" * 9)
    assert codes(checker.check([document])[document.uri])[3:] == [NOT_READ]


def test_manifests_are_checked_together_and_kept_apart(checker):
    one, two = Document("file:///w/a.yaml", POD), Document("file:///w/b.yaml", POD.replace("hostPID", "hostIPC"))
    found = checker.check([one, two])
    assert "K8S-002" in codes(found[one.uri])
    assert "K8S-002" not in codes(found[two.uri])


def test_a_check_links_to_its_weakness(checker):
    document = Document("file:///w/Dockerfile", "FROM a\n")
    assert checker.link_of(document, "DKR-001").startswith("https://cwe.mitre.org/")
    assert checker.link_of(document, "DKR-999") is None


def test_the_order_of_versions(checker):
    key = checker.order_of("pkg:pypi/a@1")
    assert key("1.10") > key("1.9")
