"""The shop of six services, on Compose and on Kubernetes: every planted way is found, none is invented, the worst is first."""

import pytest
from tests.conftest import ROOT
from tests.support.exposure import chains, edges, exposure

COMPOSE = (ROOT / "examples/shop/compose.yaml").read_text("utf-8")
KUBERNETES = (ROOT / "examples/shop/kubernetes.yaml").read_text("utf-8")

# All that leads out of one container into another, or to the host: what is planted, and the secret that web and db need.
CROSSINGS = {
    ("agent", "host", "socket"),
    ("agent", "host", "privilege"),
    ("web", "uploads", "volume"),
    ("worker", "uploads", "volume"),
    ("uploads", "web", "volume"),
    ("uploads", "worker", "volume"),
    ("uploads", "edge", "volume"),
    ("web", "db", "credential"),
}
APART = ("credential", "volume", "socket", "privilege", "host_path", "namespace", "role")


def test_compose_the_intended_chain_is_first():
    answer = exposure(COMPOSE)
    first = answer.paths[0]
    assert chains(answer)[0] == "Internet > edge > agent > host"
    assert first.severity == "critical"
    assert [step.way for step in first.steps] == ["exposed", "network", "socket"]
    assert {one.severity for one in answer.paths[1:]} <= {"high", "medium", "low"}
    assert chains(answer)[1] == "Internet > db"
    assert answer.paths[1].severity == "high"


def test_compose_every_planted_way_and_no_other():
    answer = exposure(COMPOSE)
    assert edges(answer, *APART) == CROSSINGS | {("agent", "host", "host_path")}
    assert {(source, target) for source, target, _ in edges(answer, "exposed")} == {
        ("Internet", "port 443"),
        ("port 443", "edge"),
        ("Internet", "port 5432"),
        ("port 5432", "db"),
    }
    assert answer.graph.notes == ()


def test_kubernetes_the_same_chain_is_first():
    answer = exposure(KUBERNETES)
    assert chains(answer)[:3] == [
        "Internet > edge > agent > node of the cluster",
        "Internet > edge > agent > every Secret of the cluster",
        "Internet > db",
    ]
    assert [path.severity for path in answer.paths[:3]] == ["critical", "high", "medium"]
    assert all(path.severity == "low" for path in answer.paths[3:])


def test_kubernetes_every_planted_way_and_no_other():
    answer = exposure(KUBERNETES)
    planted = {(source, target.replace("host", "node of the cluster"), way) for source, target, way in CROSSINGS}
    planted |= {
        ("agent", "node of the cluster", "namespace"),  # hostPID
        ("agent", "service account agent", "role"),
        ("service account agent", "every Secret of the cluster", "role"),
    }
    assert edges(answer, *APART) == planted
    reached = {(source, target) for source, target, _ in edges(answer, "network")}
    assert reached == {("edge", "web"), ("edge", "agent"), ("web", "db"), ("web", "cache"), ("worker", "db")}
    assert {(source, target) for source, target, _ in edges(answer, "exposed")} == {
        ("Internet", "Ingress edge"),
        ("Ingress edge", "edge"),
        ("Internet", "NodePort db"),
        ("NodePort db", "db"),
    }
    assert answer.graph.notes == ()


@pytest.mark.parametrize("text", [COMPOSE, KUBERNETES])
def test_each_step_names_its_line(text):
    lines = text.splitlines()
    answer = exposure(text)
    for path in answer.paths:
        for step in path.steps:
            for edge in step.edges:
                for reason in edge.reasons:
                    assert reason.text
                    assert reason.places
                    assert all(place.path == "a.yaml" and 1 <= place.line <= len(lines) for place in reason.places)
    socket = next(edge.reasons[0] for edge in answer.paths[0].steps[-1].edges)
    assert ".sock" in socket.text
    assert ".sock" in lines[socket.places[0].line - 1]


def test_without_its_misconfigurations_the_shop_has_no_path_worth_a_gate():
    faulty = {
        '"5432:5432"': '"127.0.0.1:5432:5432"',
        "privileged: true": "privileged: false",
        "- /var/run/docker.sock:/var/run/docker.sock": "- /srv/agent:/srv/agent",
        "- /etc:/host/etc:ro": "- /srv/state:/srv/state",
        "uploads:/srv/uploads # WRONG: see web": "uploads:/srv/uploads:ro",
    }
    text = COMPOSE
    for fault, cure in faulty.items():
        assert fault in text
        text = text.replace(fault, cure)
    answer = exposure(text, fail_on="medium")
    assert answer.exit_code == 0
    assert not any(chain.endswith("host") for chain in chains(answer))
    assert not any(chain.startswith("Internet > db") for chain in chains(answer))
    assert not any(chain.startswith("worker > ") for chain in chains(answer))


def test_gates():
    assert exposure(COMPOSE).exit_code == 0
    assert exposure(COMPOSE, fail_on="critical").exit_code == 1
    assert exposure(KUBERNETES, fail_on="critical").exit_code == 1
