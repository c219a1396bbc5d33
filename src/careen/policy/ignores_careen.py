"""The rules of a ``.careen.yaml``:

    ignore:
      - id: CVE-2023-45853            # or a list; any id of the finding, * matches anything
        purl: pkg:deb/debian/zlib1g   # with or without version and qualifiers, * matches anything
        path: usr/share/**            # or a list; must cover all places of the finding
        layer: 0
        reason: MiniZip is not built
        owner: platform team
        until: 2027-01-31

    accept:
      - code: unidentified_files      # of a reason of the coverage, or of an unknown
        what: [/opt/app/**]           # its subjects; all of them if it is left out
        reason: built by us, in CI
        owner: platform team
        until: 2027-01-31

Every rule has an id, purl, package, path or layer. Raises: UsageError that names file and line.
"""

from careen.errors import UsageError
from careen.formats.data.yaml_document import Mapping, as_text

from .accept import Accept, made
from .days import last_day
from .ignores import Ignore
from .rule_keys import misshapen

KINDS = ("vulnerability", "secret", "misconfiguration", "integrity", "licence", "behaviour")
STATES = ("fixed", "open", "wont_fix", "deferred", "end_of_life", "unknown")
_KEYS = ("id", "purl", "package", "version", "path", "layer", "kind", "fix", "reason", "owner", "until", "expires")
_HINT = f"a rule has the keys {', '.join(_KEYS[:-1])}"
_ACCEPT_KEYS = ("code", "what", "reason", "owner", "until", "expires")
_ACCEPT_HINT = f"an entry has the keys {', '.join(_ACCEPT_KEYS[:-1])}"


def rules(document: Mapping, name: str) -> tuple[Ignore, ...]:
    for key in document:
        if key not in ("accept", "ignore", "version"):
            hint = "rules are listed under ignore: and accept:"
            raise UsageError(f"{name}:{document.line_of(key)}: unknown key {key[:60]!r}", hint)
    listed = document.get("ignore")
    if listed is not None and not isinstance(listed, list):
        raise UsageError(f"{name}:{document.line_of('ignore')}: ignore: is not a list", _HINT)
    found: list[Ignore] = []
    for index, rule in enumerate(listed or ()):
        if not isinstance(rule, Mapping):
            raise UsageError(f"{name}:{document.line_of('ignore', index)}: a rule is a mapping", _HINT)
        found += _rules(rule, name)
    return tuple(found)


def accepts(document: Mapping, name: str) -> tuple[Accept, ...]:
    """The entries under ``accept:``: one for each code and subject."""
    listed = document.get("accept")
    if listed is not None and not isinstance(listed, list):
        raise UsageError(f"{name}:{document.line_of('accept')}: accept: is not a list", _ACCEPT_HINT)
    found: list[Accept] = []
    for index, entry in enumerate(listed or ()):
        if not isinstance(entry, Mapping):
            raise UsageError(f"{name}:{document.line_of('accept', index)}: an entry is a mapping", _ACCEPT_HINT)
        _check_keys(entry, name, _ACCEPT_KEYS, ("what",), _ACCEPT_HINT)
        source = f"{name}:{entry.line}"
        if not entry.text("code"):
            raise UsageError(f"{source}: the entry has no code", _ACCEPT_HINT)
        until = last_day(entry.get("until", entry.get("expires")), source)
        what = tuple(entry.texts("what")) or ("",)
        owner = entry.text("owner") or None
        found += [made(entry.text("code"), subject, source, entry.text("reason"), owner, until) for subject in what]
    return tuple(found)


def _rules(one: Mapping, name: str) -> list[Ignore]:
    """The rules of an entry: one for each id, otherwise equal."""
    _check_keys(one, name, _KEYS, ("id", "path", "fix", "kind"), _HINT)
    source = f"{name}:{one.line}"
    ids = one.texts("id")
    rule = Ignore(
        "*",
        source,
        package=one.text("package") or None,
        purl=one.text("purl") or None,
        until=last_day(one.get("until", one.get("expires")), source),
        reason=one.text("reason"),
        version=one.text("version") or None,
        paths=tuple(one.texts("path")),
        layer=_layer(one, source),
        fix=_words(one, "fix", STATES, source),
        kinds=_words(one, "kind", KINDS, source),
        owner=one.text("owner") or None,
    )
    narrow = rule.package or rule.purl or rule.paths or rule.layer is not None
    every = any(not id.strip("*?") for id in ids)
    if (not ids and not narrow) or (every and not (narrow or rule.kinds or rule.fix)):
        raise UsageError(f"{source}: the rule names no id, purl, package, path or layer: it would ignore everything", _HINT)
    from msgspec.structs import replace

    return [replace(rule, id=id) for id in ids] or [rule]


def _check_keys(one: Mapping, name: str, known: tuple[str, ...], lists: tuple[str, ...], hint: str) -> None:
    wrong = misshapen(one, lists)
    for key in one:
        where = f"{name}:{one.line_of(key)}"
        if key not in known:
            from careen.config import nearest

            near = nearest(key, known)
            raise UsageError(f"{where}: unknown key {key[:60]!r}", f"did you mean {near}?" if near else hint)
        if key in wrong:
            raise UsageError(f"{where}: {key} is empty, or not a text", hint)


def _layer(one: Mapping, source: str) -> int | None:
    value = one.get("layer")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UsageError(f"{source}: layer {as_text(value)[:20]!r} is not the number of a layer", "the base layer is 0")
    return value


def _words(one: Mapping, key: str, known: tuple[str, ...], source: str) -> frozenset[str]:
    words = frozenset(one.texts(key))
    if strange := sorted(words.difference(known)):
        raise UsageError(f"{source}: {key} {strange[0][:40]!r} is not one of {', '.join(known)}")
    return words
