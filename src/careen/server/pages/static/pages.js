"use strict";
// What makes the pages quicker to use; all of them work without it. Text is set as text only, never as markup.
(() => {
  const root = document.documentElement;
  const all = (selector, of = document) => Array.from(of.querySelectorAll(selector));
  for (const part of all(".js")) part.hidden = false;

  // --- on a phone: the page one is on, in the row of the navigation ---------------------------------------------------
  const current = document.querySelector(".masthead nav [aria-current]");
  if (current) current.closest("ul").scrollLeft = current.offsetLeft - innerWidth / 3;

  // --- moments in the reader's zone ---------------------------------------------------------------------------------
  const form = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of all("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.title = time.textContent;
    time.textContent = form.format(moment);
  }

  // --- dark and light, without a request ------------------------------------------------------------------------------
  for (const button of all(".theme button")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      root.classList.remove("dark", "light");
      if (button.value) root.classList.add(button.value);
      const secure = location.protocol === "https:" ? "; secure" : "";
      document.cookie = `careen_theme=${button.value}; path=/; samesite=lax; max-age=${button.value ? 31536000 : 0}${secure}`;
      for (const other of all(".theme button")) other.setAttribute("aria-pressed", String(other === button));
    });
  }

  // --- copying --------------------------------------------------------------------------------------------------------
  for (const button of all(".copy")) {
    button.addEventListener("click", () => {
      const code = button.parentElement.querySelector("code");
      getSelection().selectAllChildren(code);
      const done = () => { button.textContent = "Copied"; };
      if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, () => document.execCommand("copy") && done());
      else if (document.execCommand("copy")) done();
    });
  }

  // --- what may come next in a query ----------------------------------------------------------------------------------
  for (const field of all("[data-complete]")) {
    const list = document.getElementById(field.getAttribute("list"));
    let asked = "", timer = 0;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        asked = field.value;
        const found = await fetch(`${field.dataset.complete}?q=${encodeURIComponent(asked)}`, { credentials: "same-origin" });
        if (!found.ok || asked !== field.value) return;
        list.replaceChildren(...(await found.json()).map((text) => Object.assign(document.createElement("option"), { value: text })));
      }, 150);
    });
  }

  // --- the token of the set-up link, which no server sees before the form is sent -------------------------------------
  const token = document.querySelector("form[action='/setup'] #token");
  if (token && location.hash.length > 1) {
    token.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    document.getElementById("name").focus();
  }

  // --- what is not ready yet: the page looks again by itself, shows how far it is, and opens the result -----------------
  const again = document.querySelector("a[data-again]");
  if (again) setInterval(async () => {
    if (document.hidden || document.activeElement.value) return;
    const answer = await fetch(again.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const now = new DOMParser().parseFromString(await answer.text(), "text/html");
    const texts = now.querySelectorAll(".verdict p");
    all(".verdict p").forEach((part, number) => { if (texts[number]) part.textContent = texts[number].textContent; });
    if (!now.querySelector("a[data-again]")) location.replace(again.href);
  }, 3000);

  // --- keys: rows, selection, details, search -------------------------------------------------------------------------
  const rows = all("[data-row]");
  let at = -1;
  const go = (to) => {
    if (!rows.length) return;
    if (at >= 0) rows[at].classList.remove("at");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("at");
    const target = rows[at].querySelector("a, button, summary, input");
    if (target) target.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("focusin", (event) => {
    const number = rows.findIndex((row) => row.contains(event.target));
    if (number < 0 || number === at) return;
    if (at >= 0) rows[at].classList.remove("at");
    at = number;
    rows[at].classList.add("at");
  });
  const KEYS = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    x: () => { const box = at >= 0 && rows[at].querySelector("input[type=checkbox]"); if (box) box.click(); },
    e: () => { const fold = at >= 0 && rows[at].querySelector("details"); if (fold) fold.open = !fold.open; },
    "/": () => { const field = document.querySelector(".find input") || document.querySelector("[data-key='/']"); if (field) field.focus(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const action = KEYS[event.key];
    if (action) { event.preventDefault(); action(); }
  });
})();
