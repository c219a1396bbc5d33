// Does what people come for, in headless Chromium: node acting.mjs PLAN CHROMIUM [FOLDER for screenshots]. Prints one JSON object.
// PLAN is a file: {address, name, password, project, registry, package, script: true}. playwright-core and axe-core are found by
// NODE_PATH. Every task fills in forms as a person does; with ``script: false`` there is no JavaScript at all.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const load = createRequire(import.meta.url);
const { chromium } = load("playwright-core");
const axe = readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");
const [, , planFile, executablePath, folder] = process.argv;
const plan = JSON.parse(readFileSync(planFile, "utf8"));
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const answer = { errors: [], requests: [], axe: {}, widths: {} };
const browser = await chromium.launch({ executablePath, args: flags });
const context = await browser.newContext({
  reducedMotion: "reduce", locale: "en-GB", timezoneId: "Europe/Berlin", acceptDownloads: true, javaScriptEnabled: plan.script !== false,
  viewport: plan.phone ? { width: 390, height: 844 } : { width: 1280, height: 900 }, colorScheme: plan.dark ? "dark" : "light",
});
const page = await context.newPage();
page.setDefaultTimeout(60000);
page.on("console", (message) => answer.errors.push(message.text()));
page.on("pageerror", (error) => answer.errors.push(error.message));
page.on("dialog", (dialog) => { answer.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
page.on("request", (request) => { if (!request.url().startsWith(plan.address)) answer.requests.push(request.url()); });
const start = () => `${plan.address}/projects/${plan.project}`;
const text = (selector) => page.locator(selector).first().innerText();

async function seen(name) {
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: Boolean(plan.full) });
  if (plan.script === false) return; // nothing is evaluated there, not even axe
  const session = await context.newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  await session.send("Runtime.evaluate", { contextId, expression: axe });
  const expression = "axe.run(document, { resultTypes: ['violations'] }).then((done) => JSON.stringify(done.violations.map("
    + "(one) => [one.impact, one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))])))";
  const { result } = await session.send("Runtime.evaluate", { contextId, expression, awaitPromise: true, returnByValue: true });
  answer.axe[name] = JSON.parse(result.value);
  const { result: width } = await session.send("Runtime.evaluate", { contextId, expression: "document.documentElement.scrollWidth", returnByValue: true });
  answer.widths[name] = width.value;
  await session.detach();
}

const TASKS = {
  async login() {
    await page.goto(plan.setup || `${plan.address}/login`);
    if (plan.setup) {
      if (plan.script === false) await page.fill("#token", plan.setup.split("#")[1]);
      await page.fill("#name", plan.name);
      for (const field of ["#password", "#again"]) await page.fill(field, plan.password);
      await seen("setup");
    } else {
      await page.fill("#name", plan.name);
      await page.fill("#password", plan.password);
    }
    await page.click("main button.primary");
    await page.waitForURL((url) => !["/login", "/setup"].includes(url.pathname));
  },

  async project() {
    await page.goto(`${plan.address}/projects/new`);
    await page.fill("#name", "Shop");
    await seen("project");
    await page.click("main button.primary");
    await page.waitForURL((url) => url.pathname.endsWith("/start"));
    plan.project = Number(new URL(page.url()).pathname.split("/")[2]);
    answer.project = plan.project;
    await seen("start");
  },

  async upload() {
    await page.goto(`${start()}/start`);
    await page.setInputFiles("#file", plan.upload);
    await page.fill("main form.drop #name", "shop:1.4");
    await page.click("main form.drop button");
    await page.waitForURL((url) => url.pathname.includes("/images/"));
    for (let tries = 0; tries < 60 && !(await page.locator(".tiles").count()); tries += 1) {
      await page.waitForTimeout(1000);
      await page.reload();
    }
    answer.uploaded = await text("main .summary");
    await seen("first-verdict");
  },

  async registry() {
    await page.goto(`${start()}/registries/new`);
    await page.fill("#address", plan.registry);
    await page.fill("#every_hours", ""); // listed when asked
    await seen("registry-add");
    await page.click("main button.primary");
    await page.waitForURL((url) => url.pathname.endsWith("/edit"));
    answer.added = await text(".notice");
    await page.click("main button:has-text('Test')");
    await page.waitForSelector(".seen li.done, .seen li.failed");
    answer.tested = await page.locator(".seen li").allInnerTexts();
    await seen("registry-test");
  },

  // Who has a CVE: by a typed id, and by one with a slip.
  async affected() {
    await page.goto(start());
    await page.fill("#quick", "cve_2026_0001");
    await page.press("#quick", "Enter");
    await page.waitForURL((url) => url.pathname.endsWith("/vulnerabilities/CVE-2026-0001"));
    answer.affected = await page.locator("main tbody tr th a").allInnerTexts();
    await seen("affected");
    await page.fill("#quick", "CVE-2026-0011");
    await page.press("#quick", "Enter");
    await page.waitForURL((url) => url.pathname.endsWith("/vulnerabilities/CVE-2026-0011"));
    answer.near = await page.locator("main p a[href*='/vulnerabilities/']").allInnerTexts();
  },

  async range() {
    await page.goto(`${start()}/search`);
    await page.fill("#q", "package:libssl3<1.1");
    await page.press("#q", "Enter");
    await page.waitForURL((url) => url.searchParams.has("q"));
    answer.range = await page.locator("main tbody tr th").allInnerTexts();
    await page.fill("#q", "package:libssl3<1.0");
    await page.press("#q", "Enter");
    await page.waitForURL((url) => url.searchParams.get("q").endsWith("<1.0"));
    answer.outside = await page.locator("main tbody tr").count();
    await page.fill("#quick", "ssl");
    await page.press("#quick", "Enter");
    await page.waitForURL((url) => url.searchParams.get("q") === "ssl");
    answer.word = await page.locator(".named li a").allInnerTexts();
    await seen("word");
  },

  // From the overview to why something was not assessed: the reasons, the images of one, and the part of its page.
  async why() {
    await page.goto(start());
    await page.click("main a:has-text('what was not assessed')");
    await page.waitForURL((url) => url.pathname.endsWith("/coverage"));
    answer.reasons = await page.locator("main tbody tr th code").allInnerTexts();
    await seen("coverage");
    await page.click("main tbody tr th a");
    await page.waitForURL((url) => url.pathname.endsWith("/search"));
    await page.click("main tbody tr th a");
    await page.waitForURL((url) => url.pathname.includes("/images/"));
    answer.why = await text("#coverage");
  },

  // The tags of the registry, listed now, and two of them side by side.
  async compare() {
    await page.goto(`${start()}/registries`);
    await page.click("main tbody tr th a");
    await page.click("main a:has-text('Edit and test')");
    await page.click("main button:has-text('List it now')");
    await page.waitForURL((url) => url.pathname.includes("/registries"));
    const ready = async () => {
      await page.goto(`${start()}/images?state=ready`);
      return page.locator(`main tbody a:has-text('${plan.tags[0].split(":")[0]}')`).count();
    };
    for (let tries = 0; tries < 120 && (await ready()) < 2; tries += 1) await page.waitForTimeout(1000);
    await page.click(`main tbody a:has-text('${plan.tags[1]}')`);
    await page.waitForURL((url) => url.pathname.includes("/images/"));
    answer.beside = await page.locator("#from option").allInnerTexts();
    await page.click("main a:has-text('Compare with')");
    await page.fill("#from", plan.tags[0]);
    await page.fill("#to", plan.tags[1]);
    await page.click("main button:has-text('Compare')");
    await page.waitForSelector("main .tiles");
    answer.compared = await page.locator("main .tile").allInnerTexts();
    await seen("compare");
  },

  // A link of a notification, opened by somebody who is not logged in.
  async link() {
    await page.click(".who form[action='/logout'] button");
    await page.goto(plan.address + plan.link.replace("PROJECT", plan.project));
    await page.waitForSelector("#password");
    await page.fill("#name", plan.name);
    await page.fill("#password", plan.password);
    await page.click("main button.primary");
    await page.waitForURL((url) => url.pathname.includes("/vulnerabilities/"));
    answer.followed = [new URL(page.url()).pathname, await page.locator("main tbody tr").count()];
  },

  async triage() {
    await page.goto(`${start()}/triage`);
    await seen("triage");
    const boxes = page.locator("input[name=target][type=checkbox]");
    answer.rows = await boxes.count();
    for (let number = 0; number < Math.min(2, answer.rows); number += 1) await boxes.nth(number).check();
    answer.chosen = plan.script === false ? "" : await text(".chosen");
    await page.click("main .batch button");
    await page.waitForSelector("#status");
    await page.fill("#reason", "The shop does not use it.");
    await page.fill("#days", "30");
    await page.click("main button:has-text('Preview')");
    await page.waitForSelector(".preview");
    answer.preview = await text(".preview .big");
    await seen("triage-preview");
    await page.click("main button.primary");
    await page.waitForURL((url) => url.pathname.endsWith("/decisions"));
    answer.decided = await page.locator("main tbody tr").count();
    answer.until = await text("main tbody td[data-label=Until]");
    await seen("decisions");
    await page.goto(`${start()}/triage`);
    answer.left = await page.locator("input[name=target][type=checkbox]").count();
  },

  async vex() {
    await page.goto(`${start()}/decisions`);
    const waiting = page.waitForEvent("download");
    await page.click("main a:has-text('Export VEX')");
    const download = await waiting;
    answer.vex = JSON.parse(readFileSync(await download.path(), "utf8"));
  },

  async undo() {
    await page.goto(`${start()}/decisions?counts=true`);
    await page.click("main tbody a:has-text('made together')");
    await page.click("main button:has-text('Undo all of them')");
    await page.waitForSelector(".notice");
    answer.undone = await text(".notice");
    await page.goto(`${start()}/triage`);
    answer.back = await page.locator("input[name=target][type=checkbox]").count();
  },

  async policy() {
    await page.goto(`${start()}/policies/default`);
    await page.fill("#fail_on", "high\nkev");
    await page.click("main button:has-text('Preview')");
    await page.waitForSelector(".preview");
    answer.fails = await text(".preview .big");
    await seen("policy-preview");
    await page.click("main button.primary:has-text('Save')");
    await page.waitForSelector(".notice");
    answer.policy = await page.inputValue("#fail_on");
  },

  async key() {
    await page.goto(`${start()}/keys`);
    await page.fill("#name", "pipeline");
    await page.click("main button:has-text('Make the key')");
    await page.waitForSelector("#token");
    answer.token = await text("#token");
    await seen("key");
    await page.goto(`${start()}/keys`);
    await page.click("main button:has-text('Revoke')");
    await page.waitForSelector(".notice");
    answer.revoked = await text(".notice");
  },

  async look() {
    const screens = { overview: "", images: "/images", registries: "/registries", policies: "/policies", views: "/views", members: "/members",
      settings: "/settings", audit: "/audit", decide: `/triage/decide?vulnerability=CVE-2026-1&package=pkg:npm/x`, start: "/start", keys: "/keys" };
    for (const [name, path] of Object.entries(screens)) { await page.goto(start() + path); await seen(name); }
    for (const name of ["users", "keys", "projects", "audit"]) { await page.goto(`${plan.address}/${name}`); await seen(`service-${name}`); }
  },
};
for (const name of plan.tasks) {
  try { await TASKS[name](); } catch (error) {
    answer.errors.push(`${name}: ${error.message.split("\n")[0]} at ${page.url()}: ${(await page.locator("main").innerText()).slice(0, 600)}`);
    break;
  }
}
await browser.close();
console.log(JSON.stringify(answer));
