/* What only people who work on incidents need: lists by key, previews, the palette, who else is here. */
/* Every page works without this file. */
"use strict";
(() => {
  const { $, all, single } = window.kintsugi;

  /* lists: j and k go from row to row, x selects, Esc selects nothing */
  const links = () => all(".rows .go");
  const rowOf = (at) => at?.closest?.("tr");
  const here = () => rowOf(document.activeElement);
  const row = (step) => {
    const at = links().indexOf(here()?.querySelector(".go"));
    const next = links()[Math.min(Math.max(at + step, 0), links().length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const box = (at) => $("[name=number]", at);
  let last;
  const pick = (upTo) => {
    const at = here(), mine = at && box(at);
    if (!mine) return;
    const rows = all(".rows tbody tr"), from = upTo ? rows.indexOf(last) : -1;
    if (from < 0) mine.checked = !mine.checked;
    else rows.slice(Math.min(from, rows.indexOf(at)), Math.max(from, rows.indexOf(at)) + 1).forEach((one) => { box(one).checked = true; });
    last = at;
    tally();
  };
  const tally = () => all(".many").forEach((form) => {
    const chosen = all("[name=number]:checked", form).length;
    all("[data-count]", form).forEach((at) => { at.textContent = chosen; });
    form.classList.toggle("chosen", chosen > 0);
  });
  document.addEventListener("change", (event) => {
    if ("all" in event.target.dataset) all("[name=number]", event.target.form).forEach((at) => { at.checked = event.target.checked; });
    if (event.target.matches("[name=number], [data-all]")) tally();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && $(".many.chosen") && !$("details.drop[open], dialog[open]")) {
      all(".many :is([name=number], [data-all])").forEach((at) => { at.checked = false; });
      return tally();
    }
    if (!single(event) || !$(".rows .go")) return;
    if (event.key === "j" || event.key === "k") row(event.key === "j" ? 1 : -1);
    if (event.key === "x" || event.key === "X") pick(event.key === "X");
    if (event.key === "w") $(".write", here() || undefined)?.click();
  });

  /* preview: what one stands on, beside the list where there is room */
  let soon;
  document.addEventListener("focusin", (event) => {
    const url = rowOf(event.target)?.querySelector("[data-preview]")?.dataset.preview;
    const pane = $(".split > #preview");
    if (!url || !pane?.getClientRects().length) return;
    clearTimeout(soon);
    if (pane.dataset.of === url) return window.htmx?.trigger(pane, "htmx:abort");
    const there = { source: "#preview", target: "#preview", swap: "outerHTML" };  // its hx-sync gives up the row before
    soon = setTimeout(() => window.htmx?.ajax("GET", url, there).catch(() => {}), 120);
  });

  /* palette: Ctrl K opens it, arrows walk through what it finds */
  const palette = () => $("#palette-box");
  const openPalette = () => {
    palette().showModal();
    $("input", palette()).select();
    if (!$("#palette .go")) $("input", palette()).dispatchEvent(new Event("opened"));
  };
  let hurried = false;  // Enter was pressed before what was typed has its answer
  const goFirst = () => {
    if (!hurried || !palette()?.open || $("#palette").dataset.of !== $("input", palette()).value.trim()) return;
    hurried = false;
    $("#palette .go")?.click();
  };
  document.addEventListener("htmx:afterSwap", goFirst);
  document.addEventListener("input", () => { hurried = false; });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-opens=palette]")) {
      event.preventDefault();
      openPalette();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && palette()) {
      event.preventDefault();
      return palette().open ? palette().close() : openPalette();
    }
    if (!palette()?.open || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    const found = all("#palette .go", palette()), at = found.indexOf(document.activeElement);
    if (event.key === "Enter") {
      if (at >= 0 || hurried) return;  // pressed once more, it opens the page of the palette
      event.preventDefault();
      hurried = true;
      return goFirst();
    }
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? $("input", palette()) : found[Math.min(next, found.length - 1)])?.focus();
  });

  /* search: arrows walk through what completes the box, else through what was found */
  const asking = () => $("[data-completes]");
  const options = () => all("#completing a");
  const mark = (at) => {
    options().forEach((one) => { one.ariaSelected = String(one === at); });
    if (at) asking().setAttribute("aria-activedescendant", at.id);
    else asking().removeAttribute("aria-activedescendant");
  };
  let putAway;  // what was typed when Escape put its completions away
  const dress = () => {
    const field = asking();
    let some = options();
    if (!field) return;
    if (field.value !== putAway) putAway = null;
    else { $("#completing").replaceChildren(); some = []; }
    some.forEach((at, place) => { at.role = "option"; at.id = `option-${place}`; at.tabIndex = -1; });
    $("#completing").role = some.length ? "listbox" : null;
    Object.assign(field, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: String(some.length > 0), ariaInvalid: String(Boolean($("#q-findings p"))) });
    field.setAttribute("aria-controls", "completing");
    mark(null);
    if ($("#said").textContent !== $("#found").dataset.said) $("#said").textContent = $("#found").dataset.said;
  };
  const take = (text) => {
    const field = asking();
    field.value = text;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("mousedown", (event) => { if (event.target.closest?.("#completing a")) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const at = event.target.closest?.("#found [data-text]");
    if (!at) return;
    event.preventDefault();
    take(at.dataset.text);
  });
  document.addEventListener("keydown", (event) => {
    const field = asking(), there = event.target === field, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!field) return;
    const some = options(), on = some.findIndex((at) => at.ariaSelected === "true");
    if (there && event.key === "Enter" && on >= 0) { event.preventDefault(); return take(some[on].dataset.text); }
    if (there && event.key === "Escape") { putAway = field.value; return dress(); }
    const found = all("#found .go"), at = found.indexOf(event.target);
    if (!step || (!there && at < 0)) return;
    event.preventDefault();
    if (there && some.length) return mark(some[on < 0 && step < 0 ? some.length - 1 : (on + step + some.length) % some.length]);
    (at + step < 0 ? field : found[Math.min(at + step, found.length - 1)])?.focus();
  });

  /* who else is here: a sign of life while somebody looks at the page, at once when they begin to write */
  const EVERY = 20000;
  const unsent = () => Boolean($("#composer textarea")?.value.trim());
  const sign = () => {
    const form = $("#presence form");
    if (!form || document.hidden) return;
    form.elements.writing.value = unsent() ? "yes" : "";
    form.dispatchEvent(new Event("here"));
  };
  let wrote = false;
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#composer") || unsent() === wrote) return;
    wrote = unsent();
    sign();
  });
  setInterval(sign, EVERY);
  document.addEventListener("visibilitychange", sign);
  document.addEventListener("htmx:load", () => { tally(); dress(); wrote = unsent(); });
  document.addEventListener("DOMContentLoaded", () => setTimeout(sign, 300));

  all("[data-all]").forEach((at) => { at.hidden = false; });
  tally();
  dress();
})();
