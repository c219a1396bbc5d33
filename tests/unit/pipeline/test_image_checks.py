from datetime import date

from msgspec.structs import replace
from tests.support.matching import DEBIAN, info, run
from tests.support.reports import clean
from tests.support.secrets import filled

from careen.checks.run import Outcome
from careen.model.filesystem import Entry, FileSystem
from careen.model.image import ImageConfig
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Distribution, Evidence
from careen.model.report import Reason
from careen.pipeline.image_checks import check_image, secrets_of, unassessed_distribution
from careen.plugins import Check, Place
from careen.secrets.find import find

TODAY = date(2026, 6, 1)
IMAGE = replace(clean().image, tag="shop:1")


def checked(inspect, inventory=None, image=IMAGE):
    check = Check("IMG-999", "t", "high", "w", "f", (), inspect, kind="image")
    return check_image(image, inventory or Inventory(DEBIAN, ()), (check,), TODAY, "why")


def test_findings_have_the_layer_of_their_file():
    files = FileSystem((Entry("etc/x", "f", layer=2),))
    outcome = checked(lambda document: [Place("p", path="etc/x"), Place("q")], Inventory(DEBIAN, (), filesystem=files))
    assert [(finding.location.path, finding.layer) for finding in outcome.findings] == [
        ("etc/x", 2),
        ("image configuration", None),
    ]


def test_what_a_check_knows():
    seen = []
    odd = Unknown("layer", Evidence("a", 0), "odd")
    inventory = Inventory(DEBIAN, (), (odd, replace(odd, whole_layer=True), replace(odd, cataloger="npm")))
    checked(lambda document: seen.append(document) or [], inventory)
    (document,) = seen
    assert (document.today, document.tag, document.unassessed, document.complete) == (TODAY, "shop:1", "why", True)
    assert document.anomalies == (("a", "odd"),)
    checked(lambda document: seen.append(document) or [], image=replace(IMAGE, kind="directory"))
    assert not seen[-1].complete


def test_a_failing_check_is_unknown():
    assert [unknown.cataloger for unknown in checked(lambda document: 1 / 0).unknowns] == ["check IMG-999"]


def test_no_checks():
    assert check_image(IMAGE, Inventory(DEBIAN, ()), (), TODAY, "") == Outcome()


def test_secrets_in_variables():
    image = replace(IMAGE, config=ImageConfig(env=(f"A={filled('ghp_{alnum36}')}",)))
    (secret,), unknowns = secrets_of(image, Inventory(DEBIAN, ()))
    assert (secret.location.path, unknowns) == ("ENV A", ())
    assert secrets_of(IMAGE, Inventory(DEBIAN, ())) == ((), ())


def test_a_secret_in_a_variable_and_a_file_is_one():
    token = filled("ghp_{alnum36}")
    image = replace(IMAGE, config=ImageConfig(env=(f"A={token}",)))
    (in_file,) = find(token.encode(), "app/.env")
    inventory = Inventory(DEBIAN, (), secrets=(replace(in_file, layer=2),))
    (secret,), _ = secrets_of(image, inventory)
    assert (secret.location.path, secret.layer) == ("app/.env", 2)
    assert [place.location.path for place in secret.places] == ["ENV A"]


def unassessed(distribution, *reasons, known=()):
    matched = run([], known, distribution)
    return unassessed_distribution(Inventory(distribution, ()), replace(matched, reasons=reasons))


def test_why_no_source_assesses_the_distribution():
    missing = Reason("no_advisories", "Debian 12: no feed", 1, ("debian-12",))
    assert unassessed(DEBIAN, Reason("unpinned", "x"), missing) == "Debian 12: no feed"
    assert unassessed(DEBIAN, replace(missing, subjects=("debian-11",))) == ""
    assert unassessed(Distribution("x", "1"), missing) == ""
    assert unassessed(Distribution("x", "1"), Reason("unknown_distribution", "x: unknown")) == "x: unknown"
    assert unassessed(None) == ""


def test_an_assessed_distribution():
    matched = replace(run([], [info()]), namespaces=("debian:12",), reasons=(Reason("unknown_distribution", "x"),))
    assert unassessed_distribution(Inventory(DEBIAN, ()), matched) == ""
