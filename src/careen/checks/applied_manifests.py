"""Manifests within other files: here-documents of shell scripts that ``kubectl apply -f -`` or the like gets, and the pods of
agents in Jenkinsfiles.
"""

import re
from collections.abc import Iterator
from itertools import islice

from careen.formats.services.jenkinsfile import is_jenkinsfile, manifests
from careen.safety.pattern import pattern

from .kind import SourceFile

MAX_DOCUMENTS = 200
_SCRIPT = (".sh", ".bash", ".zsh", ".ksh")
_SHEBANG = pattern(r"#!\s*\S*?\b(?:env\s+(?:-S\s+)?)?(?:ba|da|z|k|a)?sh\b")
_BEGIN = pattern(r"(?<!<)<<(?P<tabs>-?)\s*(?P<quote>['\"]?)(?P<end>\w{1,100})(?P=quote)")
_APPLIED = pattern(r"\b(?:kubectl|oc)\b[^\n]*?\b(?:apply|create|replace)\b")


def applied_manifests(file: SourceFile) -> Iterator[SourceFile]:
    """The manifests that a script applies, or the pods of a Jenkinsfile, as one file whose lines keep their numbers."""
    if is_jenkinsfile(file.path):
        yield from _pods(file)
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


def _pods(file: SourceFile) -> Iterator[SourceFile]:
    kept = [""] * (file.text.count("\n") + 2)
    count = 0
    for line, pod in islice(manifests(file.text), MAX_DOCUMENTS):
        rows = pod.split("\n")
        kept[line : line + len(rows)] = rows
        if not rows[0].strip():
            kept[line] = "---"
        count += 1
    if count:
        yield SourceFile(file.path, "\n".join(kept), named=file.named)


def _row(line: str, begin: re.Match[str]) -> str:
    return line.lstrip("\t") if begin["tabs"] else line
