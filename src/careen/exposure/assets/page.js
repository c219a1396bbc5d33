"use strict";
// Draws the data block. Text of the scanned files is set as text only, never as markup.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const FEW = 60; // up to so many nodes, all are drawn
  const FIRST = 30; // of more, so many nodes of the first paths
  const MOST = 400; // nodes that are laid out at once
  const CROSSING = new Set(["credential", "volume", "socket", "privilege", "host_path", "namespace", "role"]);
  const SHAPES = { internet: "ellipse", port: "hexagon", container: "round-rectangle", host: "octagon", cluster: "octagon",
    volume: "barrel", network: "ellipse", namespace: "ellipse", secret: "cut-rectangle", account: "rhomboid" };
  let chosen = -1;
  let cy = null;
  let lines = new Map(); // what is drawn from one node to another

  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined && text !== null) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const place = (one) => one.path + (one.line ? ":" + one.line : "");
  const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);
  const named = (node) => node.label;

  // --- which theme ---------------------------------------------------------------------------------------------
  const root = document.documentElement;
  const wanted = window.matchMedia("(prefers-color-scheme: dark)");
  root.classList.toggle("dark", wanted.matches);
  wanted.addEventListener("change", (event) => setTheme(event.matches));
  $("theme").addEventListener("click", () => setTheme(!root.classList.contains("dark")));
  function setTheme(dark) {
    root.classList.toggle("dark", dark);
    if (cy) cy.style(style());
  }
  const color = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();

  function style() {
    return [
      { selector: "node", style: { "label": "data(label)", "shape": "data(shape)", "width": "data(width)", "height": "data(height)",
        "font-size": 13, "font-family": "system-ui, DejaVu Sans, sans-serif", "color": color("text"), "text-wrap": "wrap",
        "text-valign": "center", "text-halign": "center", "background-color": color("hub"), "border-width": 1,
        "border-color": color("edge"), "text-max-width": "data(width)", "line-height": 1.2 } },
      { selector: "node[kind='container']", style: { "background-color": color("plain"), "border-width": 2.5,
        "border-color": color("unknown") } },
      { selector: "node[user='root']", style: { "border-color": color("root") } },
      { selector: "node[user='non_root']", style: { "border-color": color("non_root") } },
      { selector: "node[?reached][kind='container']", style: { "background-color": color("reached") } },
      { selector: "node[kind='volume']", style: { "background-color": color("volume") } },
      { selector: "node[kind='secret']", style: { "background-color": color("secret") } },
      { selector: "node[kind='internet'],node[kind='host'],node[kind='cluster']", style: { "background-color": color("host"),
        "color": color("host-text"), "border-color": color("host"), "font-weight": "bold" } },
      { selector: "edge", style: { "width": 1.4, "line-color": color("edge"), "target-arrow-color": color("edge"),
        "target-arrow-shape": "triangle", "curve-style": "bezier", "arrow-scale": 0.9 } },
      { selector: "edge[?crossing]", style: { "line-color": color("crossing"), "target-arrow-color": color("crossing"), "width": 1.9 } },
      { selector: "edge[?both]", style: { "source-arrow-shape": "triangle", "source-arrow-color": color("edge") } },
      { selector: "edge[?both][?crossing]", style: { "source-arrow-color": color("crossing") } },
      { selector: "edge[?held]", style: { "line-style": "dashed", "target-arrow-shape": "none", "width": 1.2 } },
      { selector: ".faded", style: { "opacity": 0.25 } },
      { selector: "node.on", style: { "border-width": 3.5, "border-color": color("chosen") } },
      { selector: "edge.on", style: { "width": 3.6, "line-color": color("chosen"), "target-arrow-color": color("chosen"),
        "source-arrow-color": color("chosen") } },
      { selector: "node.taken", style: { "border-width": 3, "border-style": "dashed", "border-color": color("taken") } },
    ];
  }

  // --- the drawing ---------------------------------------------------------------------------------------------
  // All nodes if there are few; else those of the first paths and of the selected path.
  function shown(all) {
    const on = new Set();
    if (chosen >= 0) data.paths[chosen].nodes.forEach((at) => on.add(at));
    for (const path of data.paths) {
      if (on.size >= (all ? MOST : data.nodes.length <= FEW ? FEW : FIRST)) break;
      path.nodes.forEach((at) => on.add(at));
    }
    if (all || data.nodes.length <= FEW)
      for (let at = 0; at < data.nodes.length && on.size < MOST; at++) on.add(at);
    return on;
  }

  // Of many edges, only those of paths.
  function followed(on) {
    if (data.nodes.length <= FEW || $("all").checked) return data.edges;
    const pairs = new Set();
    for (const path of data.paths)
      for (let at = 1; at < path.nodes.length; at++) pairs.add(path.nodes[at - 1] + " " + path.nodes[at]);
    return data.edges.filter((edge) => pairs.has(edge.source + " " + edge.target) && on.has(edge.source));
  }

  function broken(text) {
    const parts = [""];
    for (const word of text.split(" ")) {
      const last = parts[parts.length - 1];
      if (last && last.length + word.length > 17) parts.push(word);
      else parts[parts.length - 1] = last ? last + " " + word : word;
    }
    return parts.join("\n");
  }

  function label(node) {
    let text = broken(short(named(node), 44));
    if (node.container) {
      const facts = [];
      if (node.container.user === "root") facts.push("root");
      if (node.container.privileged) facts.push("privileged");
      if (node.container.store && node.container.store !== node.name) facts.push(node.container.store);
      if (facts.length) text += "\n" + facts.join(", ");
    }
    return text;
  }

  const depth = new Map([[0, 0]]); // steps from the Internet, which is the first node
  const leaving = new Map();
  for (const edge of data.edges) {
    if (edge.way === "host") continue;
    if (!leaving.has(edge.source)) leaving.set(edge.source, []);
    leaving.get(edge.source).push(edge.target);
  }
  for (const at of depth.keys()) // grows during the loop
    for (const next of leaving.get(at) || []) if (!depth.has(next)) depth.set(next, depth.get(at) + 1);
  const forward = (edge) => ((depth.get(edge.source) ?? 1e9) <= (depth.get(edge.target) ?? 1e9) ? 1 : 0);

  function drawn(all) {
    const on = shown(all);
    const elements = [];
    for (const at of on) {
      const node = data.nodes[at];
      const text = label(node);
      const longest = Math.max(...text.split("\n").map((part) => part.length));
      const roomy = node.container || node.kind === "secret" ? 1 : 1.25;
      elements.push({ data: { id: "n" + at, at: at, label: text, kind: node.kind, shape: SHAPES[node.kind],
        width: Math.max(54, (longest * 7.4 + 18) * roomy), height: 18 + 16 * text.split("\n").length,
        user: node.container ? node.container.user : "", reached: node.likelihood !== null ? 1 : 0 } });
    }
    lines = new Map();
    const ordered = followed(on).slice().sort((a, b) => forward(b) - forward(a)); // of two opposite edges, first the one away from the Internet
    for (const edge of ordered) {
      if (!on.has(edge.source) || !on.has(edge.target) || edge.way === "host") continue;
      const back = lines.get(edge.target + " " + edge.source);
      const crossing = CROSSING.has(edge.way) ? 1 : 0;
      if (back && back.data.crossing === crossing) { // one line with two heads
        back.data.both = 1;
        lines.set(edge.source + " " + edge.target, back);
        continue;
      }
      const line = { data: { id: "e" + edge.source + "-" + edge.target, source: "n" + edge.source, target: "n" + edge.target, crossing } };
      lines.set(edge.source + " " + edge.target, line);
      elements.push(line);
    }
    data.links.forEach((link, index) => {
      if (on.has(link.source) && on.has(link.target) && !lines.has(link.target + " " + link.source))
        elements.push({ data: { id: "l" + index, source: "n" + link.source, target: "n" + link.target, held: 1 } });
    });
    $("drawn").hidden = on.size >= data.nodes.length;
    $("drawn").textContent = on.size + " of " + data.nodes.length + " nodes are drawn: those of the first paths and of the selected path.";
    return elements;
  }

  function layout(direction) {
    const flat = direction === "TB";
    cy.layout({ name: "dagre", rankDir: direction, nodeSep: flat ? 22 : 26, rankSep: flat ? 34 : 40, edgeSep: 12, fit: true,
      padding: 16, animate: false }).run();
  }

  function draw() {
    if (cy) cy.destroy();
    cy = cytoscape({
      container: $("graph"), elements: drawn($("all").checked), style: style(), minZoom: 0.08, maxZoom: 3, autounselectify: true,
      boxSelectionEnabled: false, layout: { name: "preset" },
    });
    layout("LR");
    if (cy.zoom() < 0.9 && cy.nodes().length < 200) { // the direction that shows it larger
      const wide = cy.zoom();
      layout("TB");
      if (cy.zoom() < wide) layout("LR");
    }
    cy.on("tap", "node", (event) => showNode(event.target.data("at")));
    cy.on("tap", (event) => { if (event.target === cy) clear(); });
    if (cy.zoom() > 1.3) { cy.zoom(1.3); cy.center(); }
    if (chosen >= 0) light(chosen);
  }

  function light(rank) {
    const path = data.paths[rank];
    const ids = new Set(path.nodes);
    cy.batch(() => {
      cy.elements().addClass("faded").removeClass("on taken");
      cy.nodes().forEach((node) => { if (ids.has(node.data("at"))) node.removeClass("faded").addClass("on"); });
      for (let at = 1; at < path.nodes.length; at++) {
        const line = lines.get(path.nodes[at - 1] + " " + path.nodes[at]);
        if (line) cy.$id(line.data.id).removeClass("faded").addClass("on");
      }
      path.taken.forEach((at) => { if (!ids.has(at)) cy.$id("n" + at).removeClass("faded").addClass("taken"); });
    });
    if (cy.zoom() < 0.8) { // labels would be too small to read
      cy.fit(cy.nodes(".on"), 40);
      if (cy.zoom() > 1.1) { cy.zoom(1.1); cy.center(cy.nodes(".on")); }
    }
  }

  function clear() {
    chosen = -1;
    if (cy) cy.elements().removeClass("faded on taken");
    document.querySelectorAll("#paths button").forEach((button) => button.setAttribute("aria-pressed", "false"));
    $("detail-title").textContent = "Details";
    $("detail").replaceChildren(element("p", "Select a path on the left (arrow keys move in the list), or a node of the drawing."));
  }

  // --- words ---------------------------------------------------------------------------------------------------
  function showPath(rank) {
    const path = data.paths[rank];
    chosen = rank;
    if (cy && path.nodes.some((at) => cy.$id("n" + at).empty())) draw();
    document.querySelectorAll("#paths button").forEach((button) =>
      button.setAttribute("aria-pressed", String(Number(button.dataset.rank) === rank)));
    light(rank);
    $("detail-title").textContent = "Path " + (rank + 1);
    const what = element("p");
    what.append(element("span", path.severity, "severity " + path.severity),
      " score " + path.score + " of 100: " + (100 * path.likelihood).toFixed(1) + "\u00a0% likely, worth of the target " + path.worth);
    const steps = element("ol");
    for (const step of path.steps) {
      const item = element("li");
      item.append(element("strong", named(data.nodes[step.source]) + " → " + named(data.nodes[step.target])),
        element("span", " " + step.way.replace("_", " ") + ", " + Math.round(step.ease * 100) + "\u00a0%", "soft"));
      for (const reason of step.reasons) {
        const line = element("div", reason.text);
        if (reason.places.length) line.append(" ", element("code", reason.places.map(place).slice(0, 2).join(", ")));
        item.append(line);
      }
      steps.append(item);
    }
    $("detail").replaceChildren(what, steps);
    if (path.taken.length)
      $("detail").append(element("p", "The attacker then also controls " + path.taken.length + (path.taken.length === 1 ? " container: " : " containers: ") +
        path.taken.slice(0, 30).map((at) => named(data.nodes[at])).join(", ") + (path.taken.length > 30 ? " …" : "")));
    if (path.cuts.length) showCuts(path);
  }

  function showCuts(path) {
    const cuts = element("ul");
    for (const cut of path.cuts) {
      const item = element("li");
      for (const change of cut.changes) {
        const line = element("div", change.text);
        if (change.places.length) line.append(" ", element("code", change.places.map(place).join(", ")));
        item.append(line);
      }
      if (cut.remaining !== null)
        item.append(element("div", "then " + cut.remaining + (cut.remaining === 1 ? " path remains" : " paths remain") + ", " +
          (cut.worst_remaining ? "the worst to this target is " + cut.worst_remaining : "none to this target"), "soft"));
      cuts.append(item);
    }
    $("detail").append(element("h3", "How to cut it"), element("p", "Any one of these; all of its changes are needed.", "soft"), cuts);
  }

  function showNode(at) {
    const node = data.nodes[at];
    const facts = element("dl");
    const fact = (name, value) => { if (value) facts.append(element("dt", name), element("dd", value)); };
    fact("kind", node.kind);
    fact("group", node.group);
    if (node.container) {
      const one = node.container;
      fact("image", one.image);
      fact("user", one.user.replace("_", "-"));
      fact("privileged", one.privileged ? "yes" : "");
      fact("capabilities", one.capabilities.join(", "));
      fact("ports", one.ports.join(", ") || (one.listens ? "" : "none known"));
      fact("store", one.store);
      fact("settings", one.facts.join(", "));
    }
    fact("reachable", node.likelihood === null ? "not from the Internet" : (100 * node.likelihood).toFixed(1) + "\u00a0% likely");
    fact("files", node.places.map(place).join(", "));
    const parts = [facts];
    const vulnerabilities = data.vulnerabilities.filter((found) => found.container === at);
    if (vulnerabilities.length) {
      parts.push(element("h2", "Vulnerabilities by priority"));
      const list = element("ul");
      for (const found of vulnerabilities.slice(0, 15))
        list.append(element("li", found.priority.toFixed(2) + "  " + found.id + ", " + found.package + " " + found.version + ", " + found.severity +
          (found.kev ? ", exploited (KEV)" : "") + (found.epss ? ", EPSS " + found.epss.toFixed(2) : "") +
          (found.fixed_in.length ? ", fixed in " + found.fixed_in[0] : "")));
      parts.push(list);
    }
    $("detail-title").textContent = named(node);
    $("detail").replaceChildren(...parts);
    if (cy) {
      cy.batch(() => {
        cy.elements().removeClass("faded on taken");
        const here = cy.$id("n" + at);
        if (here.nonempty()) { cy.elements().not(here.closedNeighborhood()).addClass("faded"); here.addClass("on"); }
      });
    }
  }

  function list() {
    const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const items = [];
    data.paths.forEach((path, rank) => {
      const names = [path.start, ...path.steps.map((step) => step.target)].map((at) => named(data.nodes[at]));
      const text = (path.severity + " " + names.join(" ") + " " + path.steps.map((step) => step.way).join(" ")).toLowerCase();
      if (!words.every((word) => text.includes(word))) return;
      const button = element("button", null, path.severity);
      button.type = "button";
      button.dataset.rank = rank;
      button.setAttribute("aria-pressed", String(rank === chosen));
      button.append(element("span", rank + 1 + ". " + path.severity, "severity"), element("span", " " + path.score + "  ", "soft"),
        names.join(" → "));
      button.addEventListener("click", () => showPath(rank));
      const item = element("li");
      item.append(button);
      items.push(item);
    });
    $("paths").replaceChildren(...items);
    $("paths-title").textContent = "Paths (" + items.length + (items.length < data.paths.length ? " of " + data.paths.length : "") + ")";
    $("no-path").hidden = data.paths.length > 0;
  }

  function moved(event, box) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = [...box.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[Math.min(buttons.length - 1, Math.max(0, at + step))];
    next.focus();
    next.click();
  }

  $("targets").textContent = data.targets.join(", ");
  const counted = (count, word) => count + " " + word + (count === 1 ? "" : "s");
  $("totals").textContent = counted(data.totals.containers, "container") + ", " + data.totals.reached + " reachable from the Internet; " +
    ["critical", "high", "medium", "low"].map((one) => data.totals.paths[one] + " " + one).join(", ") +
    (data.totals.paths.complete ? " paths" : " paths, and more");
  const containers = data.nodes.map((node, at) => [node, at]).filter(([node]) => node.container);
  for (const [node, at] of containers.slice(0, 2000)) {
    const button = element("button", named(node));
    button.type = "button";
    button.addEventListener("click", () => showNode(at));
    const item = element("li");
    item.append(button);
    $("containers").append(item);
  }
  const notes = [...data.notes, ...data.images.filter((one) => one.trouble).map((one) => one.image + ": " + one.trouble),
    ...data.unknowns.map((one) => one.path + ": " + one.reason)];
  $("notes-box").hidden = !notes.length;
  notes.forEach((note) => $("notes").append(element("li", note)));

  $("filter").addEventListener("input", list);
  $("paths").addEventListener("keydown", (event) => moved(event, $("paths")));
  $("containers").addEventListener("keydown", (event) => moved(event, $("containers")));
  $("fit").addEventListener("click", () => cy.fit(undefined, 24));
  $("in").addEventListener("click", () => cy.zoom({ level: cy.zoom() * 1.25, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }));
  $("out").addEventListener("click", () => cy.zoom({ level: cy.zoom() / 1.25, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }));
  $("all").addEventListener("change", draw);
  $("clear").addEventListener("click", clear);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
  list();
  const first = Number(new URLSearchParams(location.hash.slice(1)).get("path"));
  if (data.paths.length) chosen = first > 0 && first <= data.paths.length ? first - 1 : 0;
  draw();
  if (chosen >= 0) showPath(chosen);
})();
