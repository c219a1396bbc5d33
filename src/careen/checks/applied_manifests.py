"""Manifests within other files: here-documents of shell scripts that ``kubectl apply -f -`` or the like gets, and the pods of
agents in Jenkinsfiles.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from careen.formats.services import jenkins_pods
from careen.formats.services.jenkinsfile import is_jenkinsfile
from careen.safety.pattern import pattern

from .kind import SourceFile

MAX_DOCUMENTS = 200
_SCRIPT = (".sh", ".bash", ".zsh", ".ksh")
_SHEBANG = pattern(r"#!\s*\S*?\b(?:env\s+(?:-S\s+)?)?(?:ba|da|z|k|a)?sh\b")
_HAS_VERSION = pattern(r"(?m)^\s*+[{'\"]?\s*+['\"]?apiVersion\b")
_BEGIN = pattern(r"(?<!<)<<(?P<tabs>-?)\s*(?P<quote>['\"]?)(?P<end>\w{1,100})(?P=quote)")
_APPLIED = pattern(r"\b(?:kubectl|oc)\b[^\n]*?\b(?:apply|create|replace)\b")


def applied_manifests(file: SourceFile, texts: Mapping[str, str]) -> Iterator[SourceFile]:
    """The manifests that a script applies, or the pods of a Jenkinsfile, as one file whose lines keep their numbers; and the
    files with pods that a Jenkinsfile names and that are no manifests. ``texts``: of all files, by path."""
    if is_jenkinsfile(file.path, file.text):
        yield from _pods(file)
        for name, _ in pod_files(file):
            path = path_of_pod(file.path, name, texts)
            if path is not None and not _HAS_VERSION.search(texts[path]):
                yield SourceFile(path, texts[path], named=file.named, pods=True)
        return
    if "<<" not in file.text or not (file.path.endswith(_SCRIPT) or _SHEBANG.match(file.text)):
        return
    rows = file.text.replace("\r\n", "\n").split("\n")
    kept = [""] * len(rows)
    count = at = 0
    while at < len(rows) and count < MAX_DOCUMENTS:
        row, at = rows[at], at + 1
        begin = _BEGIN.search(row[:2000])
        if begin is None or row.lstrip().startswith("#"):
            continue
        first = at
        while at < len(rows) and _row(rows[at], begin) != begin["end"]:
            at += 1
        if _APPLIED.search(row[:2000]) and any("apiVersion" in line for line in rows[first:at]):
            kept[first - 1] = "---"
            kept[first:at] = [_row(line, begin) for line in rows[first:at]]
            count += 1
    if count:
        yield SourceFile(file.path, "\n".join(kept), named=file.named)


def pod_files(file: SourceFile) -> list[tuple[str, int]]:
    """The names of files with pods in a Jenkinsfile, each with its line."""
    try:
        return list(dict(jenkins_pods.files(file.text)).items())[:MAX_DOCUMENTS]
    except ValueError:  # reported with the Jenkinsfile itself
        return []


def path_of_pod(jenkinsfile: str, name: str, texts: Mapping[str, str]) -> str | None:
    """The path of a file that a Jenkinsfile names: below the top of the sources, which is a folder above it."""
    folder = posixpath.dirname(jenkinsfile)
    while True:
        path = posixpath.normpath(posixpath.join(folder, name))
        if path in texts:
            return path
        if folder in ("", "/"):
            return None
        folder = posixpath.dirname(folder)


def _pods(file: SourceFile) -> Iterator[SourceFile]:
    kept = [""] * (file.text.count("\n") + 2)
    try:
        found = list(islice(jenkins_pods.pods(file.text), MAX_DOCUMENTS))
    except ValueError:  # reported with the Jenkinsfile itself
        return
    for line, pod in sorted(found):
        rows = pod.split("\n")
        if rows[0].startswith("{"):
            rows[0] = f"--- {rows[0]}"
        elif not rows[0].strip():
            rows[0] = "---"
        elif line and not kept[line - 1].strip():
            kept[line - 1] = "---"
        kept[line : line + len(rows)] = rows
    if found:
        yield SourceFile(file.path, "\n".join(kept), named=file.named, pods=True)


def _row(line: str, begin: re.Match[str]) -> str:
    return line.lstrip("\t") if begin["tabs"] else line
