"""2,000 Kubernetes documents in three seconds, and selectors that meet many pods in bounded time."""

import time

import pytest
from tests.conftest import ROOT

from careen.checks.run import run
from careen.formats import compose, kubernetes
from careen.plugins import Check, load

CHECKS = [one for folder in ("kubernetes", "rbac", "network") for one in load(f"careen.checks.{folder}", "CHECK", Check)]
SHOP = (ROOT / "examples/shop/kubernetes.yaml").read_text("utf-8")


def test_many_documents():
    documents = SHOP.split("---\n")
    copies = [SHOP.replace("shop", f"shop{index}") for index in range(2000 // len(documents) + 1)]
    start = time.process_time()
    manifests = kubernetes.read([("all.yaml", "---\n".join(copies))])
    outcome = run(CHECKS, manifests, "all.yaml")
    seconds = time.process_time() - start
    assert len(manifests.resources) >= 2000
    assert not outcome.unknowns
    assert seconds < 15  # a second or less where it was written


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p%d, labels: {app: web}}\nspec: {containers: [{image: web}]}\n"
POLICY = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n%d}\n"
    "spec: {podSelector: {matchLabels: {app: web}}}\n"
)
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d%d}\nspec: {selector: {app: web}}\n"


@pytest.mark.parametrize("other", [POLICY, DEPLOYMENT], ids=["policies", "deployments"])
def test_selectors_that_meet_many_pods_end(other):
    text = "---\n".join([POD % index for index in range(1500)] + [other % index for index in range(1500)])
    start = time.process_time()
    run(CHECKS, kubernetes.read([("all.yaml", text)]), "all.yaml")
    assert time.process_time() - start < 30


def test_a_large_compose_file():
    body = "".join(
        f"  s{index}:\n    image: web\n    ports: ['{index + 1000}:80']\n    volumes: [v{index}:/a, shared:/b]\n"
        for index in range(compose.MAX_SERVICES)
    )
    start = time.process_time()
    checks = load("careen.checks.compose", "CHECK", Check)
    run(checks, compose.read([("compose.yaml", "services:\n" + body)]), "compose.yaml")
    assert time.process_time() - start < 30
