// Drives a report in headless Chromium: node report.mjs PAGE CHROMIUM [FOLDER for screenshots]. Prints one JSON object.
// playwright-core and axe-core are found by NODE_PATH.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const load = createRequire(import.meta.url);
const { chromium } = load("playwright-core");
const axe = readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");
const [, , address, executablePath, folder] = process.argv;
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const answer = { errors: [], requests: [], axe: {} };
const browser = await chromium.launch({ executablePath, args: flags });

async function opened(options) {
  const page = await browser.newPage({ reducedMotion: "reduce", viewport: { width: 1280, height: 900 }, ...options });
  page.on("console", (message) => answer.errors.push(message.text()));
  page.on("pageerror", (error) => answer.errors.push(error.message));
  page.on("dialog", (dialog) => { answer.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url() !== address) answer.requests.push(request.url()); });
  await page.goto(address);
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
}

const filtered = (page, words) => page.evaluate((words) => new Promise((done) => {
  const before = performance.now();
  document.getElementById("search").value = words;
  document.getElementById("filters").dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => { document.body.offsetHeight; done(Math.round(performance.now() - before)); });
}), words);
const picture = (page, name) => folder && page.screenshot({ path: `${folder}/${name}.png` });
const count = (page) => page.locator("#rows > tbody > tr:not(.detail)").count();
const status = (page) => page.locator("#status").textContent();
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// Milliseconds of CPU that the page's main thread has used: other programs of the machine do not count.
async function clockOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return 1000 * metrics.find((metric) => metric.name === "TaskDuration").value;
  };
}

const page = await opened({ colorScheme: "light" });
await settled(page);
const cpu = await clockOf(page);
await page.reload();
await settled(page);
answer.opened_cpu_ms = Math.round(await cpu());
// From the start of the navigation until the page is shown and answers.
answer.opened_ms = await page.evaluate(() => Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd));
answer.rows_at_first = await count(page);
answer.status_at_first = await status(page);
await checked(page, "light");
await picture(page, "report");

// Filters: the longest time from an input to the next frame.
// Each is repeated, and the least counts.
answer.filter_ms = [];
answer.filter_cpu_ms = [];
for (const words of ["openssl", "source1", "cve-2024", "zzz", ""]) {
  const times = [], spent = [];
  for (let again = 0; again < 3; again++) {
    if (again) await filtered(page, words ? "" : "a");
    const before = await cpu();
    times.push(await filtered(page, words));
    spent.push(Math.round(await cpu() - before));
  }
  answer.filter_ms.push(Math.min(...times));
  answer.filter_cpu_ms.push(Math.min(...spent));
}
await page.fill("#search", "");
await page.locator("label.chip").first().click(); // of the highest severity
await settled(page);
answer.status_critical = await status(page);
answer.address_critical = await page.evaluate(() => location.hash);
await page.locator("#filters button[type=reset]").click();
await settled(page);

// The keyboard: / is the search, Enter on a finding opens its details, which the address then names.
await page.keyboard.press("/");
answer.focus = await page.evaluate(() => document.activeElement.id);
await page.locator("#rows > tbody > tr > th > a").first().focus();
await page.keyboard.press("Enter");
answer.details = await page.locator("#rows .detail dt").allTextContents();
answer.expanded = await page.locator("#rows > tbody > tr > th > a").first().getAttribute("aria-expanded");
answer.permalink = await page.evaluate(() => location.hash);
await checked(page, "details");
await page.evaluate(() => document.getElementById("findings").scrollIntoView());
await picture(page, "report-findings");

const link = await opened({});
await link.goto(address + answer.permalink);
await link.reload();
answer.opened_by_permalink = await link.locator("#rows .detail").count();

const dark = await opened({ colorScheme: "dark" });
await checked(dark, "dark");
await dark.evaluate(() => (document.getElementById("overview") || document.body).scrollIntoView());
await picture(dark, "report-dark");

const phone = await opened({ viewport: { width: 390, height: 844 } });
answer.phone_width = await phone.evaluate(() => document.documentElement.scrollWidth);
await checked(phone, "phone");
await picture(phone, "report-phone");

const plain = await browser.newContext({ javaScriptEnabled: false });
const bare = await plain.newPage();
await bare.goto(address);
answer.rows_without_script = await bare.locator("#rows > tbody > tr").count();

await page.emulateMedia({ media: "print" });
await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
answer.rows_printed = await count(page);
await browser.close();
console.log(JSON.stringify(answer));
