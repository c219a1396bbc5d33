"""Steps against secrets and misconfigurations. An image that is changed as they state is scanned in tests/e2e."""

from msgspec.structs import replace
from tests.support.reports import clean, faulty

from careen.model.finding import ExposedSecret, Location, Misconfiguration, SecretPlace
from careen.model.image import BaseImage
from careen.output.repairs import brief_titles, repairs_of


def secret(id, *paths, layer=0, confidence="confirmed", deleted=False):
    first, *more = (SecretPlace(Location(path, 1), f"{id}-{path}", layer, deleted) for path in paths)
    return ExposedSecret(
        id, id.title(), "high", first.location, "x…", first.fingerprint, layer, deleted,
        confidence=confidence, places=tuple(more),
    )  # fmt: skip


def misconfiguration(path, id="IMG-006"):
    return Misconfiguration(id, "setuid", "medium", Location(path), "why", "Remove the bit.", (), f"{id}-{path}", layer=1)


def report_of(*findings, steps=("COPY . /app",), **changes):
    report = clean()
    layers = tuple(replace(report.image.layers[0], index=index, created_by=step) for index, step in enumerate(steps))
    return replace(report, findings=findings, image=replace(report.image, kind="image", layers=layers), **changes)


def test_secrets_of_one_file_leave_together_and_values_with_all_of_their_files():
    found = (secret("a", "app/.env"), secret("b", "app/.env", "app/copy"), secret("c", "app/copy"), secret("d", "k.pem"))
    repairs = repairs_of(report_of(*found))
    assert [(one.ids, one.paths, one.removes) for one in repairs] == [
        (("a", "b", "c"), ("app/.env", "app/copy"), 3), (("d",), ("k.pem",), 1),
    ]  # fmt: skip
    assert repairs[0].fingerprints == tuple(one.fingerprint for one in found[:3])
    assert repairs[0].steps[-1].startswith("Revoke them") and repairs[1].steps[-1].startswith("Revoke it")


def test_secrets_are_counted_where_a_line_is_narrow():
    repairs = repairs_of(report_of(secret("a", "app/.env"), secret("b", "app/.env"), secret("c", "x", "y"), secret("d", "y")))
    assert [brief_titles(one)[0] for one in repairs] == [
        "remove 2 secrets from app/.env, and revoke them",
        "remove 2 secrets from 2 places, and revoke them",
    ]
    assert brief_titles(repairs_of(report_of(secret("a", "app/.env")))[0]) == (
        "remove 1 secret from app/.env, and revoke it", "remove 1 secret from app/.env", "remove 1 secret from …/.env",
    )  # fmt: skip


def test_a_guess_alone_is_no_step_but_goes_with_its_file():
    assert repairs_of(report_of(secret("a", "x", confidence="possible"))) == ()
    (repair,) = repairs_of(report_of(secret("a", "x", confidence="possible"), secret("b", "x")))
    assert repair.removes == 2


def test_the_step_that_adds_the_file_is_named():
    steps = ("COPY . /app", "RUN make-key")
    (copied,) = repairs_of(report_of(secret("a", "app/k"), steps=steps))
    assert copied.steps[0] == "Keep app/k out of layer 0 (COPY . /app): list it in .dockerignore, or copy less."
    (made,) = repairs_of(report_of(secret("a", "app/k", layer=1, deleted=True), steps=steps))
    assert made.steps[0] == (
        "Keep app/k out of layer 1 (RUN make-key): delete it in the same step that makes it; the layer that deletes it only "
        "hides it."
    )
    base = BaseImage("registry.example/base:1", None, 1, "label")
    (inherited,) = repairs_of(report_of(secret("a", "app/k"), steps=steps, base=base))
    assert inherited.steps[0].endswith("of the base image registry.example/base:1: use a base without it.")
    (configured,) = repairs_of(report_of(secret("a", "ENV KEY", layer=None)))
    assert configured.steps[0].startswith("Take it out of the Dockerfile (ENV KEY): give it to the container at run time")
    folder = report_of(secret("a", ".env", layer=None))
    (outside,) = repairs_of(replace(folder, image=replace(folder.image, kind="files")))
    assert outside.steps[0] == "Remove it from .env, and from the history of the repository if it is there."


def test_lines_of_a_dockerfile_have_the_paths_of_the_findings():
    found = report_of(misconfiguration("usr/bin/a"), misconfiguration("usr/bin/b"))
    (repair,) = repairs_of(found, {"IMG-006": "RUN chmod a-s /{path}"})
    assert (repair.lines, repair.removes) == (("RUN chmod a-s /usr/bin/a", "RUN chmod a-s /usr/bin/b"), 2)
    assert repairs_of(found)[0].lines == ()
    for path in ("a b", "a;reboot", "$(id)", "a\nb", "-rf"):
        (repair,) = repairs_of(report_of(misconfiguration(path)), {"IMG-006": "RUN chmod a-s /{path}"})
        assert (repair.lines, repair.removes) == ((), 1)


def test_other_kinds_are_grouped_by_what_they_advise():
    assert [(one.title[:23], one.removes) for one in repairs_of(faulty())] == [
        ("remove Token of a servi", 1), ("Container runs as root", 1), ("Container runs as root", 1),
    ]  # fmt: skip
