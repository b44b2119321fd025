"use strict";
// What htmx and the browser do not do by themselves: the live connection, and the keyboard.
(() => {
  // A list is never exchanged under the hand of somebody who is choosing from it: then a link offers it.
  const refresh = () => {
    const list = document.querySelector("[data-refresh]");
    const busy = list?.querySelector("input:checked, details[open]") || document.querySelector("dialog[open]");
    if (list && !busy) htmx.trigger(list, "refresh");
    else document.querySelector("[data-news]")?.removeAttribute("hidden");
  };
  const live = document.body.dataset.live;
  if (live && window.EventSource) {
    const source = new EventSource(live);
    let told = null;
    source.addEventListener("unread", (event) => {
      htmx.trigger(document.body, "unread");
      if (told !== null && told !== event.data) refresh();
      told = event.data;
    });
    source.addEventListener("over", () => source.close());
    window.addEventListener("pagehide", () => source.close());
  }

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const current = () => document.querySelector("[data-row].at");
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    current()?.classList.remove("at");
    next.classList.add("at");
    (next.querySelector("a") || next).focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const press = (selector) => current()?.querySelector(selector)?.click();
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: () => press("a"),
    x: () => press("input[type=checkbox]"),
    e: () => {
      const box = current()?.querySelector("input[type=checkbox]");
      if (box) box.checked = true;
      if (box || !rows().length) document.querySelector("button[data-key=e]")?.click();
    },
    "?": () => document.getElementById("keys")?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      if (event.target.type !== "checkbox") return;
    }
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  document.addEventListener("change", (event) => {
    const all = event.target.dataset.all;
    if (all) {
      for (const box of document.querySelectorAll(`input[name="${all}"]`)) box.checked = event.target.checked;
    }
    if (event.target.dataset.submit !== undefined) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const asked = event.target.closest("[data-confirm]");
    if (asked && !window.confirm(asked.dataset.confirm)) event.preventDefault();
  });
})();
