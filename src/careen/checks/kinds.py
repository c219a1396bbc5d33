"""The kinds of documents: how each is recognised, which of its files are read together, and its checks.

A kind is recognised by name and content, so a folder of mixed YAML needs no flags. To add a kind: an entry in ``KINDS``, and
its folder of checks.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.dockerfile.file_names import YAML, is_compose_name, is_dockerfile_name
from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.kubernetes import manifest_files
from careen.formats.services import compose, other_pipelines
from careen.formats.services.bake import is_bake
from careen.formats.services.jenkinsfile import may_be_jenkinsfile
from careen.kustomize import is_kustomization
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Check

from . import dockerfile_templates, rego_input
from .azure_kind import AZURE, NAMES
from .comments import comments_in_dockerfile, comments_in_lines
from .deployment_kinds import DEPLOYMENT_KINDS
from .deployment_kinds import NAMES as NAMES_OF_DEPLOYMENTS
from .kind import Document, Kind, Rules, SourceFile, unread
from .pipeline_kinds import PIPELINE_KINDS
from .pulumi_kind import PULUMI
from .run import Ignore
from .start_kinds import COMPOSE_CHECKS, START_KINDS, may_start_containers
from .terraform_kind import TERRAFORM, is_of_terraform

_FROM = re.compile(r"(?im)^[^\S\n]*+(?:FROM\s+\S|ARG\s+\w)")
# No white space across lines, which would take time with the square of the number of empty lines.
# Before a key there may be a tag or an anchor, and a line break of YAML that is none of Python.
_BEFORE_KEY = "(?m)(?:^|[{,?\r\x85\u2028\u2029])[^\\S\n]*+(?:[!&]\\S*+[^\\S\n]++)*+"
_API_OBJECT = re.compile(rf"""{_BEFORE_KEY}['"]?apiVersion['"]?\s*+:""")
_ESCAPED_KEY = re.compile(rf"""{_BEFORE_KEY}"[^"\\\n]*+\\""")
_SERVICES = re.compile(r"(?m)^(?:services|include)[^\S\n]*+:(?![^\S\n]*+\n[^\S\n]*+-)")
_PERHAPS_SERVICES = re.compile(rf"""{_BEFORE_KEY}['"]?(?:services|include)['"]?\s*+:""")
_FILE_NAME = re.compile(
    r"""(?m)(?:^[^\S\n]*+(?:-[^\S\n]*+)?(?:(?:file|path)\s*+:\s*+)?|[{,]\s*+(?:file|path)\s*+:\s*+)['"]?([\w./-]{1,200}\.ya?ml)['"]?\s*(?:[,}]|$)"""
)
_FILE_NAMES = re.compile(r"(?m)^[^\S\n]*+(?:-[^\S\n]*+)?(?:include|path)\s*+:\s*+\[([^][]{1,4000})\]")
MAX_TOGETHER = 100
MAX_WITHIN = 100  # Dockerfiles within one file
MAX_PADDING = 100_000  # lines before one of them: those of hostile files are not worth the memory
_OVERRIDE = re.compile(r"(?i)(.*)\.override$")


def kind_of(path: str, text: str) -> Kind | None:
    return next((kind for kind in KINDS if kind.accepts(path, text)), None)


def kind_named(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.name == name)


def may_be_checked(path: str) -> bool:
    """Whether a file of a folder may be of any kind, according to its name alone."""
    name = posixpath.basename(path)
    return (
        is_dockerfile_name(name)
        or name.lower().endswith((*YAML, ".json"))
        or name.endswith((*NAMES, *NAMES_OF_DEPLOYMENTS))
        or may_be_jenkinsfile(name)
        or is_kustomization(name)
        or may_start_containers(name)
        or is_bake(name)
        or is_of_terraform(name)
    )


def _is_dockerfile(path: str, text: str) -> bool:
    name = posixpath.basename(path)
    if name.lower().endswith((*YAML, ".json")):
        return False
    if text.lstrip()[:1] in ("{", "[", "<") and not text.lstrip().startswith(dockerfile_templates.MARKS):
        return False  # a report about a Dockerfile: "Dockerfile.sarif"
    if text.startswith("#!") and not _FROM.search(text):
        return False  # a program: "dockerfile_lint"
    return is_dockerfile_name(name) or ("." not in name.strip(".") and _FROM.search(text[:20_000]) is not None)


def _is_kubernetes(path: str, text: str) -> bool:
    if not path.lower().endswith((*YAML, ".json")):
        return False
    if _API_OBJECT.search(text) is not None:
        return not _is_compose(path, text)
    return _ESCAPED_KEY.search(text) is not None and any(map(manifest_files.is_resource, _documents_of(text)))


def _is_compose(path: str, text: str) -> bool:
    """Whether a file is one of Compose. The text decides about those with the usual name, which may be no valid YAML; of others
    the documents do: many kinds of files have services, and an object of Kubernetes too. A file in the first format, which
    has no such word, has the usual name."""
    has_usual_name = is_compose_name(posixpath.basename(path))
    if other_pipelines.is_pipeline(path, text):
        return False  # it may have services too
    if not (has_usual_name or path.lower().endswith(YAML)):
        return False
    if not (_PERHAPS_SERVICES.search(text) or _ESCAPED_KEY.search(text)):
        return has_usual_name and any(map(compose.is_first_format, _documents_of(text)))
    by_text = _API_OBJECT.search(text) is None and _SERVICES.search(text) is not None
    if has_usual_name and by_text:
        return True
    try:
        documents = yaml_document.read(text)
    except ValueError:
        return by_text
    return any(map(compose.is_compose, documents)) and not any(map(manifest_files.is_resource, documents))


def _documents_of(text: str) -> list[Any]:
    """The documents of a text; none if it cannot be read."""
    try:
        return yaml_document.read(text)
    except ValueError:
        return []


def _dockerfiles(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    for file in files:
        try:
            document = _dockerfile(file, file.text, rules)
            if dockerfile_templates.is_template(document):
                document = _dockerfile(file, dockerfile_templates.without_directives(file.text), rules)
                yield unread("dockerfile", file, "a template, whose directives are not followed: render it first")
        except ValueError as error:
            yield unread("dockerfile", file, error)
            continue
        yield Document(file.path, document, comments_in_dockerfile(document, checks))
        if lines := [step.line for step in document.of("RUN") if not step.posix and not step.instruction.json]:
            which = f"RUN in line {lines[0]}" + (f" and {len(lines) - 1} more" if len(lines) > 1 else "")
            yield Unknown("dockerfile", Evidence(file.path, 0), f"{which}: commands of another shell than sh are not read")
        yield from (
            Unknown("dockerfile", Evidence(file.path, 0), f"the RUN in line {step.line} is not checked: {step.unread}")
            for step in document.steps
            if step.unread and (step.cut or not step.commands)
        )


def _dockerfile(file: SourceFile, text: str, rules: Rules) -> Dockerfile:
    return read_dockerfile(text, file.path, {"registries": rules.registries, "images": rules.images}, file.ignored)


def _kubernetes(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    """One document of all manifests, since they refer to each other; another for each file that is apart."""
    together = [file for file in files if not file.apart]
    for group in (together, *([file] for file in files if file.apart)):
        found: list[manifest_files.Resource] = []
        ignores: list[Ignore] = []
        for file in group:
            try:
                documents = yaml_document.read(file.text)
                if file.pods:
                    documents = [manifest_files.as_pod(document) for document in documents]
                inside = list(manifest_files.resources(documents, file.path))
            except ValueError as error:
                yield unread("kubernetes", file, error)
                continue
            if any(map(compose.is_compose, documents)):
                yield unread("kubernetes", file, "services of Compose beside objects of Kubernetes are not checked")
            elif not inside and file.named:
                yield unread("kubernetes", file, "no object of Kubernetes in it")
            found += inside
            ignores += comments_in_lines(file.text, file.path)
        if found:
            manifests = manifest_files.Manifests(found, rules.pss_minor)
            manifests.registries = rules.registries
            yield Document(group[0].path, manifests, tuple(ignores))


def _compose(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    """One document for each file with its override and the files that it refers to."""
    for group in _projects(files):
        try:
            value = compose.read([(file.path, file.text) for file in group])
        except ValueError as error:
            yield unread("compose", next((file for file in group if file.named), group[0]), error)
            continue
        for reference in value.unresolved:
            why = "is not followed: it is not among the checked files, or refers back to this file"
            yield Unknown("compose", Evidence(reference.path, 0), f"line {reference.line}: {reference.what} {why}")
        value.registries = rules.registries
        yield Document(
            group[0].path, value, tuple(ignore for file in group for ignore in comments_in_lines(file.text, file.path))
        )


def inlined(file: SourceFile) -> Iterator[SourceFile]:
    """The Dockerfiles within a Compose file (``dockerfile_inline``), each padded so that its lines keep their numbers.

    **Source:** Compose Build Specification, dockerfile_inline; ``$$`` is a dollar.
    """
    if "dockerfile_inline" not in file.text:
        return
    try:
        documents = [document for document in yaml_document.read(file.text) if isinstance(document, yaml_document.Mapping)]
    except ValueError:  # reported with the Compose file itself
        return
    rows = file.text.split("\n")
    for services in (document.map("services") for document in documents):
        for build in (services.map(name, "build") for name in services):
            text = build.text("dockerfile_inline").replace("$$", "$")
            yield from _padded(file, rows, text, build.line_of("dockerfile_inline"))


def in_build_configurations(file: SourceFile) -> Iterator[SourceFile]:
    """The Dockerfiles within builds of OpenShift, with their lines, at most ``MAX_WITHIN`` of a file.

    **Source:** OpenShift documentation, "Creating build inputs", Dockerfile source.
    """
    if "BuildConfig" not in file.text or "dockerfile" not in file.text:
        return
    try:
        found = list(manifest_files.resources(yaml_document.read(file.text), file.path))
    except ValueError:  # reported with the manifest itself
        return
    rows = file.text.split("\n")
    sources = (resource.spec.map("source") for resource in found if resource.lower == "buildconfig")
    for source in islice(sources, MAX_WITHIN):
        yield from _padded(file, rows, source.text("dockerfile"), source.line_of("dockerfile"))


def _padded(file: SourceFile, rows: Sequence[str], text: str, line: int) -> Iterator[SourceFile]:
    """A text of a file whose key is on this line, after as many lines as it has before it there."""
    if text:
        is_block = rows[line - 1].rstrip().endswith(("|", "|-", "|+"))
        before = min(line if is_block else line - 1, MAX_PADDING)
        yield SourceFile(file.path, "\n" * before + text, named=file.named)


def _projects(files: Iterable[SourceFile]) -> Iterator[list[SourceFile]]:
    """Groups of files that are one document each."""
    file_by_path = {file.path: file for file in files}
    referred = {path: [name for name in _referred(file) if name in file_by_path] for path, file in file_by_path.items()}
    within = {target for path, targets in referred.items() for target in targets if target != path}
    overrides = {path: base for path in file_by_path if (base := _overridden(path)) in file_by_path}
    over: dict[str, list[str]] = {}
    for override, base in sorted(overrides.items()):
        over.setdefault(base, []).append(override)
    left = set(file_by_path)
    for path in [*sorted(file_by_path.keys() - within - overrides.keys()), *sorted(within)]:
        if path in within and path not in left:  # the remaining files refer to each other in a cycle
            continue
        group = [path, *over.get(path, ())]
        for member in group:  # grows during the loop
            group += [target for target in dict.fromkeys(referred[member]) if target not in group]
            if len(group) >= MAX_TOGETHER:  # the rest is read apart
                group = group[:MAX_TOGETHER]
                break
        left -= set(group)
        yield [file_by_path[member] for member in group]


def _overridden(path: str) -> str:
    """The name of the file that ``x.override.yaml`` overrides."""
    stem, suffix = posixpath.splitext(path)
    override = _OVERRIDE.fullmatch(stem)
    return f"{override[1]}{suffix}" if override else ""


def _referred(file: SourceFile) -> Iterator[str]:
    """Names in a file that may be those of included or extended files: the reader decides whether they are."""
    folder = posixpath.dirname(file.path)
    listed = (name.strip(" \n'\"") for names in _FILE_NAMES.findall(file.text) for name in names.split(","))
    for name in (*_FILE_NAME.findall(file.text), *listed):
        yield posixpath.normpath(posixpath.join(folder, name))


def _is_not_a_file(path: str, text: str) -> bool:
    """False: documents of the kind come from an image or an engine."""
    return False


def _images(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    """Descriptions of images in YAML, for tests and for the documentation."""
    from careen.formats.images.image_document import described

    yield from _described("image", described, files)


def _running(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    """Descriptions of containers in JSON, as engines give them."""
    from careen.formats.services.container_inspect import described

    yield from _described("running", described, files)


def _described(what: str, described: Callable[[str], Any], files: Iterable[SourceFile]) -> Iterator[Document | Unknown]:
    for file in files:
        try:
            yield Document(file.path, described(file.text))
        except ValueError as error:
            yield unread(what, file, error)


KINDS = (
    TERRAFORM,
    Kind(
        "dockerfile",
        "Dockerfiles",
        _is_dockerfile,
        _dockerfiles,
        prefixes=(("dockerfile", "DKR"),),
        view=rego_input.dockerfile,
        installs=True,
    ),
    *DEPLOYMENT_KINDS,  # they may have objects of Kubernetes as texts
    AZURE,  # whose resources have an apiVersion too
    PULUMI,
    Kind(
        "kubernetes",
        "Kubernetes manifests",
        _is_kubernetes,
        _kubernetes,
        prefixes=(("kubernetes", "K8S"), ("rbac", "RBC"), ("network", "NWP")),
        view=rego_input.kubernetes,
    ),
    Kind("compose", "Compose files", _is_compose, _compose, prefixes=COMPOSE_CHECKS, view=rego_input.compose),
    *START_KINDS,
    *PIPELINE_KINDS,
    Kind("running", "Running containers", _is_not_a_file, _running, prefixes=(("running", "RTM"),), view=rego_input.running),
    Kind("image", "Images", _is_not_a_file, _images, prefixes=(("image", "IMG"), ("integrity", "SUP")), view=rego_input.image),
)
