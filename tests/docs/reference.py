"""The reference pages, generated from the code: parsers, settings, errors and plugins."""

import argparse
import importlib
from collections.abc import Iterable

from msgspec.structs import NODEFAULT, fields
from tests.docs import api_page, check_pages, library_page, rules_of_others

from careen import errors
from careen.cli.main import COMMANDS
from careen.config import SECRET, Settings, choices, description, shown
from careen.distributions.profile import Profile
from careen.distributions.registry import profiles
from careen.formats.feeds.software import software
from careen.plugins import AdvisorySource, Cataloger, ImageSource, Need, Reporter, VersionScheme, load
from careen.secrets.ruleset import Rule
from careen.secrets.ruleset import load as load_rules

NOTE = "<!-- Made by `make golden` from the code; tests/docs/test_reference.py fails if they differ. -->\n\n"


def pages() -> dict[str, str]:
    return {
        "commands": _commands(),
        "settings": _settings(),
        "exit-codes": _exit_codes(),
        "formats": _formats(),
        "images": _images(),
        "catalogers": _catalogers(),
        "sources": _sources(),
        "versions": _versions(),
        "secrets": _secrets(),
        "software": _software(),
        "distributions": _distributions(),
        "api": api_page.page(),
        "library": library_page.page(),
        "other-tools": rules_of_others.page(),
        **check_pages.pages(),
    }


def _commands() -> str:
    text = "# Commands\n\n" + NOTE
    for name, (module, what) in COMMANDS.items():
        parser = importlib.import_module(module).parser()
        text += f"## careen {name}\n\n{what[0].upper()}{what[1:]}.\n\n"
        for group in parser._action_groups:
            actions = [action for action in group._group_actions if action.help != argparse.SUPPRESS and action.dest != "help"]
            if actions:
                title = {"positional arguments": "argument", "options": "flag"}.get(group.title or "", f"{group.title}")
                text += _table(
                    (title, "meaning"), [(_name(action), (action.help or "").replace("%%", "%")) for action in actions]
                )
    return text


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{action.metavar or '|'.join(map(str, action.choices or [action.dest]))}`"
    value = f" {action.metavar or action.dest.upper()}" if action.nargs != 0 else ""
    return ", ".join(f"`{option}{value}`" for option in action.option_strings)


def _settings() -> str:
    text = "# Settings\n\n" + NOTE
    text += (
        "A flag beats a variable, which beats the file: `$XDG_CONFIG_HOME/careen/config.toml`\n"
        "(`~/.config/careen/config.toml`), or the one named by `--config` or `CAREEN_CONFIG`. Lists have commas between in\n"
        "variables and flags. Paths in a file are relative to it. `careen config show` names each value and its origin.\n\n"
    )
    rows = []
    for field in fields(Settings):
        key = field.encode_name
        flag = "(none: flags are visible to others)" if key in SECRET else f"`--{key.replace('_', '-')}`"
        default = "the platform's cache folder" if field.default is NODEFAULT else shown(key, field.default) or "-"
        words = f": {', '.join(choices(field))}" if choices(field) else ""
        file = "(not in a file)" if key in SECRET else f"`{key}`"
        rows.append((file, f"`CAREEN_{key.upper()}`", flag, default, description(field) + words))
    return text + _table(("key", "variable", "flag", "default", "meaning"), rows)


def _exit_codes() -> str:
    by_code: dict[int, list[str]] = {}
    for kind in errors.Error.__subclasses__():
        by_code.setdefault(kind.exit_code, []).append(kind.__name__)
    meanings = {
        0: "the scan is complete and the policy passed",
        1: "the policy failed: something meets a condition of `--fail-on` (a finding, the end of a release's support, …)",
        2: "usage or configuration: flags, settings, the ignore file",
        3: "could not complete: not found, denied, corrupt, over a limit, a layer not read whole, a named file that cannot be "
        "parsed, no database; with `--strict` also anything unreadable or not assessed",
        130: "interrupted (Ctrl-C)",
        141: "the reader of the output is gone",
    }
    rows = [(str(code), meaning, ", ".join(by_code.get(code, [])) or "-") for code, meaning in meanings.items()]
    after = (
        "Of several platforms the gravest counts: 3 before 1 before 0. The report goes to standard output, everything else to\n"
        "standard error: one line `careen: error: …` and, if there is one, a next step `hint: …`.\n"
    )
    return "# Exit codes\n\n" + NOTE + _table(("code", "meaning", "errors"), rows) + after


def _formats() -> str:
    rows = [(f"`{one.name}`", one.description, one.media_type) for one in load("careen.reports", "REPORTER", Reporter)]
    after = "The schema of `json` is [report-1.json](../schema/report-1.json).\n"
    return "# Formats\n\n" + NOTE + _table(("--format", "what", "media type"), rows) + after


def _images() -> str:
    rows = [(f"`{one.name}:`", one.description or "-") for one in load("careen.images", "IMAGE_SOURCE", ImageSource)]
    after = (
        "Without a prefix, the [form of a reference](../scanning.md) decides whether it is a path, and the file itself\n"
        "which of these it is. Any other reference names an image: of Docker, else of Podman, else of a registry.\n"
    )
    return "# Image sources\n\n" + NOTE + _table(("prefix", "what"), rows) + after


def _catalogers() -> str:
    text = "# Catalogers\n\n" + NOTE
    for one in load("careen.catalogers", "CATALOGER", Cataloger):
        text += f"## {one.name}\n\n"
        wants = [reader.wants for reader in one.readers]
        names = sorted({f"`{name}`" for want in wants for name in (*want.paths, *want.names, *want.suffixes)})
        names += sorted({f"`{folder}`" if "*" in folder else f"`{folder}/*`" for want in wants for folder in want.folders})
        names += [f"`{folder}/**`" for want in wants for folder in want.below]
        if any(want.executables for want in wants):
            names.append("executables and shared libraries")
        if any(want.anywhere for want in wants):
            names.append("every file, of most the first two bytes")
        text += f"Reads {', '.join(names)}.\n\n" if names else ""
        if one.ecosystem.purl_type:
            text += f"Package URLs `pkg:{one.ecosystem.purl_type}/…`, versions in the order `{one.ecosystem.scheme}`.\n\n"
        text += f"Limits: {one.limits.strip().rstrip('.')}.\n\n" if one.limits else ""
    return text.rstrip() + "\n"


def _sources() -> str:
    rows = [
        (f"`{one.name}`", one.title, _licence(one), f"<{one.homepage}>", _fetched_by(one))
        for one in load("careen.advisories", "ADVISORY_SOURCE", AdvisorySource)
    ]
    table = _table(("name", "what", "licence", "home", "fetched by"), rows).rstrip()
    pages = (_source(one) for one in load("careen.advisories", "ADVISORY_SOURCE", AdvisorySource))
    return "# Advisory sources\n\n" + NOTE + table + "\n\n" + SOURCES_NOTE + "\n" + "\n".join(filter(None, pages))


def _licence(source: AdvisorySource) -> str:
    return source.licence if source.redistributable else f"{source.licence}; not in what is published"


SOURCES_NOTE = """\
Of each source with live addresses: what they hold, and when they were last compared with the code of somebody else who uses
them. A size is that of all files; a scan fetches those of its own distribution and ecosystems. Of several addresses on one
line the first that answers is taken.
"""
EXAMPLES = frozenset({"alpine:3.22", "amzn:2", "amzn:2023", "anolis:23", "debian:13", "fedora:43", "ubuntu:24.04"})
INDEXES = {  # by a part of the address: what an index names
    "extras-catalog": ("php8.2",), "release-metadata/releases-index": ("11.0",),
    "projects/security/oval": ("opensuse.tumbleweed-affected.xml.gz", "suse.linux.enterprise.16-affected.xml.gz"),
}  # fmt: skip
MAX_ADDRESSES = 6


def _indexed(name: str) -> tuple[str, ...]:
    return next((names for part, names in INDEXES.items() if part in name and "://" in name), ())


def _source(source: AdvisorySource) -> str:
    feeds = {feed.path: feed for need in (Need(EXAMPLES), Need(full=True)) for feed in source.feeds(need, _indexed)}
    lines = ["- " + ", else ".join(f"<{one.url}>" for one in feed.places) for feed in feeds.values() if feed.url]
    if not lines:
        return ""
    if len(lines) > MAX_ADDRESSES:
        lines = [*lines[:MAX_ADDRESSES], f"- and {len(lines) - MAX_ADDRESSES} more of this kind"]
    facts = [source.form, source.size, f"renewed {source.renewed}" if source.renewed else "", f"licence: {source.licence}"]
    checked = f"last checked {source.checked}" if source.checked else "not yet compared with other code"
    role = "" if source.assesses else "Scores, names or dates: if it fails, its last values stay. "
    summary = f"{role}{'; '.join(filter(None, (*facts, checked)))}."
    return f"## {source.name}\n\n{summary[0].upper()}{summary[1:]}\n\n" + "\n".join(lines) + "\n"


def _fetched_by(source: AdvisorySource) -> str:
    feeds = source.feeds(Need(), _indexed)
    if feeds and not any(feed.url for feed in feeds):
        return "a mirror alone"
    when = "first scan" if source.on_demand else "`careen db update`"
    large = [feed.full for feed in feeds]
    full = "`careen db update --full`"
    return full if large and all(large) else f"{when}; what is large by {full}" if any(large) else when


def _versions() -> str:
    rows = []
    for one in load("careen.versions", "VERSION_SCHEME", VersionScheme):
        module = importlib.import_module(one.key.__module__)
        first = (module.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
        rows.append((f"`{one.name}`", first))
    return "# Version schemes\n\n" + NOTE + _table(("name", "order"), rows).rstrip() + "\n"


def _secrets() -> str:
    rows = [(f"`{one.id}`", one.title, one.severity, _known_by(one), _surest(one), one.source or "-") for one in load_rules()]
    before = (
        "A value that is *recognised by itself* has a form of its own; one in an *assignment* is recognised by its name; one\n"
        "*beside its id* only near the id or the name that belongs to it. The confidence is the highest that the rule gives.\n"
        "What a checksum in the value disproves is reported as low and possible, a key with a passphrase as medium.\n\n"
    )
    return (
        "# Rules of secrets\n\n"
        + NOTE
        + before
        + _table(("id", "what", "severity", "known by", "confidence", "issuer's documentation"), rows).rstrip()
        + "\n"
    )


def _software() -> str:
    before = (
        "Packages of third parties, and programs that no package manager installed, are assessed by these names: see\n"
        "[Third parties](../matching.md). Packages in brackets hold no program of their own: a match is *possible*.\n\n"
    )
    rows = []
    for one in sorted(software(), key=lambda one: one.name.lower()):
        names = [f"`{name}`" for name in one.packages] + [f"(`{name}`)" for name in one.parts]
        known = [f"`{name}`" for name in one.osv] + [f"`{name}`" for name in one.cpe]
        alone = "by its files or its code alone" if one.sources else "by its files alone"
        rows.append((one.name, ", ".join(known), ", ".join(names) or alone))
    return (
        "# Software by its makers' names\n\n"
        + NOTE
        + before
        + _table(("software", "OSV, CPE", "rpm and deb"), rows).rstrip()
        + "\n"
    )


def _distributions() -> str:
    before = (
        "What `src/careen/distributions` has a file of: see [Distribution packages](../matching.md). IDs are those of\n"
        "`os-release`. If no source in [this list](sources.md) has advisories of a distribution, it is recognised and\n"
        "reported as not assessed (`no_advisories`); if only its name is known, as `unknown_distribution`.\n\n"
    )
    rows = [
        (f"`{one.id}`", one.title, ", ".join(one.packages) or "its name alone", _assessed_by(one), one.support.product or "-")
        for one in profiles().values()
    ]
    head = ("ID", "distribution", "packages", "advisories", "end of life")
    return "# Distributions\n\n" + NOTE + before + _table(head, rows).rstrip() + "\n"


def _assessed_by(one: Profile) -> str:
    if one.follows:
        return f"those of `{one.follows.parent}`"
    if not one.packages:
        return "-"
    own = f"`{one.advisories.namespace or one.id}`"
    return f"{own}, else those of `{one.advisories.stand_in}`" if one.advisories.stand_in else own


def _surest(rule: Rule) -> str:
    proves_nothing = ("", "aws", "basic", "signature", "mapbox")
    return "confirmed" if rule.check not in proves_nothing or (rule.pair and not rule.paired) else rule.assurance


def _known_by(rule: Rule) -> str:
    how = "an assignment" if rule.near else "itself"
    if rule.paired:
        how += ", beside its id"
    if rule.check:
        how += ", checked offline"
    places = [f"`{name}`" for name in rule.names] + [f"`*{suffix}`" for suffix in rule.suffixes]
    return how + (f", in {', '.join(places)}" if places else "")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ["---"] * len(list(head)), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines) + "\n\n"
