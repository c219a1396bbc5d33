"""Libraries that are made up, and what minifiers and bundlers make of them."""

import random

import pytest

np = pytest.importorskip("numpy")

from tests.support.knowledge import base_of  # noqa: E402

from careen.origin.building import ReleaseReader, build  # noqa: E402
from careen.origin.features import features_of  # noqa: E402
from careen.origin.identify import Described, identify, identify_described  # noqa: E402
from careen.origin.in_script import in_script  # noqa: E402
from careen.origin.knowledge import Project  # noqa: E402

WORDS = "buffer header stream frame offset length index table symbol cursor packet window block chunk token state".split()  # noqa: SIM905


def word(made):
    return f"{made.choice(WORDS)}{made.choice(WORDS).title()}{made.randrange(40)}"


def function(made):
    """The body with ``{0}`` and ``{1}`` for the names of parameters."""
    shapes = (
        "{2}.{0} = {{1}}.{1};",
        "if ({2}.{0}) throw new Error('the {0} of {1}');",
        "{2}.{0}({{1}}['{1}']);",
        "return {{{{ {0}: {2}.{1}, b: {2} }}}};",
    )
    return " ".join(made.choice(shapes).format(word(made), word(made), expression(made)) for _ in range(6))


def expression(made):
    """Of the two parameters, so that functions of two libraries are not alike but for their names."""
    terms = (made.choice(("{0}", "{1}")) + made.choice([" + ", " - ", " * ", " & ", " ^ ", " % "]) for _ in range(6))
    return "(" + "".join(terms) + "{0})"


def library(seed, functions=30):
    """By version: the bodies of its functions; each version changes two of them."""
    made = random.Random(seed)
    bodies = [(word(made), function(made)) for _ in range(functions)]
    versions = {}
    for number in range(1, 5):
        for _ in range(2):
            bodies[made.randrange(functions)] = word(made), function(made)
        versions[f"1.{number}.0"] = list(bodies)
    return versions


def source(bodies, version):
    parts = (
        f"/* {name} */\nlib.{name} = function (source, target) {{\n  {body.format('source', 'target')}\n}};\n"
        for name, body in bodies
    )
    return (f"var lib = {{ version: '{version}' }};\n" + "\n".join(parts)).encode()


def minified(bodies):
    parts = (
        f"l.{name}=function(e,t){{{body.format('e', 't').replace('; ', ';').replace(' = ', '=')}}}" for name, body in bodies
    )
    return ("var l={version:'0'};" + ";".join(parts)).replace("['", ".").replace("']", "").encode()


LIBRARIES = {name: library(seed) for seed, name in enumerate(("npm:one", "npm:two", "npm:three"))}


@pytest.fixture(scope="module")
def base():
    found = []
    for name, versions in LIBRARIES.items():
        reader = ReleaseReader()
        files = {version: [("dist/lib.js", source(bodies, version))] for version, bodies in versions.items()}
        found.append((Project(name, tuple(versions)), [reader.read(version, files[version]) for version in versions]))
    return build(found)


def components(base, data, path="app.js"):
    return {one.project: one.versions for one in identify(base, [(path, data)]).components}


def by_sequences(base, data):
    """Whatever is known by tokens: a few functions, renamed, are known by those."""
    return [one.project for one in in_script(base, "app.js", features_of("app.js", data))]


def test_a_minified_library_and_its_version(base):
    for name, versions in LIBRARIES.items():
        for version, bodies in versions.items():
            assert components(base, minified(bodies)) == {name: (version,)}


def test_a_bundle_has_the_version_of_each(base):
    chosen = {"npm:one": "1.2.0", "npm:three": "1.4.0"}
    own = minified(library(99)["1.1.0"])
    bundle = b";".join([own, *(minified(LIBRARIES[name][version]) for name, version in chosen.items()), own])
    assert components(base, bundle) == {name: (version,) for name, version in chosen.items()}


def test_what_is_left_after_tree_shaking(base):
    kept = LIBRARIES["npm:two"]["1.3.0"][:12]
    (found,) = identify(base, [("app.js", minified(library(98)["1.1.0"] + kept))]).components
    assert (found.project, found.confidence, found.modified) == ("npm:two", "high", None)
    assert found.evidence[0].kind == "sequences"
    assert by_sequences(base, minified(LIBRARIES["npm:two"]["1.3.0"][:3])) == []


def test_a_bundler_that_names_a_module_needs_fewer_sequences(base):
    few = minified(LIBRARIES["npm:two"]["1.3.0"][:3])
    assert by_sequences(base, few) == []
    assert by_sequences(base, b"// node_modules/two/dist/lib.js\n" + few) == ["npm:two"]
    assert components(base, b"// node_modules/two/dist/lib.js\n" + minified(library(97)["1.1.0"])) == {}


def test_a_version_that_the_file_states(base):
    bodies = [body for body in LIBRARIES["npm:one"]["1.4.0"] if body in LIBRARIES["npm:one"]["1.1.0"]]
    alike = minified(bodies)
    assert len(components(base, alike)["npm:one"]) >= 1
    for version in ("1.2.0", "1.3.0"):
        assert components(base, alike.replace(b"version:'0'", f"version:'{version}'".encode()))["npm:one"] == (version,)


def test_between_two_releases_the_nearest_is_named(base):
    one, other = LIBRARIES["npm:three"]["1.1.0"], LIBRARIES["npm:three"]["1.4.0"]
    (found,) = identify(base, [("app.js", minified(one + other))]).components
    assert found.nearest
    (found,) = identify(base, [("app.js", minified(one))]).components
    assert not found.nearest


def test_other_code_is_unexplained(base):
    found = identify(base, [("app.min.js", minified(library(96)["1.1.0"])), ("x.js", b""), ("y.mjs", b"`${" * 999)])
    assert (found.components, found.unexplained) == ((), 3)


def test_source_as_it_was_published_is_a_whole_file(base):
    (found,) = identify(base, [("lib.js", source(LIBRARIES["npm:one"]["1.2.0"], "1.2.0"))]).components
    assert (found.versions, found.confidence, found.modified) == (("1.2.0",), "exact", False)


def test_two_sources_in_one_file(base):
    """The stretches of one of them are most of the file, and both are named."""
    both = b"\n".join(source(LIBRARIES[name][version], "0") for name, version in (("npm:one", "1.1.0"), ("npm:two", "1.4.0")))
    assert components(base, both) == {"npm:one": ("1.1.0",), "npm:two": ("1.4.0",)}


def test_a_project_with_a_copy_of_what_a_script_is_made_of_is_not_named():
    """It carries a minified copy, as JSZip does of pako, among code of its own."""
    copied = LIBRARIES["npm:one"]["1.2.0"]
    carrier = source(library(95)["1.1.0"], "2.0") + minified(copied)
    read = ReleaseReader()
    base = build(
        [
            (Project("npm:carrier", ("2.0",)), [read.read("2.0", [("dist/carrier.js", carrier)])]),
            (Project("npm:one", ("1.2.0",)), [ReleaseReader().read("1.2.0", [("lib.js", source(copied, "1.2.0"))])]),
        ]
    )
    other = minified(copied[6:]).replace(b"function(e,t)", b"function(a,b)").replace(b"e.", b"a.").replace(b"t.", b"b.")
    assert list(components(base, minified(copied[:6]) + b";" + other)) == ["npm:one"]


@pytest.mark.parametrize(("others", "found"), [(100, ["one"]), (2000, [])])
def test_few_stretches_of_a_large_file_are_chance(others, found):
    """Bundlers write the same lines before each bundle."""
    base = base_of({"one": [{"one.js": {"letters": range(100, 200)}}] * 4})
    stretches = np.array([*range(100, 108), *range(9000, 9000 + others)], np.uint64)
    features = {"file": np.array([1], np.uint64), "letters": stretches}
    assert [one.project for one in identify_described(base, [Described("app.js", "source", features)]).components] == found
