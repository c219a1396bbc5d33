"""Containers of Azure's templates."""

import pytest

from careen.formats.azure import bicep
from careen.formats.azure.containers import containers


def found(type, body, name="x"):
    read = bicep.read(
        f"param none string\nresource r '{type}@2023-05-01' = {{\n name: '{name}'\n properties: {{\n{body}\n}}\n}}\n"
    )
    return containers("a.bicep", read.resources, read.elsewhere)


def pairs(service):
    return [(name, value) for name, value, _ in service.environment()]


def secrets(project):
    return [(secret.name, secret.line) for secret in project.secrets.values()]


GROUP = """\
 ipAddress: { type: 'Public', ports: [ { port: 22 } ] }
 imageRegistryCredentials: [ { server: 's', password: 'Tr0ub4dor' }, { server: 't', password: none } ]
 volumes: [ { name: 'v', azureFile: { shareName: 's', storageAccountKey: 'Tr0ub4dor' } } ]
 initContainers: [ { name: 'i', properties: { image: 'init:1' } } ]
 containers: [
  {
   name: 'c'
   properties: {
    image: 'web:1'
    command: [ 'sh', '-c' ]
    ports: [ { port: 22 }, { port: 80 } ]
    environmentVariables: [
     { name: 'A', value: 'b' }
     { name: 'S', secureValue: 'Tr0ub4dor' }
     { name: 'T', secureValue: none }
    ]
    securityContext: {
     privileged: true
     allowPrivilegeEscalation: false
     runAsUser: 0
     capabilities: { add: [ 'SYS_ADMIN' ], drop: [ 'ALL' ] }
    }
   }
  }
 ]
"""


def test_container_groups():
    project = found("Microsoft.ContainerInstance/containerGroups", GROUP)
    web, init = project.services
    assert (web.image, web.node.line_of("image"), init.image) == ("web:1", 13, "init:1")
    assert web.is_on("privileged") and web.node.line_of("privileged") == 22
    assert (web.added, web.node["user"], web.node["security_opt"]) == ({"SYS_ADMIN"}, "0", ["no-new-privileges:true"])
    assert [(port.target, port.published) for port in web.ports()] == [("22", "22")]
    assert pairs(web) == [("A", "b"), ("S", ""), ("T", "")]
    assert secrets(project) == [("S of c", 18), ("for registry 1 of x", 6), ("for volume v", 7)]
    assert project.unresolved == ()


def test_a_private_address_publishes_nothing():
    project = found("Microsoft.ContainerInstance/containerGroups", GROUP.replace("'Public'", "'Private'"))
    assert [list(service.ports()) for service in project.services] == [[], []]


@pytest.mark.parametrize("type", ["Microsoft.App/containerApps", "Microsoft.App/jobs"])
def test_container_apps(type):
    body = """\
 configuration: { secrets: [ { name: 's', value: 'Tr0ub4dor' }, { name: 't', value: none }, { name: 'u' } ] }
 template: {
  initContainers: [ { name: 'i', image: 'i:1' } ]
  containers: [ { name: 'c', image: '${none}/c:1', args: [ '-x' ], env: [ { name: 'A', value: 'b' } ] } ]
 }
"""
    project = found(type, body)
    web, init = project.services
    assert (web.image, web.node["command"], pairs(web), init.image) == ("${none}/c:1", ["-x"], [("A", "b")], "i:1")
    assert secrets(project) == [("s of x", 5)]
    assert [(part.what, part.line) for part in project.unresolved] == [("image ${none}/c:1", 8)]


def test_web_apps():
    body = """\
 siteConfig: {
  linuxFxVersion: 'DOCKER|web:1'
  appSettings: [ { name: 'A', value: 'b' } ]
  connectionStrings: [ { name: 'C', connectionString: 'd' } ]
 }
"""
    (web,) = found("Microsoft.Web/sites", body).services
    assert (web.image, web.node.line_of("image"), pairs(web)) == ("web:1", 6, [("A", "b"), ("C", "d")])
    (settings,) = found("Microsoft.Web/sites/config", " A: 'b'", "web/appsettings").services
    (strings,) = found("Microsoft.Web/sites/config", " C: { value: 'd', type: 'Custom' }", "web/connectionstrings").services
    assert (pairs(settings), pairs(strings)) == ([("A", "b")], [("C", "d")])
    (part,) = found("Microsoft.Web/sites/sitecontainers", " image: 'log:1'\n startUpCommand: 'run'").services
    assert (part.image, part.node["command"]) == ("log:1", "run")


@pytest.mark.parametrize(
    ("type", "body", "what"),
    [
        ("Microsoft.App/containerApps", "template: { containers: none }", "containers of x"),
        ("Microsoft.App/containerApps", "template: { containers: [ none ] }", "a container of x"),
        ("Microsoft.ContainerInstance/containerGroups",
         "containers: [ { name: 'c', properties: { image: 'i:1', securityContext: { privileged: none } } } ]",
         "privileged of container c"),
        ("Microsoft.Web/sites", "siteConfig: { linuxFxVersion: 'COMPOSE|dmVy' }", "the services in linuxFxVersion of x"),
    ],
)  # fmt: skip
def test_what_is_not_known(type, body, what):
    assert [(part.what, part.line) for part in found(type, body).unresolved] == [(what, 5)]


def test_a_site_without_a_container():
    assert found("Microsoft.Web/sites", "siteConfig: { linuxFxVersion: 'NODE|20' }").services == ()
