"""The three forms of the answer: they have the same content, and hostile text acts in none of them."""

import io
import json
import re
import unicodedata
from html.parser import HTMLParser

import jsonschema
import pytest
from tests.conftest import ROOT
from tests.support.exposure import exposure, image_vulnerability, scanned
from tests.support.reports import HOSTILE

from careen.exposure import document, page, table
from careen.output.escape import columns
from careen.plugins import ReportOptions

SHOP = (ROOT / "examples/shop/compose.yaml").read_text("utf-8")
SCHEMA = json.loads((ROOT / "docs/schema/exposure-1.json").read_text("utf-8"))
MARKUP = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(1)>',
    "@@SCRIPT@@",
    "__proto__",
    "&lt;b>",
)


def written(module, answer, **options):
    stream = io.StringIO()
    module.write(answer, stream, ReportOptions(**options))
    return stream.getvalue()


def hostile(text):
    """A Compose file in which everything that has a name is called ``text``, and so are vulnerabilities of its image.

    What no YAML can hold (lone surrogates, very long keys) still comes from images.
    """
    answer = _named(text, text)
    if answer.unknowns:
        answer = _named("plain", text)
    assert len(list(answer.graph.containers())) == 2
    assert answer.weighed
    return answer


def _named(named, text):
    name = json.dumps(named)
    body = (
        f'services:\n  {name}:\n    image: {name}\n    ports: ["80:80"]\n    networks: [{name}]\n    secrets: [{name}]\n'
        f"    volumes: [{{type: volume, source: {name}, target: {name}}}]\n    cap_add: [{name}, SYS_ADMIN]\n"
        f"  other: {{image: postgres, networks: [{name}], secrets: [{name}], "
        f"volumes: [{{type: volume, source: {name}, target: /x}}]}}\n"
        f"networks: {{{name}: {{}}}}\nvolumes: {{{name}: {{}}}}\nsecrets: {{{name}: {{}}}}\n"
    )
    images = [
        scanned(one, image_vulnerability(id=text, package=text, version=text, fixed_in=(text,))) for one in (named, "postgres")
    ]
    return exposure(body, images=images, names=[f"{text.replace('/', '')[:40]}.yaml"])


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.scripts, self.tags, self.attributes, self._in = [], [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *one) for one in attrs]
        if tag == "script":
            self.scripts.append([dict(attrs), ""])
            self._in = tag

    def handle_endtag(self, tag):
        self._in = None

    def handle_data(self, data):
        if self._in == "script":
            self.scripts[-1][1] += data


def data_of(text):
    (data,) = [body for attributes, body in Page(text).scripts if attributes.get("type") == "application/json"]
    return json.loads(data)


@pytest.mark.parametrize(
    "answer", [exposure(SHOP), exposure("services: {}\n"), hostile("a\u202eb")], ids=["shop", "none", "odd"]
)
def test_json_follows_its_schema(answer):
    jsonschema.validate(json.loads(written(document, answer)), SCHEMA)


def test_json_lists_every_node_that_it_refers_to():
    whole = json.loads(written(document, exposure(SHOP, images=[scanned("postgres:17.6", image_vulnerability())])))
    ids = {node["id"] for node in whole["nodes"]}
    assert len(ids) == len(whole["nodes"])
    for one in (*whole["edges"], *whole["links"]):
        assert {one["source"], one["target"]} <= ids
    for path in whole["paths"]:
        assert set(path["nodes"]) | set(path["taken_with"]) <= ids
        assert [path["start"], *(step["target"] for step in path["steps"])][-1] == path["target"]
    assert {one["container"] for one in whole["vulnerabilities"]} <= ids
    first = next(path for path in whole["paths"] if path["target"] == "host:a.yaml")
    assert (first["from"], len(first["taken_with"])) == ("internet", 6)


def test_a_chain_keeps_its_id_when_lines_move():
    before, after = exposure(SHOP), exposure("# one line more\n" + SHOP)
    assert [path.id for path in before.paths] == [path.id for path in after.paths]
    assert before.paths[0].steps[0].edges[0].reasons[0].places != after.paths[0].steps[0].edges[0].reasons[0].places


def test_the_table_fits_a_terminal_and_explains_each_step():
    out = written(table, exposure(SHOP, images=[scanned("postgres:17.6", image_vulnerability(kev=True, epss=0.9))]), width=80)
    assert max(map(columns, out.splitlines())) <= 80
    assert "Internet -> edge -> agent -> host" in out
    assert "[a.yaml:" in out
    assert "exploited (KEV), EPSS 0.90, critical, fixed in 2" in " ".join(out.split())
    assert "PATHS  " in out


def test_the_table_counts_what_it_leaves_out_and_verbose_lists_all():
    answer = exposure(SHOP)
    short, long = written(table, answer, width=80), written(table, answer, width=80, verbose=True)
    assert f"and {len(answer.paths) - table.SHOWN} paths more" in short
    assert "more (--verbose" not in long
    assert long.count(" -> ") > short.count(" -> ")


def test_the_table_claims_nothing_of_nothing():
    out = written(table, exposure("services: {a: {image: x}}\n"), width=80)
    assert "none of them reachable from the Internet" in out
    assert "No image was scanned" in out


@pytest.mark.parametrize("text", [*HOSTILE, *MARKUP], ids=range(len(HOSTILE) + len(MARKUP)))
@pytest.mark.parametrize("module", [table, document, page], ids=["table", "json", "html"])
def test_hostile_text_acts_nowhere(module, text):
    out = written(module, hostile(text), width=80, verbose=True)
    out.encode()
    if module is not page:
        acting = {c for c in out if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c != "\n"}
        assert not acting
        assert not any(line.strip().startswith(("::", "##[")) for line in out.splitlines())
        return
    usual = Page(written(page, exposure(SHOP)))
    made = Page(out)
    assert made.tags == usual.tags
    assert made.attributes == usual.attributes
    data = next(body for attributes, body in made.scripts if attributes.get("type") == "application/json")
    assert not set(data) & set("<>&\u2028\u2029\u202e")
    assert [body for attributes, body in made.scripts if not attributes] == [body for a, body in usual.scripts if not a]


def test_the_page_has_the_same_content_as_the_document():
    answer = exposure(SHOP)
    data, whole = data_of(written(page, answer)), json.loads(written(document, answer))
    ids = [node["id"] for node in whole["nodes"]]
    assert [[ids[at] for at in path["nodes"]] for path in data["paths"]] == [path["nodes"] for path in whole["paths"]]
    assert [path["score"] for path in data["paths"]] == [path["score"] for path in whole["paths"]]
    assert [node["name"] for node in data["nodes"]] == [node["name"] for node in whole["nodes"]]
    assert ids[0] == "internet"  # where the page begins to count steps


def test_the_page_loads_nothing():
    out = written(page, exposure(SHOP))
    made = Page(out)
    assert not {"link", "img", "iframe", "object", "embed", "base"} & set(made.tags)
    assert not [one for one in made.attributes if one[1] in ("src", "href", "action", "srcset") or one[1].startswith("on")]
    assert "sourceMappingURL" not in out
    assert not re.search(r"@import|url\(", out.partition("<script")[0])
    (policy,) = [
        value for tag, name, value in made.attributes if tag == "meta" and name == "content" and "default-src" in value
    ]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert policy.count("'sha256-") == sum(1 for attributes, _ in made.scripts if not attributes) == 3
    assert len(out) < 700_000


def test_scripts_are_let_in_by_the_hashes_of_what_stands_there():
    import base64
    import hashlib

    made = Page(written(page, exposure(SHOP)))
    (policy,) = [value for _, name, value in made.attributes if name == "content" and "default-src" in value]
    for attributes, body in made.scripts:
        if not attributes:
            assert f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" in policy


def test_the_vendored_file_is_the_one_in_the_notice():
    import hashlib

    folder = page.ASSETS / "vendor"
    notice = (folder / "NOTICE").read_text("utf-8")
    files = sorted(folder.glob("*.js"))
    assert [path.name for path in files] == ["cytoscape-dagre.min.js", "cytoscape.min.js"]
    for path in files:
        assert path.name in notice
        assert hashlib.sha256(path.read_bytes()).hexdigest() in notice
    assert sum(path.stat().st_size for path in files) < 600_000
