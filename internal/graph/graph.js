"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const view = $("view"), svg = view.querySelector("svg"), details = $("details"), search = $("search");
  const nodes = new Map([...svg.querySelectorAll(".node[data-n]")].map((n) => [n.dataset.n, n]));
  const edges = [...svg.querySelectorAll(".edge[data-from]")];
  const entries = [...document.querySelectorAll(".entry")];
  const [w, h] = [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height];
  let scale = 1;

  function zoom(to) {
    const cx = (view.scrollLeft + view.clientWidth / 2) / scale, cy = (view.scrollTop + view.clientHeight / 2) / scale;
    scale = Math.min(Math.max(to, 0.1), 4);
    svg.setAttribute("width", w * scale);
    svg.setAttribute("height", h * scale);
    view.scrollTo(cx * scale - view.clientWidth / 2, cy * scale - view.clientHeight / 2);
  }
  const fit = () => zoom(Math.min((view.clientWidth - 14) / w, (view.clientHeight - 14) / h, 1.4));

  // mark shows some nodes and the edges between them; none of them means all.
  function mark(set, chosen) {
    svg.classList.toggle("asked", set !== null);
    for (const [n, e] of nodes) {
      e.classList.toggle("near", set !== null && set.has(n));
      e.classList.toggle("chosen", n === chosen);
    }
    for (const e of edges) {
      const { from, to } = e.dataset;
      const on = chosen !== undefined ? from === chosen || to === chosen : set !== null && set.has(from) && set.has(to);
      e.classList.toggle("near", on);
    }
  }
  // show scrolls so that the middle of some nodes is in the middle.
  function show(set) {
    const boxes = [...set].map((n) => nodes.get(n)?.getBoundingClientRect()).filter(Boolean);
    if (!boxes.length) return;
    const mid = (a, b) => (Math.min(...boxes.map((r) => r[a])) + Math.max(...boxes.map((r) => r[b]))) / 2;
    const v = view.getBoundingClientRect();
    view.scrollBy(mid("left", "right") - (v.left + v.right) / 2, mid("top", "bottom") - (v.top + v.bottom) / 2);
  }
  function text(tag, s, parent) {
    const e = document.createElement(tag);
    e.textContent = s;
    parent.append(e);
    return e;
  }
  const label = (n) => (nodes.get(n)?.querySelector("title")?.textContent ?? [...(nodes.get(n)?.querySelectorAll("text") ?? [])].map((t) => t.textContent).join("\n"));
  const name = (n) => label(n).split("\n")[0];

  function choose(n) {
    for (const e of entries) e.removeAttribute("aria-pressed");
    if (n === null) {
      details.hidden = true;
      mark(null);
      return;
    }
    const near = new Set([n]);
    details.replaceChildren();
    const [first, ...rest] = label(n).split("\n");
    text("h3", first, details);
    for (const l of rest) text("p", l, details);
    for (const e of edges) {
      const { from, to } = e.dataset;
      if (from !== n && to !== n) continue;
      near.add(from).add(to);
      const p = text("p", "", details);
      text("b", from === n ? `→ ${name(to)}` : `← ${name(from)}`, p);
      const t = e.querySelector("title");
      if (t) p.append("\n" + t.textContent);
    }
    details.hidden = false;
    mark(near, n);
  }
  function find(q) {
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    details.hidden = true;
    for (const e of entries) e.removeAttribute("aria-pressed");
    if (!words.length) return mark(null);
    const set = new Set([...nodes.keys()].filter((n) => words.every((x) => label(n).toLowerCase().includes(x))));
    mark(set);
    show(set);
  }

  for (const [n, e] of nodes) {
    e.addEventListener("click", (ev) => { ev.stopPropagation(); choose(n); });
    e.addEventListener("keydown", (ev) => {
      if (ev.key === "Enter" || ev.key === " ") { ev.preventDefault(); choose(n); }
    });
  }
  view.addEventListener("click", () => choose(null));
  for (const e of entries) {
    e.addEventListener("click", () => {
      const was = e.getAttribute("aria-pressed") === "true";
      choose(null);
      if (was) return;
      e.setAttribute("aria-pressed", "true");
      const set = new Set(e.dataset.nodes.split(" ").filter(Boolean));
      mark(set);
      show(set);
    });
  }
  search.addEventListener("input", () => find(search.value));
  $("in").addEventListener("click", () => zoom(scale * 1.25));
  $("out").addEventListener("click", () => zoom(scale / 1.25));
  $("fit").addEventListener("click", fit);
  view.addEventListener("wheel", (e) => {
    if (!e.ctrlKey && !e.metaKey) return;
    e.preventDefault();
    zoom(scale * (e.deltaY < 0 ? 1.15 : 1 / 1.15));
  }, { passive: false });
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") {
      search.value = "";
      search.blur();
      choose(null);
      return;
    }
    if (e.target === search) return;
    switch (e.key) {
      case "/": search.focus(); break;
      case "+": case "=": zoom(scale * 1.25); break;
      case "-": zoom(scale / 1.25); break;
      case "0": fit(); break;
      default: return;
    }
    e.preventDefault();
  });
  if (w > view.clientWidth || h > view.clientHeight) {
    const whole = Math.min((view.clientWidth - 14) / w, (view.clientHeight - 14) / h);
    if (whole > 0.7) fit();
  }
  if (location.hash.length > 1) {
    const p = new URLSearchParams(location.hash.slice(1));
    if (p.get("q")) { search.value = p.get("q"); find(search.value); }
    if (p.get("n") && nodes.has(p.get("n"))) choose(p.get("n"));
    if (p.get("entry")) entries[Number(p.get("entry"))]?.click();
  }
})();
