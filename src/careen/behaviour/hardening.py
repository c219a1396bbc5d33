"""Programs and libraries without a protection that the distribution's own files have.

What is usual is measured in the image itself: a protection counts if nine of ten files of the distribution's packages that
could have it do. If there are too few such files, the protections count that all recent compilers give. Most protections do
not apply to Go and .NET. Of the distribution's own files only those that give rights are compared: how its other files are
built is the distribution's decision, unless the lack of a protection is dangerous in every image.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from careen.model.advisory import Severity
from careen.model.finding import BehaviourFinding
from careen.model.hardening import Build, BuiltFile, Hardening

from .rules import Rule, found

LEAST_FILES, USUAL_SHARE = 20, 0.9
LEAST_FUNCTIONS = 5  # functions that could be fortified: with fewer, that none is fortified shows nothing
_SEVERITIES: tuple[Severity, ...] = ("negligible", "low", "medium", "high")
_TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm", "/home", "/build", "/builds", "/root", "/mnt", "/media")  # noqa: S108


class Protection(NamedTuple):
    """A protection that compilers and linkers give. ``applies``: whether a file could have the protection; ``given``: whether
    it has it. ``always``: a file without it is reported in every image, whatever is usual."""

    name: str
    rule: Rule
    applies: Callable[[Build], bool]
    given: Callable[[Build], bool]
    always: bool = False
    expected: bool = False  # whether it is usual if the distribution has too few files to measure


def _native(build: Build) -> bool:
    return build.language not in ("go", "dotnet")


def _elf(build: Build) -> bool:
    return build.format == "elf" and _native(build)


def _of_c(build: Build) -> bool:
    """Built from C or C++, with enough functions that show how."""
    return _elf(build) and not build.language and build.canary is not None and build.fortifiable >= LEAST_FUNCTIONS


_REFERENCES = ("CWE-693", "CWE-119")
_BUILD_AGAIN = (
    "Build it with hardening flags (on Debian those of dpkg-buildflags), or take a build that has them, such as a newer "
    "release or the distribution's package."
)

PROTECTIONS = (
    Protection(
        "exec_stack",
        Rule(
            "HRD-001",
            "Executable stack",
            "medium",
            "Its stack, and with some libraries that of the whole process, holds data that can be run: an overflow of a buffer "
            "runs code at once.",
            "Build it without nested functions and with assembler files that have a .note.GNU-stack section.",
            _REFERENCES,
        ),
        applies=lambda build: build.format == "elf" or _native(build),
        given=lambda build: build.no_exec_stack,
        always=True,
    ),
    Protection(
        "text_relocations",
        Rule(
            "HRD-002",
            "Text relocations: code that is writable while it is loaded",
            "medium",
            "Its code has to be writable while it is loaded (text relocations), and is not shared between processes.",
            "Compile all of its parts as position-independent code (-fPIC).",
            _REFERENCES,
        ),
        applies=_elf,
        given=lambda build: not build.text_relocations,
        always=True,
    ),
    Protection(
        "search_path",
        Rule(
            "HRD-003",
            "RPATH or RUNPATH with a folder that others may write to",
            "medium",
            "It looks for its libraries in the working folder, in a temporary folder, or in one of the machine that built it: "
            "whoever writes a library there runs code in it.",
            "Remove RPATH and RUNPATH (patchelf --remove-rpath), or let them begin with $ORIGIN or a folder of the system.",
            ("CWE-426", "CWE-427"),
        ),
        applies=_elf,
        given=lambda build: not risky_folders(build),
        always=True,
    ),
    Protection(
        "pie",
        Rule(
            "HRD-004",
            "No PIE: program at a fixed address",
            "low",
            "Its code is at the same address in every process: an intruder knows where it is, without another vulnerability.",
            _BUILD_AGAIN,
            _REFERENCES,
        ),
        applies=lambda build: _native(build) and build.role != "library",
        given=lambda build: build.position,
        expected=True,
    ),
    Protection(
        "relro",
        Rule(
            "HRD-005",
            "No RELRO: tables of functions stay writable",
            "low",
            "The addresses of the functions that it calls stay writable: whoever can write to memory chooses what is called.",
            _BUILD_AGAIN,
            _REFERENCES,
        ),
        applies=lambda build: _elf(build) and build.role != "static",
        given=lambda build: build.relro,
        expected=True,
    ),
    Protection(
        "canary",
        Rule(
            "HRD-006",
            "No stack canaries: overrun buffers go unnoticed",
            "low",
            "No function checks whether a buffer on the stack was overrun before it returns.",
            _BUILD_AGAIN,
            _REFERENCES,
        ),
        applies=_of_c,
        given=lambda build: bool(build.canary),
    ),
    Protection(
        "fortify",
        Rule(
            "HRD-007",
            "No FORTIFY: the C library does not check buffers",
            "low",
            "None of the functions of the C library that it calls checks the size of the buffer it writes to.",
            _BUILD_AGAIN,
            _REFERENCES,
        ),
        applies=_of_c,
        given=lambda build: build.fortified > 0,
    ),
    Protection(
        "bind_now",
        Rule(
            "HRD-008",
            "No BIND_NOW: functions are looked up late",
            "negligible",
            "Functions are looked up at their first call, so that the table of their addresses cannot be made read-only.",
            _BUILD_AGAIN,
            _REFERENCES,
        ),
        applies=lambda build: _elf(build) and build.role != "static",
        given=lambda build: build.bind_now,
    ),
    Protection(
        "branches",
        Rule(
            "HRD-009",
            "No CET or BTI: branches may lead to any address",
            "negligible",
            "Its code is not marked for the processor's check of where jumps and returns lead (CET, BTI).",
            _BUILD_AGAIN,
            _REFERENCES,
        ),
        applies=_elf,
        given=lambda build: build.branches,
    ),
)


def usual_protections(own: Iterable[Build]) -> tuple[str, ...]:
    """The names of the protections that are usual, measured in ``own``, the files of the distribution's packages."""
    builds = [build for build in own if build.format]
    found = []
    for protection in PROTECTIONS:
        could = [build for build in builds if protection.applies(build)]
        share = sum(map(protection.given, could)) / len(could) if len(could) >= LEAST_FILES else float(protection.expected)
        if protection.always or share >= USUAL_SHARE:
            found.append(protection.name)
    return tuple(found)


def missing(build: Build, usual: Sequence[str], *, always: bool = False) -> tuple[str, ...]:
    """The names of the usual protections that a file lacks although they apply to it. ``always``: only those that count in
    every image."""
    if not build.format:
        return ()
    parts = [part for part in PROTECTIONS if part.name in usual and (part.always or not always)]
    return tuple([part.name for part in parts if not part.given(build) and part.applies(build)])


def risky_folders(build: Build) -> tuple[str, ...]:
    """Folders of libraries that are relative, or that others may write to."""
    folders = (*build.rpath, *build.runpath)
    return tuple([folder for folder in folders if _is_risky(folder)]) if folders else ()


def hardening_findings(hardening: Hardening, started: Iterable[str], has_ports: bool) -> Iterator[BehaviourFinding]:
    """One finding for each missing protection and package (or folder, for files of no package), with the files as evidence.

    ``started`` are the paths of the programs that the container starts; ``has_ports``: the image publishes ports. The severity
    is one step higher for a file that gives rights, is started, or listens while the image publishes ports.
    """
    begun = frozenset(started)
    groups: dict[tuple[str, Severity, str], list[BuiltFile]] = {}
    rules = {protection.name: protection.rule for protection in PROTECTIONS}
    for file in hardening.lacking:
        exposed = file.privileged or file.path in begun or (has_ports and file.build.listens)
        for name in file.missing:
            severity = _SEVERITIES[_SEVERITIES.index(rules[name].severity) + exposed]
            groups.setdefault((name, severity, file.package or _folder(file.path)), []).append(file)
    for (name, severity, place), files in groups.items():
        first = files[0]
        more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
        where = f" of {first.package}" if first.package else ""
        yield found(
            rules[name],
            first.path,
            f"/{first.path}{more}{where}" + (f": {_searched(first)}" if name == "search_path" else ""),
            layer=first.layer,
            package=first.package,
            evidence=[_evidence(file, name) for file in files],
            severity=severity,
            confidence="confirmed" if name not in ("canary", "fortify") else "likely",
            lasting=place,
        )


def _evidence(file: BuiltFile, name: str) -> str:
    build, parts = file.build, [f"/{file.path}"]
    if name == "search_path":
        parts.append(_searched(file))
    if name == "fortify":
        parts.append(f"0 of {build.fortifiable} functions")
    if file.privileged:
        parts.append("gives rights")
    return ": ".join(parts) if len(parts) < 3 else f"{parts[0]}: {', '.join(parts[1:])}"


def _searched(file: BuiltFile) -> str:
    """The risky folders of a file as a text for people, with the reason for relative folders."""
    folders = (
        folder if folder.startswith("/") else f"{folder or '.'} (below the working folder)"
        for folder in risky_folders(file.build)
    )
    return f"looks in {', '.join(folders)}"


def _folder(path: str) -> str:
    return "/".join(path.split("/")[:-1][:3])


def _is_risky(folder: str) -> bool:
    if folder.startswith(("$ORIGIN", "${ORIGIN}")):
        return False
    if not folder.startswith("/"):
        return True
    return any(folder == start or folder.startswith(f"{start}/") for start in _TEMPORARY)
