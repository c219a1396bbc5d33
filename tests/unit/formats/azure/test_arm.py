"""ARM templates."""

import json

import pytest
from tests.support.work import ends

from careen.errors import FileLimitError
from careen.formats.azure.arm import MAX_RESOURCES, is_template, read

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def template(resources, **more):
    return json.dumps({"$schema": SCHEMA, **more, "resources": resources}, indent=1)


def values(**properties):
    (resource,) = read(
        template(
            [{"type": "A/b", "name": "n", "properties": properties}],
            parameters={
                "p": {"defaultValue": "pv"},
                "none": {"type": "string"},
                "loop": {"defaultValue": "[variables('loop')]"},
            },
            variables={"v": {"k": ["[parameters('p')]"]}, "t": True, "loop": "[parameters('loop')]"},
        )
    ).resources
    return resource.values["properties"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[parameters('p')]", "pv"),
        ("[PARAMETERS('p')]", "pv"),
        ("[variables('v').k[0]]", "pv"),
        ("[concat(parameters('p'), '-', 'it''s')]", "pv-it's"),
        ("[if(variables('t'), 'a', 'b')]", "a"),
        ("[if(equals(parameters('p'), 'x'), 'a', 'b')]", "b"),
        ("[format('{0}:{1}', 'a', 2)]", "a:2"),
        ("[[literal]", "[literal]"),
        ("plain", "plain"),
        ("[parameters('none')]", "${none}"),
        ("[variables('loop')]", "${loop}"),
        ("[concat('a/', parameters('none'))]", "a/${none}"),
        ("[reference(resourceId('x', 'y')).z]", "${resourceid.z}"),
        ("[a b]", "${a b}"),
        ("[(]", "${(}"),
        ("[]", "${…}"),
        ("[concat(]", "${concat(}"),
    ],
)
def test_expressions(text, value):
    assert values(x=text)["x"] == value


def test_resources_and_those_within_them():
    text = template(
        [
            {"type": "Microsoft.Web/sites", "name": "s", "resources": [{"type": "config", "name": "c", "condition": True}]},
            {"type": "A/b", "name": "off", "condition": False},
            {"type": "A/b", "name": "on", "condition": "[parameters('x')]"},
        ]
    )
    found = read(text)
    assert [(each.type, each.name) for each in found.resources] == [
        ("microsoft.web/sites", "s"), ("microsoft.web/sites/config", "c"), ("a/b", "on"),
    ]  # fmt: skip
    assert "resources" not in found.resources[0].values
    assert found.resources[2].values.line_of("condition") == text[: text.index("parameters('x')")].count("\n") + 1


def test_resources_by_symbolic_names():
    assert [each.type for each in read(template({"a": {"type": "A/b", "name": "x"}})).resources] == ["a/b"]


@pytest.mark.parametrize(("scope", "value"), [({"scope": "inner"}, "given"), ({}, "given")])
def test_nested_templates(scope, value):
    nested = {
        "type": "Microsoft.Resources/deployments",
        "properties": {
            "expressionEvaluationOptions": scope,
            "parameters": {"i": {"value": "[concat('gi', 'ven')]"}},
            "template": {"parameters": {"i": {}}, "resources": [{"type": "A/b", "name": "[parameters('i')]"}]},
        },
    }
    assert [each.name for each in read(template([nested])).resources] == [value]


def test_a_nested_template_without_parameters_has_those_around_it():
    inner = {"resources": [{"type": "A/b", "name": "[variables('v')]"}]}
    nested = {"type": "Microsoft.Resources/deployments", "properties": {"template": inner}}
    assert [each.name for each in read(template([nested], variables={"v": "outer"})).resources] == ["outer"]


def test_templates_of_other_files():
    linked = {"type": "Microsoft.Resources/deployments", "properties": {"templateLink": {"uri": "https://h.example/x"}}}
    assert [what for what, _ in read(template([linked])).elsewhere] == ["a template of another file"]


def test_comments():
    text = template([]).replace('"resources"', '// a comment\n/* another */ "resources"')
    assert read(text).resources == ()


@pytest.mark.parametrize("text", ["[]", "{}", '{"resources": 1}', "{"])
def test_what_is_no_template(text):
    with pytest.raises(ValueError):
        read(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (template([]), True),
        (template([]).replace("deploymentTemplate", "subscriptionDeploymentTemplate"), True),
        (template([]).replace("deploymentTemplate", "deploymentParameters"), False),
        (json.dumps({"apiVersion": "v1", "data": {"x": template([])}}), False),
        ("{}", False),
    ],
)
def test_names(text, is_one):
    assert is_template(text) is is_one


def test_limits(monkeypatch):
    many = read(template([{"type": "A/b", "name": "x"}] * (MAX_RESOURCES + 1)))
    assert (len(many.resources), many.elsewhere) == (MAX_RESOURCES, ((f"resources after the first {MAX_RESOURCES}", 0),))
    monkeypatch.setattr("careen.formats.azure.expressions.MAX_STEPS", 10_000)
    grows = {f"v{n}": [f"[variables('v{n + 1}')]"] * 10 for n in range(40)}
    with pytest.raises(FileLimitError):
        read(template([{"type": "A/b", "name": "x", "properties": ["[variables('v0')]"] * 10_000}], variables=grows))


def test_hostile_text():
    with ends():
        for part in ("concat(", "a.", "a[", "'", "(", ",", "if(", "parameters('x')["):
            assert isinstance(values(x=f"[{part * 5000}]")["x"], str)
            assert isinstance(values(x=f"[{part * 500}]")["x"], str)
        deep = {"type": "A/b", "name": "x"}
        for _ in range(30):
            deep = {"type": "Microsoft.Resources/deployments", "properties": {"template": {"resources": [deep]}}}
        assert [what for what, _ in read(template([deep])).elsewhere] == ["a template of another file"]
