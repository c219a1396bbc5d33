"""The files in which a setting stands: templates with marks for its name and its value.

``@@NAME@@`` is the name as an environment variable has it, ``@@name@@``, ``@@camel@@``, ``@@Camel@@``, ``@@kebab@@`` and
``@@dotted@@`` are its other forms. The rest of a file is ordinary: it holds no other secret.
"""

import html
import json
import re
from collections.abc import Callable, Iterable

from .draws import Draws
from .vectors import Place, Placed

_MARK = re.compile(r"@@(\w+)@@")


def template(path: str, text: str) -> Place:
    """A value is escaped as the language of the file asks for; it is the escaped text that a reader has to find."""
    escape = _escape(path)

    def place(draws: Draws, name: str, value: str) -> Placed:
        written = escape(value)
        fields = {**_forms(name), "value": written}

        def field(mark: "re.Match[str]") -> str:
            known = fields.get(mark[1])
            return known if known is not None else fields.setdefault(mark[1], _drawn(draws, mark[1]))

        return Placed(_MARK.sub(field, path), _MARK.sub(field, text), written if "@@value@@" in text else "")

    return place


def templates(texts: Iterable[tuple[str, str]]) -> tuple[Place, ...]:
    return tuple(template(path, text) for path, text in texts)


def _forms(name: str) -> dict[str, str]:
    words = name.lower().split("_")
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    return {
        "NAME": name,
        "name": name.lower(),
        "camel": camel,
        "Camel": camel[0].upper() + camel[1:],
        "kebab": "-".join(words),
        "dotted": ".".join(words),
        "spaced": " ".join(words),
        "first": words[0],
    }


def _drawn(draws: Draws, mark: str) -> str:
    """``@@word@@`` and ``@@word2@@`` are two words; the same mark is the same text in all of a file."""
    made = {
        "word": draws.word,
        "host": draws.host,
        "uuid": draws.uuid,
        "port": lambda: str(draws.between(1024, 49151)),
        "count": lambda: str(draws.between(2, 600)),
        "user": lambda: f"{draws.word()}_{draws.one(('app', 'svc', 'rw', 'admin'))}",
        "version": lambda: f"{draws.between(0, 9)}.{draws.between(0, 30)}.{draws.between(0, 9)}",
    }
    return made[mark.rstrip("0123456789")]()


def _escape(path: str) -> Callable[[str], str]:
    if path.endswith((".xml", ".config", ".plist", ".csproj")):
        return lambda value: html.escape(value, quote=True)
    if path.endswith((".json", ".ipynb")):
        return lambda value: json.dumps(value)[1:-1]
    return lambda value: value.replace("\n", "\\n")


DOTENV = templates((
    ("app/.env", "NODE_ENV=production\nPORT=@@port@@\nLOG_LEVEL=info\n@@NAME@@=@@value@@\nTZ=UTC\n"),
    ("srv/@@word@@/.env.production", "# @@word@@ service\nAPP_URL=https://@@host@@\n@@NAME@@=\"@@value@@\"\nCACHE_TTL=@@count@@\n"),
    ("opt/@@word@@/config/@@word@@.env", "WORKERS=4\n@@NAME@@='@@value@@'\nREGION=eu-central-1\n"),
))  # fmt: skip
SHELL = templates((
    ("usr/local/bin/entrypoint.sh", "#!/bin/sh\nset -eu\nexport @@NAME@@=@@value@@\nexec /usr/local/bin/@@word@@ --port @@port@@\n"),
    ("root/.bashrc", "alias ll='ls -l'\nexport EDITOR=vim\nexport @@NAME@@=\"@@value@@\"\nPS1='\\u@\\h:\\w\\$ '\n"),
    ("home/deploy/.profile", "umask 022\n@@NAME@@='@@value@@'; export @@NAME@@\nPATH=\"$HOME/bin:$PATH\"\n"),
    ("opt/@@word@@/deploy.sh", "#!/usr/bin/env bash\n\n# roll out @@word@@\n@@NAME@@=\"@@value@@\" ./bin/rollout --env prod --count @@count@@\n"),
    ("etc/profile.d/@@word@@.sh", "test -n \"$BASH\" || return 0\nexport @@NAME@@='@@value@@'\n"),
))  # fmt: skip
YAML = templates((
    ("app/config/@@word@@.yaml", "server:\n  port: @@port@@\n  host: 0.0.0.0\n@@first@@:\n  @@name@@: @@value@@\n  timeout: @@count@@\nlogging:\n  level: info\n"),
    ("etc/@@word@@/config.yml", "---\nlisten: :@@port@@\n@@kebab@@: \"@@value@@\"\nretries: 3\n"),
    ("app/src/main/resources/application.yml", "spring:\n  application:\n    name: @@word@@\n@@word2@@:\n  @@kebab@@: '@@value@@'\n  enabled: true\n"),
    ("opt/@@word@@/values-prod.yaml", "replicaCount: 3\nimage:\n  tag: @@version@@\nsettings:\n  @@camel@@: \"@@value@@\"\nresources: {}\n"),
    ("srv/deploy/docker-compose.yml", "services:\n  @@word@@:\n    image: @@word@@:@@version@@\n    environment:\n      @@NAME@@: @@value@@\n      TZ: UTC\n    ports:\n      - \"@@port@@:80\"\n"),
    ("srv/@@word@@/compose.yaml", "services:\n  @@word@@:\n    image: @@word@@:@@version@@\n    environment:\n      - LOG_LEVEL=info\n      - @@NAME@@=@@value@@\n    restart: always\n"),
    ("opt/deploy/k8s/@@word@@.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: @@word@@\nspec:\n  template:\n    spec:\n      containers:\n        - name: @@word@@\n          image: @@word@@:@@version@@\n          env:\n            - name: @@NAME@@\n              value: \"@@value@@\"\n"),
    ("opt/deploy/k8s/@@word@@-secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: @@kebab@@\ntype: Opaque\nstringData:\n  @@NAME@@: @@value@@\n"),
    ("app/.github/workflows/release.yml", "name: release\non: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    env:\n      @@NAME@@: @@value@@\n    steps:\n      - run: make release\n"),
))  # fmt: skip
JSON = templates((
    ("app/config/production.json", '{\n  "port": @@port@@,\n  "@@camel@@": "@@value@@",\n  "logLevel": "info"\n}\n'),
    ("opt/@@word@@/appsettings.json", '{\n  "Logging": {"LogLevel": {"Default": "Warning"}},\n  "@@Camel@@": "@@value@@",\n  "AllowedHosts": "*"\n}\n'),
    ("etc/@@word@@/settings.json", '{"listen":"0.0.0.0:@@port@@","@@name@@":"@@value@@","retries":3}\n'),
    ("srv/@@word@@/task-definition.json", '{\n  "family": "@@word@@",\n  "containerDefinitions": [\n    {\n      "name": "@@word@@",\n      "environment": [\n        {"name": "TZ", "value": "UTC"},\n        {"name": "@@NAME@@", "value": "@@value@@"}\n      ]\n    }\n  ]\n}\n'),
))  # fmt: skip
SETTINGS = templates((
    ("app/src/main/resources/application.properties", "server.port=@@port@@\nspring.application.name=@@word@@\n@@word@@.@@dotted@@=@@value@@\nmanagement.endpoints.enabled-by-default=false\n"),
    ("root/.gradle/gradle.properties", "org.gradle.daemon=true\n@@camel@@=@@value@@\norg.gradle.jvmargs=-Xmx2g\n"),
    ("etc/@@word@@/@@word@@.ini", "[server]\nport = @@port@@\n\n[@@first@@]\n@@name@@ = @@value@@\ntimeout = @@count@@\n"),
    ("etc/@@word@@.conf", "# settings of @@word@@\nlisten @@port@@\n@@name@@ @@value@@\nworkers 4\n"),
    ("app/config/settings.toml", "[app]\nname = \"@@word@@\"\n\n[app.@@first@@]\n@@name@@ = \"@@value@@\"\nretries = 3\n"),
    ("etc/systemd/system/@@word@@.service", "[Unit]\nDescription=@@word@@\n\n[Service]\nEnvironment=\"@@NAME@@=@@value@@\"\nExecStart=/usr/bin/@@word@@\n\n[Install]\nWantedBy=multi-user.target\n"),
    ("etc/supervisor/conf.d/@@word@@.conf", "[program:@@word@@]\ncommand=/usr/bin/@@word@@\nenvironment=@@NAME@@=\"@@value@@\",TZ=\"UTC\"\nautostart=true\n"),
))  # fmt: skip
XML = templates((
    ("opt/@@word@@/conf/@@word@@.xml", '<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n  <port>@@port@@</port>\n  <@@camel@@>@@value@@</@@camel@@>\n</configuration>\n'),
    ("app/Web.config", '<?xml version="1.0"?>\n<configuration>\n  <appSettings>\n    <add key="Mode" value="live" />\n    <add key="@@Camel@@" value="@@value@@" />\n  </appSettings>\n</configuration>\n'),
    ("opt/@@word@@/conf/core-site.xml", "<configuration>\n  <property>\n    <name>@@dotted@@</name>\n    <value>@@value@@</value>\n  </property>\n</configuration>\n"),
))  # fmt: skip
SOURCE = templates((
    ("app/src/main/java/org/@@word@@/Settings.java", "package org.@@word@@;\n\npublic final class Settings {\n    static final int PORT = @@port@@;\n    private static final String @@NAME@@ = \"@@value@@\";\n\n    private Settings() {}\n}\n"),
    ("app/src/Client.java", "class Client {\n    Client build() {\n        return Client.builder()\n            .host(\"@@host@@\")\n            .@@camel@@(\"@@value@@\")\n            .build();\n    }\n}\n"),
    ("app/@@word@@/settings.py", "import os\n\nDEBUG = False\nPORT = @@port@@\n@@NAME@@ = \"@@value@@\"\nBASE = os.path.dirname(__file__)\n"),
    ("app/@@word@@/client.py", "from @@word2@@ import Client\n\n\ndef connect():\n    return Client(host=\"@@host@@\", @@name@@='@@value@@', timeout=@@count@@)\n"),
    ("app/@@word@@/conf.py", "CONFIG = {\n    'host': '@@host@@',\n    '@@name@@': '@@value@@',\n    'retries': 3,\n}\n"),
    ("app/src/config.js", "'use strict';\n\nmodule.exports = {\n  port: @@port@@,\n  @@camel@@: '@@value@@',\n};\n"),
    ("app/src/@@word@@.ts", "import { Client } from './client';\n\nconst @@camel@@ = \"@@value@@\";\nexport const client = new Client(@@camel@@);\n"),
    ("app/server/@@word@@.js", "const client = require('@@word@@')();\nclient.init({ region: 'eu', @@camel@@: process.env.@@NAME@@ || '@@value@@' });\n"),
    ("usr/src/@@word@@/main.go", "package main\n\nimport \"fmt\"\n\nconst @@camel@@ = \"@@value@@\"\n\nfunc main() {\n\tfmt.Println(run(@@camel@@))\n}\n"),
    ("usr/src/@@word@@/config.go", "package config\n\nvar Default = Config{\n\tHost: \"@@host@@\",\n\t@@Camel@@: \"@@value@@\",\n}\n"),
    ("app/config/initializers/@@word@@.rb", "@@Camel@@ = '@@value@@'.freeze\n\n@@word@@.configure do |config|\n  config.timeout = @@count@@\nend\n"),
    ("var/www/html/config.php", "<?php\n\nreturn [\n    'url' => 'https://@@host@@',\n    '@@name@@' => '@@value@@',\n];\n"),
    ("var/www/html/inc/@@word@@.php", "<?php\ndefine('@@NAME@@', '@@value@@');\n$retries = 3;\n"),
    ("app/@@Camel@@Options.cs", "namespace App;\n\npublic static class Options\n{\n    public const string @@Camel@@ = \"@@value@@\";\n    public const int Retries = 3;\n}\n"),
    ("usr/src/@@word@@/src/main.rs", "const @@NAME@@: &str = \"@@value@@\";\n\nfn main() {\n    run(@@NAME@@);\n}\n"),
))  # fmt: skip
BUILDS = templates((
    ("app/Dockerfile", "FROM debian:12\nENV TZ=UTC\nENV @@NAME@@=@@value@@\nCOPY . /app\nCMD [\"/app/@@word@@\"]\n"),
    ("srv/@@word@@/Dockerfile", "FROM alpine:3.20\nARG @@NAME@@=\"@@value@@\"\nRUN apk add --no-cache curl\n"),
    ("opt/infra/main.tf", "terraform {\n  required_version = \">= 1.5\"\n}\n\nprovider \"@@first@@\" {\n  @@name@@ = \"@@value@@\"\n}\n"),
    ("opt/infra/variables.tf", "variable \"region\" {\n  default = \"eu-west-1\"\n}\n\nvariable \"@@name@@\" {\n  type    = string\n  default = \"@@value@@\"\n}\n"),
    ("opt/infra/terraform.tfvars", "region = \"eu-west-1\"\n@@name@@ = \"@@value@@\"\nnodes = 3\n"),
    ("app/Jenkinsfile", "pipeline {\n  agent any\n  environment {\n    @@NAME@@ = '@@value@@'\n  }\n  stages { stage('build') { steps { sh 'make' } } }\n}\n"),
    ("app/Makefile", "PORT ?= @@port@@\n@@NAME@@ := @@value@@\n\nrun:\n\t./bin/@@word@@\n"),
))  # fmt: skip
LOOSE = templates((
    ("root/.bash_history", "ls -l\ncd /srv/@@word@@\nexport @@NAME@@=@@value@@\nmake deploy\nexit\n"),
    ("var/log/@@word@@/startup.log", "2026-03-04T10:12:44Z INFO  @@word@@ version @@version@@\n2026-03-04T10:12:44Z DEBUG settings: @@name@@=@@value@@ port=@@port@@\n2026-03-04T10:12:45Z INFO  ready\n"),
    ("home/deploy/notes.txt", "deployment of @@word@@:\n- host: @@host@@\n- @@spaced@@: @@value@@\n"),
    ("app/bin/fetch.sh", "#!/bin/sh\ncurl -fsS -H \"Authorization: Bearer @@value@@\" \"https://@@host@@/api/v1/@@word@@\" -o out.json\n"),
))  # fmt: skip

ASSIGNED = (*DOTENV, *YAML, *SOURCE, *SHELL, *JSON, *SETTINGS, *BUILDS, *XML)  # where a name stands beside the value
ANYWHERE = (*ASSIGNED, *LOOSE)
