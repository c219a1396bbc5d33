"""Code that runs without being called and that no package brings; settings that let a foreign package be installed."""

from collections.abc import Iterable, Iterator, Sequence

from careen.model.finding import BehaviourFinding
from careen.model.hooks import Hook
from careen.safety.pattern import pattern

from .rules import Rule, found

_LOOK = "Find out which build step wrote the file. If it is meant to be there, suppress the finding with a reason."
_PERSISTENCE = ("CWE-506", "MITRE ATT&CK T1546")

RULES = {
    "preload": Rule(
        "HOK-001",
        "Library that every program loads",
        "high",
        "Every program of the container loads the libraries that this file names, before its own.",
        _LOOK,
        ("MITRE ATT&CK T1574.006", *_PERSISTENCE),
    ),
    "python_start": Rule(
        "HOK-002",
        "Code that runs whenever Python starts",
        "medium",
        "Python runs it at each start, and no package brings it. Tampered packages hide here.",
        _LOOK,
        ("MITRE ATT&CK T1546.018", *_PERSISTENCE),
    ),
    "pam": Rule(
        "HOK-003",
        "Log-in rule of no package",
        "medium",
        "It takes part in deciding who may log in, and no package brings it.",
        _LOOK,
        ("MITRE ATT&CK T1556.003",),
    ),
    "cron": Rule(
        "HOK-004",
        "Scheduled command of no package",
        "low",
        "A scheduler runs it, and no package brings it.",
        _LOOK,
        _PERSISTENCE,
    ),
    "service": Rule(
        "HOK-005", "Service of no package", "low", "An init system starts it, and no package brings it.", _LOOK, _PERSISTENCE
    ),
    "profile": Rule(
        "HOK-006",
        "Shell profile of no package",
        "low",
        "Every login shell runs it, and no package brings it.",
        _LOOK,
        ("MITRE ATT&CK T1546.004",),
    ),
    "git": Rule(
        "HOK-007",
        "Git hook",
        "low",
        "git runs it in this working copy. A repository does not bring hooks: somebody put it there.",
        "Leave .git out of the image (.dockerignore).",
        _PERSISTENCE,
    ),
    "install": Rule(
        "HOK-008",
        "Install script that runs what it downloads",
        "medium",
        "When the package is installed, npm runs code that the package does not contain or that is encoded.",
        "Install with --ignore-scripts, and look at what the script does.",
        ("CWE-494", "MITRE ATT&CK T1195.002"),
    ),
    "extra_index": Rule(
        "MAL-101",
        "Packages from several indexes",
        "medium",
        "pip takes the highest version that any of its indexes has. If somebody publishes a package under an internal "
        "name on the public index, it is installed instead (dependency confusion).",
        "Use one index (index-url) that serves internal and public packages, or pin hashes (--require-hashes).",
        ("CWE-427", "CWE-1357"),
    ),
    "plain_index": Rule(
        "MAL-102",
        "Package index without TLS",
        "medium",
        "Anybody between the machine and the index can replace every package.",
        "Use https.",
        ("CWE-319", "CWE-494"),
    ),
}
_KINDS_SEEN = ("preload", "python_start", "pam", "cron", "service", "profile", "git", "install")
_EXTRA = pattern(r"--extra-index-url[= ]{1,3}(\S{1,500})")
_CONFIGURATION = "image configuration"
_HOST = pattern(r"^(https?)://(?:[^/@]{0,200}@)?([^/:?#]{1,200})")


def hook_findings(hooks: Iterable[Hook], env: Sequence[str] = (), history: Sequence[str] = ()) -> Iterator[BehaviourFinding]:
    """A finding for each hook, and for each further package index that the image's configuration names: in ``env``, its
    variables, or in ``history``, the commands that built it."""
    for hook in (*hooks, *_configured(env, history)):
        rule = RULES[hook.kind]
        where = hook.path if hook.path == _CONFIGURATION else f"/{hook.path}"
        detail = f": {hook.detail}" if hook.detail else ""
        yield found(
            rule, hook.path, f"{where}{detail}", layer=hook.layer if hook.layer >= 0 else None, evidence=[f"{where}{detail}"]
        )


def count_hooks(hooks: Iterable[Hook]) -> int:
    """The number of hooks that run code."""
    return sum(hook.kind in _KINDS_SEEN for hook in hooks)


def _configured(env: Sequence[str], history: Sequence[str]) -> Iterator[Hook]:
    texts = [value for variable in env for name, _, value in [variable.partition("=")] if name == "PIP_EXTRA_INDEX_URL"]
    texts += [address for step in history for address in _EXTRA.findall(step[:65_536])]
    seen = set()
    for address in (part for text in texts for part in text.split()):
        match = _HOST.match(address.strip("'\""))
        if match and match[2] not in seen:
            seen.add(match[2])
            yield Hook(_CONFIGURATION, -1, "extra_index", match[2])
