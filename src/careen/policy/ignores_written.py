"""Writes ignore rules as the text of a ``.careen.yaml``, which ``ignore_files`` can read."""

from collections.abc import Iterable, Iterator

from careen.formats.data.quoted import quoted

from .ignores import Ignore


def as_yaml(rules: Iterable[Ignore]) -> str:
    """The rules as an ignore file in YAML; an empty list if there are none."""
    lines = [line for rule in rules for line in _rule(rule)]
    return "\n".join(["ignore:", *lines, ""]) if lines else "ignore: []\n"


def _rule(rule: Ignore) -> Iterator[str]:
    for purl in _purls(rule):
        fields = list(_fields(rule, purl))
        yield f"  - {fields[0]}"
        yield from (f"    {field}" for field in fields[1:])


def _purls(rule: Ignore) -> tuple[str | None, ...]:
    """The purls of a rule. This format has no package types: a pattern of package URLs replaces each type."""
    if rule.purl or not rule.types:
        return (rule.purl,)
    return tuple(f"pkg:{type}/*" for type in sorted(rule.types))


def _fields(rule: Ignore, purl: str | None) -> Iterator[str]:
    narrow = rule.package or purl or rule.paths or rule.layer is not None
    if rule.id != "*" or not narrow:
        yield f"id: {quoted(rule.id)}"
    values: tuple[tuple[str, str | None], ...] = (
        ("package", rule.package), ("version", rule.version), ("purl", purl),
    )  # fmt: skip
    yield from (f"{key}: {quoted(value)}" for key, value in values if value)
    lists = (("path", rule.paths), ("kind", sorted(rule.kinds)), ("fix", sorted(rule.fix)))
    yield from (f"{key}: [{', '.join(map(quoted, found))}]" for key, found in lists if found)
    if rule.layer is not None:
        yield f"layer: {rule.layer}"
    yield from (f"{key}: {quoted(value)}" for key, value in (("reason", rule.reason), ("owner", rule.owner)) if value)
    if rule.until:
        yield f"until: {rule.until.isoformat()}"
