const { exec, execSync, spawn, execFile } = require("child_process");
const processes = require("node:child_process");
const { exec: run, fork } = require("child_process");
const compiled_1 = __importStar(require("child_process"));
const later = util.promisify(exec);
const crypto = require("crypto");
const fs = require("fs");
const vm = require("vm");
const serialize = require("node-serialize");

app.get("/ping", (req, res) => {
  exec("ping -c 1 " + req.query.host, done); // COD-001
  exec(`ping -c 1 ${req.query.host}`, done); // COD-001
  execSync(command); // COD-001
  exec("uptime", done);
  execFile("ping", ["-c", "1", host], done);
  spawn("ping", ["-c", "1", host]);
  spawn(program, args, { shell: true }); // COD-001
  spawn("ls", [], { shell: false });
  const found = /^a(b)$/.exec(req.query.text);
  const again = pattern.exec("constant");
  const words = line_pattern.exec(line);
  client.exec("get " + key);
  program.exec(path + ".js");
  processes.exec("ls " + folder); // COD-001
  run("ls " + folder); // COD-001
  later("ls " + folder); // COD-001
  require("child_process").execSync("ls " + folder); // COD-001
  (0, compiled_1.exec)(`ls ${folder}`); // COD-001
  processes.execFile("ls", [folder]);
});

app.post("/calc", (req, res) => {
  res.send(eval(req.body.text)); // COD-002
  const f = new Function("a", req.body.code); // COD-002
  const g = new Function("a", "return a + 1");
  vm.runInNewContext(req.body.code, {}); // COD-002
  vm.runInThisContext("1 + 1");
  setTimeout(`run(${id})`, 10); // COD-002
  setTimeout(() => run(id), 10);
  setTimeout(run, 10, id);
  const value = evaluate(req.body.text);
  JSON.parse(req.body.text);
  serialize.unserialize(req.cookies.session); // COD-003
  serialize.serialize(session);
});

async function rows(db, id, name) {
  await db.query("SELECT * FROM users WHERE id = " + id); // COD-004
  await db.query(`SELECT * FROM users WHERE name = '${name}'`); // COD-004
  await db.query(`DELETE FROM users WHERE id = ${id}`); // COD-004
  await db.query("SELECT * FROM users WHERE id = $1", [id]);
  await db.query(`SELECT * FROM users WHERE active`);
  await db.execute("INSERT INTO log VALUES (" + name + ")"); // COD-004
  await db.query("SELECT a " + "FROM b");
  await prisma.$queryRawUnsafe(`UPDATE users SET name = '${name}'`); // COD-004
  await cache.query(key);
}

const agent = new https.Agent({ rejectUnauthorized: false }); // COD-005
const strict = new https.Agent({ rejectUnauthorized: true });
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // COD-005
process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = 0; // COD-005
request({ url, strictSSL: false }); // COD-005
tls.connect({ minVersion: "TLSv1" }); // COD-006
tls.connect({ minVersion: "TLSv1.2" });
tls.connect({ secureProtocol: "TLSv1_method" }); // COD-006

crypto.createHash("md5").update(text); // COD-007
crypto.createHash("SHA1"); // COD-007
crypto.createHash("sha256");
crypto.createHmac("sha1", key);
crypto.createCipher("aes192", key); // COD-008
forge.cipher.createCipher("AES-CBC", key);
crypto.createCipheriv("des-ede3", key, iv); // COD-008
crypto.createCipheriv("aes-128-ecb", key, null); // COD-008
crypto.createCipheriv("aes-256-gcm", key, iv);
crypto.generateKeyPairSync("rsa", { modulusLength: 1024 }); // COD-009
crypto.generateKeyPairSync("rsa", { modulusLength: 4096 });

app.get("/file", (req, res) => {
  fs.readFile(req.query.name, send); // COD-010
  fs.createReadStream("/data/" + req.params.name); // COD-010
  res.sendFile(path.join(root, req.params.name)); // COD-010
  fs.readFile("/data/list.json", send);
  res.sendFile(index);
});

const password = "correct-horse"; // COD-012
config.apiKey = "0123456789abcdef"; // COD-012
const settings = { user: "admin", db_password: "hunter22" }; // COD-012
const secret = process.env.SECRET;
const passwordLabel = "Password";
const form = { password: "" };

element.innerHTML = comment.text; // COD-013
element.outerHTML = `<b>${name}</b>`; // COD-013
element.innerHTML = "<b>hello</b>";
element.textContent = comment.text;
document.write("<script src=" + url + "></script>"); // COD-013
document.write("<p>hello</p>");
list.insertAdjacentHTML("beforeend", row(item)); // COD-013
list.insertAdjacentHTML("beforeend", "<hr>");
