"""Containers of Jenkinsfiles, with lines."""

import pytest
from tests.support.work import ends

from careen.formats.services.jenkinsfile import is_jenkinsfile, may_be_jenkinsfile, read

TEXT = """\
// docker.image('not').inside('--privileged')
pipeline {
  agent { docker { image 'maven:3'
      args '-v /var/run/docker.sock:/s' } }
  stages {
    stage('a') {
      agent { kubernetes { yaml '''
apiVersion: v1
kind: Pod
''' } }
      steps {
        sh \"\"\"
          docker run --privileged alpine:3
        \"\"\"
        sh label: 'b', script: 'podman run --pid=host b:1'
      }
    }
    stage('b') { agent { dockerfile { filename 'D'; args '--network=host' } } }
    stage('c') { agent { docker 'node:24' } }
  }
}
node {
  def image = docker.image("node:${version}")
  image.inside('-u root') { sh 'make' }
  image.withRun(options) { }
  docker.build('own').inside('--cap-add SYS_ADMIN') { }
}
podTemplate(containers: [containerTemplate(name: 'of a pod', image: 'a:1')]) { }
def part = containerTemplate(name: 'd', image: 'docker:28', privileged: true)
"""


def test_a_pipeline():
    found = read(TEXT, "Jenkinsfile")
    by_line = {service.node.line: service for service in found.services}
    assert [(line, service.image) for line, service in sorted(by_line.items())] == [
        (3, "maven:3"), (13, "alpine:3"), (15, "b:1"), (18, ""), (19, "node:24"), (23, "node:${version}"), (26, ""),
        (29, "docker:28"),
    ]  # fmt: skip
    assert [mount.host_path for mount in by_line[3].mounts()] == ["/var/run/docker.sock"]
    assert by_line[3].node.line_of("volumes") == 4
    assert by_line[13].is_on("privileged") and by_line[29].is_on("privileged")
    assert by_line[15].node.text("pid") == "host" and by_line[18].network_mode == "host"
    assert by_line[26].added == {"SYS_ADMIN"}
    assert [(part.what, part.line) for part in found.unresolved] == [
        ("image node:${version}", 23),
        ("the arguments options", 25),
    ]


@pytest.mark.parametrize(
    ("path", "text", "is_one"),
    [
        ("Jenkinsfile", "", True),
        ("ci/Jenkinsfile.release", "", True),
        ("a.groovy", "class A { void run() { sh 'docker run a' } }", False),
        ("vars/build.groovy", "def call() { podTemplate(yaml: pod) { } }", True),
        ("vars/build.groovy", "pipeline {\n  agent any\n}", True),
        ("vars/build.groovy", "docker.image('a').inside { }", True),
        ("a.java", "podTemplate(", False),
    ],
)
def test_names(path, text, is_one):
    assert is_jenkinsfile(path, text) is is_one
    assert may_be_jenkinsfile(path) is path.endswith(("Jenkinsfile", "release", ".groovy"))


def test_hostile_text():
    parts = (
        "'",
        '"',
        "'''",
        '"""',
        "/*",
        "//\n",
        "\\",
        "docker {",
        "docker.image('a')",
        ".inside(",
        "sh ",
        "yaml '''\n",
        "\x000\x00",
    )
    with ends():
        for part in parts:
            read(part * 20_000, "Jenkinsfile")
