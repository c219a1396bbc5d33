// Opens the pages of a server in headless Chromium: node fleet_paint.mjs PLAN CHROMIUM, with the plan as JSON. Prints a list.
import { createRequire } from "node:module";

const { chromium } = createRequire(import.meta.url)("playwright-core");
const [, , text, executablePath] = process.argv;
const plan = JSON.parse(text);
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args: flags });
const found = [];

// Until half a second after the load, so that scripts and the last paint count.
const seen = () => new Promise((done) => {
  const answer = { shift: 0, largest: 0, moved: [] };
  const shown = ({ node, previousRect, currentRect }) => `${node && (node.outerHTML || node.textContent).slice(0, 80)}: `
    + [previousRect, currentRect].map(({ x, y, width, height }) => [x, y, width, height].map(Math.round)).join(" to ");
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      answer.shift += entry.value;
      answer.moved.push(...entry.sources.map(shown));
    }
  })
    .observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) answer.largest = entry.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => {
    const first = performance.getEntriesByName("first-contentful-paint")[0];
    const [navigation] = performance.getEntriesByType("navigation");
    done({ ...answer, first: first ? first.startTime : Infinity, answered: navigation.responseEnd, bytes: navigation.encodedBodySize });
  }, 500);
});

for (const [size, viewport] of [["wide", { width: 1280, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
  const context = await browser.newContext({ viewport });
  const [name, value] = plan.cookie;
  await context.addCookies([{ name, value, url: plan.address }]);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const cpu = async () => (await session.send("Performance.getMetrics")).metrics.find((metric) => metric.name === "TaskDuration").value;
  for (const [title, path] of plan.pages) {
    const times = [];
    for (let time = 0; time <= plan.times; time++) {
      const before = await cpu();
      const answer = await page.goto(plan.address + path);
      if (answer.status() !== 200) throw new Error(`${path}: ${answer.status()}`);
      const measured = await page.evaluate(seen);
      const spent = await cpu();
      if (time) times.push({ ...measured, cpu: 1000 * (spent >= before ? spent - before : spent) });
    }
    const least = (key) => Math.round(Math.min(...times.map((one) => one[key])));
    found.push({ page: title, size, first_paint_ms: least("first"), largest_paint_ms: least("largest"), answered_ms: least("answered"),
      cpu_ms: least("cpu"), bytes: least("bytes"), shift: Math.max(...times.map((one) => one.shift)), moved: [...new Set(times.flatMap((one) => one.moved))] });
  }
  await context.close();
}
await browser.close();
console.log(JSON.stringify(found));
