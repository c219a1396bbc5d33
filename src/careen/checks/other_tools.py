"""The checks for what rules of other tools report: ``KSV-0001`` of Trivy, ``CKV_K8S_16`` of Checkov, ``DL3008`` of Hadolint.

``other_tools.json`` beside this file has the ids of our checks by tool and rule. ``make golden`` writes it from the lists of
the reference pages, and a test compares both. A check is about the same misconfiguration, and may decide otherwise.
"""

from functools import cache
from pathlib import Path

import msgspec

from careen.safety.pattern import pattern

TABLE = Path(__file__).with_name("other_tools.json")
_OLD = pattern(r"(?:AVD-)?([A-Z]{2,4})-?(\d{3,4})")  # KSV001, AVD-KSV-0001, AVD-AWS-0089


def checks_like(rule: str) -> dict[str, tuple[str, ...]]:
    """The ids of our checks by each tool that has a rule of this name, in any spelling of it; empty if none has."""
    name = _name(rule)
    return {tool: rules[name] for tool, rules in _tables().items() if name in rules}


def _name(rule: str) -> str:
    name = rule.strip().upper()
    old = _OLD.fullmatch(name)
    return f"{old[1]}-{old[2]:0>4}" if old and not name.startswith(("DL", "SC")) else name


@cache
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    tables = msgspec.json.decode(TABLE.read_bytes(), type=dict[str, dict[str, tuple[str, ...]]])
    return {tool: {_name(rule): ids for rule, ids in rules.items()} for tool, rules in tables.items()}
