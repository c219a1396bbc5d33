"""Writes ignore rules as a file that Careen reads."""

from collections.abc import Iterable

from careen.policy.ignores import Ignore


def ignore_file(rules: Iterable[Ignore]) -> str:
    """The rules as the text of an ignore file."""
    from careen.policy.ignores_written import as_yaml

    return as_yaml(rules)
