import re

import pytest
from msgspec.structs import replace
from tests.support.reports import DIGEST, HOSTILE, LIBSSL, clean, vulnerability
from tests.unit.output.test_gitlab_report import only, report_of

IMAGE = re.compile(r"[^:]+(:\d+[^:]*)?:[^:]+(:[^:]+)?")


def test_the_place_is_a_package_of_the_image():
    assert only(vulnerability("CVE-1", LIBSSL))["location"] == {
        "dependency": {"package": {"name": "libssl3"}, "version": "3.0.11-1~deb12u2"},
        "operating_system": "debian 12",
        "image": "registry.example/shop/service:1.4",
    }


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("nginx", "nginx:latest"),
        ("registry.example:5000/a/b:1", "registry.example:5000/a/b:1"),
        (f"nginx@{DIGEST}", f"nginx@{DIGEST}"),
        (f"nginx:1@{DIGEST}", f"nginx:1@{DIGEST}"),
        ("docker-archive:/tmp/a.tar", "docker-archive:/tmp/a.tar"),
        ("./rootfs", "./rootfs:latest"),
        ("", "image:latest"),
    ],
)
def test_an_image_has_a_tag_or_a_digest(reference, image):
    report = replace(clean(), findings=(vulnerability("CVE-1", LIBSSL),))
    (entry,) = report_of(replace(report, image=replace(report.image, reference=reference)))["vulnerabilities"]
    assert entry["location"]["image"] == image


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_name_makes_an_image_that_gitlab_takes(text):
    report = replace(clean(), findings=(vulnerability("CVE-1", LIBSSL),))
    (entry,) = report_of(replace(report, image=replace(report.image, reference=text)))["vulnerabilities"]
    assert IMAGE.fullmatch(entry["location"]["image"])
    assert len(entry["location"]["image"]) <= 255


def test_without_a_distribution_the_system_is_unknown():
    report = replace(clean(), findings=(vulnerability("CVE-1", LIBSSL),))
    (entry,) = report_of(replace(report, inventory=replace(report.inventory, distribution=None)))["vulnerabilities"]
    assert entry["location"]["operating_system"] == "unknown"
