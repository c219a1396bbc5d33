"""Which objects a patch is about."""

import pytest

from careen.formats.data import yaml_document
from careen.kustomize.objects import Object, meant_by, objects_in, selected


def objects():
    text = (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: p-web, labels: {app: web, tier: front}}}\n---\n"
        "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, annotations: {a: b}}}\n---\n"
        "{apiVersion: example.org/v1, kind: Service, metadata: {name: web}}\n"
    )
    first, *others = [Object(body, "a.yaml") for body in objects_in(yaml_document.read(text))]
    first.earlier = (("web", ""),)
    return [first, *others]


@pytest.mark.parametrize(
    ("target", "kinds"),
    [
        ("{kind: Deployment}", ["apps/v1"]),
        ("{name: web}", ["apps/v1", "v1", "example.org/v1"]),
        ("{name: p-web}", ["apps/v1"]),
        ("{name: '^(we.*)$'}", ["apps/v1", "v1", "example.org/v1"]),
        ("{group: apps, version: v1}", ["apps/v1"]),
        ("{kind: Deployment|Job}", ["apps/v1"]),
        ("{namespace: shop}", ["v1"]),
        ("{namespace: default}", ["apps/v1", "example.org/v1"]),
        ("{labelSelector: 'app=web, tier!=back'}", ["apps/v1"]),
        ("{labelSelector: 'app==web,!other'}", ["apps/v1"]),
        ("{labelSelector: 'tier'}", ["apps/v1"]),
        ("{labelSelector: 'app!=web'}", ["v1", "example.org/v1"]),
        ("{annotationSelector: 'a=b'}", ["v1"]),
        ("{kind: Pod}", []),
    ],
)
def test_a_target_selects(target, kinds):
    found = selected(yaml_document.read(target)[0], objects())
    assert [object.body["apiVersion"] for object in found] == kinds


@pytest.mark.parametrize(
    "target", ["{name: '(a+)+'}", "{name: '[a-z]*'}", "{labelSelector: 'a in (b)'}", "{name: '%s'}" % (".*a" * 9)]
)
def test_expressions_that_could_take_long_are_not_read(target):
    with pytest.raises(ValueError, match="is not read"):
        selected(yaml_document.read(target)[0], objects())


@pytest.mark.parametrize(
    ("patch", "count"),
    [
        ("{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: web}}", 1),
        ("{apiVersion: v1, kind: Deployment, metadata: {name: web}}", 0),
        ("{apiVersion: v1, kind: Service, metadata: {name: web}}", 1),
        ("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: other}}", 0),
        ("{apiVersion: v1, kind: Service}", 0),
    ],
)
def test_a_partial_object_is_about_that_of_its_kind_and_name(patch, count):
    assert len(meant_by(yaml_document.read(patch)[0], objects())) == count


def test_objects_are_found_in_lists():
    text = "{apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: Pod}, {x: 1}, 2]}\n---\n- 1\n---\n{a: 1}\n"
    assert [body["kind"] for body in objects_in(yaml_document.read(text))] == ["Pod"]
