"""Templates of Azure among the files that are checked."""

import pytest

from careen.checks.azure_kind import AZURE
from careen.checks.kind import Rules, SourceFile
from careen.checks.kinds import kind_of, may_be_checked
from careen.pipeline.files import check_files
from careen.plugins import Check, load

BICEP = """\
resource web 'Microsoft.App/containerApps@2023-05-01' = {
  name: 'web'
  properties: {
    configuration: {
      ingress: {
        external: true
        allowInsecure: true // careen:ignore TFM-110 behind a gateway
      }
    }
    template: {
      containers: [
        {
          name: 'web'
          image: 'web:latest'
          env: [ { name: 'DB_PASSWORD', value: 'Tr0ub4dor&3horse' } ]
        }
      ]
    }
  }
}
resource disk 'Microsoft.Compute/disks@2023-05-01' = { name: 'd' }
"""
ARM = """\
{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "parameters": {"admin": {"type": "bool"}},
  "resources": [{
    "type": "Microsoft.ContainerRegistry/registries",
    "apiVersion": "2023-07-01",
    "name": "acr",
    "properties": {
      "anonymousPullEnabled": true,
      "adminUserEnabled": "[parameters('admin')]"
    }
  }]
}
"""


def checked(path, text):
    def checks_of(kind):
        return [check for folder in kind.folders for check in load(f"careen.checks.{folder}", "CHECK", Check) if check.default]

    found = check_files([SourceFile(path, text)], checks_of, Rules())
    findings = [(finding.id, finding.location.line) for finding in found.outcome.findings]
    return findings, [unknown.reason for unknown in found.outcome.unknowns], found.outcome.suppressed


def test_bicep():
    findings, unknowns, suppressed = checked("main.bicep", BICEP)
    assert findings == [("CMP-022", 14), ("CMP-021", 15), ("TFM-111", 6)]
    assert [each.finding.id for each in suppressed] == ["TFM-110"]
    assert unknowns == ["other resources (microsoft.compute/disks: 1) are not assessed"]


def test_a_value_that_only_a_deployment_gives_is_not_assessed():
    findings, unknowns, _ = checked("azuredeploy.json", ARM)
    assert findings == [("TFM-006", 9), ("TFM-007", 4)]
    assert unknowns == ["line 10: not assessed: admin is not known"]


@pytest.mark.parametrize(
    ("path", "text", "is_one"),
    [
        ("main.bicep", BICEP, True),
        ("a.json", ARM, True),
        ("a.json", "{}", False),
        ("README.md", "param x", False),
        ("a.json", '{"apiVersion": "v1", "kind": "Pod"}', False),
    ],
)
def test_kinds(path, text, is_one):
    assert (kind_of(path, text) is AZURE) is is_one
    assert not is_one or may_be_checked(path)


@pytest.mark.parametrize("path", ["a.bicep", "a.json"])
def test_what_cannot_be_read(path):
    (unknown,) = AZURE.read([SourceFile(path, "resource a 'b' = " + "[" * 500)], (), Rules())
    assert unknown.evidence.path == path
