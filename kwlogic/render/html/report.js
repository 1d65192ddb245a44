"use strict";
(() => {
  const root = document.documentElement, $ = (s, e = document) => e.querySelector(s), $$ = (s, e = document) => [...e.querySelectorAll(s)];
  const kept = { get: (k) => { try { return localStorage.getItem(k); } catch { return null; } }, set: (k, v) => { try { localStorage.setItem(k, v); } catch { /* private pages keep nothing */ } } };

  // ------------------------------------------------------------ dark and light
  const theme = $("#theme");
  const paint = (name) => { root.dataset.theme = name; theme.setAttribute("aria-pressed", String(name === "dark")); theme.textContent = name === "dark" ? "Light" : "Dark"; };
  const turn = () => { const next = root.dataset.theme === "dark" ? "light" : "dark"; paint(next); kept.set("kwlogic-theme", next); };
  paint(kept.get("kwlogic-theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  theme.addEventListener("click", turn);

  // ------------------------------------------------------------ margins
  const show = (button, open) => { button.setAttribute("aria-expanded", String(open)); document.getElementById(button.getAttribute("aria-controls")).hidden = !open; };
  for (const button of $$("button.marks")) button.addEventListener("click", () => show(button, button.getAttribute("aria-expanded") !== "true"));
  const reveal = () => { const line = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1))); const button = line && $("button.marks", line); if (button) show(button, true); };
  addEventListener("hashchange", reveal); reveal();

  // ------------------------------------------------------------ search and filter
  const search = $("#search"), count = $("#count"), boxes = $$("#filters input[type=checkbox]");
  const rows = $$("#all tbody tr").length ? $$("table.clauses tbody tr") : $$(".source .line");
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean), off = new Set(boxes.filter((b) => !b.checked).map((b) => b.dataset.verdict));
    const all = new Set(boxes.map((b) => b.dataset.verdict));
    let shown = 0;
    rows.forEach((row, i) => {
      const kinds = (row.dataset.kinds || "").split(" ").filter((k) => all.has(k));
      const wanted = words.every((w) => texts[i].includes(w)) && (off.size === 0 || kinds.some((k) => !off.has(k)));
      row.hidden = !wanted; shown += wanted;
    });
    count.textContent = words.length || off.size ? `${shown} of ${rows.length} shown` : "";
  };
  search.addEventListener("input", filter);
  for (const box of boxes) box.addEventListener("change", filter);
  $("#filters").addEventListener("submit", (e) => e.preventDefault());

  // ------------------------------------------------------------ keys
  const findings = () => rows.filter((r) => !r.hidden && /refuted|unknown|error|warning/.test(r.dataset.kinds || ""));
  let at = -1;
  const step = (by) => { const found = findings(); if (!found.length) return; at = (at + by + found.length) % found.length; const row = found[at], target = $("button.marks, a", row); row.scrollIntoView({ block: "center" }); if (target) target.focus({ preventScroll: true }); };
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.target.matches("input, textarea")) { if (e.key === "Escape") { search.value = ""; filter(); e.target.blur(); } return; }
    if (e.key === "/") { e.preventDefault(); search.focus(); } else if (e.key === "n") step(1); else if (e.key === "p") step(-1); else if (e.key === "d") turn();
  });

  // ------------------------------------------------------------ graphs
  for (const figure of $$("details.figure")) {
    const canvas = $(".canvas", figure), svg = $("svg", canvas), panel = $(".panel", figure), w = +svg.getAttribute("width"), h = +svg.getAttribute("height");
    let x = 0, y = 0, k = 1, drag = null;
    const place = () => { svg.style.transform = `translate(${x}px,${y}px) scale(${k})`; };
    const fit = () => { const b = canvas.getBoundingClientRect(); if (!b.width) return; k = Math.min(b.width / w, b.height / h, 1.5); x = (b.width - w * k) / 2; y = Math.max(0, (b.height - h * k) / 2); place(); };
    const zoom = (by, cx, cy) => { const b = canvas.getBoundingClientRect(); cx ??= b.width / 2; cy ??= b.height / 2; const next = Math.min(8, Math.max(.05, k * by)); x = cx - (cx - x) * next / k; y = cy - (cy - y) * next / k; k = next; place(); };
    figure.addEventListener("toggle", () => { if (figure.open) fit(); });
    $(".zoom", figure).addEventListener("click", (e) => { const what = e.target.dataset.zoom; if (what === "fit") fit(); else if (what) zoom(what === "in" ? 1.25 : .8); });
    canvas.addEventListener("wheel", (e) => { e.preventDefault(); const b = canvas.getBoundingClientRect(); zoom(Math.exp(-e.deltaY / 400), e.clientX - b.left, e.clientY - b.top); }, { passive: false });
    canvas.addEventListener("pointerdown", (e) => { drag = { x: e.clientX - x, y: e.clientY - y, far: false, id: e.pointerId }; });
    canvas.addEventListener("pointermove", (e) => { if (!drag) return; if (Math.hypot(e.clientX - drag.x - x, e.clientY - drag.y - y) > 4 && !drag.far) { drag.far = true; canvas.setPointerCapture(drag.id); } if (drag.far) { x = e.clientX - drag.x; y = e.clientY - drag.y; place(); } });
    addEventListener("pointerup", () => { setTimeout(() => { drag = null; }); });
    canvas.addEventListener("keydown", (e) => {
      const moves = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[e.key];
      if (moves) { x += moves[0]; y += moves[1]; place(); } else if (e.key === "+" || e.key === "=") zoom(1.25); else if (e.key === "-") zoom(.8); else if (e.key === "0") fit(); else return;
      e.preventDefault();
    });
    const choose = (shape) => {
      for (const old of $$(".chosen", canvas)) old.classList.remove("chosen");
      shape.classList.add("chosen");
      const ids = new Set(shape.dataset.about.split(" ")), found = $$(".source [data-ob]").filter((s) => ids.has(s.dataset.ob));
      panel.replaceChildren(...found.map((s) => { const copy = s.cloneNode(true); copy.removeAttribute("id"); return copy; }));
    };
    for (const shape of $$("[data-about]", canvas)) {
      const edge = $("path.edge", shape);
      if (edge) { const wide = edge.cloneNode(); wide.removeAttribute("class"); wide.setAttribute("style", "fill:none;stroke:transparent;stroke-width:14"); shape.append(wide); }
      shape.setAttribute("tabindex", "0"); shape.setAttribute("role", "button");
      const title = $("title", shape); if (title) shape.setAttribute("aria-label", title.textContent);
      shape.addEventListener("click", () => { if (!drag || !drag.far) choose(shape); });
      shape.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); choose(shape); } });
    }
    if (location.hash === `#${figure.id}`) figure.open = true;
  }
})();
