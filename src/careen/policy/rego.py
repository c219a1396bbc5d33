"""Policies in Rego over a whole report: the messages of ``deny`` fail the policy, in addition to the gates of
``--fail-on``.

The input is the report as ``--format json`` writes it. Each text in the set ``deny`` (or the ``message`` of an object there)
is a rule that failed; without any, the policy file is one rule that passed.
Raises: UsageError for a text that is not such a policy, or exceeds the time limit.
**Source:** docs/schema/report-1.json; Open Policy Agent, "Policy Language".
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from careen.errors import UsageError
from careen.model.report import Report, Rule, Verdict
from careen.plugins import ReportOptions

MAX_MESSAGES = 100
_HINT = "docs/gates.md shows what a policy looks like"


class RegoPolicy(Struct, frozen=True):
    path: str
    text: str
    query: str


def load_policies(paths: Sequence[Path]) -> tuple[RegoPolicy, ...]:
    """Reads the policies, and tries each, before any other work."""
    if not paths:
        return ()
    from careen.formats.data import rego
    from careen.formats.data.rego_v0 import as_v1

    found = []
    for path in paths:
        try:
            if path.stat().st_size > rego.MAX_MODULE_BYTES:
                raise UsageError(f"--policy {path} is over {rego.MAX_MODULE_BYTES >> 20} MiB", _HINT)
            text = as_v1(path.read_text("utf-8"))
            policy = RegoPolicy(str(path), text, f"data.{rego.package_of(text)}.deny")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--policy {path} cannot be read: {error}", _HINT) from error
        except ValueError as error:
            raise UsageError(f"--policy {path}: {error}", _HINT) from None
        _messages(policy, {})
        found.append(policy)
    return tuple(found)


def with_policies(report: Report, policies: Sequence[RegoPolicy]) -> Report:
    """The report, with the policies added to its verdict. Exit code 3 (undecided) stays 3."""
    if not policies:
        return report
    from careen.reports.json import document

    known = to_builtins(document(report, ReportOptions()))
    rules = [*report.verdict.rules]
    for policy in policies:
        messages = _messages(policy, known)
        rules += [Rule(f"{policy.path}: {message}", passed=False) for message in messages[:MAX_MESSAGES]]
        if not messages:
            rules.append(Rule(policy.path, passed=True))
    failed = any(not rule.passed for rule in rules)
    code = report.verdict.exit_code or (1 if failed else 0)
    return replace(report, verdict=Verdict(code == 0, code, tuple(rules)))


def _messages(policy: RegoPolicy, known: Any) -> list[str]:
    from careen.formats.data import rego

    try:
        ((answer,),) = rego.evaluate([(policy.path, policy.text)], [policy.query], [known])
    except ValueError as error:
        raise UsageError(f"--policy {policy.path}: {error}", "opa check FILE shows details") from None
    if not isinstance(answer, list):
        raise UsageError(f"--policy {policy.path}: it has no set named deny", _HINT)
    texts = (denied.get("message") or denied.get("msg") if isinstance(denied, dict) else denied for denied in answer)
    return sorted(" ".join(str(text).split())[:300] for text in texts)
