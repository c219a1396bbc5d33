"""A knowledge base from indexes and folders, also after an interruption and with releases that cannot be used."""

import pytest

np = pytest.importorskip("numpy")

from tests.support.archive import changelog, deb  # noqa: E402
from tests.support.package_index import ARCHIVES, CODE, INDEX, Answer, Web, python_index, tarball  # noqa: E402

from careen.errors import NetworkError, UsageError  # noqa: E402
from careen.origin.collect import collect, spec_of  # noqa: E402
from careen.origin.knowledge import write_base  # noqa: E402


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
    assert [one.what for one in skipped if one.is_project] == ["pypi:nothing"]
    assert [(one.what, one.reason.partition(": ")[2][:25]) for one in skipped] == [
        ("pypi:demo@1.0", "its sha256 differs from t"),
        ("pypi:demo@1.10", "HTTP status 410"),
        ("pypi:nothing", "the index has no such pro"),
    ]


@pytest.mark.parametrize("page", ["demo/", "files/demo-1.10.tar.gz"])
@pytest.mark.parametrize("failure", [NetworkError("no answer"), lambda: Answer(b"", status=503)])
def test_a_server_that_fails_ends_the_build(tmp_path, page, failure):
    web = python_index(ARCHIVES)
    web.pages[f"{INDEX}/{page}"] = failure
    with pytest.raises(NetworkError):
        collect(tmp_path, [spec_of("pypi:demo")], web)


def test_versions_are_spread_over_the_history(tmp_path):
    archives = {f"demo-1.{n}.tar.gz": tarball({f"demo-1.{n}/code.py": f"{CODE}\nN = {n}\n"}) for n in range(9)}
    base, _ = collect(tmp_path, [spec_of("pypi:demo")], python_index(archives), most_versions=3)
    assert base.projects[0].versions == ("1.0", "1.4", "1.8")
    base, _ = collect(tmp_path, [spec_of("pypi:demo@1.2,1.3")], python_index(archives))
    assert base.projects[0].versions == ("1.2", "1.3")


def test_folders_and_archives_of_ones_own(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "own.py").write_text(CODE)
    (tmp_path / "src" / "link.py").symlink_to("own.py")
    (tmp_path / "old.tar.gz").write_bytes(tarball({"own-1.9/own.py": CODE + "OLD = 1\n"}))
    specs = [spec_of(f"dir:{tmp_path}/src=own@1.10"), spec_of(f"dir:{tmp_path}/old.tar.gz=own@1.9")]
    base, skipped = collect(tmp_path / "kb", specs, Web({}))
    assert (base.projects[0].name, base.projects[0].versions, base.paths, skipped) == ("own", ("1.9", "1.10"), ("own.py",), ())


@pytest.mark.parametrize("text", ["demo", "pypi:", "dir:/x", "dir:/x=y", "rpm:x", "deb:x=y", "pypi:a b"])
def test_sources_that_are_none(text):
    with pytest.raises(UsageError, match="is not a source"):
        spec_of(text)


def test_programs_of_a_binary_package(tmp_path):
    package = tmp_path / "demo.deb"
    package.write_bytes(deb("demo", changelog("demo", ("1-1", "a fix", *(f"change {n}" for n in range(50))))))
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "own.py").write_text(CODE)
    specs = [spec_of(f"dir:{package}=demo@1.0"), spec_of(f"dir:{tmp_path}/src=demo@1.0")]
    base, _ = collect(tmp_path / "kb", specs, Web({}))
    assert (base.projects[0].versions, base.paths) == (("1.0",), ("own.py", "usr/share/doc/demo/changelog.Debian.gz"))
