"""Repairs of Dockerfiles."""

import json
import re
import shlex
from collections.abc import Iterator

from .rows import At, Repair, Rows, first_of, replaced, swap, without

_KEYWORD = re.compile(r"^(\s*)([A-Za-z]+)\b")
_SHELL_MARKS = re.compile(r"[$`&|<>*?~()\[\]{}\\]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_END = re.compile(r"^\s*(?:CMD|ENTRYPOINT)\b", re.IGNORECASE)
USER = "USER 10001"


def _delete(rows: Rows, at: At) -> Iterator[Rows]:
    """Removes the instruction of the finding."""
    yield without(rows, at.line - 1, at.end_line - 1)


def _upper_keyword(rows: Rows, at: At) -> Iterator[Rows]:
    """Writes the keyword in upper case. The check reports one line for all instructions, so each is a repair of its
    own row."""
    row = rows[at.line - 1]
    keyword = _KEYWORD.match(row)
    if keyword:
        yield replaced(rows, at.line - 1, keyword[1] + keyword[2].upper() + row[keyword.end() :])


def _same_case(rows: Rows, at: At) -> Iterator[Rows]:
    row = rows[at.line - 1]
    keyword = _KEYWORD.match(row)
    word = "AS" if keyword and keyword[2].isupper() else "as"
    yield from swap(r"(?i)(?<=\s)as(?=\s)", word)(rows, at)


def _end_of_instruction(rows: Rows, row: int) -> int:
    while row + 1 < len(rows) and rows[row].rstrip().endswith(("\\", "`")):
        row += 1
    return row


def _then(command: str) -> Repair:
    """Adds a command to the end of the RUN."""

    def repair(rows: Rows, at: At) -> Iterator[Rows]:
        last = _end_of_instruction(rows, at.end_line - 1)
        if last < len(rows) and rows[last].strip():
            yield replaced(rows, last, f"{rows[last].rstrip()} \\", f"    && {command}")

    return repair


def _exec_form(rows: Rows, at: At) -> Iterator[Rows]:
    """Yields the row in exec form, for a command that a shell would start as it is written."""
    row = rows[at.line - 1]
    found = re.match(r"(?i)^(\s*(?:HEALTHCHECK\s.*?)?(?:CMD|ENTRYPOINT)\s+)(?!\[)(.+?)\s*$", row)
    if found is None or at.end_line != at.line:
        return
    bare = _QUOTED.sub("", found[2])
    if _SHELL_MARKS.search(found[2]) or re.search(r"[;#=!]", bare):
        return
    try:
        words = shlex.split(found[2])
    except ValueError:
        return
    yield replaced(rows, at.line - 1, found[1] + json.dumps(words, ensure_ascii=False))


def _as_user(rows: Rows, at: At) -> Iterator[Rows]:
    """Adds a USER before the last CMD or ENTRYPOINT, else at the end."""
    ends = [number for number, row in enumerate(rows) if _END.match(row)]
    starts = [number for number, row in enumerate(rows) if re.match(r"(?i)^\s*FROM\b", row)]
    place = next((number for number in ends if number > (starts or [0])[-1]), None)
    if place is not None:
        yield [*rows[:place], USER, *rows[place:]]
    last = len(rows)
    while last and not rows[last - 1].strip():
        last -= 1
    yield [*rows[:last], USER, *rows[last:]]


def _pairs(rows: Rows, at: At) -> Iterator[Rows]:
    """Writes ``ENV NAME value`` as ``ENV NAME="value"``."""
    row = rows[at.line - 1]
    found = re.match(r"^(\s*\S+\s+)([^\s=]+)\s+(.*?)\s*$", row)
    if found and at.line == at.end_line and not found[3].endswith(("\\", "`")):
        value = found[3]
        plain = re.fullmatch(r"[\w./:@%+,-]+", value) or re.fullmatch(r"\"[^\"]*\"|'[^']*'", value)
        quoted = value if plain else '"' + value.replace('"', '\\"') + '"'
        yield replaced(rows, at.line - 1, f"{found[1]}{found[2]}={quoted}")


def _authors(rows: Rows, at: At) -> Iterator[Rows]:
    found = re.match(r"(?i)^(\s*)MAINTAINER\s+(.*?)\s*$", rows[at.line - 1])
    if found and at.line == at.end_line:
        name = found[2].strip("\"'").replace('"', "'")
        yield replaced(rows, at.line - 1, f'{found[1]}LABEL org.opencontainers.image.authors="{name}"')


def _no_empty_rows(rows: Rows, at: At) -> Iterator[Rows]:
    inside = [row for row in at.rows if row < len(rows)]
    yield [row for number, row in enumerate(rows) if number not in inside or row.strip()]


def _no_health_check(rows: Rows, at: At) -> Iterator[Rows]:
    last = len(rows)
    while last and not rows[last - 1].strip():
        last -= 1
    yield [*rows[:last], "HEALTHCHECK NONE", *rows[last:]]


def _folder(rows: Rows, at: At) -> Iterator[Rows]:
    """Adds a slash to the end of the target."""
    row = rows[at.end_line - 1].rstrip()
    if row.endswith("]"):
        yield from swap(r'"\s*\]\s*$', '/"]')(rows, at)
    elif row:
        yield replaced(rows, at.end_line - 1, row + "/")


def _flag(program: str, flag: str) -> Repair:
    """Adds the flag after the first word that matches ``program``."""
    return swap(rf"\b(?:{program})(?=\s|$)", lambda match: f"{match[0]} {flag}")


_LISTS = "rm -rf /var/lib/apt/lists/*"
_UNSIGNED = (
    r"\s(?:--allow-unauthenticated|--force-yes|--nogpgcheck|--no-gpg-checks?|--allow-untrusted|--allow-downgrades"
    r"|--allow-unsigned-rpm|--nosignature|--nodigest|--force-bad-verify)(?=\s|$)"
)
_UNVERIFIED = (
    r"\s(?:--no-check-certificate|--insecure|-k|--no-verify-ssl|--trusted-host[= ]\S+|--no-strict-ssl|--strict-ssl[= ]false)"
    r"(?=\s|$)"
)

REPAIRS: dict[str, Repair] = {
    "DKR-001": first_of(swap(r"(?i)^(\s*USER\s+).*$", r"\g<1>10001"), _as_user),
    "DKR-007": first_of(
        swap(_UNVERIFIED, ""),
        swap(r"(?<=\s-)([A-Za-z]*)k([A-Za-z]*)", r"\1\2"),
        swap(r"(?i)(ssl_?-?verify|strict-ssl|verify-peer|verify-host)([ =])(?:false|0)\b", r"\1\2true"),
        swap(r"\b(PYTHONHTTPSVERIFY|NODE_TLS_REJECT_UNAUTHORIZED)=[\"']?0[\"']?", r"\1=1"),
    ),
    "DKR-008": first_of(
        swap(_UNSIGNED, ""),
        swap(r"\btrusted=yes\s?|\s?\[trusted=yes\]", ""),
        swap(r"\b((?:repo_)?gpgcheck)=0\b", r"\1=1"),
        swap(r"(AllowInsecureRepositories|AllowUnauthenticated)=true", r"\1=false"),
    ),
    "DKR-009": swap(r"\bhttp://", "https://"),
    "DKR-011": swap(r"(?i)^(\s*(?:ONBUILD\s+)?)ADD\b", r"\g<1>COPY"),
    "DKR-013": first_of(
        swap(r"\b0?777\b", "755"),
        swap(r"\b0?666\b", "644"),
        swap(r"(?<=\s)(?:[augo]*o?)\+(rwX|rwx|w)\b", "u+rwX"),
    ),
    "DKR-015": first_of(swap(r"\s(?:22|23|2222|3389|5900)(?:/\w+)?(?=\s+\S|$)", ""), _delete),
    "DKR-017": swap(r"\s--(?:security=insecure|network=host)(?=\s)", ""),
    "DKR-018": _exec_form,
    "DKR-021": _no_health_check,
    "DKR-022": _as_user,
    "DKR-031": swap(r"(?<=\s)[\w.\[\]:]+:(\d+(?:/\w+)?)(?=\s|$)", r"\1"),
    "DKR-032": swap(r"(?<=\d/)[A-Za-z]+", lambda match: match[0].lower()),
    "DKR-035": _authors,
    "DKR-036": swap(r"(?i)^(\s*WORKDIR\s+[\"']?)(?:\./)?(?=\w)", r"\g<1>/"),
    "DKR-041": swap(r"(?i)(\sAS\s+)(\S+)", lambda match: match[1] + match[2].lower()),
    "DKR-042": _upper_keyword,
    "DKR-043": _same_case,
    "DKR-044": _delete,
    "DKR-045": _delete,
    "DKR-046": _delete,
    "DKR-049": _folder,
    "DKR-050": swap(r"(?<=\s)(?:\./)?([\w.-]+/?)\s*$", r"/\1"),
    "DKR-052": first_of(_flag("install|update|upgrade|reinstall|localinstall|groupinstall", "-y"), _flag("yum", "-y")),
    "DKR-053": first_of(_flag("install|update|upgrade|reinstall|localinstall|groupinstall", "-y"), _flag("dnf|microdnf", "-y")),
    "DKR-054": _flag("zypper", "-n"),
    "DKR-055": first_of(_flag("install|upgrade|dist-upgrade|remove|purge|autoremove", "-y"), _flag("apt-get|apt", "-y")),
    "DKR-056": _flag("install", "--no-install-recommends"),
    "DKR-057": _then(_LISTS),
    "DKR-058": first_of(swap(r"(?<![\w/-])apt(?=\s)", "apt-get"), swap(r"(?<![\w/-])apt(?=\s)", "apt-cache")),
    "DKR-059": _flag("add", "--no-cache"),
    "DKR-060": _then("yum clean all"),
    "DKR-061": first_of(_then("dnf clean all"), _then("microdnf clean all")),
    "DKR-062": _then("zypper clean --all"),
    "DKR-063": _then("yarn cache clean"),
    "DKR-064": _flag("install|download|wheel", "--no-cache-dir"),
    "DKR-078": _flag("useradd", "-l"),
    "DKR-079": _flag("wget", "--progress=dot:giga"),
    "DKR-083": _delete,
    "DKR-085": swap(r"(?i)^(\s*)ONBUILD\s+", r"\1"),
    "DKR-088": swap(r"\s--platform=\S+", ""),
    "DKR-089": swap(r"\s--platform=\S+", ""),
    "DKR-090": _no_empty_rows,
    "DKR-094": _pairs,
}
