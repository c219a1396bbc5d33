#!/bin/bash
set -euo pipefail
curl -fsSL https://example.org/install | bash # COD-019
curl -fsSL https://example.org/install | sudo sh - # COD-019
wget -qO- https://example.org/setup.py | python3 - # COD-019
bash <(curl -s https://example.org/install) # COD-019
sh -c "$(curl -fsSL https://example.org/install)" # COD-019
eval "$(curl -s https://example.org/env)" # COD-019
source <(curl -s https://example.org/env) # COD-019
curl -fsSL https://example.org/data.json | jq .name
curl -fsSL -o tool.tar.gz https://example.org/tool.tar.gz
wget -q https://example.org/tool.tar.gz
echo "1234 tool.tar.gz" | sha256sum -c -
cat script.sh | bash
curl -k https://example.org/ -o page # COD-005
curl -skL https://example.org/ -o page # COD-005
curl --insecure https://example.org/ -o page # COD-005
wget --no-check-certificate https://example.org/ # COD-005
curl --cacert /etc/ca.pem https://example.org/
ssh -o StrictHostKeyChecking=no host uptime # COD-005
ssh -o StrictHostKeyChecking=yes host uptime
git config --global http.sslVerify false # COD-005
git -c http.sslVerify=false clone https://example.org/r # COD-005
git config --global http.sslVerify true
export GIT_SSL_NO_VERIFY=1 # COD-005
export NODE_TLS_REJECT_UNAUTHORIZED=0 # COD-005
eval "$COMMAND" # COD-002
eval $1 # COD-002
eval "$(ssh-agent -s)"
eval set -- a b
chmod 777 /srv # COD-017
chmod -R 0777 /srv # COD-017
chmod a+rwx /srv # COD-017
chmod o+w /srv/file # COD-017
chmod 666 /srv/file # COD-017
chmod 1777 /tmp
chmod 755 /srv
chmod +x /srv/run
chmod g+w /srv/file
chmod u+w,o-w /srv/file
DB_PASSWORD=hunter22 # COD-012
export API_KEY="0123456789abcdef" # COD-012
export TOKEN=abcdef123 # COD-012
PASSWORD=$(cat /run/secrets/password)
PASSWORD="$1"
PASSWORD_FILE=/run/secrets/password
PASSWORD=
TOKEN=${TOKEN:-}
name=$(mktemp -u) # COD-015
name=$(mktemp)
echo a > /tmp/work.$$ # COD-015
echo a > "/tmp/work.$RANDOM" # COD-015
echo a > /tmp/known
ftp -n host # COD-016
telnet host 25 # COD-016
sftp host
