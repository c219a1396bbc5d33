"""The packages that the steps of a Dockerfile will install, each with its line, and its version if it is pinned.

Supported are package managers (``formats.shell.package_commands``), archives and packages downloaded by URL, and ``ADD`` of a
URL. System packages count in stages that the image keeps, language packages also in stages that it copies from. Variables are
resolved by ARG, ENV and the script itself; a package whose version contains an unresolved variable has no version. Nothing is
downloaded, and a version that only a repository has stays "". If ``Dockerfile.heads`` has the metadata of a downloaded package
(from ``resolve``), it gives the real name; a package that adds a third-party repository may be the source of system packages
after it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, product

from msgspec import Struct
from msgspec.structs import replace

from careen.distributions.built_for import built_for
from careen.distributions.registry import profile
from careen.formats.dockerfile.stages import Call, Dockerfile, Stage, Step
from careen.formats.dockerfile.variables import resolved_words
from careen.formats.packages.package_file_name import FileName, read_address, read_name
from careen.formats.shell.downloads import read_download
from careen.formats.shell.package_commands import PackageCall, read_call
from careen.formats.shell.package_specs import Spec, is_url
from careen.formats.shell.syntax import Command
from careen.model.package import Distribution, Evidence, Package, Source

from .apk_origins import origin_of
from .apk_repositories import from_repository
from .apk_repositories import repository_of as repository_of_apk
from .base import distribution_of
from .kept_stages import copied_from, copied_whole
from .module_streams import label_of, streams_of
from .package_types import CHANNELS, LANGUAGE, OF_DISTRIBUTIONS, SYSTEM
from .repositories import CODE, added, built_from, cloned, of_software, repository_of
from .runtimes import built_with, read_runtime
from .source_names import source_of
from .third_party import ThirdParty

_NAMED = re.compile(r"\$\{?(\w+)")
_ADDRESS = re.compile(r"\w+://\S+")  # in "name @ https://..."
KNOWN = 0.7
_REBUILT = re.compile(r"\+b\d+$")  # a rebuild of the same source
UNKNOWN_VENDOR = 0.4  # confidence in a file, of which only the name is known
_FILES = (".deb", ".rpm", ".apk", ".whl", ".gem")
MAX_SOUGHT = 8  # words of a command whose line is searched
MAX_ALTERNATIVES = 10  # values that branches of a script give one variable
UNNAMED = ("$", "`", "{", "")  # a variable, a substitution, a list of alternatives, empty


class Predicted(Struct, frozen=True):
    package: Package  # presence "declared"; version "" if it is not pinned
    line: int
    end_line: int
    tool: str
    stage: int
    pinned: bool
    url: str | None = None  # if it is downloaded by URL
    text: str = ""  # as in the file
    distribution: Distribution | None = None  # of the stage, if the name of its base image reveals it
    exact: bool = True  # False: the version lacks the release, which the repository decides
    trouble: str = ""  # why the package behind the URL, or its repository, could not be read
    today: bool = False  # not pinned: the version is that of its repository today
    group: str = ""  # the virtual package of apk that it belongs to


class Removed(Struct, frozen=True):
    names: tuple[str, ...]  # of packages, or of virtual packages of apk


def predicted(document: Dockerfile) -> tuple[Predicted, ...]:
    """The packages with a known name; ``unpredictable`` has the other contents."""
    return tuple(found for found in walked(document) if found.package.name[:1] not in UNNAMED)


def walked(document: Dockerfile) -> tuple[Predicted, ...]:
    """All packages, also those whose name a step computes."""
    kept = document.kept() | copied_whole(document)
    copied = kept | copied_from(document)
    bases = {stage.index: _distribution(document, stage) for stage in document.stages}
    third_party, streams = ThirdParty(document), streams_of(document)
    found: dict[tuple[str, str, int], Predicted] = {}
    removable: defaultdict[tuple[int, str], list[tuple[str, str, int]]] = defaultdict(list)  # by stage and name
    downloaded: set[str] = set()  # purls of files, which a later command may install by their names
    for step in (step for stage in document.stages if stage.index in copied for step in document.performed(stage)):
        third_party.begin(step)
        stages = {stage.index for stage in document.lineage(document.stages[step.stage])} & kept or {step.stage}
        for made in _of_step(document, step, bases[step.stage]):
            if isinstance(made, Removed):
                for key in chain.from_iterable(removable.pop(place, ()) for place in product(stages, made.names)):
                    del found[key]
                continue
            if made.url is not None:
                third_party.downloaded(step, made.url, made.package.name)
            elif (
                made.package.type in OF_DISTRIBUTIONS
                and made.package.vendor == "unknown"
                and (repository := third_party.repository_of(step, made.package))
            ):
                made = replace(made, package=replace(made.package, vendor="third_party", maintainer=repository, source=None))
            if made.package.type in OF_DISTRIBUTIONS and step.stage not in kept:
                continue
            if made.package.type == "rpm" and (label := label_of(made.package.name, streams.get(step.stage, {}))):
                made = replace(made, package=replace(made.package, module=label))
            if made.url is None and made.text.endswith(_FILES) and made.package.purl in downloaded:
                continue
            if made.url is not None:
                downloaded.add(made.package.purl)
            key = made.package.purl, made.url or "", made.line
            if key not in found:
                found[key] = made
                removable[made.stage, made.group or made.package.name].append(key)
    return tuple(found.values())


def _distribution(document: Dockerfile, stage: Stage) -> Distribution | None:
    lineage = document.lineage(stage)
    texts = (step.instruction.text for part in lineage for step in part.steps)
    return distribution_of(lineage[-1].resolved) or built_for(texts)


def _of_step(document: Dockerfile, step: Step, base: Distribution | None) -> Iterator[Predicted | Removed]:
    """The packages that a step installs and removes, in its order."""
    if step.keyword == "ADD":
        yield from _of_add(document, step, base)
        return
    calls = tuple(_resolved(document, step))
    image = document.lineage(document.stages[step.stage])[-1].resolved
    for call, words in calls:
        package = read_call(words) if call.package is not None or call.command.words[0].startswith("$") else None
        if package is not None:
            if package.action == "remove":
                yield Removed(package.options.words[1:])
            elif package.action in ("install", "execute"):
                lines = call.lines()
                sought = 0
                group = next(iter(package.options.values("-t", "--virtual")), "") if package.tool == "apk" else ""
                if not package.specs and _by_xargs(document, call):
                    place = (call.command.line, call.command.end_line)
                    yield _found(
                        document, Package("generic", None, "", ""), package.program, place, step.stage, base, text="xargs"
                    )
                for spec in package.specs:
                    line = lines.get(spec.text)
                    if line is None:  # a word resolves to it: the search walks over all words
                        sought += 1
                        line = call.line_of(spec.text) if sought <= MAX_SOUGHT else call.command.line
                    address = repository_of_apk(document, step, package, spec) if package.tool == "apk" else ""
                    for found in _installed(document, package, spec, (line, line), step.stage, base):
                        from_there = from_repository(found.package, address) if address else found.package
                        yield replace(found, package=from_there, group=group)
            if package.tool != "go":
                continue
        download = read_download(words)
        for url in download.urls if download else ():
            line = call.line_of(url)
            yield from _downloaded(document, url, words[0].rpartition("/")[2], line, line, step.stage, base)
        if (library := built_with(words, image)) is not None:
            place = (call.command.line, call.command.end_line)
            yield _found(document, Package("golang", None, "stdlib", library), "go", place, step.stage, base)
        if runtime := read_runtime(words):
            made = of_software(_made(document, Package("generic", None, *runtime)))
            place = (call.command.line, call.command.end_line)
            yield _found(document, made, words[0].rpartition("/")[2], place, step.stage, base, text=" ".join(words))
    for repository, address, at in cloned([words for _, words in calls]):
        line = calls[at][0].line_of(calls[at][1][-1])
        yield _found(document, repository, "git", (line, line), step.stage, base, url=address)


def _of_add(document: Dockerfile, step: Step, base: Distribution | None) -> Iterator[Predicted]:
    place = (step.line, step.end_line)
    for source in step.instruction.words[:-1]:
        address = step.resolve(source, document.escape)
        if repository := added(address):
            yield _found(document, repository, "ADD", place, step.stage, base, url=address, text=address)
        elif is_url(address):
            yield from _downloaded(document, address, "ADD", *place, step.stage, base)


def _resolved(document: Dockerfile, step: Step) -> Iterator[tuple[Call, tuple[str, ...]]]:
    """Each command of a RUN with its words, in which the variables of the file and of the script have their values."""
    known = step.known
    commands = iter(step.commands)
    for call in document.calls_of(step):
        assigned = _assigned(commands, call, known)
        known = {**known, **assigned} if assigned else known
        yield call, resolved_words(call.command.words, known)


def _by_xargs(document: Dockerfile, call: Call) -> bool:
    words = call.command.words
    return call.command.wrapped and any(
        other.command.program == "xargs" and other.command.words[-len(words) :] == words
        for other in document.calls_of(call.step)
    )


def _assigned(commands: Iterator[Command], until: Call, known: Mapping[str, str]) -> dict[str, str]:
    """The variables that the script sets between the call before and this one. Consumes ``commands`` up to the call."""
    found: dict[str, str] = {}
    for command in commands:
        if not command.words or command.program in ("export", "local", "declare", "readonly"):
            for name, value in command.assignments:
                many = any("\n" in (found.get(other) or known.get(other) or "") for other in _NAMED.findall(value))
                text = ("\n" if many else " ").join(resolved_words((value,), {**known, **found} if "$" in value else known))
                extends = name in found and re.search(rf"\$\{{?{name}\b", value)
                others = found[name].split("\n") if name in found and not extends else []
                if text not in others and len(others) < MAX_ALTERNATIVES:  # in branches of the script
                    found[name] = "\n".join((*others, text))
        if command is until.command:
            break
    return {name: value for name, value in found.items() if "$(" not in value and "`" not in value}


def _installed(
    document: Dockerfile, package: PackageCall, spec: Spec, place: tuple[int, int], stage: int, base: Distribution | None
) -> Iterator[Predicted]:
    if spec.kind == "url":
        found = _ADDRESS.search(spec.text)
        for each in _downloaded(document, found[0] if found else spec.text, package.program, *place, stage, base):
            yield replace(each, package=_built(each.package, package, spec), text=spec.text)
        return
    if spec.kind == "file":
        file = read_name(spec.text.rpartition("/")[2])
        made = _built(_of_file(document, file, base), package, spec) if file is not None and file.resolved else None
        if made is not None and made.type not in CODE:
            made = made if _is_known(made) else replace(made, confidence=UNKNOWN_VENDOR)
            yield _found(document, made, package.program, place, stage, base, text=spec.text)
        return
    if spec.kind in ("requirements", "group"):
        return
    kind = SYSTEM.get(package.tool) or LANGUAGE.get(package.tool)
    if kind is None:
        return
    version = spec.version or _version_option(package)
    if "$" in version:
        version = ""
    name = spec.name
    if spec.kind == "vcs":
        made = repository_of(spec.name, spec.text, of_npm=kind == "npm", of_poetry=package.tool == "poetry")
        yield _found(document, _built(_made(document, made), package, spec), package.program, place, stage, base, url=spec.text)
        return
    exact = kind not in OF_DISTRIBUTIONS or _is_whole(kind, version)
    made = _package(document, kind, name, version, base)
    if kind == "pear":
        made = replace(made, namespace=CHANNELS.get(package.program))
    yield _found(document, made, package.program, place, stage, base, text=spec.text, exact=exact)


def _built(source: Package, package: PackageCall, spec: Spec) -> Package:
    """The package that a package manager builds from what the address of the spec names."""
    stated = "" if "/" in spec.name else spec.name
    made, certain = built_from(source, LANGUAGE.get(package.tool), stated)
    return source if made is source else replace(made, confidence=KNOWN if certain else UNKNOWN_VENDOR)


def _version_option(package: PackageCall) -> str:
    """The version in an option: ``gem install x -v 1.2``, ``cargo install x --version 1.2.3``, ``luarocks install x
    1.2``."""
    values: Sequence[str] = ()
    if package.tool in ("gem", "cargo", "dotnet", "nuget"):
        values = package.options.values("-v", "--version", "--vers", "-Version")
    elif package.tool == "luarocks":
        values = package.options.words[2:3]
    return values[-1].lstrip("= ") if values and re.fullmatch(r"=?\s*\d[\w.+-]*", values[-1]) else ""


def _is_whole(kind: str, version: str) -> bool:
    """Whether a version includes its release: ``2.4.6-97.el7``, not ``2.4.6``."""
    return "-" in version if kind in ("rpm", "deb") else re.search(r"-r\d+$", version) is not None


def _downloaded(
    document: Dockerfile, url: str, tool: str, line: int, end_line: int, stage: int, base: Distribution | None
) -> Iterator[Predicted]:
    head, name = document.head(url), read_address(url)
    if head is not None:
        package = replace(
            _package(document, head.kind, head.name, head.version, base, head.arch),
            vendor="third_party" if head.is_repository else "unknown",  # third-party builds show in vendor and version
            maintainer=head.vendor,
            source=head.source,
        )
    elif name is not None:
        package = _of_file(document, name, base)
    else:
        return
    found = _found(document, package, tool, (line, end_line), stage, base, url=url, text=url)
    trouble = document.heads.get(url, "")
    yield replace(found, trouble=trouble) if isinstance(trouble, str) else found


def _of_file(document: Dockerfile, name: FileName, base: Distribution | None) -> Package:
    if name.kind in OF_DISTRIBUTIONS:
        return _package(document, name.kind, name.name, name.version, base, name.arch)
    return _made(document, of_software(Package(name.kind, None, name.name, name.version, arch=name.arch)))


def _package(
    document: Dockerfile, kind: str, name: str, version: str, base: Distribution | None, arch: str | None = None
) -> Package:
    known = profile(base.id) if base is not None else None
    fits = known is not None and kind in known.packages
    namespace = base.id if base is not None and fits else None
    distro = f"{base.id}-{base.version}".rstrip("-") if base is not None and fits else None
    found = source_of(name) if kind == "deb" and fits else None
    if kind == "apk" and base is not None and fits:
        found = origin_of(name, version, base.version)
    source = Source(found, _REBUILT.sub("", version)) if found else None
    return _made(document, Package(kind, namespace, name, version, source, arch=arch, distro=distro))


def _made(document: Dockerfile, package: Package) -> Package:
    place = (Evidence(document.path, 0),)
    return replace(package, cataloger="dockerfile", confidence=KNOWN, presence="declared", evidence=place)


def _is_known(package: Package) -> bool:
    """Whether its address alone tells what it is: the layout of a package registry, the name of well-known software, or
    a repository of its makers. Of a distribution's package, only the file itself names the vendor.
    """
    if package.type not in CODE:
        return package.type not in OF_DISTRIBUTIONS and (package.type != "maven" or ":" in package.name)
    owner, _, name = package.name.lower().rpartition("/")
    makers = {part for product in (package.cpe or "").split(":")[3:5] for part in (product, product.replace("_", "-"))}
    return package.cpe is not None and (not owner or owner in makers or owner == name)


def _found(
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
    if url is not None and document.head(url) is None and not _is_known(made):
        made = replace(made, confidence=UNKNOWN_VENDOR)
    return Predicted(made, *place, tool, stage, made.version != "", url, text, base, exact)
