"""What the steps of a Dockerfile will install: each package with its line, and its version where one is pinned.

Understood are package managers (``formats.shell.package_commands``), archives and packages fetched by address, and ``ADD`` of
an address. Packages of the system count in the stages that the image keeps, those of languages also in stages that it copies
from. Variables are resolved as far as ARG, ENV and the script itself say; what stays open has no version.
Nothing is fetched, and a version that only a repository knows stays "". What was learnt of packages by address
(``Dockerfile.heads``, from ``resolve``) is used: their true names, and that one brings a repository of somebody else's, from
which the packages of the system that come after it may be.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.distributions.registry import profile
from careen.formats.dockerfile.stages import Call, Dockerfile, Stage, Step, resolved_words
from careen.formats.packages.package_file_name import FileName, read_address
from careen.formats.shell.downloads import read_download
from careen.formats.shell.package_commands import PackageCall, read_call, read_options
from careen.formats.shell.package_specs import Spec, is_url
from careen.formats.shell.syntax import Command
from careen.model.package import Distribution, Evidence, Package

from .base import distribution_of
from .foreign import Foreign

SYSTEM = {
    "apt": "deb",
    "dpkg": "deb",
    "apk": "apk",
    "dnf": "rpm",
    "yum": "rpm",
    "microdnf": "rpm",
    "zypper": "rpm",
    "rpm": "rpm",
    "pacman": "alpm",
}
LANGUAGE = {
    "pip": "pypi",
    "pipx": "pypi",
    "npm": "npm",
    "yarn": "npm",
    "pnpm": "npm",
    "gem": "gem",
    "go": "golang",
    "cargo": "cargo",
    "composer": "composer",
    "uv": "pypi",
    "poetry": "pypi",
    "pdm": "pypi",
    "pipenv": "pypi",
    "npx": "npm",
    "bun": "npm",
    "corepack": "npm",
    "conda": "conda",
    "dotnet": "nuget",
    "nuget": "nuget",
    "pear": "pear",
    "cpan": "cpan",
    "luarocks": "luarocks",
}
CHANNELS = {"pecl": "pecl.php.net", "pear": "pear.php.net"}
OF_DISTRIBUTIONS = ("deb", "apk", "rpm", "alpm")  # types of packages that a command takes from the distribution
MAX_SOUGHT = 8  # words of a command whose line is looked for
_UNNAMED = ("$", "`", "")  # a variable, a substitution, nothing at all
_HOSTED = re.compile(r"(?:https?|git|ssh)://(?:[^@/]*@)?([\w.-]+)[/:]([\w./-]+?)(?:\.git)?(?:@([\w./-]+))?(?:#.*)?$")


class Predicted(Struct, frozen=True):
    package: Package  # presence "declared"; version "" where nothing pins it
    line: int
    end_line: int
    tool: str
    stage: int
    pinned: bool
    url: str | None = None  # where it is fetched by address
    text: str = ""  # as the file says it
    distribution: Distribution | None = None  # of the stage, where the name of its base tells it
    exact: bool = True  # False: the version leaves the release open, which the repository decides
    trouble: str = ""  # why the package behind an address, or its repository, could not be read where somebody tried
    today: bool = False  # nothing pins it: the version is what its repository has today


def predicted(document: Dockerfile) -> tuple[Predicted, ...]:
    """What has a name; ``untold`` has the rest."""
    return tuple(one for one in _walked(document) if one.package.name[:1] not in _UNNAMED)


def untold(document: Dockerfile) -> tuple[str, ...]:
    """What the image will hold that nobody can name before the build, each with its line."""
    told: dict[str, None] = {}
    for one in _walked(document):
        if one.package.name[:1] in _UNNAMED:
            told[f"{document.path}:{one.line}: what {one.tool} installs is made by the step itself: {_short(one.text)}"] = None
    names = {stage.name.lower() for stage in document.stages}
    for step in document.steps:
        source = step.resolve(step.instruction.flag("from") or "", document.escape)
        if step.keyword == "COPY" and source and not source.isdecimal() and source.lower() not in names:
            told[f"{document.path}:{step.line}: files of {_short(source)} are copied, and not judged: scan that image"] = None
    return tuple(told)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _walked(document: Dockerfile) -> tuple[Predicted, ...]:
    kept = document.kept() | _copied_whole(document)
    copied = kept | copied_from(document)
    bases = {stage.index: _distribution(document, stage) for stage in document.stages}
    foreign = Foreign(document)
    found: dict[tuple[str, str, int], Predicted] = {}
    for step in document.steps:
        if step.stage not in copied or step.onbuild:
            continue
        gone: set[str] = set()
        foreign.begin(step)
        for one in _of_step(document, step, bases[step.stage], gone):
            if one.url is not None:
                foreign.fetched(step, one.url, one.package.name)
            elif one.package.type in OF_DISTRIBUTIONS and foreign.brings(step, one.package):
                one = replace(one, package=replace(one.package, vendor="third_party"))
            if one.package.type in OF_DISTRIBUTIONS and step.stage not in kept:
                continue
            found.setdefault((one.package.purl, one.url or "", one.line), one)
        if gone:
            found = {key: one for key, one in found.items() if not (one.stage == step.stage and one.package.name in gone)}
    return tuple(found.values())


def copied_from(document: Dockerfile) -> frozenset[int]:
    """Stages that the image takes files from, at any remove."""
    name_to_index = {stage.name.lower(): stage.index for stage in document.stages if stage.name}
    reached = set(document.kept())
    waiting = list(reached)
    while waiting:
        for step in document.stages[waiting.pop()].of("COPY"):
            source = (step.instruction.flag("from") or "").lower()
            index = name_to_index.get(source, int(source) if source.isdecimal() and len(source) < 6 else -1)
            if 0 <= index < len(document.stages):
                for stage in document.lineage(document.stages[index]):
                    if stage.index not in reached:
                        reached.add(stage.index)
                        waiting.append(stage.index)
    return frozenset(reached)


def _copied_whole(document: Dockerfile) -> frozenset[int]:
    """Stages whose whole file system a stage that is kept takes over, packages of the system and all."""
    kept = set(document.kept())
    index_by_name = {stage.name.lower(): stage.index for stage in document.stages if stage.name}
    for step in document.of("COPY"):
        source = (step.instruction.flag("from") or "").lower()
        index = index_by_name.get(source, int(source) if source.isdecimal() and len(source) < 6 else -1)
        if step.stage in kept and 0 <= index < len(document.stages) and "/" in step.instruction.words[:-1]:
            kept |= {stage.index for stage in document.lineage(document.stages[index])}
    return frozenset(kept)


def _distribution(document: Dockerfile, stage: Stage) -> Distribution | None:
    return distribution_of(document.lineage(stage)[-1].resolved)


def _of_step(document: Dockerfile, step: Step, base: Distribution | None, gone: set[str]) -> Iterator[Predicted]:
    """``gone`` gets the names that a later command of this step removes again."""
    if step.keyword == "ADD":
        for source in step.instruction.words[:-1]:
            address = step.resolve(source, document.escape)
            if is_url(address):
                yield from _fetched(document, address, "ADD", step.line, step.end_line, step.stage, base)
        return
    known = step.known
    commands = iter(step.commands)
    for call in document.calls_of(step):
        assigned = _assigned(commands, call, known)
        known = {**known, **assigned} if assigned else known
        words = resolved_words(call.command.words, known)
        package = read_call(words) if call.package is not None else None
        if package is not None:
            if package.action == "remove":
                gone.update(package.options.words[1:])
            elif package.action in ("install", "run"):
                lines = call.lines()
                sought = 0
                if not package.specs and _by_xargs(document, call):
                    place = (call.command.line, call.command.end_line)
                    yield _told(
                        document, Package("generic", None, "", ""), package.program, place, step.stage, base, text="xargs"
                    )
                for spec in package.specs:
                    line = lines.get(spec.text)
                    if line is None:  # the word became it: to look for it costs a walk over all words
                        sought += 1
                        line = call.line_of(spec.text) if sought <= MAX_SOUGHT else call.command.line
                    yield from _installed(document, package, spec, (line, line), step.stage, base)
            continue
        if words[:2] == ("git", "clone"):
            yield from _cloned(document, words, call.line_of(words[-1]), step.stage, base)
        download = read_download(words)
        for url in download.urls if download else ():
            line = call.line_of(url)
            yield from _fetched(document, url, words[0].rpartition("/")[2], line, line, step.stage, base)


def _by_xargs(document: Dockerfile, call: Call) -> bool:
    words = call.command.words
    return call.command.wrapped and any(
        one.command.program == "xargs" and one.command.words[-len(words) :] == words for one in document.calls_of(call.step)
    )


def _assigned(commands: Iterator[Command], until: Call, known: Mapping[str, str]) -> dict[str, str]:
    """Variables that the script sets between the call before and this one; ``commands`` go on from there."""
    found: dict[str, str] = {}
    for command in commands:
        if not command.words or command.program in ("export", "local", "declare", "readonly"):
            for name, value in command.assignments:
                found[name] = " ".join(resolved_words((value,), {**known, **found} if "$" in value else known))
        if command is until.command:
            break
    return {name: value for name, value in found.items() if "$(" not in value and "`" not in value}


def _installed(
    document: Dockerfile, package: PackageCall, spec: Spec, place: tuple[int, int], stage: int, base: Distribution | None
) -> Iterator[Predicted]:
    if spec.kind == "url":
        yield from _fetched(document, spec.text, package.program, *place, stage, base)
        return
    if spec.kind in ("file", "requirements", "group"):
        return
    kind = SYSTEM.get(package.tool) or LANGUAGE.get(package.tool)
    if kind is None:
        return
    version = spec.version or _given_apart(package)
    if "$" in version:
        version = ""
    name = spec.name
    if spec.kind == "vcs":
        yield _told(
            document, _repository(spec, LANGUAGE.get(package.tool) == "npm"), package.program, place, stage, base, url=spec.text
        )
        return
    exact = kind not in OF_DISTRIBUTIONS or _is_whole(kind, version)
    made = _package(document, kind, name, version, base)
    if kind == "pear":
        made = replace(made, namespace=CHANNELS.get(package.program))
    yield _told(document, made, package.program, place, stage, base, text=spec.text, exact=exact)


def _repository(spec: Spec, of_npm: bool) -> Package:
    """npm writes the tag behind ``#``, and ``owner/repository`` for one of GitHub; others write it behind ``@``."""
    text = spec.text
    if of_npm:
        text = re.sub(r"^(?:github:)?([\w.-]+/[\w.-]+)(?=#|$)", r"https://github.com/\1", text)
        text = re.sub(r"#(?!semver:)([\w./-]+)$", r"@\1", text)
    hosted = _HOSTED.search(text)
    if hosted is None:
        return Package("generic", None, spec.name, "")
    source = "github" if hosted[1] == "github.com" else "generic"
    return Package(source, None, hosted[2].strip("/"), hosted[3] or "")


def _cloned(
    document: Dockerfile, words: Sequence[str], line: int, stage: int, base: Distribution | None
) -> Iterator[Predicted]:
    """A release that ``git clone --branch v1.2.3`` takes; a branch may hold anything, and is none."""
    options = read_options(
        words[2:], frozenset(("-b", "--branch", "--depth", "-c", "--config", "-o", "--origin", "-j", "--jobs"))
    )
    tags = [tag for tag in options.values("-b", "--branch") if re.search(r"\d\.\d", tag) and "$" not in tag]
    hosted = _HOSTED.match(options.words[0]) if options.words else None
    if tags and hosted:
        kind = "github" if hosted[1] == "github.com" else "generic"
        package = Package(kind, None, hosted[2].strip("/"), tags[-1])
        yield _told(document, package, "git", (line, line), stage, base, url=options.words[0])


def _given_apart(package: PackageCall) -> str:
    """``gem install x -v 1.2``, ``cargo install x --version 1.2.3``, ``luarocks install x 1.2``."""
    values: Sequence[str] = ()
    if package.tool in ("gem", "cargo", "dotnet", "nuget"):
        values = package.options.values("-v", "--version", "--vers", "-Version")
    elif package.tool == "luarocks":
        values = package.options.words[2:3]
    return values[-1].lstrip("= ") if values and re.fullmatch(r"=?\s*\d[\w.+-]*", values[-1]) else ""


def _is_whole(kind: str, version: str) -> bool:
    """Whether a version names its release too: ``2.4.6-97.el7``, not ``2.4.6``."""
    return "-" in version if kind in ("rpm", "deb") else re.search(r"-r\d+$", version) is not None


def _fetched(
    document: Dockerfile, url: str, tool: str, line: int, end_line: int, stage: int, base: Distribution | None
) -> Iterator[Predicted]:
    head, name = document.head(url), read_address(url)
    if head is not None:
        package = replace(
            _package(document, head.kind, head.name, head.version, base, head.arch),
            vendor="third_party" if head.is_repository else "unknown",  # of others, vendor and version say it
            maintainer=head.vendor,
            source=head.source,
        )
    elif name is not None:
        package = _of_file(document, name, base)
    else:
        return
    told = _told(document, package, tool, (line, end_line), stage, base, url=url, text=url)
    trouble = document.heads.get(url, "")
    yield replace(told, trouble=trouble) if isinstance(trouble, str) else told


def _of_file(document: Dockerfile, name: FileName, base: Distribution | None) -> Package:
    if name.kind in OF_DISTRIBUTIONS:
        return _package(document, name.kind, name.name, name.version, base, name.arch)
    return _made(document, Package(name.kind, None, name.name, name.version, arch=name.arch))


def _package(
    document: Dockerfile, kind: str, name: str, version: str, base: Distribution | None, arch: str | None = None
) -> Package:
    known = profile(base.id) if base is not None else None
    fits = known is not None and kind in known.packages
    namespace = base.id if base is not None and fits else None
    distro = f"{base.id}-{base.version}".rstrip("-") if base is not None and fits else None
    return _made(document, Package(kind, namespace, name, version, arch=arch, distro=distro))


def _made(document: Dockerfile, package: Package) -> Package:
    place = (Evidence(document.path, 0),)
    return replace(package, cataloger="dockerfile", confidence=0.7, presence="declared", evidence=place)


def _told(
    document: Dockerfile,
    package: Package,
    tool: str,
    place: tuple[int, int],
    stage: int,
    base: Distribution | None,
    *,
    url: str | None = None,
    text: str = "",
    exact: bool = True,
) -> Predicted:
    made = package if package.evidence else _made(document, package)
    if url is not None and document.head(url) is None:  # whose build it is only the file itself can say
        made = replace(made, confidence=0.4)
    return Predicted(made, *place, tool, stage, made.version != "", url, text, base, exact)
