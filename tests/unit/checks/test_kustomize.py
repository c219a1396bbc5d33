"""Kustomizations among the files that are checked: what they build takes the place of what they are made of."""

import pytest
from tests.support.kustomizations import DATA, texts_of

from careen.charts import Rendered
from careen.checks.files import find_files
from careen.checks.helm import ChartValues, with_charts
from careen.checks.kind import Rules, SourceFile
from careen.checks.kustomize import with_kustomizations
from careen.checks.tuning import Tuning, tuned
from careen.pipeline.files import at_source_lines, check_files, with_origins
from careen.plugins import Check, load

BASE = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostPID: true
  containers:
  - name: web
    image: web:1
    securityContext:
      privileged: true
      # careen:ignore K8S-001 the driver
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
FILES = {
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": BASE,
    "dev/kustomization.yaml": "resources: [../base]\nnamePrefix: dev-\n",
    "prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\npatches:\n- path: patch.yaml\n",
    "prod/patch.yaml": POD + "  hostPID: false\n  hostNetwork: true\n",
    "other/pod.yaml": POD + "  hostIPC: true\n",
}


def checked(files):
    sources = [SourceFile(path, text) for path, text in files.items()]
    kustomized = with_kustomizations(sources)
    found = check_files(kustomized.files, _checks_of, Rules())
    return with_origins(found, kustomized), kustomized


def _checks_of(kind):
    return [check for folder in kind.folders for check in tuned(load(f"careen.checks.{folder}", "CHECK", Check), Tuning())]


def places(found, id):
    return [(one.location.path, one.location.line, one.message) for one in found.outcome.findings if one.id == id]


def test_findings_are_where_the_key_is_written_and_name_the_overlays_that_have_them():
    found, kustomized = checked(FILES)
    assert found.files == len(FILES)
    assert [file.path for file in kustomized.files] == ["other/pod.yaml", "dev/kustomization.yaml", "prod/kustomization.yaml"]
    ((path, line, message),) = places(found, "K8S-002")
    assert (path, line) == ("base/pod.yaml", 6)
    assert message.endswith("(in dev)")
    assert "dev-web" in message
    ((path, line, message),) = places(found, "K8S-004")
    assert (path, line) == ("prod/patch.yaml", 6)
    assert "(in" not in message
    assert [(path, line) for path, line, _ in places(found, "K8S-003")] == [("other/pod.yaml", 5)]


def test_what_all_overlays_have_is_one_finding():
    found, _ = checked(FILES)
    shared = [one for one in found.outcome.findings if one.message.endswith("(in dev, prod)")]
    assert len({one.fingerprint for one in shared}) == len(shared) > 5
    assert all(one.location.path == "base/pod.yaml" for one in shared)


@pytest.mark.parametrize("comment", ["# careen:ignore K8S-001 the driver", "# careen:ignore-file K8S-001 the driver"])
def test_comments_in_the_files_suppress(comment):
    files = FILES | {"base/pod.yaml": BASE.replace("      # careen:ignore K8S-001 the driver\n", "")}
    with_comment = files | {"base/pod.yaml": files["base/pod.yaml"].replace("privileged: true", f"privileged: true {comment}")}
    assert places(checked(files)[0], "K8S-001") != []
    found, _ = checked(with_comment)
    assert places(found, "K8S-001") == []
    (suppressed,) = [one for one in found.outcome.suppressed if one.finding.id == "K8S-001"]
    assert (suppressed.by.source, suppressed.by.reason) == ("base/pod.yaml:11", "the driver")


def test_overlays_do_not_protect_each_other():
    policy = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all}\n"
        "spec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n"
    )
    files = FILES | {
        "prod/kustomization.yaml": "resources: [../base, policy.yaml]\n",
        "dev/kustomization.yaml": "resources: [../base]\n",
        "prod/policy.yaml": policy,
    }
    found, _ = checked(files)
    assert [message.endswith("(in dev)") for path, _, message in places(found, "NWP-001") if path == "base/pod.yaml"] == [True]


def test_a_base_beside_the_named_folder_is_read_if_it_is_below_the_working_folder(tmp_path, monkeypatch):
    for path, text in FILES.items():
        file = tmp_path / "tree" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    overlay = [SourceFile(f"prod/{name}", FILES[f"prod/{name}"]) for name in ("kustomization.yaml", "patch.yaml")]
    monkeypatch.chdir(tmp_path / "tree")
    inside = with_kustomizations(overlay)
    assert inside.unknowns == ()
    assert "base/pod.yaml" in inside.replaced
    monkeypatch.chdir(tmp_path / "tree" / "prod")
    outside = with_kustomizations(
        [SourceFile("kustomization.yaml", overlay[0].text), SourceFile("patch.yaml", overlay[1].text)]
    )
    assert [unknown.reason for unknown in outside.unknowns] == [
        "line 1: ../base is outside of the working folder: name its folder, too",
        "line 4: a patch is not applied: it is about no object that is known",
    ]
    assert [file.path for file in outside.files] == ["patch.yaml", "kustomization.yaml"]


def test_a_named_folder_outside_of_the_working_folder_counts(tmp_path, monkeypatch):
    for path, text in FILES.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.chdir(tmp_path / "prod")
    found = with_kustomizations(find_files([".", "../base"]).files)
    assert found.unknowns == ()
    assert set(found.replaced) == {
        "kustomization.yaml", "patch.yaml", f"{tmp_path}/base/kustomization.yaml", f"{tmp_path}/base/pod.yaml",
    }  # fmt: skip
    assert (f"{tmp_path}/base/pod.yaml", 6) not in found.origins["kustomization.yaml"]  # the patch sets hostPID
    assert (f"{tmp_path}/base/pod.yaml", 11) in found.origins["kustomization.yaml"]


def test_a_kustomization_that_is_named_alone_has_its_patches(tmp_path, monkeypatch):
    for path, text in FILES.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.chdir(tmp_path)
    found = with_kustomizations(find_files(["prod/kustomization.yaml"]).files)
    assert found.unknowns == ()
    assert "prod/patch.yaml" in found.replaced


def test_a_link_to_elsewhere_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/pod.yaml").write_text(BASE)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/link").symlink_to(tmp_path / "secret")
    monkeypatch.chdir(tmp_path / "tree")
    found = with_kustomizations([SourceFile("k/kustomization.yaml", "resources: [../link/pod.yaml]")])
    assert [unknown.reason for unknown in found.unknowns] == ["line 1: ../link/pod.yaml is not among the checked files"]


def test_a_kustomization_over_a_limit_leaves_the_check_incomplete():
    found = with_kustomizations([SourceFile("kustomization.yaml", f"a: {'[' * 201}{']' * 201}\n"), SourceFile("a.yaml", BASE)])
    (unknown,) = found.unknowns
    assert unknown.whole_layer
    assert [file.path for file in found.files] == ["a.yaml"]


def test_without_kustomizations_nothing_changes():
    files = (SourceFile("a.yaml", BASE),)
    assert with_kustomizations(files).files == files


@pytest.mark.parametrize("case", sorted(DATA.iterdir()), ids=lambda case: case.name)
def test_each_line_of_what_is_built_is_written_in_a_file_that_it_is_made_of(case):
    texts = texts_of(case)
    found = with_kustomizations([SourceFile(path, text) for path, text in texts.items()])
    ((path, origins),) = found.origins.items()
    (built,) = [file for file in found.files if file.path == path]
    rows = built.text.split("\n")
    assert len(origins) == len(rows)
    for row, origin in zip(rows, origins, strict=True):
        key, _, value = (part.strip('"- ') for part in row.strip().partition(":"))
        if origin is not None and key in ("hostNetwork", "hostPID", "privileged", "image", "runAsNonRoot", "claimName"):
            line = texts[origin[0]].split("\n")[origin[1] - 1]
            assert key in line or f"value: {value}" in line or "images:" in texts[origin[0]]


@pytest.mark.parametrize(
    ("kustomization", "other"),
    [
        ("resources: [other.yaml]\n", "services:\n  a: {image: a, privileged: true}\n"),
        ("resources: [other.yaml]\n", BASE + "---\nservices:\n  a: {image: a, privileged: true}\n"),
        ("resources: [other.yaml]\n", "FROM a\nRUN b\n"),
        ("resources: [other.yaml]\n", "a: [\n"),
        ("resources: [pod.yaml]\npatches: [{path: other.yaml, target: {kind: Pod}}]\n", "services:\n  a: {image: a}\n"),
        (
            "resources: [pod.yaml]\npatches: [{path: other.yaml, target: {kind: Pod}}]\n",
            "- {op: test, path: /kind, value: Pod}\n",
        ),
        ("resources: [pod.yaml]\npatchesStrategicMerge: [other.yaml]\n", BASE + "---\nservices:\n  a: {image: a}\n"),
    ],
)
def test_a_file_that_is_more_than_objects_is_checked_for_itself_too(kustomization, other):
    texts = {"kustomization.yaml": kustomization, "other.yaml": other, "pod.yaml": BASE}
    found = with_kustomizations([SourceFile(path, text) for path, text in texts.items()])
    assert "other.yaml" in [file.path for file in found.files]


def test_objects_beside_a_kustomization_in_its_file_are_checked():
    text = "resources: [pod.yaml]\n---\n" + BASE.replace("name: web", "name: beside")
    found, kustomized = checked({"kustomization.yaml": text, "pod.yaml": BASE.replace("privileged: true", "privileged: false")})
    assert [(path, line) for path, line, _ in places(found, "K8S-002")] == [("kustomization.yaml", 8), ("pod.yaml", 6)]
    assert kustomized.unknowns == ()


def test_an_object_in_a_file_with_the_name_of_a_kustomization_is_checked():
    found, _ = checked({"k/kustomization.yaml": BASE})
    assert [(path, line) for path, line, _ in places(found, "K8S-002")] == [("k/kustomization.yaml", 6)]


def test_other_content_of_a_file_with_the_name_of_a_kustomization_is_named():
    found = with_kustomizations([SourceFile("kustomization.yaml", "resources: []\n---\nservices: {a: {image: a}}\n")])
    assert [unknown.reason for unknown in found.unknowns] == ["its document 2 is no object of Kubernetes: it is not checked"]


def test_fields_that_kustomizations_lack_are_named():
    found = with_kustomizations([SourceFile("kustomization.yaml", "resources: []\nservices: {a: {image: a}}\n")])
    assert [unknown.reason for unknown in found.unknowns] == ["line 2: no field of a kustomization, not checked: services"]


CHART = {
    "over/kustomization.yaml": "helmCharts:\n- name: web\n  valuesInline: {privileged: true}\n- {name: gone, repo: https://r.example}\n",
    "over/charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "over/charts/web/values.yaml": "privileged: false\n",
    "over/charts/web/templates/_name.tpl": '{{ define "name" }}web{{ end }}',
    "over/charts/web/templates/pod.yaml": """\
{{- if true }}
apiVersion: v1
kind: Pod
metadata: {name: {{ include "name" . }}}
spec:
  containers:
  - name: web
    image: web:1
    securityContext:
      privileged: {{ .Values.privileged }}
{{- end }}
""",
}


def test_a_chart_beside_a_kustomization_is_rendered_with_its_values(tmp_path, monkeypatch):
    for path, text in CHART.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    charts = with_charts(find_files(["over"]).files, ChartValues())
    kustomized = with_kustomizations(charts.files)
    found = with_origins(at_source_lines(check_files(kustomized.files, _checks_of, Rules()), charts.lines), kustomized)
    assert [(path, line) for path, line, _ in places(found, "K8S-001")] == [("over/charts/web/templates/pod.yaml", 10)]
    assert [file.path for file in kustomized.files] == ["over/kustomization.yaml"]  # not as the chart's own values render it
    assert [unknown.reason for unknown in kustomized.unknowns] == [
        "line 4: the chart gone is not rendered: over/charts/gone is not among the files; nothing is fetched"
    ]


def test_a_chart_is_rendered_once_with_its_release(tmp_path, monkeypatch):
    jobs = []
    monkeypatch.setattr("careen.checks.kustomize.rendered", lambda asked: jobs.extend(asked) or [Rendered()])
    (tmp_path / "a/charts/web").mkdir(parents=True)
    (tmp_path / "a/charts/web/Chart.yaml").write_text("name: web")
    monkeypatch.chdir(tmp_path)
    entry = "{name: web, releaseName: shop, namespace: eu}"
    with_kustomizations([SourceFile("a/kustomization.yaml", f"helmCharts: [{entry}, {entry}]\n")], 31)
    assert [(job.release, job.namespace, job.minor) for job in jobs] == [("shop", "eu", 31)]


def test_a_chart_outside_of_the_working_folder_is_not_rendered(tmp_path, monkeypatch):
    (tmp_path / "secret/charts/web").mkdir(parents=True)
    (tmp_path / "secret/charts/web/Chart.yaml").write_text("name: web")
    (tmp_path / "tree/k").mkdir(parents=True)
    (tmp_path / "tree/k/charts").symlink_to(tmp_path / "secret/charts")
    monkeypatch.chdir(tmp_path / "tree")
    for text in ("helmCharts: [{name: web}]", "{helmGlobals: {chartHome: ../../secret/charts}, helmCharts: [{name: web}]}"):
        (unknown,) = with_kustomizations([SourceFile("k/kustomization.yaml", text)]).unknowns
        assert unknown.reason.endswith("is not among the files; nothing is fetched")


def test_a_credential_in_a_file_of_values_is_found_on_its_line():
    found, _ = checked(
        {
            "kustomization.yaml": "resources: [c.yaml]\nconfigMapGenerator: [{name: a, files: [app.conf], envs: [e.env]}]\n",
            "app.conf": "x=1\ndb.password=Tr0ub4dor&3horse\n",
            "e.env": "A=1\nDB_PASSWORD=Tr0ub4dor&3horse\n",
            "c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  f: |\n    x=1\n    "
            "db.password=Tr0ub4dor&3horse\n",
        }
    )
    assert sorted((path, line) for path, line, _ in places(found, "K8S-049")) == [("app.conf", 2), ("c.yaml", 7), ("e.env", 2)]
