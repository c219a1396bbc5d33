"""Pods of agents in Jenkinsfiles."""

import pytest
from tests.support.work import ends

from careen.formats.data import yaml_document
from careen.formats.services.groovy_text import literals
from careen.formats.services.jenkins_pods import MAX_PARTS, elsewhere, files, flow_text, pods

TEMPLATE = """\
podTemplate(label: 'build', hostNetwork: true, namespace: 'ci',
  serviceAccount: 'builder', runAsUser: '1000',
  volumes: [
    hostPathVolume(hostPath: '/run', mountPath: '/r', readOnly: true),
    nfsVolume(serverAddress: 'a', serverPath: '/b', mountPath: '/c')],
  envVars: [envVar(key: 'A', value: '1')],
  containers: [
    containerTemplate(name: 'd', image: 'docker:28', command: 'sleep', args: 'a b', alwaysPullImage: true,
      privileged: true, runAsUser: '0', resourceLimitMemory: '1Gi', resourceRequestEphemeralStorage: '2Gi',
      envVars: [secretEnvVar(key: 'T', secretName: 's', secretKey: 'k')],
      ports: [portMapping(name: 'p', containerPort: 80, hostPort: 8080)]),
    containerTemplate(name: 'e', image: 'e:1'),
  ]) { node('build') { } }
"""


def of_arguments(text):
    ((before, written),) = pods(text)
    return yaml_document.read("\n" * before + written)[0]


def test_a_pod_of_arguments():
    pod = of_arguments(TEMPLATE)
    spec = pod["spec"]
    mounts = [{"name": "volume-0", "mountPath": "/r", "readOnly": True}, {"name": "volume-1", "mountPath": "/c"}]
    first, second = spec.pop("containers")
    assert pod["metadata"] == {"namespace": "ci"}
    assert spec == {
        "hostNetwork": True,
        "serviceAccountName": "builder",
        "securityContext": {"runAsUser": 1000},
        "volumes": [
            {"name": "volume-0", "hostPath": {"path": "/run"}},
            {"name": "volume-1", "nfs": {"server": "a", "path": "/b"}},
        ],
    }
    assert second == {"name": "e", "image": "e:1", "volumeMounts": mounts, "env": [{"name": "A", "value": "1"}]}
    assert first == {
        "name": "d",
        "image": "docker:28",
        "command": ["sleep"],
        "args": ["a", "b"],
        "imagePullPolicy": "Always",
        "securityContext": {"privileged": True, "runAsUser": 0},
        "resources": {"limits": {"memory": "1Gi"}, "requests": {"ephemeral-storage": "2Gi"}},
        "env": [
            {"name": "T", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            {"name": "A", "value": "1"},
        ],
        "ports": [{"name": "p", "containerPort": 80, "hostPort": 8080}],
        "volumeMounts": mounts,
    }


def test_keys_are_on_the_lines_of_their_arguments():
    spec = of_arguments(TEMPLATE)["spec"]
    first, second = spec.maps("containers")
    assert (spec.line_of("hostNetwork"), spec.line_of("serviceAccountName")) == (1, 2)
    assert spec.maps("volumes")[0].map("hostPath").line_of("path") == 4
    assert (first.line_of("image"), first.line_of("securityContext", "privileged"), second.line) == (8, 9, 12)


def test_a_container_of_a_block():
    pod = of_arguments("agent { kubernetes {\n containerTemplate {\n name 'm'\n image 'm:3'\n privileged true } } }")
    assert pod["spec"]["containers"] == [{"name": "m", "image": "m:3", "securityContext": {"privileged": True}}]


def test_texts():
    text = (
        "def pod = '''\nspec: {}\n'''\nkubernetes { yaml '''\nkind: Pod''' }\npodTemplate(yaml: pod)\nyaml 'no.file'\nx(yaml)"
    )
    assert list(pods(text)) == [(3, "\nkind: Pod"), (0, "\nspec: {}\n")]


def test_no_pod_without_containers_volumes_or_host():
    assert list(pods("podTemplate(label: 'a', inheritFrom: 'b') { }")) == []


def test_files():
    text = "kubernetes { yamlFile 'ci/pod.yaml' }\npodTemplate(\n yamlFile: 'b')\nkubernetes { yamlFile name }"
    assert list(files(text)) == [("ci/pod.yaml", 1), ("b", 3)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("podTemplate(inheritFrom: 'base')", "the pod template base that a pod inherits from"),
        ("kubernetes { yaml other }", "the pod ${other}"),
        ("podTemplate(yaml: libraryResource('a'))", "the pod of libraryResource()"),
        ("kubernetes { yamlFile name }", "the pod ${name}"),
        ("podTemplate(containers: all)", "containers of a pod template"),
        ("podTemplate(containers: [make('a')])", "an item of containers of a pod template"),
        ("podTemplate(containers: [a])", "an item of containers of a pod template"),
        ("podTemplate(volumes: [customVolume()])", "an item of volumes of a pod template"),
        ("podTemplate(hostNetwork: a)", "hostNetwork of a pod template"),
        ("podTemplate(containers: [containerTemplate(privileged: a)])", "privileged of a pod template"),
        ("podTemplate(volumes: [hostPathVolume(hostPath: a)])", "hostPath of a pod template"),
    ],
)
def test_what_is_elsewhere(text, what):
    assert list(elsewhere(literals(f"\n{text}"))) == [(what, 2)]


@pytest.mark.parametrize(
    "text", ["pod = 'a: b'\nkubernetes { yaml pod }", TEMPLATE, "kubernetes { yaml 'a: b' }", "yaml other"]
)
def test_nothing_is_elsewhere(text):
    assert list(elsewhere(literals(text))) == []


def test_flow_text_has_every_kind_of_value():
    text = 'a: "\\""\nb: [1, {c: true}]\nd: null\ne:\n  f: x\n'
    (read,) = yaml_document.read(text)
    (again,) = yaml_document.read(flow_text(read))
    assert again == read and again.lines == read.lines


def test_parts_of_a_pod_are_bounded():
    many = ", ".join(["hostPathVolume(hostPath: '/a', mountPath: '/b')"] * (MAX_PARTS + 1))
    containers = ", ".join(["containerTemplate(image: 'a:1')"] * (MAX_PARTS + 1))
    text = f"podTemplate(volumes: [{many}],\n containers: [{containers}])"
    spec = of_arguments(text)["spec"]
    assert [len(spec[key]) for key in ("volumes", "containers")] == [MAX_PARTS] * 2
    assert list(elsewhere(literals(text))) == [
        (f"containers of a pod template after the first {MAX_PARTS}", 2),
        (f"volumes of a pod template after the first {MAX_PARTS}", 1),
    ]


def test_hostile_text():
    parts = ("podTemplate(", "podTemplate(containers: [", "kubernetes {", "yaml a\n", "a = 'b'\n", "yaml '''\n", "yaml ")
    with ends():
        for part in parts:
            text = part * 20_000
            for reads in (pods, files, lambda text: elsewhere(literals(text))):
                try:
                    list(reads(text))
                except ValueError:
                    pass
