"""Projects of made-up classes: relocated, shaded together, and a few of their classes alone."""

import random

import pytest
from tests.support.class_files import INVOKE, LOAD, ClassFile
from tests.support.jars import jar

np = pytest.importorskip("numpy")

from careen.origin.building import ReleaseReader, build, is_own_code  # noqa: E402
from careen.origin.collect import collect, spec_of  # noqa: E402
from careen.origin.identify import identify  # noqa: E402
from careen.origin.knowledge import Project  # noqa: E402

WORDS = "Buffer Header Stream Frame Offset Length Index Table Symbol Cursor Packet Window Block Chunk Token State".split()  # noqa: SIM905


def word(made):
    return f"{made.choice(WORDS)}{made.choice(WORDS)}{made.randrange(40)}"


def methods(made):
    return [[(word(made), word(made), f"the {word(made)} is wrong") for _ in range(4)] for _ in range(4)]


def compiled(package, name, code, *, order=1):
    """``order``: another compiler numbers constants in another way."""
    made = ClassFile(f"{package}/{name}")
    for text in ("x", "y", "z")[::-order]:
        made.text(text)
    for number, calls in enumerate(code):
        parts = []
        for owner, member, text in calls:
            parts += [(LOAD, made.text(text)), (INVOKE, made.member(f"{package}/{owner}", f"get{member}", "()V"))]
        made.method(f"run{number}", "()V", *parts)
    return made.bytes()


def project(seed):
    """By version: the code of its classes; each version changes a method."""
    made = random.Random(seed)
    code = {word(made): methods(made) for _ in range(8)}
    versions = {}
    for number in range(1, 4):
        name = made.choice(sorted(code))
        code[name] = [*methods(made)[:1], *code[name][1:]]
        versions[f"{number}.0"] = dict(code)
    return versions


def classes(package, code, **options):
    return {f"{package}/{name}.class": compiled(package, name, one, **options) for name, one in code.items()}


PROJECTS = {f"org.{letter}": project(ord(letter)) for letter in "abc"}


@pytest.fixture(scope="module")
def base():
    found = []
    for name, versions in PROJECTS.items():
        reader = ReleaseReader()
        releases = [reader.read(version, [("lib.jar", jar(classes("org/lib", code)))]) for version, code in versions.items()]
        found.append((Project(name, tuple(versions)), releases))
    return build(found)


def components(base, files):
    return [(one.path, one.project, one.versions, one.confidence) for one in identify(base, files.items()).components]


def test_a_relocated_archive_has_its_version(base):
    for name, versions in PROJECTS.items():
        for version, code in versions.items():
            assert components(base, {"a/x.jar": jar(classes("shaded/q", code))}) == [("a/x.jar", name, (version,), "high")]


def test_archives_that_were_shaded_together_and_into_each_other(base):
    one, other = PROJECTS["org.a"]["1.0"], PROJECTS["org.b"]["3.0"]
    fat = jar(classes("s/one", one) | classes("s/two", other))
    expected = [("org.a", ("1.0",)), ("org.b", ("3.0",))]
    assert [found[1:3] for found in components(base, {"fat.jar": fat})] == expected
    war = jar({"WEB-INF/lib/a.jar": jar(classes("x", one)), **classes("WEB-INF/classes/y", other)})
    assert [found[:2] for found in components(base, {"w.war": war})] == [
        ("w.war", "org.b"),
        ("w.war!/WEB-INF/lib/a.jar", "org.a"),
    ]


def test_some_classes_in_a_folder(base):
    some = dict(list(PROJECTS["org.c"]["2.0"].items())[:3])
    files = {f"app/classes/{path}": data for path, data in classes("own/moved", some).items()}
    ((path, name, versions, _),) = components(base, files)
    assert (path, name) == ("app/classes", "org.c")
    assert "2.0" in versions
    ((path, *_),) = components(base, {path.removeprefix("app/classes/"): data for path, data in files.items()})
    assert path == "own/moved"


def test_another_compiler(base):
    code = PROJECTS["org.b"]["2.0"]
    assert components(base, {"x.jar": jar(classes("org/lib", code, order=-1))}) == [("x.jar", "org.b", ("2.0",), "high")]


def test_what_is_unexplained_is_counted_by_archive(base):
    files = {
        "own.jar": jar(classes("own", project(999)["1.0"])),
        "empty.jar": jar({}),
        "bad.jar": b"PK\3\4",
        "A.class": b"\xca\xfe\xba\xbe",
    }
    found = identify(base, files.items())
    assert (found.components, found.unexplained) == ((), 4)


def test_a_base_of_an_archive_here(tmp_path):
    path = tmp_path / "lib.jar"
    path.write_bytes(jar(classes("org/spec", PROJECTS["org.a"]["1.0"])))
    base, skipped = collect(tmp_path, [spec_of(f"dir:{path}=org.a@1.0")], None)
    assert skipped == ()
    assert [found[1:3] for found in components(base, {"x.jar": jar(classes("moved", PROJECTS["org.a"]["1.0"]))})] == [
        ("org.a", ("1.0",))
    ]
    assert is_own_code("org/spec/test/A.class")
