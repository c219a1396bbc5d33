"""The pod templates of a resource: mappings with ``spec`` and ``metadata``.

The template of a workload lies at a known place. An object of any other kind is searched for the shape: a sequence
``containers`` of mappings with an image, the steps of a pipeline.
**Source:** Kubernetes API reference 1.34; tekton.dev/v1 Task; argoproj.io/v1alpha1 Workflow, Template.
"""

from collections.abc import Iterator

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import NO_MAPPING, Mapping, Sequence

WORKLOADS = {
    **dict.fromkeys(
        ("deployment", "statefulset", "daemonset", "replicaset", "replicationcontroller", "job"), ("spec", "template")
    ),
    **dict.fromkeys(("deploymentconfig", "rollout", "cloneset", "configuration"), ("spec", "template")),
    "cronjob": ("spec", "jobTemplate", "spec", "template"),
    "podtemplate": ("template",),
}
_OF_OTHERS = frozenset(("customresourcedefinition", "template"))  # which describe other objects
POD_KINDS = frozenset(("pod", "revision"))
_INHERITED = frozenset(  # by the pods of a workflow, by the steps of a task
    ("automountServiceAccountToken", "env", "hostNetwork", "securityContext", "serviceAccountName", "volumeMounts", "volumes")
)


def pod_templates(body: Mapping, kind: str, group: str) -> Iterator[Mapping]:
    """The pod templates in ``body``. Its ``kind`` is in lower case, ``group`` is its API group."""
    if kind in POD_KINDS:
        yield body
    elif kind in WORKLOADS or (kind == "service" and group == "serving.knative.dev"):
        template = body.map(*WORKLOADS.get(kind, ("spec", "template")))
        if template is not NO_MAPPING:
            yield template
    elif kind not in _OF_OTHERS:
        yield from _of_custom_resource(body, group)


def _of_custom_resource(body: Mapping, group: str) -> Iterator[Mapping]:
    spec = body.map("spec")
    for _, node in yaml_document.walk(spec):
        if not isinstance(node, Mapping):
            continue
        for value in node.values():
            if isinstance(value, Mapping) and _is_pod_spec(value):
                template = Mapping(node.line)
                template["spec"] = value
                template["metadata"] = node.get("metadata")
                yield template
    if _is_pod_spec(spec):
        yield body
    yield from _of_pipeline(body, group)


def _of_pipeline(body: Mapping, group: str) -> Iterator[Mapping]:
    """The pods of Tekton (the steps of a task) and of Argo Workflows (a template with a container or script).

    Their containers run to an end, as init containers do. A template inherits from the workflow what it does not set
    itself.
    """
    tekton, argo = group.endswith("tekton.dev"), group == "argoproj.io"
    run = _of_run(body.map("spec")) if tekton else NO_MAPPING
    found = False
    for node in (node for _, node in yaml_document.walk(body) if tekton or argo):
        if not isinstance(node, Mapping):
            continue
        steps = [_over(node.map("stepTemplate"), step) for step in node.maps("steps") if step.text("image")] if tekton else []
        if steps:
            found = True
            yield _template(_over(run, node), steps, node)
        for template in node.maps("templates") if argo else ():
            containers = [_named(template, key) for key in ("container", "script") if template.text(key, "image")]
            if containers:
                yield _template(_over(node, template), [*containers, *template.maps("initContainers")], template)
    if run and not found:
        yield _template(run, [], NO_MAPPING)  # its tasks are elsewhere
    if tekton:
        for entry in body.maps("spec", "taskRunSpecs"):
            if own := _of_run(entry):
                yield _template(own, [], NO_MAPPING)


def _of_run(spec: Mapping) -> Mapping:
    """What a run sets for the pods of its tasks."""
    described = spec.map("taskRunTemplate") or spec
    template = next((described.map(key) for key in ("podTemplate", "taskPodTemplate") if described.map(key)), NO_MAPPING)
    made = _over(NO_MAPPING, template)
    for account in (key for key in ("serviceAccountName", "taskServiceAccountName") if described.get(key) and template):
        yaml_document.put(made, "serviceAccountName", described[account], described.line_of(account))
    return made


def _named(template: Mapping, key: str) -> Mapping:
    made = _over(NO_MAPPING, template.map(key))
    if "name" not in made:
        yaml_document.put(made, "name", template.text("name"), template.line_of("name"))
    return made


def _template(spec: Mapping, ending: list[Mapping], node: Mapping) -> Mapping:
    made, pod = Mapping(node.line), _over(NO_MAPPING, spec)
    for key, members in (("initContainers", ending), ("containers", node.maps("sidecars"))):
        pod.pop(key, None)
        for member in members:
            yaml_document.add(pod, key, member, member.line)
    made["spec"], made["metadata"] = pod, node.get("metadata")
    return made


def _over(below: Mapping, above: Mapping) -> Mapping:
    """``above``, with the inheritable keys of ``below`` that it does not have."""
    made = Mapping(above.line)
    for key in _INHERITED & below.keys():
        yaml_document.put(made, key, below[key], below.line_of(key))
    for key, value in above.items():
        yaml_document.put(made, key, value, above.line_of(key))
    made.end_line = above.end_line
    return made


def _is_pod_spec(node: Mapping) -> bool:
    containers = node.get("containers")
    return isinstance(containers, Sequence) and any(
        isinstance(container, Mapping) and container.text("image") for container in containers
    )
