"""Charts and kustomizations are built, and their places are where the keys are written."""

from careen.checks.files import Found
from careen.checks.kind import SourceFile
from careen.exposure.report import documents, exposure_of

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: web, image: 'web:1'}\n"
PATCH = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  containers:
  - name: web
    securityContext:
      privileged: true
"""


def places(files):
    found = documents(Found(tuple(SourceFile(path, text) for path, text in files.items()), ()))
    exposure = exposure_of(["."], found, [], None, False, "2026-01-01T00:00:00Z")
    return found, {
        (place.path, place.line) for edge in exposure.graph.edges for reason in edge.reasons for place in reason.places
    }


def test_places_in_kustomizations():
    found, shown = places(
        {
            "base/pod.yaml": POD,
            "base/kustomization.yaml": "resources: [pod.yaml]",
            "over/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            "over/patch.yaml": PATCH,
        }
    )
    assert found.files == 4
    assert {("over/patch.yaml", 5), ("over/patch.yaml", 9)} <= shown
    assert {path for path, _ in shown} <= {"base/pod.yaml", "over/patch.yaml"}


def test_places_in_charts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {
        "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "c/templates/pod.yaml": "{{- if true }}\n{{- end }}\n" + PATCH.replace("name: web}", "name: {{ .Release.Name }}}"),
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    _, shown = places(files)
    assert {("c/templates/pod.yaml", 7), ("c/templates/pod.yaml", 11)} <= shown
