// Drives the pages of a server in headless Chromium: node pages.mjs PLAN CHROMIUM [FOLDER for screenshots]. Prints one JSON
// object. PLAN is a file: {address, name, password, pages: [[name, path], …], pictures: [name, …], trial: path}.
// playwright-core and axe-core are found by NODE_PATH.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const load = createRequire(import.meta.url);
const { chromium } = load("playwright-core");
const axe = readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");
const [, , planFile, executablePath, folder] = process.argv;
const plan = JSON.parse(readFileSync(planFile, "utf8"));
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const answer = { errors: [], requests: [], axe: {}, widths: {}, script_bytes: {}, shifts: {}, status: {} };
const browser = await chromium.launch({ executablePath, args: flags });

async function loggedIn(options) {
  const context = await browser.newContext({ reducedMotion: "reduce", locale: "en-GB", timezoneId: "Europe/Berlin", ...options });
  context.setDefaultTimeout(120_000); // a busy machine takes its time
  const page = await context.newPage();
  page.on("console", (message) => answer.errors.push(message.text()));
  page.on("pageerror", (error) => answer.errors.push(error.message));
  page.on("dialog", (dialog) => { answer.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (!request.url().startsWith(plan.address)) answer.requests.push(request.url()); });
  await page.goto(`${plan.address}/login`);
  await page.fill("#name", plan.name);
  await page.fill("#password", plan.password);
  await page.press("#password", "Enter");
  await page.waitForURL((url) => url.pathname !== "/login");
  return page;
}

async function checked(page, name) {
  // The policy of the page blocks a script of ours as it blocks anyone's, so axe runs in a world of its own.
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  await session.send("Runtime.evaluate", { contextId, expression: axe });
  const expression = "axe.run(document, { resultTypes: ['violations'] }).then((done) => JSON.stringify(done.violations.map("
    + "(one) => [one.impact, one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))])))";
  const { result } = await session.send("Runtime.evaluate", { contextId, expression, awaitPromise: true, returnByValue: true });
  answer.axe[name] = JSON.parse(result.value);
  await session.detach();
}

// How far what was displayed has moved, as browsers count it (Layout Instability): 0 is not at all.
function shifted(page) {
  return page.evaluate(() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 100);
  }));
}

// What Tab does not reach, of all that can be clicked or filled in.
async function unreached(page) {
  const count = await page.evaluate(() => {
    const found = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
      .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled);
    window.toReach = new Set(found);
    return found.length;
  });
  for (let step = 0; step < count + 20; step += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => { window.toReach.delete(document.activeElement); return window.toReach.size === 0; })) return [];
  }
  return page.evaluate(() => [...window.toReach].map((one) => one.outerHTML.slice(0, 120)));
}

const SIZES = [["wide", { viewport: { width: 1280, height: 900 } }], ["phone", { viewport: { width: 390, height: 844 } }]];
for (const [size, options] of SIZES.filter(([size]) => !plan.sizes || plan.sizes.includes(size))) {
  for (const colorScheme of plan.schemes || ["light", "dark"]) {
    const page = await loggedIn({ ...options, colorScheme });
    for (const [name, path] of plan.pages) {
      const key = `${name}-${size}-${colorScheme}`;
      const response = await page.goto(plan.address + path);
      answer.status[key] = response.status();
      await checked(page, key);
      const measured = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        scripts: performance.getEntriesByType("resource").filter((one) => one.initiatorType === "script")
          .reduce((sum, one) => sum + one.decodedBodySize, 0),
      }));
      answer.widths[key] = measured.width;
      answer.script_bytes[key] = measured.scripts;
      answer.shifts[key] = await shifted(page);
      if (folder && (!plan.pictures || plan.pictures.includes(key))) {
        await page.screenshot({ path: `${folder}/${key}.png`, fullPage: Boolean(plan.full) });
      }
    }
    await page.context().close();
  }
}

// The keyboard alone: j leads to the first row, Enter opens it, / leads to the search.
const page = await loggedIn(SIZES[0][1]);
if (plan.keys) {
  await page.goto(plan.address + plan.keys);
  await page.keyboard.press("j");
  answer.focused = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== plan.keys);
  answer.opened = new URL(page.url()).pathname;
  await page.keyboard.press("/");
  answer.searching = await page.evaluate(() => document.activeElement.id);
  await page.keyboard.type("package:op");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname.endsWith("/search"));
  answer.searched = new URL(page.url()).search;
  await page.click(".theme button[value=dark]");
  answer.dark = await page.evaluate(() => document.documentElement.className);
  await page.reload();
  answer.dark_after = await page.evaluate(() => document.documentElement.className);
}
// Every page by Tab alone, and each page of a long list: its rows, and whether anything moved.
answer.unreached = {};
for (const [name, path] of plan.tabbed || []) {
  await page.goto(plan.address + path);
  answer.unreached[name] = await unreached(page);
}
// Pages of a busy server, which come in two parts: after the first row of the table nothing comes for a while.
answer.in_parts = {};
const slow = createServer(async (request, response) => {
  const found = await fetch(plan.address + request.url, { headers: { cookie: request.headers.cookie || "" } });
  const body = await found.text();
  const cut = body.indexOf("</tr>", body.indexOf("<tbody>"));
  response.writeHead(found.status, { "content-type": found.headers.get("content-type") });
  response.write(body.slice(0, cut));
  setTimeout(() => response.end(body.slice(cut)), 400);
});
await new Promise((done) => { slow.listen(0, "127.0.0.1", done); });
for (const [name, path] of plan.in_parts || []) {
  const late = await page.context().newPage();
  await late.goto(`http://127.0.0.1:${slow.address().port}${path}`);
  answer.in_parts[name] = await shifted(late);
  await late.close();
}
slow.close();
slow.closeAllConnections();
answer.lists = [];
for (const [size, options] of plan.list ? SIZES : []) {
  const reader = await loggedIn(options);
  await reader.goto(plan.address + plan.list);
  for (let number = 0; number < 5; number += 1) {
    const rows = await reader.$$eval("[data-row] th a", (links) => links.map((link) => link.textContent));
    const width = await reader.evaluate(() => document.documentElement.scrollWidth);
    const tops = await reader.$$eval(".rows", (tables) => tables.map((one) => Math.round(one.getBoundingClientRect().top + scrollY)));
    answer.lists.push({ size, rows, width, top: tops[0], shift: await shifted(reader) });
    await Promise.all([reader.waitForNavigation(), reader.click("a[rel=next]")]);
  }
  await reader.context().close();
}
// What a stranger asks of the overview: what is clicked is in view, without scrolling, and leads to the answer.
answer.trial = {};
for (const [size, options] of plan.trial ? SIZES : []) {
  const stranger = await loggedIn(options);
  const within = (selector) => stranger.$eval(selector, (one) => {
    const { left, top, right, bottom } = one.getBoundingClientRect();
    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && one.checkVisibility({ visibilityProperty: true });
  });
  async function asked(clicks, answered) {
    const inView = [];
    await stranger.goto(plan.address + plan.trial);
    for (const selector of clicks) {
      inView.push(await within(selector));
      await stranger.click(selector);
      await stranger.waitForLoadState();
    }
    return [...inView, await stranger.textContent(answered)];
  }
  const fix = await asked(["a[href='#fix']", "#fix [data-row] th a"], "main .actions a");
  const gaps = await asked(["main .actions a[href$='/coverage']"], "h1");
  await stranger.goto(plan.address + plan.trial);
  for (let tabs = 1; tabs <= 5; tabs += 1) await stranger.keyboard.press("Tab");
  await stranger.keyboard.type("cve-2021-44228 ");
  await stranger.keyboard.press("Enter");
  await stranger.waitForURL((url) => url.pathname.endsWith("/CVE-2021-44228"));
  const affected = [await stranger.textContent("main h2"), await within("nav[aria-label=Main] [aria-current]")];
  answer.trial[size] = { fix, gaps, affected };
  await stranger.context().close();
}
// Without JavaScript every page can be read, and the login works.
const plain = await loggedIn({ ...SIZES[0][1], javaScriptEnabled: false });
answer.plain = [];
for (const [, path] of plan.pages) answer.plain.push((await plain.goto(plan.address + path)).status());
await browser.close();
console.log(JSON.stringify(answer));
