from careen.formats.kubernetes import manifest_files


def test_templates_of_pipelines():
    text = """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: build}
spec:
  stepTemplate:
    securityContext: {privileged: true}
  steps:
    - name: a
      image: alpine
    - {name: b, image: alpine, securityContext: {privileged: false}}
  sidecars: [{name: s, image: docker}]
  volumes: [{name: v, hostPath: {path: /}}]
---
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly}
spec:
  workflowSpec:
    hostNetwork: true
    serviceAccountName: runner
    templates:
      - {name: steps, steps: [[{name: x, template: main}]]}
      - name: main
        serviceAccountName: own
        container: {image: alpine, command: [sh]}
      - name: code
        script: {image: python, source: "print()"}
"""
    found = manifest_files.read([("a.yaml", text)]).pods
    assert [[(container.list, container.image, container.node.line) for container in pod.containers] for pod in found] == [
        [("containers", "docker", 11), ("initContainers", "alpine", 8), ("initContainers", "alpine", 10)],
        [("initContainers", "alpine", 25)],
        [("initContainers", "python", 27)],
    ]
    task, main, code = found
    assert [container.node.text("securityContext", "privileged") for container in task.containers] == ["", "true", "false"]
    assert [path for _, path in task.host_paths()] == ["/"]
    assert [(pod.node.text("hostNetwork"), pod.service_account) for pod in (main, code)] == [
        ("true", "own"),
        ("true", "runner"),
    ]
    assert (task.label, main.label) == ("Task build", "CronWorkflow nightly")
