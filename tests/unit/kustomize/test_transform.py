"""What a kustomization changes in all objects; ``test_build`` compares it with Kustomize."""

import pytest

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import NO_MAPPING
from careen.kustomize.objects import Object
from careen.kustomize.transform import scale, transform, with_images


def changed(kustomization, text, change=transform):
    objects = [Object(body, "") for body in yaml_document.read(text)]
    change(yaml_document.read(kustomization)[0], objects)
    return objects


@pytest.mark.parametrize(
    ("image", "entry", "wanted"),
    [
        ("nginx", "{name: nginx, newTag: '2'}", "nginx:2"),
        ("nginx:1@sha256:0", "{name: nginx, newTag: '2'}", "nginx:2"),
        ("nginx:1", "{name: nginx, newName: h.example:5000/n}", "h.example:5000/n:1"),
        ("h.example:5000/a/b:1", "{name: 'h.example:5000/a/b', digest: 'sha256:1'}", "h.example:5000/a/b@sha256:1"),
        ("mynginx:1", "{name: nginx, newTag: '2'}", "mynginx:1"),
    ],
)
def test_images(image, entry, wanted):
    text = "kind: Custom\nspec: {inner: {containers: [{image: 'IMAGE'}], initContainers: [{name: x}]}}".replace("IMAGE", image)
    (object,) = changed(f"images: [{entry}]", text, with_images)
    assert object.body.map("spec", "inner").maps("containers")[0]["image"] == wanted
    assert "image" not in object.body.map("spec", "inner").maps("initContainers")[0]


def test_replicas():
    objects = changed(
        "replicas: [{name: a, count: 3}]",
        "{kind: Deployment, metadata: {name: a}}\n---\n{kind: Job, metadata: {name: a}}",
        scale,
    )
    assert [object.body.map("spec").get("replicas") for object in objects] == [3, None]


def test_objects_without_metadata_or_specification_are_left():
    kinds = ("Deployment", "Service", "Job", "NetworkPolicy", "CronJob")
    text = "\n---\n".join(f"kind: {kind}\napiVersion: v1" for kind in kinds)
    whole = "namePrefix: a\nnamespace: b\ncommonLabels: {c: d}\ncommonAnnotations: {e: f}"
    objects = changed(whole, text)
    assert [object.namespace for object in objects] == ["b"] * 5
    assert (dict(NO_MAPPING), NO_MAPPING.lines) == ({}, {})


def test_names_of_before_are_kept():
    (object,) = changed("namePrefix: a-\nnamespace: shop", "{kind: Service, metadata: {name: web}}")
    assert object.names == (("a-web", "shop"), ("web", "shop"), ("web", ""))
