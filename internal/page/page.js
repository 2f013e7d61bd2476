"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const list = $("list");
  const help = $("help");
  if (help) {
    const toggle = (on) => {
      help.hidden = !on;
      $("help-button").setAttribute("aria-expanded", String(on));
    };
    $("help-button").addEventListener("click", () => toggle(help.hidden));
    document.addEventListener("keydown", (e) => {
      if (e.key === "?" && !typing(e) && !e.ctrlKey && !e.metaKey && !e.altKey) toggle(help.hidden);
      else if (e.key === "Escape" && !help.hidden) toggle(false);
    });
  }
  function typing(e) {
    return e.target instanceof Element && e.target.closest("input, select, textarea") !== null;
  }
  if (!list) return;
  document.documentElement.classList.add("live");

  const items = [...list.querySelectorAll(".item")];
  const articles = new Map([...document.querySelectorAll("article.finding")].map((a) => [a.dataset.id, a]));
  const search = $("search");
  const chips = [...document.querySelectorAll(".chip")];
  // The whole state stands in the fragment of the address, so that a view can be kept and sent.
  const state = { f: "", step: "", q: "", code: "", group: "package", off: "" };

  function read() {
    const p = new URLSearchParams(location.hash.slice(1));
    for (const k of Object.keys(state)) state[k] = p.get(k) || (k === "group" ? "package" : "");
  }
  function write() {
    const p = new URLSearchParams();
    for (const k of Object.keys(state)) if (state[k] && !(k === "group" && state[k] === "package")) p.set(k, state[k]);
    history.replaceState(null, "", "#" + p);
  }
  const visible = () => [...list.querySelectorAll(".item")].filter((i) => !i.parentElement.hidden);

  function regroup() {
    const key = state.group === "code" ? "code" : "package";
    if (list.dataset.by === key || (!list.dataset.by && key === "package")) {
      list.dataset.by = key;
      return;
    }
    list.dataset.by = key;
    const names = [...new Set(items.map((i) => i.dataset[key]))].sort();
    list.replaceChildren(...names.map((name) => {
      const mine = items.filter((i) => i.dataset[key] === name);
      const section = document.createElement("section");
      section.className = "group";
      section.dataset.name = name;
      const h = document.createElement("h2"), label = document.createElement("span"), n = document.createElement("b"), ol = document.createElement("ol");
      label.textContent = key === "code" ? name : mine[0].dataset.label;
      h.title = key === "code" ? mine[0].dataset.title : name;
      h.append(label, n);
      ol.append(...mine.map((i) => i.parentElement));
      section.append(h, ol);
      return section;
    }));
  }

  function filter() {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const off = state.off.split(" ");
    let shown = 0;
    for (const i of items) {
      const d = i.dataset;
      const ok = !off.includes(d.severity) && (!state.code || d.code === state.code) && words.every((w) => d.text.includes(w));
      i.parentElement.hidden = !ok;
      if (ok) shown++;
    }
    for (const s of list.querySelectorAll(".group")) {
      const n = [...s.querySelectorAll("li")].filter((li) => !li.hidden).length;
      s.hidden = n === 0;
      s.querySelector("h2 b").textContent = n;
    }
    $("shown").textContent = shown === items.length ? "" : `${shown} of ${items.length} shown`;
    $("none").hidden = shown > 0;
  }

  function select(scroll) {
    const all = visible();
    if (!all.some((i) => i.dataset.id === state.f)) {
      // What is wrong for certain comes first.
      state.f = (all.find((i) => i.dataset.severity === "error") ?? all[0])?.dataset.id ?? "";
      state.step = "";
    }
    for (const i of items) {
      if (i.dataset.id === state.f) i.setAttribute("aria-current", "true");
      else i.removeAttribute("aria-current");
    }
    for (const [id, a] of articles) a.classList.toggle("on", id === state.f);
    if (scroll) list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    step();
  }

  function step() {
    document.querySelectorAll(".picked").forEach((e) => e.classList.remove("picked"));
    document.querySelectorAll(".step[aria-current]").forEach((e) => e.removeAttribute("aria-current"));
    const a = articles.get(state.f);
    if (!a || !state.step) return;
    const card = a.querySelector(`.step[data-step="${CSS.escape(state.step)}"]`);
    const row = a.querySelector(`tr[data-steps~="${CSS.escape(state.step)}"]`);
    if (card) {
      card.classList.add("picked");
      card.setAttribute("aria-current", "step");
    }
    if (row) {
      row.classList.add("picked");
      row.scrollIntoView({ block: "nearest" });
    }
  }

  function show(scroll) {
    regroup();
    filter();
    select(scroll);
    if (search.value !== state.q) search.value = state.q;
    $("code").value = state.code;
    $("group").value = state.group;
    for (const c of chips) c.setAttribute("aria-pressed", String(!state.off.split(" ").includes(c.dataset.severity)));
    write();
  }

  // Links carry only what they change.
  document.addEventListener("click", (e) => {
    const a = e.target instanceof Element && e.target.closest("a[href^='#f=']");
    if (!a || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    e.preventDefault();
    const p = new URLSearchParams(a.getAttribute("href").slice(1));
    state.f = p.get("f");
    state.step = p.get("step") || "";
    show(false);
    if (!state.step) $("main").scrollTop = 0;
    if (!state.step && innerWidth < 800) articles.get(state.f)?.scrollIntoView();
  });
  search.addEventListener("input", () => { state.q = search.value; show(true); });
  $("code").addEventListener("change", (e) => { state.code = e.target.value; show(true); });
  $("group").addEventListener("change", (e) => { state.group = e.target.value; show(true); });
  $("filters").addEventListener("submit", (e) => e.preventDefault());
  $("clear").addEventListener("click", () => { state.q = state.code = state.off = ""; show(true); search.focus(); });
  for (const c of chips) {
    c.addEventListener("click", () => {
      const off = new Set(state.off.split(" ").filter(Boolean));
      if (!off.delete(c.dataset.severity)) off.add(c.dataset.severity);
      state.off = [...off].sort().join(" ");
      show(true);
    });
  }

  function move(by) {
    const all = visible();
    const at = all.findIndex((i) => i.dataset.id === state.f);
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    if (!next || next.dataset.id === state.f) return;
    state.f = next.dataset.id;
    state.step = "";
    show(true);
    $("main").scrollTop = 0;
    next.focus({ preventScroll: true });
  }
  function walk(by) {
    const cards = [...(articles.get(state.f)?.querySelectorAll(".step") || [])];
    if (!cards.length) return;
    const at = cards.findIndex((c) => c.dataset.step === state.step);
    const next = cards[at < 0 ? (by > 0 ? 0 : cards.length - 1) : Math.min(Math.max(at + by, 0), cards.length - 1)];
    state.step = next.dataset.step;
    show(false);
    next.focus({ preventScroll: true });
  }
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape" && e.target === search) {
      e.preventDefault();
      if (search.value) { state.q = ""; show(true); } else search.blur();
      return;
    }
    if (typing(e)) return;
    switch (e.key) {
      case "/": search.focus(); search.select(); break;
      case "j": move(1); break;
      case "k": move(-1); break;
      case "n": walk(1); break;
      case "p": walk(-1); break;
      default: return;
    }
    e.preventDefault();
  });
  addEventListener("hashchange", () => { read(); show(true); });
  read();
  show(true);
})();
