// Drives the pages of a server in headless Chromium: node pages.mjs PLAN CHROMIUM [FOLDER for screenshots]. Prints one JSON
// object. PLAN is a file: {address, name, password, pages: [[name, path], …], pictures: [name, …], hostile}.
// playwright-core and axe-core are found by NODE_PATH.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

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
// Without JavaScript every page can be read, and the login works.
const plain = await loggedIn({ ...SIZES[0][1], javaScriptEnabled: false });
answer.plain = [];
for (const [, path] of plan.pages) answer.plain.push((await plain.goto(plan.address + path)).status());
await browser.close();
console.log(JSON.stringify(answer));
