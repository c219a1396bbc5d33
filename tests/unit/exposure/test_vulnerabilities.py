"""The same vulnerability counts by its container; what is known of its exploitation decides how easily an attacker gets in."""

import pytest
from msgspec.structs import replace
from tests.support.exposure import chains, exposure, image_vulnerability, scanned
from tests.support.reports import JINJA, usual, vulnerability

from careen.exposure.graph import Container
from careen.exposure.vulnerabilities import ScannedImage, break_in, scanned_image, vector
from careen.model.advisory import Cvss
from careen.model.finding import EpssScore

STAND = """\
services:
  door:
    image: x/same:1
    user: root
    ports: ["80:80"]
    volumes: [data:/var/lib/postgresql/data]
    networks: [front]
  db:
    image: postgres:17
    volumes: [data:/var/lib/postgresql/data]
    networks: [back]
  job:
    image: x/same:1
    user: "1000"
    network_mode: none
networks: {front: {}, back: {internal: true}}
volumes: {data: {}}
"""


def test_root_at_the_door_beside_the_database_is_another_matter_than_a_sealed_job():
    answer = exposure(STAND, images=[scanned("x/same:1", image_vulnerability(weight=0.5))])
    by_name = {answer.graph.nodes[one.container].name: one for one in answer.weighed}
    door, job = by_name["door"], by_name["job"]
    assert door.priority > 30 * job.priority
    assert door.privilege > job.privilege
    assert door.exposure > 15 * job.exposure
    assert (door.sharing, job.sharing) == (1.0, 0.5)
    assert answer.weighed[0] is door
    for one in answer.weighed:
        product = 10 * one.vulnerability.weight * one.privilege * one.exposure * one.sharing
        assert one.priority == pytest.approx(product, abs=0.006)


def test_without_images_nothing_is_weighed_and_the_ways_stay():
    assert exposure(STAND).weighed == ()
    assert "Internet > door > data of db" in chains(exposure(STAND))


def container(**changes):
    return Container(**{"image": "x", "user": "root", "listens": True} | changes)


def test_how_easily_a_program_is_broken_into():
    nobody_looked = break_in(container(), None)
    clean, dirty = break_in(container(), scanned("x")), break_in(container(), scanned("x", image_vulnerability(weight=0.95)))
    assert clean < nobody_looked < dirty == 0.95
    assert break_in(container(guarded=True), None) == nobody_looked / 2
    assert break_in(container(guarded=True), scanned("x", image_vulnerability(weight=0.95))) == 0.95
    assert break_in(container(listens=None), None) == nobody_looked / 2


def test_a_vulnerability_at_the_door_lifts_what_lies_behind_it():
    text = """\
        services:
          edge: {image: x/edge:1, user: "1000", ports: ["80:80"]}
          agent: {image: x/agent:1, user: root, expose: ["1"], volumes: ["/var/run/docker.sock:/s"]}
        """
    scores = []
    for kev in (False, True):
        edge = scanned("x/edge:1", image_vulnerability(kev=kev, weight=0.95 if kev else 0.02))
        answer = exposure(text, images=[edge, scanned("x/agent:1")])
        assert chains(answer)[0] == "Internet > edge > agent > host" if kev else True
        scores.append(next(path.score for path in answer.paths if path.target.startswith("host:")))
    assert scores[1] > 2 * scores[0]
    assert answer.paths[0].severity == "critical"


def weight(**changes):
    report = usual()
    found = vulnerability("CVE-2026-9", JINJA, **changes)
    return scanned_image("x", replace(report, findings=(found,))).vulnerabilities[0].weight


def cvss(text):
    return (Cvss("nvd", "3.1", text, 9.8),)


def test_what_is_exploited_weighs_most_and_what_cannot_be_reached_least():
    remote, physical = cvss("CVSS:3.1/AV:N/AC:L"), cvss("CVSS:3.1/AV:P/AC:L")
    assert weight(kev=True, cvss=remote) == 0.95
    assert weight(kev=False, severity="critical", epss=None, cvss=remote) == 0.5
    assert weight(kev=False, severity="low", epss=EpssScore(0.9, 0.99), cvss=remote) == 0.9
    assert weight(kev=False, severity="critical", epss=None, cvss=physical) < 0.05
    assert weight(kev=False, severity="unknown", epss=None, cvss=()) < 0.05


def test_what_is_only_possible_is_left_out():
    report = usual()
    found = vulnerability("CVE-2026-9", JINJA, confidence="possible")
    assert scanned_image("x", replace(report, findings=(found,))).vulnerabilities == ()


@pytest.mark.parametrize(
    ("texts", "way"),
    [(["CVSS:3.1/AV:N/AC:L"], "N"), (["AV:L/AC:L/Au:N"], "L"), (["CVSS:4.0/AV:A/AC:L"], "A"), ([], ""), (["nonsense"], "")],
)
def test_the_vector(texts, way):
    assert vector(texts) == way


def test_an_image_that_could_not_be_scanned_is_reported_and_fails_strict():
    images = [ScannedImage("x/same:1", trouble="not found")]
    assert exposure(STAND, images=images).exit_code == 0
    assert exposure(STAND, images=images, strict=True).exit_code == 3
    assert exposure(STAND, strict=True).exit_code == 0


@pytest.mark.parametrize("image", [ScannedImage("x/same:1", trouble="not found"), ScannedImage("x/same:1", scanned="x/same:1")])
def test_a_gate_does_not_pass_by_an_image_of_which_too_little_is_known(image):
    assert exposure(STAND, images=[image], fail_on="critical").exit_code == 3
    assert exposure(STAND, images=[replace(image, trouble="", assessed=True)], fail_on="critical").exit_code == 0
