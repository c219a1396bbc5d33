"""The files that describe distributions agree with each other, and nothing else names a distribution."""

import ast
import re
from pathlib import Path

import pytest

from careen.distributions.profile import Rule, applied
from careen.distributions.registry import by_codename, id_of, profile, profile_of, profiles
from tests.conftest import ROOT

SOURCE = ROOT / "src" / "careen"
FILES = sorted((SOURCE / "distributions").glob("*.toml"))
# Where a distribution may be named: in what reads the documents or package database of one, and in what is not ours to name.
ALLOWED = {
    "advisories": "a feed's address and format are of one distribution",
    "checks": "examples are Dockerfiles and manifests",
    "cli/db.py": "an example in a help text",
    "config/settings.py": "an example in a help text",
    "catalogers/freebsd.py": "a type of packages",
    "catalogers/golang/build_list.py": "an operating system in names of programs",
    "catalogers/portage.py": "a version scheme",
    "catalogers/snap.py": "a snap is made of Ubuntu's packages",
    "formats/debian/releases.py": "what only Debian's archive, tracker and changelogs are read with",
    "advisories/ubuntu/notices.py": "one of Ubuntu's documents",
    "formats/feeds/ubuntu_places.py": "the words of Ubuntu's documents",
    "advisories/ubuntu/tracker.py": "one of Ubuntu's documents",
    "advisories/ubuntu/usn.py": "one of Ubuntu's documents",
    "images/base_tags.py": "a word in tags of images",
    "predict/apk_repositories.py": "the layout of Alpine's mirrors",
    "licences/names.py": "names of a licence",
    "licences/notices.py": "a name of a licence",
    "images/platforms.py": "an operating system in the words of OCI",
    "matching/patched.py": "a vendor's words for what it patched",
    "matching/platforms.py": "an operating system in the words of OCI",
    "matching/severity.py": "the name of a source",
    "matching/vendors.py": "words in versions and maintainers of debs, whichever distribution has them",
    "versions/freebsd.py": "a version scheme",
    "versions/gentoo.py": "a version scheme",
}
OTHER_WORDS = {"arch", "circle", "echo", "neon", "pop"}  # they mean something else too


def test_a_file_has_the_name_of_its_distribution():
    assert {path.stem for path in FILES} == profiles().keys()


@pytest.mark.parametrize("one", profiles().values(), ids=lambda one: one.id)
def test_its_references_exist(one):
    named = (one.advisories.stand_in, one.advisories.line, one.advisories.namespace, one.advisories.paid)
    followed = (one.follows.parent, one.follows.instead_of) if one.follows else ()
    assert set(filter(None, (*named, *followed))) <= profiles().keys()
    for namespace in one.follows.releases.values() if one.follows else ():
        assert profile_of(namespace) is not None, f"follows.releases: {namespace!r} is not a namespace such as debian:12"
    codenames = (*one.advisories.shipped, *filter(None, [one.builds.others_since]))
    assert set(codenames) <= one.releases.codenames.keys()
    assert not one.builds.rpm_vendor or "rpm" in one.packages


@pytest.mark.parametrize("one", profiles().values(), ids=lambda one: one.id)
def test_its_expressions_are_some(one):
    rules = (*one.releases.named, *one.advisories.osv, *one.support.named, *(one.follows.when if one.follows else ()))
    texts = [rule.like for rule in rules]
    texts += [one.builds.rpm_vendor, one.builds.own_release, one.builds.deb_release, one.builds.maintainer]
    texts += [*one.images.repositories, *one.images.tags, one.follows.changed if one.follows else ""]
    assert all(re.compile(text) for text in texts)
    assert all(rule.of in ("", "codename", "pretty_name") for rule in rules)


def test_no_name_is_of_two():
    for names in (
        [name for one in profiles().values() for name in (one.id, *one.aliases)],
        [name for one in profiles().values() for name in one.names],
        [cpe for one in profiles().values() for cpe in one.cpes],
        [codename for one in profiles().values() for codename in one.releases.codenames],
        [prefix for one in profiles().values() for prefix in one.advisories.ids],
        [path for one in profiles().values() for path in (*one.files.release, one.files.version, one.files.mark) if path],
    ):
        assert len(set(names)) == len(names), names


def test_an_ecosystem_is_of_one_distribution():
    """In whatever order they are asked."""
    for ecosystem in ("SUSE:Linux Enterprise Server 15 SP4-LTSS", "SUSE:Linux Enterprise Server 12", "Ubuntu:Pro:18.04:LTS"):
        found = [one.id for one in profiles().values() if applied(one.advisories.osv, ecosystem) is not None]
        assert len(found) == 1, (ecosystem, found)


def test_names():
    assert (profile("redhat").id, id_of(" Red Hat "), id_of("RockyLinux")) == ("rhel", "red hat", "rocky")
    assert (by_codename("bookworm"), by_codename("sid"), by_codename("nobody")) == (("debian", "12"), ("debian", "sid"), None)
    assert profile("nobody") is None and profile_of("nobody:1") is None


def test_the_first_rule_that_fits_counts():
    rules = (Rule("(\\d)x", "{0}:{pretty_name}"), Rule("y", "second", of="pretty_name"), Rule(".*", "last"))
    assert applied(rules, "3x", pretty_name="p") == "3:p"
    assert applied(rules, "3xx", pretty_name="y") == "second"
    assert applied(rules, "", pretty_name="yy") == "last"
    assert applied(rules[:2], "no", pretty_name="no") is None


def test_nothing_else_names_a_distribution():
    ids = [one.id for one in profiles().values()]
    names = {*ids, *(name for one in profiles().values() for name in one.releases.codenames)} - OTHER_WORDS
    places = {path.relative_to(SOURCE).as_posix(): path for path in SOURCE.rglob("*.py")}
    named = {place: words for place, path in places.items() if (words := _words(path) & names)}
    unexpected = {place: words for place, words in named.items() if ALLOWED.keys().isdisjoint((place, place.partition("/")[0]))}
    assert not unexpected, "it belongs into careen/distributions; if it means something else there, add it to OTHER_WORDS"
    assert {place for place in ALLOWED if "." in place} <= named.keys(), "what is no longer needed is taken off the list"


def _words(path: Path) -> set[str]:
    """Those of a file's texts that are no documentation: "debian" of "debian", "debian:12", "debian-12", r"(debian|ubuntu)"."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = (node.body[0] for node in ast.walk(tree) if isinstance(node, documented) and node.body)
    texts = {id(node.value) for node in first if isinstance(node, ast.Expr)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            for word in re.split(r"[|()\s,]+", node.value):
                found |= {word, word.partition(":")[0], re.sub(r"-[\d{].*", "", word)}
    return found
