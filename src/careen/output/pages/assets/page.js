"use strict";
// Search, filters, sorting and details of the findings. Text of the image is set as text only, never as markup.
document.documentElement.classList.add("reading"); // the style leaves thousands of rows out until they are taken over
document.addEventListener("DOMContentLoaded", () => {
  const data = JSON.parse(document.getElementById("data").textContent) || {};
  const $ = (id) => document.getElementById(id);
  const SEVERITIES = ["critical", "high", "medium", "low", "negligible", "unknown"];
  const LABELS = { reason: "why it is found", severity_source: "severity by", cvss: "CVSS", epss: "EPSS", kev: "known exploited",
    vex: "VEX", fix_published: "fix published" };
  const FEW = 100; // rows at first
  const MORE = 200;
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined && text !== null) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  for (const part of document.querySelectorAll(".js")) part.hidden = false;
  for (const part of document.querySelectorAll("#status, #more")) part.hidden = true;

  // --- theme, copying ---------------------------------------------------------------------------------------------
  const root = document.documentElement;
  if (!document.getElementById("rows")) root.classList.remove("reading");
  if ($("theme")) $("theme").addEventListener("click", () => {
    const dark = root.classList.contains("dark")
      || (!root.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
    root.classList.toggle("dark", !dark);
    root.classList.toggle("light", dark);
  });
  for (const button of document.querySelectorAll(".copy")) {
    button.addEventListener("click", () => {
      const code = button.parentElement.querySelector("code");
      getSelection().selectAllChildren(code);
      const done = () => { button.textContent = "Copied"; };
      if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, () => document.execCommand("copy") && done());
      else if (document.execCommand("copy")) done();
    });
  }

  const table = $("rows");
  if (!table || !data.rows) return;

  // --- the rows, taken out of the document: only those that are shown are in it ------------------------------------------
  const body = table.tBodies[0];
  const lines = Array.from(body.rows, (tr, number) => {
    const [kind, severity, layer, risk, marks] = data.rows[number];
    return { tr, number, kind: data.kinds[kind], severity, layer, risk, marks, text: "", id: tr.cells[2].firstChild.textContent,
      subject: tr.cells[3].firstChild ? tr.cells[3].firstChild.textContent : "" };
  });
  const byAnchor = new Map(lines.map((line) => [line.tr.id, line]));
  let most = FEW;
  let found = lines;
  let only = null; // the findings of a step
  let sorting = { by: "", down: false };

  const plain = []; // the values as text: many findings share them
  const flat = (value) => (value !== null && typeof value === "object" ? Object.values(value).map(flat).join(" ") : String(value));

  function textOf(line) {
    if (!line.text) {
      const places = (data.details[line.number] || []).slice(1);
      line.text = `${line.tr.textContent} ${places.map((place) => plain[place] ??= flat(data.values[place])).join(" ")}`.toLowerCase();
    }
    return line.text;
  }

  function fieldsOf(number) {
    const [names, ...places] = data.details[number] || [];
    return names === undefined ? null : data.names[names].map((name, index) => [name, data.values[places[index]]]);
  }

  // --- what is listed ----------------------------------------------------------------------------------------------
  const form = $("filters");
  const checked = (name) => Array.from(form.querySelectorAll(`input[name=${name}]:checked`), (input) => input.value);

  function apply(keep) {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(checked("severity").map((name) => SEVERITIES.indexOf(name)));
    const kinds = new Set(checked("kind"));
    const marks = checked("mark");
    const layer = $("layer").value;
    found = lines.filter((line) => (!only || only.has(line.number))
      && (!severities.size || severities.has(line.severity))
      && (!kinds.size || kinds.has(line.kind))
      && (layer === "" || String(line.layer) === layer)
      && marks.every((mark) => line.marks.includes(mark))
      && words.every((word) => textOf(line).includes(word)));
    if (sorting.by) found.sort(compare);
    if (!keep) most = FEW;
    draw();
  }

  function compare(one, other) {
    const a = one[sorting.by], b = other[sorting.by];
    if (a === b) return one.number - other.number;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    const order = typeof a === "string" ? a.localeCompare(b) : a - b;
    return sorting.down ? -order : order;
  }

  function draw() {
    const parts = [];
    for (const line of found.slice(0, most)) {
      parts.push(ready(line));
      if (line.detail && !line.detail.hidden) parts.push(line.detail);
    }
    body.replaceChildren(...parts);
    const shown = Math.min(most, found.length);
    const status = $("status");
    status.hidden = false;
    status.textContent = found.length === lines.length ? `${number(found.length)} findings` : `${number(found.length)} of ${number(lines.length)} findings`;
    if (shown < found.length) status.textContent += `, the first ${number(shown)} are shown`;
    if (only) {
      const button = element("button", "Show all findings");
      button.type = "button";
      button.addEventListener("click", () => { only = null; apply(); $("search").focus(); });
      status.append(" of the chosen step", button);
    }
    $("more").hidden = shown >= found.length;
  }

  const number = (count) => count.toLocaleString("en");

  function ready(line) {
    if (line.ready) return line.tr;
    line.ready = true;
    line.tr.classList.add("can");
    const link = line.tr.cells[2].firstChild;
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      toggle(line);
    });
    link.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); toggle(line); }
    });
    line.tr.addEventListener("click", (event) => {
      if (!event.target.closest("a, button") && !String(getSelection())) toggle(line);
    });
    return line.tr;
  }

  // --- details --------------------------------------------------------------------------------------------------
  function toggle(line, open = !line.detail || line.detail.hidden) {
    if (!line.detail) line.detail = detailOf(line);
    line.detail.hidden = !open;
    line.tr.classList.toggle("open", open);
    line.tr.cells[2].firstChild.setAttribute("aria-expanded", String(open));
    if (open && line.tr.isConnected) line.tr.after(line.detail);
    else line.detail.remove();
    if (open) remember("#" + line.tr.id);
  }

  function detailOf(line) {
    const row = element("tr", null, "detail");
    const cell = element("td");
    cell.colSpan = 6;
    const fields = fieldsOf(line.number);
    if (!fields) cell.append(element("p", "The details of this finding are in the JSON report: this page would grow too large."));
    else {
      const list = element("dl");
      for (const [name, value] of fields) list.append(element("dt", LABELS[name] || name.replaceAll("_", " ")), contentOf(value));
      if (line.kind === "vulnerability") {
        list.append(element("dt", "more"), contentOf(`careen explain ${data.reference} ${line.id}`));
        list.lastChild.className = "command";
      }
      cell.append(list);
    }
    row.append(cell);
    return row;
  }

  function contentOf(value) {
    const part = element("dd");
    for (const one of Array.isArray(value) ? value : [value]) part.append(itemOf(one));
    return part;
  }

  function itemOf(value) {
    const line = element("div");
    if (value === null || typeof value !== "object") line.append(textOrLink(String(value)));
    else if (Array.isArray(value)) line.textContent = value.join(", ");
    else {
      Object.entries(value).forEach(([name, one], index) => {
        if (one === null || one === "" || one === false) return;
        if (index) line.append("  ");
        const text = Array.isArray(one) ? one.join(", ") : typeof one === "object" ? JSON.stringify(one) : String(one);
        if (/^(id|name|source|url|path)$/.test(name)) line.append(textOrLink(text));
        else line.append(`${name.replaceAll("_", " ")} ${text}`);
      });
    }
    return line;
  }

  function textOrLink(text) {
    if (!/^https?:\/\/[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$/.test(text)) return document.createTextNode(text);
    const link = element("a", text);
    link.href = text;
    link.rel = "noopener noreferrer";
    link.target = "_blank";
    return link;
  }

  // --- the address: a finding, or the filters ---------------------------------------------------------------------
  function remember(hash) {
    try { history.replaceState(null, "", hash || location.pathname + location.search); } catch { /* a page in a frame */ }
  }

  function state() {
    const values = new URLSearchParams();
    if ($("search").value) values.set("q", $("search").value);
    for (const name of ["severity", "kind", "mark"]) if (checked(name).length) values.set(name, checked(name).join("."));
    if ($("layer").value) values.set("layer", $("layer").value);
    return String(values) ? "#?" + values : "";
  }

  function arrive() {
    const hash = location.hash;
    const line = byAnchor.get(hash.slice(1));
    if (line) {
      const at = found.indexOf(line);
      if (at >= most) { most = at + FEW; draw(); }
      toggle(line, true);
      line.tr.scrollIntoView({ block: "center" });
    } else if (hash.startsWith("#?")) {
      const values = new URLSearchParams(hash.slice(2));
      $("search").value = values.get("q") || "";
      $("layer").value = values.get("layer") || "";
      for (const name of ["severity", "kind", "mark"]) {
        const wanted = new Set((values.get(name) || "").split("."));
        for (const input of form.querySelectorAll(`input[name=${name}]`)) input.checked = wanted.has(input.value);
      }
      apply();
      $("findings").scrollIntoView();
    }
  }

  // --- events ---------------------------------------------------------------------------------------------------
  let waiting = 0;
  form.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { apply(); remember(state()); });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => { only = null; requestAnimationFrame(() => { apply(); remember(""); }); });
  $("more-some").addEventListener("click", () => { most += MORE; draw(); });
  $("more-all").addEventListener("click", () => { most = lines.length; draw(); });
  for (const button of document.querySelectorAll(".show")) {
    button.addEventListener("click", () => {
      form.reset();
      only = new Set(data.steps[Number(button.dataset.step)]);
      requestAnimationFrame(() => {
        only = new Set(data.steps[Number(button.dataset.step)]);
        apply();
        $("findings").scrollIntoView();
        $("status").querySelector("button").focus({ preventScroll: true });
      });
    });
  }
  for (const head of table.tHead.rows[0].cells) {
    if (!head.dataset.sort) continue;
    const button = element("button", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = sorting.by === head.dataset.sort ? !sorting.down : head.dataset.sort === "risk";
      sorting = { by: head.dataset.sort, down };
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      apply(true);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      $("search").focus();
    }
  });
  addEventListener("hashchange", arrive);
  addEventListener("beforeprint", () => { most = lines.length; draw(); });
  apply();
  root.classList.remove("reading");
  arrive();

  // The texts to search in are made while nothing else is to do.
  let next = 0;
  const prepare = (left) => {
    while (next < lines.length && left.timeRemaining() > 2) textOf(lines[next++]);
    if (next < lines.length) requestIdleCallback(prepare);
  };
  if (window.requestIdleCallback) requestIdleCallback(prepare);
});
