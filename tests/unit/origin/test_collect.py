"""Indexes that are played: what they offer, what they get wrong, and a build that was interrupted."""

import base64
import hashlib
import io
import json
import tarfile
import zipfile

import pytest

np = pytest.importorskip("numpy")

from careen.errors import NetworkError, UsageError  # noqa: E402
from careen.origin.collect import collect, spec_of  # noqa: E402
from careen.origin.fetch import npm, pypi  # noqa: E402
from careen.origin.knowledge import write_base  # noqa: E402

CODE = "\n".join(f"def function_{n}(value):\n    return value * {n} + other_{n}(value, 'text {n}')\n" for n in range(40))
INDEX = "https://index.example/simple"
REGISTRY = "https://registry.example"
ENVIRON = {"PIP_INDEX_URL": INDEX, "npm_config_registry": REGISTRY, "HOME": "/nowhere"}


class Answer:
    def __init__(self, body, kind="", status=200):
        self.status, self.url, self._body = status, "", io.BytesIO(body)
        self.headers = {"content-type": kind}

    def read(self, size=-1):
        return self._body.read(size)

    def close(self):
        pass


class Web:
    """Answers from ``pages``; ``asked`` are the addresses in their order."""

    def __init__(self, pages):
        self.pages, self.asked = pages, []

    def request(self, url, **_):
        self.asked.append(url)
        found = self.pages.get(url, Answer(b"", status=404))
        if isinstance(found, Exception):
            raise found
        return found() if callable(found) else found


@pytest.fixture(autouse=True)
def configured(monkeypatch):
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)


def tarball(files):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return made.getvalue()


def wheel(files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return made.getvalue()


def python_index(archives, kind="application/vnd.pypi.simple.v1+json"):
    """``archives``: content by file name."""
    pages = {f"{INDEX}/files/{name}": (lambda body=body: Answer(body)) for name, body in archives.items()}
    files = [
        {"filename": name, "url": f"../files/{name}", "hashes": {"sha256": hashlib.sha256(body).hexdigest()}}
        for name, body in archives.items()
    ]
    if "json" in kind:
        page = json.dumps({"files": files}).encode()
    else:
        links = (f'<a href="{one["url"]}#sha256={one["hashes"]["sha256"]}">{one["filename"]}</a>' for one in files)
        page = "".join(links).encode()
    pages[f"{INDEX}/demo/"] = lambda: Answer(page, kind)
    return Web(pages)


ARCHIVES = {
    "demo-1.0.tar.gz": tarball({"demo-1.0/own/code.py": CODE}),
    "demo-1.10.tar.gz": tarball({"demo-1.10/own/code.py": CODE + "# more\nMORE = 'a new text'\n"}),
    "demo-1.2-py3-none-any.whl": wheel({"own/code.py": CODE.replace("text 7", "other 7")}),
    "demo-1.2-cp311-cp311-manylinux_2_17_x86_64.whl": b"not looked at",
    "demo-2.0rc1.tar.gz": b"not looked at",
    "demo-1.0.exe": b"not looked at",
}


@pytest.mark.parametrize("kind", ["application/vnd.pypi.simple.v1+json", "text/html"])
def test_final_releases_in_the_order_of_their_versions(kind):
    found = pypi.listing("Demo", python_index(ARCHIVES, kind))
    assert [archive.version for archive in found.archives] == ["1.0", "1.2", "1.10"]
    assert found.purl == "pkg:pypi/demo"
    assert found.archives[0].url == f"{INDEX}/files/demo-1.0.tar.gz"


def test_a_base_of_an_index(tmp_path):
    base, skipped = collect(tmp_path, [spec_of("pypi:demo")], python_index(ARCHIVES))
    assert skipped == ()
    assert [(project.name, project.versions) for project in base.projects] == [("pypi:demo", ("1.0", "1.2", "1.10"))]
    assert base.paths == ("own/code.py",)


def test_an_interrupted_build_goes_on_and_ends_with_the_same_bytes(tmp_path):
    write_base(tmp_path / "whole", collect(tmp_path / "whole", [spec_of("pypi:demo")], python_index(ARCHIVES))[0])
    web = python_index(ARCHIVES)
    last = web.pages.pop(f"{INDEX}/files/demo-1.10.tar.gz")
    web.pages[f"{INDEX}/files/demo-1.10.tar.gz"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        collect(tmp_path / "cut", [spec_of("pypi:demo")], _interrupting(web))
    web.pages[f"{INDEX}/files/demo-1.10.tar.gz"], web.asked = last, []
    write_base(tmp_path / "cut", collect(tmp_path / "cut", [spec_of("pypi:demo")], web)[0])
    assert web.asked == [f"{INDEX}/demo/", f"{INDEX}/files/demo-1.10.tar.gz"]
    for path in (tmp_path / "whole").glob("*.*"):
        assert path.read_bytes() == (tmp_path / "cut" / path.name).read_bytes()


def _interrupting(web):
    class Interrupting:
        def request(self, url, **options):
            if isinstance(web.pages.get(url), BaseException):
                raise web.pages[url]
            return web.request(url, **options)

    return Interrupting()


def test_a_damaged_part_is_made_anew(tmp_path):
    web = python_index(ARCHIVES)
    collect(tmp_path, [spec_of("pypi:demo@1.0")], web)
    (part,) = tmp_path.glob("parts/*/*.part")
    content = part.read_bytes()
    part.write_bytes(content[:40] + bytes((content[40] ^ 1,)) + content[41:])
    web.asked = []
    base, skipped = collect(tmp_path, [spec_of("pypi:demo@1.0")], web)
    assert (len(base.projects), skipped, len(web.asked)) == (1, (), 2)


def test_what_cannot_be_used_is_skipped_and_named(tmp_path):
    web = python_index(ARCHIVES)
    web.pages[f"{INDEX}/files/demo-1.0.tar.gz"] = lambda: Answer(b"something else")
    web.pages[f"{INDEX}/files/demo-1.10.tar.gz"] = lambda: Answer(b"", status=410)
    base, skipped = collect(tmp_path, [spec_of("pypi:demo"), spec_of("pypi:nothing")], web)
    assert [project.versions for project in base.projects] == [("1.2",)]
    assert [(one.what, one.reason.partition(": ")[2][:25]) for one in skipped] == [
        ("pypi:demo@1.0", "its sha256 is not the one"),
        ("pypi:demo@1.10", "HTTP status 410"),
        ("pypi:nothing", "the index has no such pro"),
    ]


def test_an_index_that_does_not_answer_ends_the_build(tmp_path):
    with pytest.raises(NetworkError):
        collect(tmp_path, [spec_of("pypi:demo")], Web({f"{INDEX}/demo/": NetworkError("no answer")}))


def test_versions_are_spread_over_the_history(tmp_path):
    archives = {f"demo-1.{n}.tar.gz": tarball({f"demo-1.{n}/code.py": f"{CODE}\nN = {n}\n"}) for n in range(9)}
    base, _ = collect(tmp_path, [spec_of("pypi:demo")], python_index(archives), most_versions=3)
    assert base.projects[0].versions == ("1.0", "1.4", "1.8")
    base, _ = collect(tmp_path, [spec_of("pypi:demo@1.2,1.3")], python_index(archives))
    assert base.projects[0].versions == ("1.2", "1.3")


def test_npm(tmp_path):
    body = tarball({"package/index.js": CODE.replace("def ", "function ").replace(":", " {")})
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(body).digest()).decode()
    dist = {"tarball": f"{REGISTRY}/d/-/d.tgz", "integrity": integrity}
    versions = {
        "1.10.0": {"dist": dist},
        "1.9.0": {"dist": dist, "deprecated": "old"},
        "2.0.0-rc.1": {"dist": dist},
        "1.0.0": {"dist": {"tarball": "x", "shasum": "aa"}},
    }
    web = Web(
        {
            f"{REGISTRY}/@scope%2Fdemo": lambda: Answer(json.dumps({"versions": versions}).encode()),
            f"{REGISTRY}/d/-/d.tgz": lambda: Answer(body),
        }
    )
    assert [archive.version for archive in npm.listing("@scope/demo", web).archives] == ["1.9.0", "1.10.0"]
    base, skipped = collect(tmp_path, [spec_of("npm:@scope/demo")], web)
    assert (base.projects[0].purls, base.projects[0].versions) == (("pkg:npm/%40scope/demo",), ("1.9.0", "1.10.0"))
    assert skipped == ()


def test_folders_and_archives_of_ones_own(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "own.py").write_text(CODE)
    (tmp_path / "src" / "link.py").symlink_to("own.py")
    (tmp_path / "old.tar.gz").write_bytes(tarball({"own-1.9/own.py": CODE + "OLD = 1\n"}))
    specs = [spec_of(f"dir:{tmp_path}/src=own@1.10"), spec_of(f"dir:{tmp_path}/old.tar.gz=own@1.9")]
    base, skipped = collect(tmp_path / "kb", specs, Web({}))
    assert (base.projects[0].name, base.projects[0].versions, base.paths, skipped) == ("own", ("1.9", "1.10"), ("own.py",), ())


@pytest.mark.parametrize("text", ["demo", "pypi:", "dir:/x", "dir:/x=y", "deb:x", "pypi:a b"])
def test_sources_that_are_none(text):
    with pytest.raises(UsageError, match="is not a source"):
        spec_of(text)


def test_the_address_is_that_of_the_configuration(tmp_path):
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text("[global]\nindex-url = https://pip.example/simple/\n")
    assert pypi.index_url({"HOME": str(tmp_path)}) == "https://pip.example/simple/"
    (tmp_path / ".npmrc").write_text("registry=https://npm.example/\n@own:registry=https://own.example/\n")
    assert npm.registry("x", {"HOME": str(tmp_path)}) == "https://npm.example/"
    assert npm.registry("@own/x", {"HOME": str(tmp_path)}) == "https://own.example/"
