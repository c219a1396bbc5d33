import pytest
from tests.support.command import ADVISORIES

import careen
from careen.app.kept_advisories import KeptAdvisories
from careen.editor.checker import Checker
from careen.editor.documents import Document
from careen.editor.raising import raised

POM = """<project><dependencies>
<dependency>
<groupId>org.apache.logging.log4j</groupId>
<artifactId>log4j-core</artifactId>
<version>2.14.1</version>
</dependency>
</dependencies></project>"""


@pytest.fixture(scope="module")
def checker():
    settings = careen.make_settings(offline=True, advisories=str(ADVISORIES))
    return Checker(settings, KeptAdvisories(settings))


@pytest.mark.parametrize(
    ("name", "text", "line", "title"),
    [
        ("requirements.txt", "requests==2.30.0  # http\n", "requests==2.31.0  # http", "Raise requests to 2.31.0"),
        ("requirements.txt", "requests[socks] == 2.30.0 ; python_version > '3'\n",
         "requests[socks] == 2.31.0 ; python_version > '3'", "Raise requests to 2.31.0"),
        ("go.mod", "module a\n\nrequire golang.org/x/net v0.16.0 // indirect\n",
         "require golang.org/x/net v0.23.0 // indirect", "Raise golang.org/x/net to 0.23.0; then go mod tidy"),
        ("pom.xml", POM, "<version>2.16.0</version>", "Raise org.apache.logging.log4j:log4j-core to 2.16.0"),
    ],
)  # fmt: skip
def test_the_version_that_fixes_all(checker, name, text, line, title):
    document = Document(f"file:///w/{name}", text)
    remarks = checker.assess(document).found
    assert remarks
    for remark in remarks:
        (fix,) = raised(remark, document, checker)
        assert fix.title == title
        assert line in fix.lines
        assert not checker.assess(Document(document.uri, "\n".join(fix.lines))).found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "requests==2.30.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"),
        ("poetry.lock", '[[package]]\nname = "requests"\nversion = "2.30.0"\n'),
    ],
)
def test_what_a_program_writes_with_hashes_is_not_edited(checker, name, text):
    document = Document(f"file:///w/{name}", text)
    (remark,) = checker.assess(document).found
    assert list(raised(remark, document, checker)) == []
