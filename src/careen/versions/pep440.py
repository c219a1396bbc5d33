"""Python versions and specifier sets; legacy text ("1.0-final-x") sorts below every valid version.

``satisfies`` reads PEP 440 specifiers; beyond that, white space between specifiers, a bare version or ``=`` for ``==``,
and ``||`` for "or". The option ``prerelease`` (default on: an installed pre-release counts by its order) leaves
pre-releases out unless a specifier names one, as installers do.
Raises: ValueError if the text is empty, or for a constraint of another shape.
**Source:** PEP 440, by way of ``packaging``; setuptools 58, pkg_resources ``parse_version``, for legacy text.
"""

from typing import TYPE_CHECKING, Any

from careen.formats.version_text.text import bounded, clean
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

if TYPE_CHECKING:
    from packaging.version import Version

_LEGACY, _VALID = range(2)
_DEV_ONLY, _PRE, _FINAL = range(3)
_LEGACY_PART = pattern(r"[0-9]+|[a-z]+|[.-]|[^0-9a-z.-]+")
_LEGACY_WORDS = {"pre": "c", "preview": "c", "-": "final-", "rc": "c", "dev": "@"}
_SPECIFIER = pattern(r" ?(?P<operator>===|==|~=|!=|<=|>=|=|<|>)? ?(?P<version>(?:[0-9]+!)?[^ ,<>=!~|]+) ?,?")
_SUFFIXED = pattern(r"[A-Za-z-][0-9]*\.\*$")  # "2.0.post1.*"


def key(text: str) -> tuple[Any, ...]:
    from packaging.version import InvalidVersion, Version

    text = clean(text)
    try:
        version = Version(text)
    except InvalidVersion:
        return (_LEGACY, _legacy(text))
    release = version.release
    end = len(release)
    while end and not release[end - 1]:
        end -= 1
    if version.pre:
        pre: tuple[int | str, ...] = (_PRE, *version.pre)
    else:
        pre = (_DEV_ONLY,) if version.dev is not None and version.post is None else (_FINAL,)
    post = -1 if version.post is None else version.post
    dev = (1,) if version.dev is None else (0, version.dev)
    return (_VALID, version.epoch, release[:end], pre, post, dev, _local(version.local))


def satisfies(version: str, constraint: str, *, prerelease: bool = True) -> bool:
    met = [
        _all_hold(version, part, prerelease) for part in bounded(constraint).split("||")
    ]  # an invalid part is always refused
    return any(met)


def _local(text: str | None) -> tuple[int | str, ...]:
    parts: list[int | str] = []
    for part in text.split(".") if text else ():
        parts += (1, int(part)) if part.isdigit() else (0, part)
    return tuple(parts)


def _legacy(text: str) -> tuple[str | int, ...]:
    """The sort key of text that is not a PEP 440 version. Words sort below numbers; words up to "final" in the
    alphabet, such as "alpha", also below the end."""
    parts: list[str | int] = []
    for found in (*_LEGACY_PART.findall(text.lower()), "final"):
        part = _LEGACY_WORDS.get(found, found)
        if part[0] in "0123456789":
            parts += (1, int(part))
        elif part != ".":
            while part < "final" and parts[-2:] == [0, "final-"]:
                del parts[-2:]
            while parts[-2:] == [1, 0]:
                del parts[-2:]
            parts += (0, part)
    return tuple(parts)


def _all_hold(version: str, part: str, prerelease: bool) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    specifiers = _specifiers(part)
    # "===" compares text, so it may also be followed by text that is not a version
    as_text = [bound for operator, bound in specifiers if operator == "==="]
    prefixes = [part for part in specifiers if _is_prefix(*part)]
    ordered = [f"{operator}{bound}" for operator, bound in specifiers if operator != "===" and not _is_prefix(operator, bound)]
    try:
        wanted = SpecifierSet(",".join(ordered))
        if any(bound.lower() != version.strip().lower() for bound in as_text):
            return False
        if not ordered and not prefixes:
            return True
        candidate = Version(clean(version))
        if any(_has_prefix(candidate, Version(bound[:-2])) is not (operator == "==") for operator, bound in prefixes):
            return False
        return wanted.contains(candidate, prereleases=prerelease or bool(wanted.prereleases))
    except (InvalidSpecifier, InvalidVersion) as error:
        raise ValueError(str(error)[:200]) from None


def _is_prefix(operator: str, bound: str) -> bool:
    return operator in ("==", "!=") and _SUFFIXED.search(bound) is not None


def _has_prefix(version: "Version", prefix: "Version") -> bool:
    """Whether a version has the prefix of ``==2.0.post1.*``; ``packaging`` supports only prefixes of releases."""
    if prefix.dev is not None or prefix.local:
        raise ValueError(f"not a prefix of versions: {prefix}.*")
    size = max(len(version.release), len(prefix.release))
    padded, wanted = ((*found.release, *[0] * (size - len(found.release))) for found in (version, prefix))
    if (version.epoch, padded, version.pre) != (prefix.epoch, wanted, prefix.pre):
        return False
    return prefix.post is None or prefix.post == version.post


def _specifiers(part: str) -> list[tuple[str, str]]:
    found, at = [], 0
    part = " ".join(part.split())
    while at < len(part):
        match = _SPECIFIER.match(part, at)
        if match is None:
            raise ValueError(f"not a version specifier: {part[:80]!r}")
        operator = match["operator"] or "="
        found.append(("==" if operator == "=" else operator, match["version"]))
        at = match.end()
    return found


VERSION_SCHEME = VersionScheme(name="pep440", key=key, satisfies=satisfies, release=lambda text: text.partition("+")[0])
