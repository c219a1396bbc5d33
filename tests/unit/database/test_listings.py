"""What indexes of every form name."""

import pytest
from tests.support.work import ends

from careen.database.listings import listed

PAGE = """<!DOCTYPE html><html><head><link href="/css/main.css"></head><body><h1>Index of /v3.18/</h1><pre><a href="../">../</a>
<a href="?C=N;O=D">Name</a> <a href='main.json'>main.json</a> <a href="https://feeds.example.org/v3.18/community.json">c</a>
<a href="older/">older/</a> <a href="Rocky%20Linux.zip">x</a> <a href="a&amp;b.json">y</a></pre></body></html>"""
REPOSITORY = (
    '<?xml version="1.0"?>\n<repomd><data type="updateinfo"><location href="repodata/1-updateinfo.xml.gz"/></data></repomd>'
)
TREE = """[Version]
2

[Files]
1780000000\td\t4096\t9/BaseOS
1780000000\tf\t627\t9/BaseOS/repodata/repomd.xml

[Checksums]
x\ty\tz\tw
[End]
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (PAGE, ["Rocky Linux.zip", "community.json", "main.css", "main.json", "older"]),
        (REPOSITORY, ["repodata/1-updateinfo.xml.gz"]),
        (TREE, ["9/BaseOS/repodata/repomd.xml"]),
        ("2026/one.json\n2026/two.json\n", ["2026/one.json", "2026/two.json"]),
        ("csaf_vex_2026-01-02.tar.zst", ["csaf_vex_2026-01-02.tar.zst"]),
        ("PyPI\n../x\nRocky Linux\n", ["PyPI", "Rocky Linux"]),
        ('"2026/cve-2026-0001.json","2026-01-03T01:00:00Z"\n', ["2026/cve-2026-0001.json"]),
        ('{"data": {"data": [{"name": "sails-23.oval.xml", "is_dir": false}, {"name": "no file"}]}}', ["sails-23.oval.xml"]),
        (
            '{"feed": {"entry": [{"id": "x", "link": [{"href": "https://x.example/9/keel.oval.xml.bz2"}]}]}}',
            ["keel.oval.xml.bz2"],
        ),
        ('[{"CVE": "CVE-2026-0001", "resource_url": "https://x.example/cve/CVE-2026-0001.json"}]', ["CVE-2026-0001.json"]),
        ('[{"id": "YARD-2026-1", "modified": "2026-01-01T00:00:00Z"}]', ["YARD-2026-1.json"]),
        ('{"branches": ["1.0", "5.0"]}', ["1.0", "5.0"]),
        ("", []),
    ],
    ids=[
        "page",
        "repomd",
        "tree",
        "paths",
        "name",
        "names",
        "changes",
        "objects",
        "links",
        "addresses",
        "records",
        "branches",
        "nothing",
    ],
)
def test_forms(text, names):
    assert list(listed(text.encode())) == names


@pytest.mark.parametrize(
    "text", ["<x>", TREE[:60], '{"branches": [', "[" * 100_000, '"one","two"', "\x00\x01", "<script>" * 10], ids=range(7)
)
def test_what_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"list|page"):
        listed(text.encode())


def test_the_time_grows_with_the_length_alone():
    with ends():
        for text in (
            "<html>" + "href=" * 200_000,
            "a\n" * 300_000,
            '{"a":' * 200 + "1" + "}" * 200,
            "[Version]\n[End]" + "[Files]" * 99_999,
        ):
            listed(text.encode())
