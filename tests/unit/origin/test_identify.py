"""Projects that are made up: random functions in C, a few versions of each, and what becomes of copies of them."""

import random

import pytest

np = pytest.importorskip("numpy")

from tests.support.bytecode import compiled  # noqa: E402
from tests.support.executables import elf  # noqa: E402

from careen.origin.binary import texts_of  # noqa: E402
from careen.origin.building import ReleaseReader, build  # noqa: E402
from careen.origin.identify import identify  # noqa: E402
from careen.origin.knowledge import Project  # noqa: E402
from careen.origin.merging import joined  # noqa: E402

WORDS = (
    "buffer header stream frame offset length index table symbol cursor packet window block chunk token state".split()  # noqa: SIM905
)


LOG = 'log_error("the {3} of a {4} is {5}");'


def expression(made: random.Random, names: list[str], depth: int) -> str:
    if depth == 0 or made.random() < 0.2:
        return made.choice((*names, str(made.randrange(4096))))
    one, two = (expression(made, names, depth - 1) for _ in range(2))
    shape = made.choice(("{} + {}", "{} << {}", "({} & ~{})", "{}[{}]", "{}({})", "{} ? {} : 0", "*({} - {})", "!{} || {}"))
    return shape.format(one, two)


def function(made: random.Random) -> str:
    names = [f"{made.choice(WORDS)}_{made.choice(WORDS)}{made.randrange(99)}" for _ in range(6)]
    lines = [f"int {names[0]}(const char *{names[1]}, int {names[2]})", "{"]
    for _ in range(made.randrange(6, 14)):
        one, two, three = (expression(made, names[1:], 3) for _ in range(3))
        shapes = ("if ({}) {} = {};", "for ({}; {}; {}) ;", "while ({}) {{ {}; {}; }}", "{} += {} / {};", "{} = {}, {};", LOG)
        lines.append(
            "    " + made.choice(shapes).format(one, two, three, made.choice(WORDS), made.choice(WORDS), made.random())
        )
    return "\n".join([*lines, f"    return {made.choice(names[1:])};", "}", ""])


def project(seed: int, files: int = 4) -> dict[str, dict[str, bytes]]:
    """By version: every version changes a function of one file."""
    made = random.Random(seed)
    code = {f"src/part{number}.c": [function(made) for _ in range(8)] for number in range(files)}
    versions = {}
    for number in range(1, 5):
        path = made.choice(sorted(code))
        code[path][made.randrange(8)] = function(made)
        versions[f"1.{number}"] = {path: "\n".join(parts).encode() for path, parts in code.items()}
    return versions


PROJECTS = {f"lib{letter}": project(ord(letter)) for letter in "abc"}


@pytest.fixture(scope="module")
def base():
    found = []
    for name, versions in PROJECTS.items():
        reader = ReleaseReader()
        releases = [reader.read(version, files.items()) for version, files in versions.items()]
        found.append((Project(name, tuple(versions), (f"pkg:generic/{name}",)), releases))
    return build(found)


def components(base, files, **options):
    return [
        (one.path, one.project, one.versions, one.confidence, one.modified)
        for one in identify(base, files.items(), **options).components
    ]


def below(folder, files):
    return {f"{folder}/{path}": data for path, data in files.items()}


def test_a_copy_has_its_version(base):
    for name, versions in PROJECTS.items():
        for version, files in versions.items():
            assert components(base, below("app/vendor", files)) == [("app/vendor/src", name, (version,), "exact", False)]


def test_two_copies_of_one_project_are_two_components(base):
    one, other = PROJECTS["liba"]["1.1"], PROJECTS["liba"]["1.4"]
    assert components(base, below("x", one) | below("y", other)) == [
        ("x/src", "liba", ("1.1",), "exact", False),
        ("y/src", "liba", ("1.4",), "exact", False),
    ]


def test_reformatted_renamed_and_shortened(base):
    files = PROJECTS["libb"]["1.2"]
    reformatted = {
        f"z/{number}.c": b"/* ours */\n" + data.replace(b"    ", b"\t").replace(b" {", b"\n{")
        for number, data in enumerate(files.values())
    }
    assert components(base, reformatted) == [("z", "libb", ("1.2",), "exact", False)]
    shortened = {path: b"\n".join(data.split(b"\n")[: data.count(b"\n") * 2 // 3]) for path, data in files.items()}
    ((_, name, _, confidence, modified),) = components(base, shortened)
    assert (name, confidence, modified) == ("libb", "high", True)


def test_other_names_for_everything(base):
    text = PROJECTS["libc"]["1.3"]["src/part1.c"].decode()
    for number, word in enumerate(WORDS):
        text = text.replace(word, f"q{number}z")
    ((path, name, _, confidence, _),) = components(base, {"own/file.c": text.encode()})
    assert (path, name) == ("own/file.c", "libc")
    assert confidence == "medium"


def test_code_of_nobody_is_counted(base):
    other = project(4711)["1.1"]
    found = identify(base, other.items(), deep=True)
    assert (found.components, found.unexplained) == ((), len(other))


def test_a_program_is_known_by_its_texts(base):
    texts = [line.split(b'"')[1] for data in PROJECTS["liba"]["1.4"].values() for line in data.split(b"\n") if b'"' in line]
    program = elf() + b"\0" + b"\0".join(texts) + b"\0"
    ((path, name, versions, confidence, _),) = components(base, {"bin/tool": program})
    assert (path, name, confidence) == ("bin/tool", "liba", "high")
    assert "1.4" in versions
    half = elf() + b"\0" + b"\0".join(texts[: len(texts) // 2]) + b"\0"
    assert [one[1] for one in components(base, {"bin/tool": half})] == ["liba"]
    assert components(base, {"bin/tool": elf() + b"\0" + b"\0".join(texts[:3]) + b"\0"}) == []


def test_an_empty_base_and_empty_files():
    nothing = build([])
    assert identify(nothing, [("a.c", b""), ("b", b"\x7fELF"), ("c.py", b"x = 1\n" * 200)]).unexplained == 3


def test_a_program_of_many_files(base):
    """Each file has a small part of the texts: only together are they enough."""
    made = random.Random(3)
    files = {f"src/f{n}.c": "".join(f'x("message {n} {made.random()}");\n' for _ in range(6)).encode() for n in range(60)}
    big = build([(Project("big", ("1",)), [ReleaseReader().read("1", files.items())])])
    texts = [line.split(b'"')[1] for data in files.values() for line in data.split(b"\n") if line]
    assert [one[1:4] for one in components(big, {"bin/tool": elf() + b"\0" + b"\0".join(texts) + b"\0"})] == [
        ("big", ("1",), "high")
    ]
    some = made.sample(texts, len(texts) // 7)
    assert [one[3] for one in components(big, {"bin/tool": elf() + b"\0" + b"\0".join(some) + b"\0"})] == ["medium"]
    few = made.sample(texts, len(texts) // 15) + [b"own text %d" % number for number in range(600)]
    assert components(big, {"bin/tool": elf() + b"\0" + b"\0".join(few) + b"\0"}) == []


def test_a_release_that_the_base_does_not_have_is_the_nearest_known_one(base):
    """The second half of each file is new."""
    known = PROJECTS["libb"]["1.2"]
    files = {
        path: data[: len(data) // 2] + new
        for (path, data), new in zip(known.items(), project(4713)["1.1"].values(), strict=True)
    }
    (found,) = (one for one in identify(base, files.items()).components if one.project == "libb")
    (same,) = identify(base, known.items()).components
    assert (found.nearest, same.nearest) == (True, False)


def test_a_small_part_of_a_file_is_not_of_high_confidence(base):
    part = PROJECTS["liba"]["1.1"]["src/part2.c"].split(b"\n")[:60]
    own = b"\n".join(data for data in project(4712, files=2)["1.1"].values()).split(b"\n")
    ((_, name, _, confidence, _),) = components(base, {"own/big.c": b"\n".join(own + part + own[:5])})
    assert (name, confidence) == ("liba", "medium")


def program(*texts: bytes) -> bytes:
    return elf() + b"\0" + b"\0".join(texts) + b"\0"


def with_builds(**versions: tuple[bytes, list[bytes]]):
    """A project of these versions: its source, and what a build of it has."""
    reader = ReleaseReader()
    releases = [
        reader.read(version, [("src/a.c", source), ("build/lib.so", program(*built))])
        for version, (source, built) in versions.items()
    ]
    return build([(Project("libz", tuple(versions)), releases)])


MESSAGES = [b"message number %d of it" % number for number in range(100)]
SOURCE = b"".join(b'x("%s");\n' % text for text in MESSAGES)


def test_what_is_in_builds_is_what_counts():
    """Ten texts are a tenth of the source, and half of what a compiler leaves of it."""
    base = with_builds(**{"1.0": (SOURCE, [*MESSAGES[:20], b"text of another library"]), "1.1": (SOURCE, [])})
    others = [b"own text %d" % number for number in range(300)]
    assert [one[3] for one in components(base, {"a": program(*MESSAGES[:10], *others)})] == ["high"]
    assert components(base, {"a": program(*MESSAGES[50:60], *others)}) == []
    assert components(base, {"a": program(b"text of another library", *others)}) == []


def test_a_program_that_states_its_version():
    """In the words of the project that builds of known versions have, also of a version that the base does not have."""
    stated = lambda version: [b"libz %s of a day" % version, *MESSAGES[:20]]  # noqa: E731
    base = with_builds(
        **{version: (SOURCE, stated(version.encode())) for version in ("1.0", "1.2", "1.4")},
    )
    for version in (b"1.2", b"1.3", b"1.9.1"):
        (found,) = identify(base, [("a", program(*stated(version)))]).components
        assert (found.versions, found.nearest) == ((version.decode(),), False)
    two = program(*stated(b"1.2"), *stated(b"1.7"))
    for data in (program(*MESSAGES[:20], b"another 1.2 of a day"), two):
        (found,) = identify(base, [("a", data)]).components
        assert (found.versions, found.nearest) == ((("1.2",), False) if data is two else (("1.0", "1.2", "1.4"), True))


def test_a_version_alone():
    """It is one that the base has, or lies between two of them, and there is no other."""
    base = with_builds(**{version: (SOURCE, [version.encode(), *MESSAGES[:20]]) for version in ("1.0.1", "1.2.1", "1.4.1")})
    expected = {
        (b"1.2.1",): "1.2.1",
        (b"1.3.1",): "1.3.1",
        (b"1.2.1", b"7.0.1"): "1.2.1",
        (b"7.0.1",): "",
        (b"1.1.1", b"1.3.1"): "",
    }
    for texts, version in expected.items():
        (found,) = identify(base, [("a", program(*texts, *MESSAGES[:20]))]).components
        assert (found.versions if not found.nearest else ("",)) == (version,)


def test_a_library_without_texts_is_known_by_its_tables():
    made = random.Random(11)
    numbers = [made.randrange(1 << 16) for _ in range(200)]
    source = f"const uint16_t codes[] = {{ {', '.join(map(str, numbers))} }};".encode()
    base = build([(Project("codes", ("1",)), [ReleaseReader().read("1", [("codes.c", source)])])])
    table = b"".join(number.to_bytes(2, "little") for number in numbers)
    assert [one[1] for one in components(base, {"a": elf() + bytes(64) + table + bytes(64)})] == ["codes"]
    assert components(base, {"a": elf() + bytes(64) + table[:80] + bytes(64)}) == []


@pytest.mark.parametrize(("numbers", "found"), [(200, False), (2000, True)])
def test_a_few_tables_among_thousands_are_those_of_a_standard(numbers, found):
    made = random.Random(12)
    codes = [made.randrange(1 << 16) for _ in range(numbers)]
    source = f"const uint16_t codes[] = {{ {', '.join(map(str, codes))} }};".encode()
    base = build([(Project("codes", ("1",)), [ReleaseReader().read("1", [("codes.c", source)])])])
    table = b"".join(number.to_bytes(2, "little") for number in codes)
    amid = made.randbytes(400_000)
    assert [one[1] for one in components(base, {"a": elf() + bytes(64) + table + bytes(64)})] == ["codes"]
    assert [one[1] for one in components(base, {"a": elf() + bytes(64) + table + amid})] == ["codes"] * found


@pytest.mark.parametrize(
    ("texts", "files", "is_built", "has_texts", "found"),
    [
        (1200, 1, False, 0, False),
        (1200, 2, False, 0, False),
        (1200, 3, False, 0, True),
        (100, 1, False, 0, True),
        (1200, 1, True, 0, False),
        (1200, 2, True, 0, True),
        (1200, 1, False, 2, False),
        (1200, 1, False, 3, True),
    ],
)
def test_the_tables_of_one_file_show_no_project_of_many_texts(texts, files, is_built, has_texts, found):
    """A server has the tables of a protocol, and so has another. All tables of its builds, from two files, are its own, and so
    are those beside three of its texts."""
    made = random.Random(13)
    tables = [[made.randrange(1 << 16) for _ in range(100)] for _ in range(files)]
    sources = [
        (f"t{n}.c", f"const uint16_t t[] = {{ {', '.join(map(str, table))} }};".encode()) for n, table in enumerate(tables)
    ]
    sources.append(("server.c", b"".join(b'x("message %d of the server");\n' % number for number in range(texts))))
    content = b"".join(number.to_bytes(2, "little") for table in tables for number in table)
    sources += [("libserver.so", elf() + bytes(64) + content)] * is_built
    base = build([(Project("server", ("1",)), [ReleaseReader().read("1", sources)])])
    own = [b"message %d of the server" % number for number in range(has_texts)]
    others = b"\0".join([*own, *(b"own text %d" % number for number in range(40))])
    assert [one[1] for one in components(base, {"a": elf() + bytes(64) + content + bytes(64) + others})] == ["server"] * found


def test_compiled_python_is_one_program_a_package():
    files = {
        f"lib/part{number}.py": "".join(f"def function_{number}_{at}():\n    return 'text {number} {at}'\n" for at in range(20))
        for number in range(4)
    }
    base = build(
        [(Project("lib", ("1",)), [ReleaseReader().read("1", [(path, text.encode()) for path, text in files.items()])])]
    )
    compiled_files = {path.replace("lib/", "app/lib/__pycache__/") + "c": compiled(text) for path, text in files.items()}
    other = {"other/x.pyc": compiled("def nothing_known():\n    return 'of nobody'"), "other/y.pyc": b"\0\0\r\n damaged"}
    found = identify(base, (compiled_files | other).items())
    ((path, name, _, confidence, _),) = components(base, compiled_files | other)
    assert (path, name, confidence, found.unexplained) == ("app/lib", "lib", "high", 2)
    assert found.components[0].files == tuple(sorted(compiled_files))


def test_what_unrelated_programs_have_is_left_out():
    reader = ReleaseReader()
    releases = [reader.read("1", [("a.c", SOURCE)])]
    common = texts_of(program(*MESSAGES[:90]))
    base = build([(Project("libz", ("1",)), releases)], common={"literals": common.literals})
    assert components(base, {"a": program(*MESSAGES[:90])}) == []
    assert [one[1] for one in components(base, {"a": program(*MESSAGES[80:])})] == ["libz"]


def dated(name, date, files):
    release = ReleaseReader().read("1", files.items(), date)
    return Project(name, ("1",)), [release]


def test_a_file_that_two_projects_have_is_of_the_one_in_which_it_lies_at_the_same_place():
    code = PROJECTS["liba"]["1.1"]["src/part0.c"]
    others = {f"other{number}.c": data for number, data in enumerate(PROJECTS["libb"]["1.1"].values())}
    both = build([dated("a-carrier", "", {"deep/inside/zip.c": code, **others}), dated("z-owner", "", {"src/zip.c": code})])
    assert [one.project for one in identify(both, [("app/src/zip.c", code)]).components] == ["z-owner"]
    assert [one.project for one in identify(both, [("app/deep/inside/zip.c", code)]).components] == ["a-carrier"]


@pytest.mark.parametrize(
    ("dates", "owner"), [(("2019-01-01", "2011-01-01"), "z"), (("2010-01-01", "2011-01-01"), "a"), (("", "2011-01-01"), "z")]
)
def test_a_file_that_two_projects_have_is_of_the_first(dates, owner):
    code = PROJECTS["liba"]["1.1"]["src/part0.c"]
    both = build([dated("a", dates[0], {"x/zip.c": code}), dated("z", dates[1], {"y/zip.c": code})])
    assert [one.project for one in identify(both, [("zip.c", code)]).components] == [owner]


def test_a_function_that_was_pasted_and_renamed(base):
    text = function(random.Random(11)) + function(random.Random(12))
    known = build([dated("donor", "", {"donor.c": (project(5)["1.1"]["src/part0.c"].decode() + text).encode()})])
    for number, word in enumerate(WORDS):
        text = text.replace(word, f"q{number}z")
    host = project(4714)["1.1"]["src/part0.c"].decode()
    ((path, name, _, confidence, modified),) = components(known, {"own.c": (host + text + host).encode()})
    assert (path, name, confidence, modified) == ("own.c", "donor", "medium", True)


def test_a_file_with_functions_of_two_projects(base):
    parts = [PROJECTS[name]["1.1"]["src/part1.c"].split(b"\n")[:50] for name in ("liba", "libb")]
    host = project(4715)["1.1"]["src/part0.c"]
    found = components(base, {"own/all.c": b"\n".join([*parts[0], host, *parts[1], host])})
    assert [(one[0], one[1]) for one in found] == [("own/all.c", "liba"), ("own/all.c", "libb")]


def test_idioms_that_are_scattered_over_a_project_are_no_copy():
    """Twelve files of the project have a line each of what the file has."""
    lines = [f"    value = compute_{n}(first_{n}, second_{n} * {n * 17}) + table[{n}].offset_{n};" for n in range(12)]
    files = {f"f{n}.c": (line + "\n" + function(random.Random(100 + n))).encode() for n, line in enumerate(lines)}
    known = build([dated("idiomatic", "", files)])
    assert components(known, {"own.c": ("\n".join(lines) + project(4716)["1.1"]["src/part0.c"].decode()).encode()}) == []


def test_versions_that_differ_in_comments_alone():
    code = PROJECTS["liba"]["1.1"]["src/part0.c"]
    texts = {"1": code, "2": code + b"\n/* Thanks to all. */\n"}
    reader = ReleaseReader()
    known = build([(Project("one", ("1", "2")), [reader.read(version, [("a.c", text)]) for version, text in texts.items()])])
    for version, text in texts.items():
        assert identify(known, [("a.c", text)]).components[0].versions == (version,)
    assert identify(known, [("a.c", code + b"/* ours */")]).components[0].versions == ("1", "2")


def test_a_file_that_two_projects_have_is_of_the_one_whose_name_it_has():
    """A mirror may state the day on which it got a release."""
    code = PROJECTS["liba"]["1.1"]["src/part0.c"]
    both = build(
        [dated("pypi:carrier", "2010-01-01", {"x/inner.c": code}), dated("npm:inner", "2024-01-01", {"y/inner.c": code})]
    )
    assert [one.project for one in identify(both, [("zip.c", code)]).components] == ["npm:inner"]


def test_a_small_part_of_a_project_is_not_of_high_confidence():
    files = {f"src/{number}.c": data for number, data in enumerate(project(77, files=24)["1.1"].values())}
    known = build([dated("large", "", files)])
    few = [(f"own/{path}", data) for path, data in list(files.items())[:2]]
    assert identify(known, few).components[0].confidence == "medium"
    assert identify(known, [(f"own/{path}", data) for path, data in files.items()]).components[0].confidence == "exact"


def test_the_modules_of_a_project_are_no_small_part_of_it_without_its_extension():
    """A copy of msgpack's modules lacks the C that Cython made, which is most of the project."""
    module = "\n".join(
        f"def part{n}(value, other):\n    return value[{n}] + other.name{n} * {n * 7}" for n in range(40)
    ).encode()
    extension = {f"fast{number}-{path}": data for number in range(30) for path, data in project(78 + number)["1.1"].items()}
    known = build([dated("packed", "", {"packed/core.py": module, **extension})])
    assert identify(known, [("own/core.py", module)]).components[0].confidence == "exact"


def test_the_version_of_a_program_does_not_depend_on_how_many_files_repeat_a_text():
    lines = SOURCE.splitlines(keepends=True)
    versions = {"1": {"main.c": SOURCE}, "2": {f"part{number}.c": b"".join(lines[10:]) for number in range(3)}}
    reader = ReleaseReader()
    known = build([(Project("tool", ("1", "2")), [reader.read(version, files.items()) for version, files in versions.items()])])
    (found,) = identify(known, [("tool", program(*MESSAGES))]).components
    assert found.versions == ("1",)


def test_a_few_stretches_amid_thousands_are_alike_by_chance():
    """A function is found in a file of its size, and is nothing in one of hundreds of others."""
    text = function(random.Random(11))
    known = build([dated("donor", "", {"donor.c": (project(5)["1.1"]["src/part0.c"].decode() + text).encode()})])
    for number, word in enumerate(WORDS):
        text = text.replace(word, f"q{number}z")
    others = [function(random.Random(number)) for number in range(5000, 5160)]
    assert components(known, {"own.c": "".join((*others[:8], text)).encode()}) != []
    assert components(known, {"own.c": "".join((*others, text)).encode()}) == []


def large(files: dict[str, bytes]):
    """A project of which each of these files is a small part."""
    return build(
        [dated("large", "", {**{f"src/{n}.c": data for n, data in enumerate(project(78, 24)["1.1"].values())}, **files})]
    )


def amid_own(text: bytes) -> bytes:
    return project(4717)["1.1"]["src/part0.c"] + text


@pytest.mark.parametrize(("name", "found"), [("engine.c", ["large"]), ("sha256.c", []), ("ours_md5.c", [])])
def test_a_part_of_a_public_algorithm_shows_no_project(name, found):
    code = project(90)["1.1"]["src/part0.c"]
    part = {"own.c": amid_own(b"\n".join(code.split(b"\n")[:40]))}
    known = large({f"src/{name}": code})
    assert [one[1] for one in components(known, part)] == found
    assert [one[1] for one in components(known, part, deep=True)] == ["large"]
    assert [one[1] for one in components(known, {"own.c": code})] == ["large"]  # the whole file


def test_a_public_algorithm_of_which_some_was_deleted_is_the_project_s():
    """All of this file is in the project's; a table of the standard is a small part of that."""
    lines = project(90)["1.1"]["src/part0.c"].split(b"\n")
    known = large({"src/sha256.c": b"\n".join(lines)})
    assert [one[1] for one in components(known, {"own.c": b"\n".join(lines[: len(lines) * 2 // 3])})] == ["large"]
    assert components(known, {"own.c": b"\n".join(lines[: len(lines) // 4])}) == []


def test_a_copy_in_a_folder_with_the_name_of_another_project_is_of_that_one():
    """Argon2 in libsodium: of a version that the carrier's copy is nearer to."""
    code = [function(random.Random(300 + number)) for number in range(8)]
    author, carried, copy = ("".join(code[start:]).encode() for start in (3, 1, 0))
    carrier = dated(
        "carrier", "2010-01-01", {"src/hash/author/author-core.c": carried, "src/own.c": project(95)["1.1"]["src/part0.c"]}
    )
    known = build([carrier, dated("author", "2015-01-01", {"src/core.c": author})])
    assert [one[1] for one in components(known, {"lib/core.c": copy})] == ["author"]
    renamed = build(
        [dated("carrier", "2010-01-01", {"src/hash/core.c": carried}), dated("author", "2015-01-01", {"core.c": author})]
    )
    assert [one[1] for one in components(renamed, {"lib/other.c": copy})] == ["carrier"]


def test_a_public_algorithm_beside_other_code_of_the_project_counts():
    code, other = (project(seed)["1.1"]["src/part0.c"] for seed in (90, 91))
    known = large({"src/sha256.c": code, "src/engine.c": other})
    (found,) = identify(known, [("own/sha256.c", code + b"int x;"), ("own/engine.c", other + b"int y;")]).components
    assert found.files == ("own/sha256.c", "own/engine.c")


def test_what_is_in_a_file_of_a_public_algorithm_as_well_shows_no_project():
    """A tool has the same code once more, in a file of another name."""
    code = project(90)["1.1"]["src/part0.c"]
    known = large({"src/sha256.c": code, "tool/sign.c": project(92)["1.1"]["src/part0.c"] + code})
    assert components(known, {"own.c": amid_own(code)}) == []


def test_a_public_algorithm_that_others_have_in_another_form_shows_no_project():
    """Both have added to what they copied: more than a fifth of the file is not the project's."""
    code = project(90)["1.1"]["src/part0.c"]
    theirs, other = (code + "".join(function(random.Random(seed + n)) for n in range(3)).encode() for seed in (960, 970))
    assert components(large({"src/sha256.c": theirs}), {"own.c": other}) == []
    assert [one[1] for one in components(large({"src/engine.c": theirs}), {"own.c": other})] == ["large"]


def test_a_file_with_the_name_of_another_project_does_not_show_the_one_that_has_a_copy():
    """``xxhash.h`` of zstd, of a version that the base has not of xxHash itself."""
    code = project(90)["1.1"]["src/part0.c"]
    files = {**{f"src/{n}.c": data for n, data in enumerate(project(78, 24)["1.1"].values())}, "src/xxhash.h": code}
    own = {"own/hash.h": code[: len(code) * 9 // 10] + b"int x;"}
    assert [one[1] for one in components(build([dated("carrier", "", files)]), own)] == ["carrier"]
    author = dated("deb:xxhash", "", {"xxhash.h": project(97)["1.1"]["src/part0.c"]})
    assert components(build([dated("carrier", "", files), author]), own) == []


def test_a_file_with_the_name_of_a_public_algorithm_shows_no_project_that_has_it_amid_other_code():
    code = project(90)["1.1"]["src/part0.c"]
    known = large({"src/hash_tables.c": project(93)["1.1"]["src/part0.c"] + code})
    assert components(known, {"own/lookup3.h": amid_own(code)}) == []
    assert [one[1] for one in components(known, {"own/keys.h": amid_own(code)})] == ["large"]


@pytest.mark.parametrize("edit", [lambda code: code, lambda code: code + b"int x;", lambda code: amid_own(code[:3000])])
def test_a_library_that_is_made_to_be_copied_shows_its_own_project_or_none(edit):
    code = project(90)["1.1"]["src/part0.c"]
    carrier = large({"src/linenoise.c": code})
    assert components(carrier, {"own.c": edit(code)}) == []
    both = joined([carrier, build([dated("linenoise", "", {"linenoise.c": code})])])
    assert [one[1] for one in components(both, {"own.c": edit(code)})] == ["linenoise"]


def test_a_table_of_a_project_that_has_all_its_code_as_one_file_as_well():
    made = random.Random(14)
    rows = [", ".join(hex(made.randrange(1 << 32)) for _ in range(8)) for _ in range(120)]
    table = f"static const unsigned long table[] = {{ {','.join(rows)} }};".encode()
    known = large({"large.c": b"\n".join(project(78, 24)["1.1"].values()) + table, "src/gears.h": table})
    assert [one[1] for one in components(known, {"own.h": table + b"int x;"})] == ["large"]


def test_a_project_that_is_an_algorithm_is_named_for_it():
    code = project(90)["1.1"]["src/part0.c"]
    known = build([dated("hash", "", {"src/sha256.c": code})])
    assert [one[1] for one in components(known, {"own.c": amid_own(code)})] == ["hash"]


def test_numbers_alone_show_no_project():
    made = random.Random(12)
    rows = [", ".join(hex(made.randrange(1 << 32)) for _ in range(8)) for _ in range(120)]
    table = f"static const unsigned long table[] = {{ {','.join(rows)} }};".encode()
    known = large({"src/checks.c": project(93)["1.1"]["src/part0.c"] + table})
    assert components(known, {"own.c": amid_own(table)}) == []
    assert [one[1] for one in components(known, {"own.c": amid_own(table)}, deep=True)] == ["large"]


def test_a_table_amid_other_code_shows_no_project_that_is_made_of_it():
    """The classes of characters of Unicode, which a package of npm has as its only file."""
    made = random.Random(13)
    classes = "".join(rf"\\u{made.randrange(1 << 16):04X}" for _ in range(900))
    known = build([dated("npm:classes", "", {"index.js": f"module.exports = /[{classes}]/".encode()})])
    assert components(known, {"own.js": f"const letters = /[{classes}]/;\n".encode() * 2}) != []
    assert components(known, {"own.js": f"const letters = /[{classes}]/;\n".encode() + own_script(2000)}) == []


def test_a_few_lines_of_a_file_of_a_package_are_a_small_part_of_it():
    prologue, rest = own_script(12), own_script(400, "rest")
    known = build([(Project("npm:one", ("1",), ("pkg:npm/one",)), [ReleaseReader().read("1", [("one.js", prologue + rest)])])])
    assert [one.is_part for one in identify(known, [("a.js", prologue + own_script(100, "mine"))]).components] == [True]
    assert [one.is_part for one in identify(known, [("a.js", rest[: len(rest) // 2])]).components] == [False]


def test_a_script_of_which_a_project_has_all_and_more_may_be_carried_by_it():
    inner, outer = own_script(100, "inner"), own_script(200, "outer")
    known = build([(Project("npm:one", ("1",), ("pkg:npm/one",)), [ReleaseReader().read("1", [("one.js", inner + outer)])])])
    assert [one.may_be_carried for one in identify(known, [("inner.js", inner)]).components] == [True]
    assert [one.may_be_carried for one in identify(known, [("one.js", inner + outer)]).components] == [False]
    assert [one.may_be_carried for one in identify(known, [("a.js", inner + own_script(100, "own"))]).components] == [False]


def own_script(functions: int, name: str = "own") -> bytes:
    made = random.Random(name)
    return "\n".join(
        f"function {name}{n}(a, b) {{ return a.{name}{made.randrange(99)} * {made.randrange(9999)} + b.part{n}(a) }}"
        for n in range(functions)
    ).encode()


def test_code_of_another_language_is_no_copy():
    code = PROJECTS["liba"]["1.1"]["src/part0.c"]
    known = build([dated("one", "", {"src/main.c": code})])
    assert [one[1] for one in components(known, {"own.h": code + b"int x;"})] == ["one"]
    assert components(known, {"own.js": code + b"let x;"}) == []


def test_a_small_part_amid_the_files_of_another_project_came_with_them():
    """A library and a large project both have a table of events, each its own version of it."""
    shared = project(94)["1.1"]["src/part0.c"]
    library = {f"src/{n}.c": data for n, data in enumerate(project(95)["1.1"].values())}
    files = {**{f"src/{n}.c": data for n, data in enumerate(project(78, 24)["1.1"].values())}, "src/events.c": shared}
    known = build([dated("large", "", files), dated("library", "", library)])
    copy = {**below("own/copy", library), "own/copy/src/events.c": amid_own(shared)}
    assert [one[1] for one in components(known, copy)] == ["library"]
    assert [one[1] for one in components(known, copy, deep=True)] == ["library", "large"]
    elsewhere = {**below("own/copy", library), "own/events.c": amid_own(shared)}
    assert [one[1] for one in components(known, elsewhere)] == ["library", "large"]
