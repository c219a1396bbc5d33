"""The work grows with the number of documents, and selectors that meet many pods end."""

import pytest
from tests.conftest import ROOT
from tests.support.work import ends, grows_with_its_input

from careen.checks.run import run
from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.kubernetes import manifest_files
from careen.formats.services import compose
from careen.plugins import Check, load

CHECKS = [one for folder in ("kubernetes", "rbac", "network") for one in load(f"careen.checks.{folder}", "CHECK", Check)]
SHOP = (ROOT / "examples/shop/kubernetes.yaml").read_text("utf-8")


def test_many_documents_take_no_more_than_their_number():
    def check(count):
        text = "---\n".join(SHOP.replace("shop", f"shop{index}") for index in range(count))
        return lambda: run(CHECKS, manifest_files.read([("all.yaml", text)]), "all.yaml")

    assert not check(4)().unknowns
    assert grows_with_its_input(check, 4)


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p%d, labels: {app: web}}\nspec: {containers: [{image: web}]}\n"
POLICY = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n%d}\n"
    "spec: {podSelector: {matchLabels: {app: web}}}\n"
)
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d%d}\nspec: {selector: {app: web}}\n"


@pytest.mark.parametrize("other", [POLICY, DEPLOYMENT], ids=["policies", "deployments"])
def test_selectors_that_meet_many_pods_end(other):
    text = "---\n".join([POD % index for index in range(500)] + [other % index for index in range(500)])
    with ends():
        run(CHECKS, manifest_files.read([("all.yaml", text)]), "all.yaml")


def test_a_large_compose_file():
    body = "".join(
        f"  s{index}:\n    image: web\n    ports: ['{index + 1000}:80']\n    volumes: [v{index}:/a, shared:/b]\n"
        for index in range(compose.MAX_SERVICES)
    )
    with ends():
        checks = load("careen.checks.compose", "CHECK", Check)
        run(checks, compose.read([("compose.yaml", "services:\n" + body)]), "compose.yaml")


@pytest.mark.parametrize(
    "lines",
    [
        lambda number: "WORKDIR a\n",
        lambda number: f"FROM a AS s{number}\nCOPY --from=s{number - 1} a b\n",
        lambda number: f"FROM base\nWORKDIR w{number}\n",
    ],
)
def test_a_dockerfile_of_many_instructions(lines):
    checks = load("careen.checks.dockerfile", "CHECK", Check)
    text = "FROM a AS base\n" + "RUN a\n" * 5000 + "".join(map(lines, range(6_000)))
    with ends():
        run(checks, read_dockerfile(text), "Dockerfile")
