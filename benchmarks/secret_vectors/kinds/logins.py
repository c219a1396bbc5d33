"""Passwords: in addresses, in connection strings, and in key position of settings."""

import base64

from ..decoys import crossed_out
from ..draws import ALNUM, Draws
from ..places import ASSIGNED, template, templates
from ..vectors import Decoy, Kind, Place, Placed
from . import der
from .making import CROSSED

# An address or a connection string in the files it stands in; ``@@string@@`` is that text.
_FILES = (
    ("app/.env", "TZ=UTC\n@@NAME@@=@@string@@\n"),
    ("app/.env.production", 'NODE_ENV=production\n@@NAME@@="@@string@@"\n'),
    ("app/config/settings.yml", "server:\n  port: @@port@@\n@@kebab@@: @@string@@\n"),
    ("srv/docker-compose.yml", "services:\n  app:\n    image: app:1\n    environment:\n      - TZ=UTC\n      - @@NAME@@=@@string@@\n"),
    ("app/config/production.json", '{\n  "port": @@port@@,\n  "@@camel@@": "@@string@@"\n}\n'),
    ("app/settings.py", 'DEBUG = False\n@@NAME@@ = "@@string@@"\nTIMEOUT = 30\n'),
    ("app/src/connect.js", "const client = connect('@@string@@', { timeout: @@port@@ });\n"),
    ("usr/src/app/main.go", 'package main\n\nfunc main() {\n\tclient, err := Open("@@string@@")\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\tdefer client.Close()\n}\n'),
    ("usr/local/bin/entrypoint.sh", "#!/bin/sh\nexport @@NAME@@='@@string@@'\nexec /app/server\n"),
    ("app/Dockerfile", 'FROM debian:12\nENV @@NAME@@="@@string@@"\nCMD ["/app/server"]\n'),
    ("etc/app/app.ini", "[connection]\n@@name@@ = @@string@@\nretries = 3\n"),
    ("app/src/main/resources/application.properties", "server.port=@@port@@\napp.@@dotted@@=@@string@@\n"),
    ("app/config/settings.toml", '[app]\n@@name@@ = "@@string@@"\nretries = 3\n'),
    ("app/config/database.yml", "production:\n  url: @@string@@\n  pool: 5\n"),
    ("opt/deploy/k8s/app.yaml", 'env:\n  - name: @@NAME@@\n    value: "@@string@@"\n  - name: TZ\n    value: UTC\n'),
    ("var/www/html/config.php", "<?php\n\nreturn ['@@name@@' => '@@string@@', 'retries' => 3];\n"),
)  # fmt: skip


def _within(*strings: str) -> tuple[Place, ...]:
    return tuple(
        template(path, text.replace("@@string@@", strings[count % len(strings)]))
        for count, (path, text) in enumerate(_FILES * len(strings))
    )


def _address_decoys(*strings: str) -> tuple[Decoy, ...]:
    """The same address without a password, and with something in its place that is none."""
    places = _within(*strings)

    def decoy(why: str, value: str) -> Decoy:
        return Decoy(why, lambda draws: draws.one(places)(draws, "DATABASE_URL", value))

    inserted = (
        ("a placeholder", "<password>"), ("a placeholder", "password"), ("a placeholder", "changeme"), ("a placeholder", "****"), ("a placeholder", "xxxxxxxx"),
        ("a reference", "${DB_PASSWORD}"), ("a reference", "$DB_PASSWORD"), ("a reference", "{password}"), ("a reference", "%s"),
        ("a reference", "{{ db_password }}"), ("a reference", "${env.DB_PASS:-}"), ("a reference", "#{ENV['DB_PASS']}"), ("a reference", "[PASSWORD]"), ("no password", ""),
    )  # fmt: skip
    return tuple(decoy(why, value) for why, value in inserted)


def _plain(why: str, path: str, text: str) -> Decoy:
    return Decoy(why, lambda draws: template(path, text)(draws, "DATABASE_URL", draws.word()))


def _strong(draws: Draws) -> str:
    """Without characters that an address would have to escape."""
    return draws.alnum(draws.between(11, 19)) + draws.one("23456789") + draws.one("ABCDEFGH") + draws.one("mnpqrst")


def _address(name: str, variables: str, *strings: str, extra: tuple[Decoy, ...] = ()) -> Kind:
    return Kind(name, _strong, tuple(variables.split()), _within(*strings), decoys=(*_address_decoys(*strings), *extra))


_NO_PASSWORDS = (
    _plain("an address without a login", "app/.env", "DATABASE_URL=postgres://@@host@@:@@port@@/@@value@@\n"),
    _plain("an address with a user alone", "app/.env", "DATABASE_URL=postgres://@@user@@@@@host@@/@@value@@\n"),
    _plain(
        "an address of a package",
        "app/package.json",
        '{"dependencies": {"@@value@@": "git+ssh://git@@@host@@/@@word@@/@@value@@.git"}}\n',
    ),
    _plain("an address for time and port", "app/README.txt", "http://@@host@@:@@port@@/@@value@@@@@version@@\n"),
    _plain("a scoped package", "app/src/app.js", "import { a } from 'https://@@host@@/npm/@@@value@@/core@@@version@@';\n"),
)

_BASIC = ("https://@@user@@:@@value@@@@@host@@/@@word@@/", "https://@@user@@:@@value@@@@@host@@:@@port@@/api/v2", "http://@@user@@:@@value@@@@@host@@/feed.xml")  # fmt: skip
_FTP = ("ftp://@@user@@:@@value@@@@@host@@/incoming", "sftp://@@user@@:@@value@@@@@host@@:22/drop", "ldap://@@user@@:@@value@@@@@host@@:389", "smtp://@@user@@:@@value@@@@@host@@:587")  # fmt: skip
_POSTGRES = ("postgres://@@user@@:@@value@@@@@host@@:5432/@@word@@", "postgresql://@@user@@:@@value@@@@@host@@/@@word@@?sslmode=require", "postgresql+psycopg2://@@user@@:@@value@@@@@host@@/@@word@@")  # fmt: skip
_MYSQL = ("mysql://@@user@@:@@value@@@@@host@@:3306/@@word@@", "mysql+pymysql://@@user@@:@@value@@@@@host@@/@@word@@?charset=utf8mb4", "@@user@@:@@value@@@tcp(@@host@@:3306)/@@word@@?parseTime=true")  # fmt: skip
_MONGO = ("mongodb://@@user@@:@@value@@@@@host@@:27017/@@word@@?authSource=admin", "mongodb+srv://@@user@@:@@value@@@@@host@@/@@word@@?retryWrites=true&w=majority", "mongodb://@@user@@:@@value@@@@@host@@:27017,@@host2@@:27017/@@word@@")  # fmt: skip
_REDIS = (
    "redis://:@@value@@@@@host@@:6379/0",
    "rediss://default:@@value@@@@@host@@:6380",
    "redis://@@user@@:@@value@@@@@host@@:6379/2",
)
_AMQP = ("amqp://@@user@@:@@value@@@@@host@@:5672/@@word@@", "amqps://@@user@@:@@value@@@@@host@@/@@word@@")
_JDBC_QUERY = ("jdbc:postgresql://@@host@@:5432/@@word@@?user=@@user@@&password=@@value@@", "jdbc:mysql://@@host@@:3306/@@word@@?user=@@user@@&password=@@value@@&useSSL=true", "jdbc:mariadb://@@host@@/@@word@@?user=@@user@@&password=@@value@@")  # fmt: skip
_JDBC_SQLSERVER = ("jdbc:sqlserver://@@host@@:1433;databaseName=@@word@@;user=@@user@@;password=@@value@@;encrypt=true", "jdbc:sqlserver://@@host@@;database=@@word@@;user=@@user@@;password=@@value@@", "jdbc:jtds:sqlserver://@@host@@:1433/@@word@@;user=@@user@@;password=@@value@@", "jdbc:db2://@@host@@:50000/@@word@@:user=@@user@@;password=@@value@@;")  # fmt: skip
_JDBC_ORACLE = (
    "jdbc:oracle:thin:@@user@@/@@value@@@@@host@@:1521:@@word@@",
    "jdbc:oracle:thin:@@user@@/@@value@@@//@@host@@:1521/@@word@@",
)
_ODBC = ("Driver={ODBC Driver 18 for SQL Server};Server=tcp:@@host@@,1433;Database=@@word@@;Uid=@@user@@;Pwd=@@value@@;Encrypt=yes;", "DRIVER={PostgreSQL Unicode};SERVER=@@host@@;PORT=5432;DATABASE=@@word@@;UID=@@user@@;PWD=@@value@@", "DSN=@@word@@;UID=@@user@@;PWD=@@value@@")  # fmt: skip
_ADO = ("Server=@@host@@,1433;Database=@@word@@;User Id=@@user@@;Password=@@value@@;TrustServerCertificate=True;", "Data Source=@@host@@;Initial Catalog=@@word@@;User ID=@@user@@;Password=@@value@@;MultipleActiveResultSets=true", "Host=@@host@@;Port=5432;Username=@@user@@;Password=@@value@@;Database=@@word@@")  # fmt: skip
_JDBC_DECOYS = (
    _plain("an address without a login", "app/src/main/resources/application.properties", "spring.datasource.url=jdbc:postgresql://@@host@@:5432/@@value@@\nspring.datasource.username=@@user@@\n"),
    _plain("an address without a login", "app/config/db.xml", "<configuration>\n  <url>jdbc:oracle:thin:@@@host@@:1521:@@value@@</url>\n</configuration>\n"),
    _plain("a reference", "app/src/main/resources/application.yml", 'spring:\n  datasource:\n    url: jdbc:mysql://@@host@@/@@value@@?user=${DB_USER}&password=${DB_PASSWORD}\n'),
    _plain("code that builds an address", "app/src/Db.java", 'class Db {\n    String url = "jdbc:postgresql://" + host + "/@@value@@?user=" + user + "&password=" + password;\n}\n'),
    _plain("a login by the system", "app/appsettings.json", '{"Db": "Server=@@host@@;Database=@@value@@;Integrated Security=true;Trusted_Connection=True"}\n'),
)  # fmt: skip

_SPRING = templates((
    ("app/src/main/resources/application.properties", "spring.datasource.url=jdbc:postgresql://@@host@@/@@word@@\nspring.datasource.username=@@user@@\nspring.datasource.password=@@value@@\n"),
    ("app/src/main/resources/application.yml", "spring:\n  datasource:\n    url: jdbc:mysql://@@host@@/@@word@@\n    username: @@user@@\n    password: @@value@@\n"),
    ("app/src/main/resources/application-prod.yml", "spring:\n  rabbitmq:\n    host: @@host@@\n    username: @@user@@\n    password: '@@value@@'\n"),
    ("opt/wildfly/standalone.xml", "<datasource jndi-name=\"java:/@@word@@\">\n  <connection-url>jdbc:oracle:thin:@@@host@@:1521/@@word@@</connection-url>\n  <security>\n    <user-name>@@user@@</user-name>\n    <password>@@value@@</password>\n  </security>\n</datasource>\n"),
    ("usr/local/tomcat/conf/context.xml", "<Context>\n  <Resource name=\"jdbc/@@word@@\" username=\"@@user@@\" password=\"@@value@@\"\n    url=\"jdbc:mysql://@@host@@/@@word@@\" />\n</Context>\n"),
    ("app/src/main/resources/hibernate.cfg.xml", "<hibernate-configuration>\n  <session-factory>\n    <property name=\"connection.username\">@@user@@</property>\n    <property name=\"hibernate.connection.password\">@@value@@</property>\n  </session-factory>\n</hibernate-configuration>\n"),
    ("app/src/main/resources/flyway.conf", "flyway.url=jdbc:postgresql://@@host@@/@@word@@\nflyway.user=@@user@@\nflyway.password=@@value@@\n"),
    ("app/WEB-INF/jdbc.properties", "jdbc.url=jdbc:db2://@@host@@:50000/@@word@@\njdbc.username=@@user@@\njdbc.password=@@value@@\n"),
))  # fmt: skip
_QUOTED = templates((
    ("app/settings.py", "DATABASES = {\n    'default': {\n        'USER': '@@user@@',\n        'PASSWORD': '@@value@@',\n        'HOST': '@@host@@',\n    }\n}\n"),
    ("app/db.py", 'connection = connect(host="@@host@@", user="@@user@@", password="@@value@@")\n'),
    ("app/src/Login.java", 'class Login {\n    private static final String PASSWORD = "@@value@@";\n    int retries = 3;\n}\n'),
    ("app/src/login.js", "const options = {\n  user: '@@user@@',\n  password: '@@value@@',\n};\n"),
    ("usr/src/app/login.go", 'package login\n\nvar adminPassword = "@@value@@"\n'),
    ("var/www/html/wp-config.php", "<?php\ndefine( 'DB_USER', '@@user@@' );\ndefine( 'DB_PASSWORD', '@@value@@' );\n"),
    ("app/config/login.json", '{"username": "@@user@@", "password": "@@value@@"}\n'),
    ("app/Login.cs", 'class Login\n{\n    string password = "@@value@@";\n}\n'),
    ("app/config/login.yml", 'smtp:\n  user: @@user@@\n  password: "@@value@@"\n'),
    ("opt/infra/db.tf", 'resource "aws_db_instance" "main" {\n  username = "@@user@@"\n  password = "@@value@@"\n}\n'),
    ("app/config/login.toml", '[login]\nuser = "@@user@@"\npassword = "@@value@@"\n'),
    ("app/login.rb", "Mail.defaults do\n  delivery_method :smtp, user_name: '@@user@@', password: '@@value@@'\nend\n"),
))  # fmt: skip
_BARE = templates((
    ("app/.env", "DB_HOST=@@host@@\nDB_PASSWORD=@@value@@\nDB_NAME=@@word@@\n"),
    ("srv/.env", "SMTP_USER=@@user@@\nSMTP_PASS=@@value@@\n"),
    ("app/config/login.yml", "ldap:\n  bind_dn: cn=@@user@@\n  password: @@value@@\n"),
    ("app/config/database.yml", "production:\n  adapter: postgresql\n  username: @@user@@\n  password: @@value@@\n"),
    ("etc/app/app.ini", "[mail]\nuser = @@user@@\npassword = @@value@@\n"),
    ("etc/app/app.conf", "user=@@user@@\npasswd=@@value@@\nretries=3\n"),
    ("root/.my.cnf", "[client]\nuser=@@user@@\npassword=@@value@@\n"),
    ("root/.s3cfg", "[default]\nhost_base = @@host@@\nsecret_key = @@value@@\nuse_https = True\n"),
    ("srv/docker-compose.yml", "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: @@user@@\n      POSTGRES_PASSWORD: @@value@@\n"),
    ("srv/compose.yaml", "services:\n  db:\n    image: mysql:8\n    environment:\n      - MYSQL_ROOT_PASSWORD=@@value@@\n"),
    ("usr/local/bin/backup.sh", "#!/bin/sh\nPGPASSWORD=@@value@@ pg_dump -h @@host@@ -U @@user@@ @@word@@ > /backup.sql\n"),
    ("app/Dockerfile", "FROM mysql:8\nENV MYSQL_ROOT_PASSWORD=@@value@@\n"),
    ("etc/app/app.properties", "admin.user=@@user@@\nadmin.password=@@value@@\n"),
))  # fmt: skip
_COMMANDS = templates((
    ("usr/local/bin/dump.sh", "#!/bin/sh\nmysqldump -h @@host@@ -u @@user@@ -p@@value@@ @@word@@ > dump.sql\n"),
    ("usr/local/bin/sync.sh", "#!/bin/sh\ncurl -fsS -u @@user@@:@@value@@ https://@@host@@/export -o export.csv\n"),
    ("root/.bash_history", "docker login -u @@user@@ -p @@value@@ @@host@@\ndocker push @@host@@/@@word@@\n"),
    ("usr/local/bin/copy.sh", "#!/bin/sh\nsshpass -p '@@value@@' scp out.csv @@user@@@@@host@@:/data\n"),
    ("usr/local/bin/query.sh", "#!/bin/sh\nsqlcmd -S @@host@@ -U @@user@@ -P '@@value@@' -Q 'select 1'\n"),
    ("usr/local/bin/wget.sh", "#!/bin/sh\nwget --user=@@user@@ --password=@@value@@ https://@@host@@/data.zip\n"),
    ("usr/local/bin/redis.sh", "#!/bin/sh\nredis-cli -h @@host@@ -a @@value@@ flushall\n"),
))  # fmt: skip
_API_KEYS = ("API_KEY", "SECRET_KEY", "AUTH_TOKEN", "CLIENT_SECRET", "ACCESS_TOKEN", "APP_SECRET", "ENCRYPTION_KEY", "SIGNING_SECRET", "SESSION_SECRET")  # fmt: skip


def _line(why: str, path: str, line: str) -> Decoy:
    return Decoy(why, lambda draws: template(path, f"# settings\n{line}\n")(draws, "PASSWORD", draws.word()))


_PASSWORD_DECOYS = (
    _line("a rule for passwords", "app/config/rules.yml", "password_min_length: 12\npassword_pattern: ^[A-Za-z0-9_@@port@@]+$"),
    _line("a field of a form", "app/templates/login.html", '<input type="password" name="password" id="password-@@value@@" placeholder="Password">'),
    _line("a label", "app/src/labels.js", "export const labels = { password: 'Enter your password', token: 'Access token', @@value@@: 1 };"),
    _line("the name of a class", "app/src/main/resources/application.properties", "password.encoder=org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder"),
    _line("a file", "etc/app/app.conf", "password_file=/run/secrets/@@value@@_password"),
    _line("a call", "app/login.py", 'password = getpass.getpass("Password for @@value@@: ")'),
    _line("a call", "app/src/Login.java", 'String password = request.getParameter("password");'),
    _line("a variable", "usr/local/bin/run.sh", 'PASSWORD="$(pwgen 20 1)"; TOKEN=$1'),
    _line("a translation", "app/locales/fr.yml", "fr:\n  password: Mot de passe\n  token: Jeton"),
    _line("a boolean", "app/config/app.yml", "password: true\ntoken: null\nsecret: false"),
    _line("the name of a setting", "app/src/keys.go", 'const passwordKey = "database.password.@@value@@"'),
    _line("the name of a column", "app/db/schema.sql", "CREATE TABLE users (password varchar(255) NOT NULL, token_digest char(64));"),
    _line("a default of the manual", "opt/maven/conf/settings.xml", "<!--\n  <server>\n    <id>deploymentRepo</id>\n    <username>repouser</username>\n    <password>repopwd</password>\n  </server>\n-->"),
    _line("a type", "app/src/types.ts", "interface Login { password: string; accessToken?: string | undefined }"),
    _line("a path of a secret", "opt/deploy/values.yaml", "password: vault:secret/data/@@value@@#password"),
    _line("a name of a secret", "opt/deploy/pod.yaml", "secretName: @@value@@-credentials-v2"),
    _line("an encrypted value", "app/config/app.properties", "db.password=ENC(${ENCRYPTED_DB_PASSWORD})"),
    _line("a comparison", "app/src/check.js", "if (password === confirmPassword && token !== previousToken) return true;"),
    _line("a hash that is asked for", "app/config/app.yml", "password_hash_algorithm: pbkdf2_sha256\npassword_iterations: 600000"),
    _line("words in capitals", "app/src/Errors.java", 'static final String TOKEN_EXPIRED = "TOKEN_EXPIRED_OR_REVOKED_BY_SERVER";'),
)  # fmt: skip

_KUBECONFIG = "apiVersion: v1\nkind: Config\nclusters:\n- name: @@word@@\n  cluster:\n    server: https://@@host@@:6443\nusers:\n- name: admin\n  user:\n"
_KUBE_PATHS = ("root/.kube/config", "etc/kubernetes/admin.conf", "home/deploy/.kube/config", "opt/deploy/kubeconfig.yaml")


def _client_key(draws: Draws) -> str:
    return base64.b64encode(der.pem("EC PRIVATE KEY", der.ec(draws)).encode()).decode()


_NETRC = templates((
    ("root/.netrc", "machine @@host@@\nlogin @@user@@\npassword @@value@@\n"),
    ("home/app/.netrc", "machine @@host@@ login @@user@@ password @@value@@\n"),
    ("root/_netrc", "default login @@user@@ password @@value@@\n"),
    ("root/.authinfo", "machine @@host@@ port 587 login @@user@@ password @@value@@\n"),
))  # fmt: skip
_CRYPT = ALNUM + "./"


def _htpasswd(draws: Draws) -> str:
    return draws.one((f"$2y$10${draws.of(_CRYPT, 53)}", f"$apr1${draws.of(_CRYPT, 8)}${draws.of(_CRYPT, 22)}"))


_HTPASSWD = templates(
    (
        ("etc/nginx/.htpasswd", "@@user@@:@@value@@\n"),
        ("etc/apache2/.htpasswd", "@@word@@:@@value@@\n"),
        ("usr/local/apache2/conf/htpasswd", "admin:@@value@@\n"),
        ("var/www/.htpasswd", "# users\n@@user@@:@@value@@\n"),
        ("auth/htpasswd", "@@user@@:@@value@@\n"),
    )
)
_ANSIBLE = templates((
    ("etc/ansible/hosts", "[web]\n@@host@@ ansible_user=@@user@@ ansible_password=@@value@@\n"),
    ("opt/ansible/inventory.ini", "[db]\n@@host@@\n\n[db:vars]\nansible_user=@@user@@\nansible_become_pass=@@value@@\n"),
    ("opt/ansible/group_vars/all.yml", "ansible_user: @@user@@\nansible_ssh_pass: @@value@@\nansible_port: 22\n"),
    ("opt/ansible/host_vars/@@word@@.yml", "ansible_become_password: \"@@value@@\"\n"),
    ("opt/ansible/inventory.yaml", "all:\n  hosts:\n    @@host@@:\n      ansible_user: @@user@@\n      ansible_ssh_pass: '@@value@@'\n"),
))  # fmt: skip


def _vaulted(draws: Draws) -> Placed:
    lines = "\n".join(f"          {draws.of('3', 1)}{draws.of('0123456789', 79)}" for _ in range(6))
    text = f"ansible_user: deploy\nansible_become_pass: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n{lines}\n"
    return Placed("opt/ansible/group_vars/all.yml", text, "$ANSIBLE_VAULT;1.1;AES256")


def _vault_file(draws: Draws) -> Placed:
    text = "$ANSIBLE_VAULT;1.2;AES256;prod\n" + "\n".join(draws.of("0123456789", 80) for _ in range(9)) + "\n"
    return Placed("opt/ansible/vault.yml", text, text.splitlines()[1])


_ANSIBLE_DECOYS = (
    Decoy("an encrypted value", _vaulted),
    Decoy("an encrypted file", _vault_file),
    _line("a reference", "opt/ansible/group_vars/all.yml", 'ansible_become_pass: "{{ vault_become_pass }}"'),
    _line("a reference", "opt/ansible/group_vars/all.yml", "ansible_password: \"{{ lookup('env', 'ANSIBLE_PASSWORD') }}\""),
    _line("a file", "etc/ansible/ansible.cfg", "vault_password_file = ~/.@@value@@_vault_pass\nask_become_pass = True"),
)
_KUBE_DECOYS = (
    _line("a certificate", "root/.kube/config", "clusters:\n- cluster:\n    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM1ekNDQWMrZ0F3SUJBZ0lCQURBTkJna3Foa2lH"),
    _line("a file", "root/.kube/config", "users:\n- name: admin\n  user:\n    tokenFile: /var/run/secrets/@@value@@/token\n    client-key: /etc/kubernetes/admin.key"),
    _line("a command", "root/.kube/config", "users:\n- name: admin\n  user:\n    exec:\n      command: aws\n      args: [eks, get-token, --cluster-name, @@value@@]"),
    _line("a placeholder", "root/.kube/config", "users:\n- name: admin\n  user:\n    token: REDACTED\n    client-key-data: DATA+OMITTED"),
)  # fmt: skip
_NETRC_DECOYS = (
    _line("a placeholder", "root/.netrc", "machine @@host@@\nlogin <user>\npassword <password>"),
    _line("no password", "root/.netrc", "machine @@host@@\nlogin @@value@@"),
    _line("a comment", "root/.netrc", "# machine HOST login USER password PASSWORD\nmachine @@host@@ login @@value@@"),
    _line("a reference", "usr/local/bin/login.sh", 'echo "machine @@host@@ login @@value@@ password $TOKEN" > ~/.netrc'),
)
_HTPASSWD_DECOYS = (
    _line("no password", "etc/nginx/conf.d/site.conf", 'auth_basic "@@value@@";\nauth_basic_user_file /etc/nginx/.htpasswd;'),
    _line("a locked account", "etc/shadow", "@@value@@:!:19700:0:99999:7:::\ndaemon:*:19700:0:99999:7:::"),
    _line("an empty entry", "etc/nginx/.htpasswd", "@@value@@:"),
    _line("a manual", "usr/share/app/manual.txt", "An entry reads user:$2y$10$... and is made with htpasswd -B for @@value@@."),
)
_COMMAND_DECOYS = (
    _line("a reference", "usr/local/bin/dump.sh", 'mysqldump -u "$USER" -p"$MYSQL_PASSWORD" @@value@@'),
    _line("a question", "usr/local/bin/dump.sh", "mysql -h @@host@@ -u root -p @@value@@"),
    _line("a reference", "usr/local/bin/sync.sh", 'curl -u "${API_USER}:${API_PASSWORD}" https://@@host@@/@@value@@'),
    _line("another option", "usr/local/bin/make.sh", "mkdir -p/@@value@@/data && ssh -p @@port@@ @@host@@"),
    _line("a login from a pipe", "usr/local/bin/login.sh", "echo $TOKEN | docker login -u @@value@@ --password-stdin @@host@@"),
)

KINDS: tuple[Kind, ...] = (
    _address("basic-auth-url", "SERVICE_URL UPSTREAM PROXY_URL ELASTIC_URL", *_BASIC, extra=_NO_PASSWORDS),
    _address("other-protocol-url", "TRANSFER_URL DIRECTORY_URL MAILER_DSN", *_FTP, extra=_NO_PASSWORDS),
    _address("postgres-url", "DATABASE_URL POSTGRES_URL DB_URL", *_POSTGRES, extra=_NO_PASSWORDS),
    _address("mysql-url", "DATABASE_URL MYSQL_URL DB_DSN", *_MYSQL, extra=_NO_PASSWORDS),
    _address("mongodb-url", "MONGO_URL MONGODB_URI MONGO_URI", *_MONGO, extra=_NO_PASSWORDS),
    _address("redis-url", "REDIS_URL CACHE_URL CELERY_BROKER", *_REDIS, extra=_NO_PASSWORDS),
    _address("amqp-url", "AMQP_URL RABBITMQ_URL CLOUDAMQP_URL", *_AMQP, extra=_NO_PASSWORDS),
    _address("jdbc-url-with-query", "JDBC_URL SPRING_DATASOURCE_URL DB_JDBC", *_JDBC_QUERY, extra=_JDBC_DECOYS),
    _address("jdbc-url-with-properties", "JDBC_URL SPRING_DATASOURCE_URL DB_JDBC", *_JDBC_SQLSERVER, extra=_JDBC_DECOYS),
    _address("jdbc-url-of-oracle", "JDBC_URL ORACLE_URL DB_JDBC", *_JDBC_ORACLE, extra=_JDBC_DECOYS),
    _address("odbc-connection-string", "ODBC_CONNECTION SQL_CONNECTION ODBC_DSN", *_ODBC, extra=_JDBC_DECOYS),
    _address("ado-connection-string", "DEFAULT_CONNECTION SQL_CONNECTION MAIN_DB", *_ADO, extra=_JDBC_DECOYS),
    Kind("datasource-password", _strong, ("DATASOURCE_PASSWORD",), _SPRING, (CROSSED,), decoys=(*_JDBC_DECOYS, *_PASSWORD_DECOYS[:6])),
    Kind("quoted-password", Draws.password, ("DB_PASSWORD", "ADMIN_PASSWORD", "SMTP_PASSWORD"), _QUOTED, decoys=_PASSWORD_DECOYS, least="possible"),
    Kind("bare-password", Draws.password, ("DB_PASSWORD", "ADMIN_PASSWORD", "SMTP_PASSWORD"), _BARE, decoys=_PASSWORD_DECOYS, least="possible"),
    Kind("password-of-a-command", _strong, ("PASSWORD",), _COMMANDS, decoys=_COMMAND_DECOYS, least="possible"),
    Kind("generic-api-key", lambda draws: draws.one((draws.hex(32), draws.alnum(32), draws.base64(33), draws.alnum(24) + "_" + draws.alnum(8))), _API_KEYS, ASSIGNED, decoys=_PASSWORD_DECOYS, least="possible"),
    Kind("kubeconfig-token", lambda draws: draws.one((draws.alnum(draws.between(32, 64)), f"{draws.lower(6)}.{draws.lower(16)}")), ("KUBE_TOKEN",), templates((path, _KUBECONFIG + "    token: @@value@@\n") for path in _KUBE_PATHS), (CROSSED,), decoys=_KUBE_DECOYS),
    Kind("kubeconfig-client-key", _client_key, ("KUBE_KEY",), templates((path, _KUBECONFIG + "    client-key-data: @@value@@\n") for path in _KUBE_PATHS), decoys=_KUBE_DECOYS),
    Kind("netrc-password", _strong, ("NETRC_PASSWORD",), _NETRC, decoys=_NETRC_DECOYS),
    Kind("htpasswd-entry", _htpasswd, ("HTPASSWD",), _HTPASSWD, (("too short", lambda draws, value: value[:20]), ("crossed out", crossed_out)), decoys=_HTPASSWD_DECOYS),
    Kind("ansible-password", _strong, ("ANSIBLE_BECOME_PASS",), _ANSIBLE, decoys=_ANSIBLE_DECOYS),
)  # fmt: skip
