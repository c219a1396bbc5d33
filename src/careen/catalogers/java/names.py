"""The Maven coordinates of an archive without any, from its file name, its manifest and its class folders.

Artifact and version come from a file name of Maven's pattern (``artifact-1.2.3-classifier.jar``). If the name has no
version, they come from the manifest: ``Implementation-Title`` if it looks like an artifact, and ``Implementation-Version``,
``Bundle-Version`` or ``Specification-Version``, in this order. A Jenkins plugin names all three coordinates.
A manifest that names an artifact shaded into the archive, in another version, was merged with that artifact's, and is not
used. A renamed file is identified by its content, if ``Bundle-SymbolicName``, ``Automatic-Module-Name`` or the common folder of
its classes names a widely used artifact; its version is then only the manifest's.
The group is, in this order: that of a widely used artifact (confidence 0.8); ``Bundle-SymbolicName`` without the
artifact, or ``Implementation-Vendor-Id`` (0.6); the folders of the classes (0.4, right about half the time); ``""`` (0.3).
Below 0.5 it is a guess, and so is an artifact that only the file's name mentions: the coordinates may not exist.
Without a version the confidence is 0.5 if the coordinates are not a guess, else 0.3.
**Source:** Maven, guide to naming conventions; Maven bundle plugin, Bundle-SymbolicName; Jar file specification.
"""

import re
from collections import Counter

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.packages.jar import Archive, Coordinates
from careen.model.package import GUESSED
from careen.safety.pattern import pattern

from .groups import group_of

MAX_NAME = 200
_CLASSIFIERS = pattern(
    r"linux|windows|osx|macos|x86|x86_64|x64|amd64|aarch_?64|arm64|sources|javadoc|tests?|shaded|all|uber|fat|bin|exec|standalone"
    r"|boot|jar|with|dependencies|nodep|jakarta|plain|runner",
    re.IGNORECASE,
)
_VERSION_PART = pattern(
    r"v?\d[\w.+]*|(?:alpha|beta|rc|cr|m|snapshot|final|ga|release|sp|jre|android|incubating|jdk|b|build|pre|preview|milestone"
    r"|ea|dev|redhat|patch|hotfix)[\d.]*",
    re.IGNORECASE,
)
# A complete version: a word after it is a classifier, even an unknown one ("1.2-api" may be part of a name).
_COMPLETE = pattern(r"v?\d+(?:\.\d+){2,}(?:\.[A-Za-z]\w*)?|v?\d[\d.]*-SNAPSHOT")
# Who built it and how often follows the version: "1.26-jaspersoft-2". ("1.2-api-2.17.1" is part of a name and a version.)
_REBUILT = pattern(r"v?\d+(?:\.\d+)+-[A-Za-z]{1,40}-\d{1,4}")
_WORD = pattern(r"[A-Za-z][A-Za-z_]{2,}")
_SERIES = pattern(r"(.{1,200})-(\d{1,5}(?:\.\d{1,5})*+)\.x")
_VERSION = pattern(r"v?\d[\w.+-]{0,100}", re.ASCII)
_ARTIFACT = pattern(r"[A-Za-z0-9_][\w.-]{0,200}", re.ASCII)
_TITLE = pattern(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)+", re.ASCII)
_GROUP = pattern(r"[A-Za-z_][\w-]*(?:\.[\w-]+)+", re.ASCII)
_SCALA = pattern(
    r"_(?:2\.\d{1,2}(?:\.\d+)?|3)$"
)  # suffix for the Scala binary version, which is not part of the name in a group
# Organisations whose projects have groups of their own below the organisation's.
_UMBRELLAS = (
    "org.apache",
    "com.google",
    "org.eclipse",
    "com.sun",
    "com.oracle",
    "org.glassfish",
    "com.fasterxml",
    "org.codehaus",
)


_WITHOUT_VERSION = GUESSED
_ORDINARY = frozenset(("all", "api", "common", "core", "impl", "jakarta", "java", "javax", "jdk", "lib", "main", "runtime"))


class Guess(Struct, frozen=True):
    group: str
    artifact: str
    version: str
    confidence: float


def split_name(name: str) -> tuple[str, str]:
    """(artifact, version) of a file name without its extension; the version may be ``""``."""
    if len(name) > MAX_NAME:
        return name, ""
    for match in re.finditer(r"-(?=v?\d)", name):
        parts = name[match.end() :].split("-")
        while parts and _CLASSIFIERS.fullmatch(parts[-1]):
            parts.pop()
        while len(parts) > 1 and _WORD.fullmatch(parts[-1]) and not _VERSION_PART.fullmatch(parts[-1]):
            if not _COMPLETE.fullmatch("-".join(parts[: 2 if parts[1] == "SNAPSHOT" else 1])):
                break
            parts.pop()
        version = "-".join(parts)
        if parts and not version.lower().endswith(".x") and all(_VERSION_PART.fullmatch(part) for part in parts):
            return name[: match.start()], version
        if _REBUILT.fullmatch(version):
            return name[: match.start()], version
    return name, ""


def guess(archive: Archive) -> Guess | None:
    """Guesses group, artifact and version of an archive; None if neither its name nor its manifest names an artifact."""
    if any(is_named(found, archive.manifest) for found in archive.coordinates):
        archive = replace(archive, manifest={})
    manifest = archive.manifest
    stem = archive.name.rpartition(".")[0]
    if plugin := manifest.get("plugin-version"):
        artifact = manifest.get("short-name") or manifest.get("extension-name", stem)
        group = manifest.get("group-id", "")
        plugin = plugin.split(" ")[0]
        if _VERSION.fullmatch(plugin):
            return _checked(group if _GROUP.fullmatch(group) else "org.jenkins-ci.plugins", artifact, plugin, 0.9)
    stated = _manifest_version(manifest)
    if (series := _SERIES.fullmatch(stem)) and stated.startswith(f"{series[2]}."):
        stem = series[1]  # Debian's repository of Maven names the release line ("tomcat-catalina-10.x")
    artifact, version = split_name(stem)
    if stated and f"-{stated}-" in f"{stem}-":  # separates the version from other numbers ("hive-shims-0.23-2.3.7")
        artifact, version = f"{stem}-".partition(f"-{stated}-")[0], stated
    if group_of(_SCALA.sub("", artifact)) is None and (known := _known_by_content(archive)):
        own = version if artifact.endswith(f".{known[1]}") else stated  # else the file's name is about something else
        return _checked(*known, own, 0.8 if own else _WITHOUT_VERSION)
    if not version:
        artifact, version = _manifest_artifact(manifest, artifact), stated
    elif _is_numbered(artifact, bundle := _symbolic_name(manifest).rpartition(".")[2]):
        artifact = bundle
    group, confidence = _group(_SCALA.sub("", artifact), archive)
    if group and artifact.startswith(f"{group}.") and artifact != _symbolic_name(manifest):
        # Quarkus and Keycloak put the group before the name, and something else in the archive has it, too.
        artifact, confidence = artifact.removeprefix(f"{group}."), max(confidence, 0.6)
    if confidence < 0.8 and not _mentions(artifact, archive):
        confidence = min(confidence, 0.4)
    if not version:
        confidence = 0.3 if confidence < GUESSED else _WITHOUT_VERSION
    return _checked(group, artifact, version, confidence)


def is_named(found: Coordinates, manifest: dict[str, str]) -> bool:
    """Whether the manifest names the artifact of these coordinates."""
    names = {_symbolic_name(manifest), _module_name(manifest)}
    return f"{found.group}.{found.artifact}" in names or (found.group, found.artifact) in map(_widely_used, names)


def states_version(manifest: dict[str, str], version: str) -> bool:
    return bool(version) and _manifest_version(manifest) == version


def _checked(group: str, artifact: str, version: str, confidence: float) -> Guess | None:
    return Guess(group, artifact, version, confidence) if _ARTIFACT.fullmatch(artifact) else None


def _manifest_artifact(manifest: dict[str, str], stem: str) -> str:
    """The artifact that the manifest names, for a renamed file: Tomcat's ``catalina.jar`` is ``org.apache.tomcat-catalina``."""
    bundle = _symbolic_name(manifest).rpartition(".")[2]
    if bundle.endswith(f"-{stem}"):
        return bundle
    title = manifest.get("implementation-title", "")
    return title if _TITLE.fullmatch(title) else stem


def _is_numbered(artifact: str, bundle: str) -> bool:
    """Whether the file has the bundle's name and the major version, so that releases can be installed side by side:
    ``tomcat9-catalina`` is ``tomcat-catalina``."""
    project, *parts = artifact.split("-")
    own, *rest = bundle.split("-")
    return bool(own and rest) and parts == rest and project != own and project.rstrip("0123456789") == own


def _known_by_content(archive: Archive) -> tuple[str, str] | None:
    """(group, artifact) of a widely used artifact: ``log4j-core`` of ``org.apache.logging.log4j.core``."""
    names = (_symbolic_name(archive.manifest), _module_name(archive.manifest), _common_folder(archive.folders))
    return next(filter(None, map(_widely_used, names)), None)


def _widely_used(name: str) -> tuple[str, str] | None:
    words = name[:MAX_NAME].split(".")
    for count in range(1, min(3, len(words)) + 1):
        artifact = "-".join(words[-count:])
        group = group_of(artifact)
        if group and (count == len(words) or _is_of_project(words[:-count], group, artifact)):
            return group, artifact
    return None


def _is_of_project(parents: list[str], group: str, artifact: str) -> bool:
    """Whether the segments before the artifact's are those of its project: ``org.apache.catalina.ant`` is not ``ant``.

    The group of an old project is one segment, and its organisation is Apache.
    """
    organisation = group.split(".")[:2] if "." in group else ["org", "apache"]
    own = {*group.split("."), *artifact.split("-")}
    return parents[: len(organisation)] == organisation and own.issuperset(parents[len(organisation) :])


def _common_folder(folders: frozenset[str]) -> str:
    """The folder that all classes are in, with dots between its parts."""
    if not folders:
        return ""
    first, last = min(folders).split("/"), max(folders).split("/")  # all others share what these two do
    shared = 0
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    return ".".join(first[:shared])


def _mentions(artifact: str, archive: Archive) -> bool:
    """Whether the names in its manifest and the folders of its classes contain every distinctive word of the artifact."""
    manifest = archive.manifest
    names = " ".join((_symbolic_name(manifest), _module_name(manifest), manifest.get("implementation-title", ""))).lower()
    words = set(re.split(r"[^a-z0-9]+", names))
    for folder in archive.folders:
        words.update(folder.lower().split("/"))
    parts = {part for part in re.split(r"[-_.]", _SCALA.sub("", artifact).lower()) if part and not part.isdigit()}
    return all(any(word.startswith(part) for word in words) for part in parts - _ORDINARY or parts)


def _module_name(manifest: dict[str, str]) -> str:
    return manifest.get("automatic-module-name", "").strip()


def _symbolic_name(manifest: dict[str, str]) -> str:
    return manifest.get("bundle-symbolicname", "").partition(";")[0].strip()


def _manifest_version(manifest: dict[str, str]) -> str:
    """The version in the first field that has one: others contain ``${version}``, revisions or sentences."""
    for field in ("implementation-version", "bundle-version", "specification-version"):
        text = manifest.get(field, "").split(" ")[0]
        if _VERSION.fullmatch(text):
            return text
    return ""


def _group(artifact: str, archive: Archive) -> tuple[str, float]:
    if known := group_of(artifact):
        return known, 0.8
    vendor = archive.manifest.get("implementation-vendor-id", "")
    vendor = vendor if _GROUP.fullmatch(vendor) else ""
    bundle = _without(_symbolic_name(archive.manifest), artifact)
    if artifact.startswith(("javax.", "jakarta.")):
        return artifact.removesuffix("-api"), 0.6
    if vendor and vendor not in _UMBRELLAS:
        return vendor, 0.6
    if bundle:
        return _rated(_below(bundle, artifact), 0.6)
    if folder := _group_of_folders(artifact, archive.folders):
        return folder, 0.4
    return _rated(_below(vendor, artifact), 0.4)


def _rated(group: str, confidence: float) -> tuple[str, float]:
    return group, confidence if group else 0.3


def _below(group: str, artifact: str) -> str:
    """The group of an artifact in a large organisation, whose projects have groups of their own: org.apache.tomcat.

    The first word of the artifact names the project, unless it is the organisation's own name: com.google.google is
    none.
    """
    word = artifact.split("-")[0]
    if group not in _UMBRELLAS:
        return group
    return "" if group.endswith(f".{word}") else f"{group}.{word}"


def _without(symbolic: str, artifact: str) -> str:
    """Turns the symbolic name ``group.artifact`` back into the group, "" if it is not of this form.

    The artifact's first part is missing if the group ends with it: ``org.apache.maven`` + ``maven-core`` gives
    ``org.apache.maven.core``.
    """
    words = artifact.split("-")
    for start in range(len(words)):
        for joint in ("-", ".") if start else ("-",):
            tail = "." + joint.join(words[start:])
            group = symbolic.removesuffix(tail)
            if group != symbolic and _GROUP.fullmatch(group) and (start == 0 or group.endswith("-".join(words[:start]))):
                return group
    return ""


def _group_of_folders(artifact: str, folders: frozenset[str]) -> str:
    """The group that the class folders show: the first two levels that most of them share; "" if they share fewer.

    The third level belongs to it too, if it is the first word of the artifact's name, or its project in a large organisation.
    """
    paths = [folder.split("/") for folder in folders if "/" in folder]
    shared: list[str] = []
    while len(shared) < 3:
        depth = len(shared)
        words = Counter(path[depth] for path in paths if len(path) > depth and path[:depth] == shared)
        word, count = words.most_common(1)[0] if words else ("", 0)
        if not word or count < 0.6 * len(paths):
            break
        shared.append(word)
    if len(shared) < 2 or shared[0] in ("java", "javax", "jakarta") or (len(shared) == 2 and ".".join(shared) in _UMBRELLAS):
        return ""
    third = len(shared) > 2 and (shared[2] == re.split(r"[-_.]", artifact)[0] or ".".join(shared[:2]) in _UMBRELLAS)
    return ".".join(shared[: 3 if third else 2])
