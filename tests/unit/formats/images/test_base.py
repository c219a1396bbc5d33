"""Where an image's base ends, by its own statement and by the layers of another image."""

import pytest
from msgspec.structs import replace
from tests.support.reports import usual

from careen.formats.images.base import base_among, base_of
from careen.model.image import History, ImageConfig

BASE = ("/bin/sh -c #(nop) ADD file:1 in / ", '/bin/sh -c #(nop)  CMD ["bash"]')
PYTHON = ("RUN /bin/sh -c apt-get update # buildkit", "ENV LANG=C", 'CMD ["python3"]')
OWN = ("COPY . /app # buildkit", "RUN /bin/sh -c pip install . # buildkit", 'ENTRYPOINT ["app"]')
EMPTY = ("ENV", "CMD", "ENTRYPOINT", "/bin/sh -c #(nop)  CMD", "/bin/sh -c #(nop) CMD")


def image(*steps, labels=None, layers=None):
    history = tuple(History(created_by=step, empty_layer=step.startswith(EMPTY)) for step in steps)
    count = sum(not one.empty_layer for one in history) if layers is None else layers
    known = usual().image
    made = tuple(replace(known.layers[0], index=n, digest="", diff_id=f"sha256:{n}") for n in range(count))
    return replace(known, config=ImageConfig(history=history, labels=labels or {}), layers=made, reference="app")


@pytest.mark.parametrize(
    ("steps", "layers"),
    [
        ((*BASE, *OWN), 1),
        ((*BASE, *PYTHON, *OWN), 2),
        ((*BASE, *PYTHON, *OWN, 'CMD ["serve"]'), 2),  # its own CMD is the last step, and ends nothing
        (BASE, None),
        (OWN, None),
        ((), None),
        (('CMD ["x"]', *OWN), None),  # nothing comes before it
        ((*BASE, "RUN echo CMD", "COPY a b"), 1),
    ],
)
def test_the_history_names_the_base(steps, layers):
    found = base_of(image(*steps))
    assert (found and found.layers) == layers
    assert found is None or (found.reference, found.how) == (None, "history")


def test_a_history_of_other_layers_is_ignored():
    assert base_of(image(*BASE, *OWN, layers=5)) is None


def test_the_label_names_it():
    labels = {"org.opencontainers.image.base.name": "debian:12", "org.opencontainers.image.base.digest": "sha256:1"}
    found = base_of(image(*BASE, *OWN, labels=labels))
    assert (found.reference, found.digest, found.layers, found.how) == ("debian:12", "sha256:1", 1, "label")
    assert base_of(image(labels=labels)).layers is None


def test_layers_of_a_named_image_prove_it():
    app, base = image(*BASE, *PYTHON, *OWN), replace(image(*BASE, *PYTHON), reference="python:3", digest="sha256:b")
    found = base_among(app, base)
    assert (found.reference, found.digest, found.layers, found.how) == ("python:3", "sha256:b", 2, "known layers")
    assert base_among(base, app) is None
    other = replace(base, layers=(base.layers[0], replace(base.layers[1], diff_id="sha256:other")))
    assert base_among(app, other) is None
    assert base_among(app, replace(base, layers=())) is None
    nameless = tuple(replace(layer, diff_id="") for layer in app.layers)
    assert base_among(replace(app, layers=nameless), replace(base, layers=nameless[:2])) is None
