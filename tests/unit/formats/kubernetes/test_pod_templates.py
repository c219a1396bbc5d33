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


def test_pods_of_kinds_that_are_not_known():
    text = "apiVersion: {}\nkind: {}\nspec: {{template: {{spec: {{containers: [{{name: a, image: 'a:1'}}]}}}}}}\n"
    for version, kind, count in (
        ("apps/v1", "Deploymnt", 1),
        ("shop/v1", "Shop", 1),
        ("v1", "Thing", 1),
        ("v1", "Template", 0),
    ):
        assert len(manifest_files.read([("a.yaml", text.format(version, kind))]).pods) == count


RUN = """\
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  taskRunTemplate:
    serviceAccountName: builder
    podTemplate: {hostNetwork: true}
  pipelineSpec: {tasks: [{name: t, taskSpec: {steps: [{name: a, image: alpine}]}}]}
  taskRunSpecs: [{pipelineTaskName: t, podTemplate: {hostNetwork: false, securityContext: {runAsUser: 0}}}]
"""


def test_pods_of_a_run_have_its_template():
    first, other = manifest_files.read([("a.yaml", RUN)]).pods
    assert (first.node.get("hostNetwork"), first.service_account, len(first.containers)) == (True, "builder", 1)
    assert (other.security.get("runAsUser"), len(other.containers)) == (0, 0)


def test_a_run_whose_tasks_are_elsewhere():
    text = RUN.replace(
        "pipelineSpec: {tasks: [{name: t, taskSpec: {steps: [{name: a, image: alpine}]}}]}", "pipelineRef: {name: p}"
    )
    pods = manifest_files.read([("a.yaml", text.replace("taskRunSpecs", "others"))]).pods
    assert [(pod.node.get("hostNetwork"), pod.containers) for pod in pods] == [(True, ())]
    assert manifest_files.read([("a.yaml", text.replace("odTemplate", "thers").replace("taskRunSpecs", "others"))]).pods == ()
