"""The Maven coordinates of an archive that carries none, from its file name, its manifest and its class folders.

Artifact and version come from a file name of Maven's pattern (``artifact-1.2.3-classifier.jar``); where the name has no
version, from the manifest: ``Implementation-Title`` where it reads like an artifact, ``Implementation-Version``,
``Bundle-Version``, ``Specification-Version``, in this order. A Jenkins plugin names all three.
The group is, in this order: known for a widely used artifact (confidence 0.8); ``Bundle-SymbolicName`` without the
artifact, or ``Implementation-Vendor-Id`` (0.6); the folders of the classes (0.4, right about half the time); ``""`` (0.3).
**Source:** Maven, guide to naming conventions; Maven bundle plugin, Bundle-SymbolicName; Jar file specification.
"""

import re
from collections import Counter

from msgspec import Struct

from .jar import Archive
from .maven_groups import group_of
from .pattern import pattern

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
# A version that is complete: a word behind it is a classifier, whoever made it up ("1.2-api" may be part of a name).
_COMPLETE = pattern(r"v?\d+(?:\.\d+){2,}(?:\.[A-Za-z]\w*)?|v?\d[\d.]*-SNAPSHOT")
_WORD = pattern(r"[A-Za-z][A-Za-z_]{2,}")
_VERSION = pattern(r"v?\d[\w.+-]{0,100}", re.ASCII)
_ARTIFACT = pattern(r"[A-Za-z0-9_][\w.-]{0,200}", re.ASCII)
_TITLE = pattern(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)+", re.ASCII)
_GROUP = pattern(r"[A-Za-z_][\w-]*(?:\.[\w-]+)+", re.ASCII)
_SCALA = pattern(r"_(?:2\.\d{1,2}(?:\.\d+)?|3)$")  # of the Scala binary version, no part of the name that groups use
# Organisations whose projects have groups of their own below this one.
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
    return name, ""


def guess(archive: Archive) -> Guess | None:
    """None where neither name nor manifest give an artifact."""
    manifest = archive.manifest
    stem = archive.name.rpartition(".")[0]
    if plugin := manifest.get("plugin-version"):
        artifact = manifest.get("short-name") or manifest.get("extension-name", stem)
        group = manifest.get("group-id", "")
        plugin = plugin.split(" ")[0]
        if _VERSION.fullmatch(plugin):
            return _checked(group if _GROUP.fullmatch(group) else "org.jenkins-ci.plugins", artifact, plugin, 0.9)
    artifact, version = split_name(stem)
    said = _said_version(manifest)
    if said and f"-{said}-" in f"{stem}-":  # tells the version from what is before ("hive-shims-0.23-2.3.7") and behind
        artifact, version = f"{stem}-".partition(f"-{said}-")[0], said
    if not version:
        artifact, version = _said_artifact(manifest, artifact), said
    group, confidence = _group(_SCALA.sub("", artifact), archive)
    return _checked(group, artifact, version, confidence if version else min(confidence, 0.3))


def _checked(group: str, artifact: str, version: str, confidence: float) -> Guess | None:
    return Guess(group, artifact, version, confidence) if _ARTIFACT.fullmatch(artifact) else None


def _said_artifact(manifest: dict[str, str], stem: str) -> str:
    """For a file that was renamed: Tomcat's ``catalina.jar`` is the bundle ``org.apache.tomcat-catalina``."""
    bundle = _symbolic_name(manifest).rpartition(".")[2]
    if bundle.endswith(f"-{stem}"):
        return bundle
    title = manifest.get("implementation-title", "")
    return title if _TITLE.fullmatch(title) else stem


def _symbolic_name(manifest: dict[str, str]) -> str:
    return manifest.get("bundle-symbolicname", "").partition(";")[0].strip()


def _said_version(manifest: dict[str, str]) -> str:
    """The first that is one: the field also holds ``${version}``, revisions and sentences."""
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
        return _below(bundle, artifact), 0.6
    if folder := _group_of_folders(artifact, archive.folders):
        return folder, 0.4
    return (_below(vendor, artifact), 0.4) if vendor else ("", 0.3)


def _below(group: str, artifact: str) -> str:
    """Under the roof of a large house the first word of the artifact names the project: org.apache.tomcat."""
    return f"{group}.{artifact.split('-')[0]}" if group in _UMBRELLAS else group


def _without(symbolic: str, artifact: str) -> str:
    """Turns ``group.artifact`` back into the group; the artifact's first word is left out there where the group ends
    with it (``org.apache.maven`` + ``maven-core`` gives ``org.apache.maven.core``)."""
    words = artifact.split("-")
    for start in range(len(words)):
        for joint in ("-", ".") if start else ("-",):
            tail = "." + joint.join(words[start:])
            group = symbolic.removesuffix(tail)
            if group != symbolic and _GROUP.fullmatch(group) and (start == 0 or group.endswith("-".join(words[:start]))):
                return group
    return ""


def _group_of_folders(artifact: str, folders: frozenset[str]) -> str:
    """Two levels of the folders that most classes share, a third where it is the artifact's word or a large house's."""
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
