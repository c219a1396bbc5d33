"""The names under which an image was opened: with its tag, and with its digest."""

from careen.model.image import Image

from .image_name import parse

ENGINES = ("docker", "podman", "containerd")


def names_of(image: Image) -> tuple[str, str]:
    """The name with the tag and the name with the digest ("docker.io/library/nginx:1.27",
    "docker.io/library/nginx@sha256:…"); "" for an unknown one."""
    source, _, text = image.opened.partition(":")
    if source not in ("registry", *ENGINES) or not text:
        return "", ""
    name = parse(text)
    whole = "/".join(part for part in (name.registry, name.repository) if part)
    return f"{whole}:{name.tag}" if name.tag else "", f"{whole}@{image.digest}" if image.digest and source == "registry" else ""
