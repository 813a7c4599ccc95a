/* What everybody needs: keys, panels, notices, times, the choice of theme. Every page works without this file. */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const notices = () => $("#notices");

  /* keys: an element says data-key="r"; a press focuses a field and clicks everything else */
  const shown = (at) => at.getClientRects().length > 0 && !at.disabled;
  const typing = (at) => {  // a box that was closed a moment ago still holds the focus: nobody types there
    const field = at.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    return field && shown(field);
  };
  const quiet = (event) => event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]");
  const keysOn = () => localStorage.getItem("keys") !== "off";
  const press = (at) => {
    if (!at.matches("input:not([type=radio]), textarea, select")) {
      at.click();
      return document.getElementById(at.dataset.focuses)?.focus();
    }
    const rail = at.closest("[popover]");
    if (rail && !shown(at)) rail.showPopover();
    at.focus();
    at.select?.();
  };
  const listKeys = () => {
    const named = all("[data-key]").filter((at) => at.dataset.keySays && (shown(at) || at.closest(".rail")));
    const rows = $(".rows .go") ? [["j", "Next row"], ["k", "Row before"], ["Enter", "Open the row"]] : [];
    if ($(".rows [name=number]")) rows.push(["x", "Select the row"], ["Shift X", "Select up to this row"]);
    if ($(".rows .write")) rows.push(["w", "Write down what the row’s incident taught"]);
    const known = [...rows, ...named.map((at) => [at.dataset.key, at.dataset.keySays]),
      ["Ctrl Enter", "Send the form you are in"], ["Esc", "Close what is open"]];
    $("#keys .keys").replaceChildren(...known.flatMap(([key, says]) => {
      const term = document.createElement("dt"), detail = document.createElement("dd"), cap = document.createElement("kbd");
      cap.textContent = key;
      detail.textContent = says;
      term.append(cap);
      return [term, detail];
    }));
    $("#keys-on").checked = keysOn();
    $("#keys").showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      if (event.repeat) return;
      const form = event.target.form;
      return form.requestSubmit($("button.main:not([type=button])", form) || undefined);
    }
    if (event.key === "Escape") return all("details.drop[open]").forEach(shut);
    if (quiet(event)) return;
    if (event.key === "?") return listKeys();
    if (!keysOn()) return;
    const wanted = all(`[data-key="${CSS.escape(event.key)}"]`);
    const found = wanted.filter(shown).at(-1) || wanted.find((at) => at.matches("input"));
    if (!found) return;
    event.preventDefault();
    press(found);
  });
  document.addEventListener("change", (event) => {
    if ("sends" in event.target.dataset) event.target.form.requestSubmit();
    if (event.target.id === "keys-on") localStorage.setItem("keys", event.target.checked ? "on" : "off");
  });

  /* small panels: one open at a time, closed by a click elsewhere */
  const shut = (details) => {
    const inside = details.contains(document.activeElement);
    details.open = false;
    if (inside) $("summary", details).focus();
  };
  document.addEventListener("click", (event) => {
    all("details.drop[open]").forEach((details) => details.contains(event.target) || (details.open = false));
    if (event.target.closest?.("[data-opens=keys]")) listKeys();
    event.target.closest?.("[data-dismiss]")?.closest(".notice").remove();
    const theme = event.target.closest?.("[data-theme-choice]")?.dataset.themeChoice;
    if (theme === undefined) return;
    document.documentElement.dataset.theme = theme;
    all("[data-theme-choice]").forEach((at) => { at.ariaPressed = String(at.dataset.themeChoice === theme); });
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches("details.drop[open]")) return;
    all("details.drop[open]").forEach((other) => other.contains(event.target) || (other.open = false));
    if (!$(".panel", event.target)?.contains(document.activeElement)) $(".panel :is(input:not([type=hidden]), select, textarea)", event.target)?.focus();
  }, true);

  /* what the desk says at the edge of the page */
  const fade = () => all("#notices > p.notice").forEach((line) => setTimeout(() => line.remove(), 8000));
  const say = (text) => {
    const line = document.createElement("p");
    line.className = "notice";
    line.textContent = text;
    notices()?.replaceChildren(line);
    fade();
  };
  document.addEventListener("notice", (event) => event.detail?.value && say(event.detail.value));

  /* times: the page words them, this keeps them true while it stays open */
  const STEPS = [[3600, 60, "min"], [86400, 3600, "h"], [1209600, 86400, "d"]];
  const tick = () => all("time[datetime]").forEach((at) => {
    const gone = (Date.now() - Date.parse(at.dateTime)) / 1000;
    const step = STEPS.find(([limit]) => gone < limit);
    if (!step || gone < 0) return;
    const words = gone < 60 ? ("short" in at.dataset ? "now" : "just now") : `${Math.floor(gone / step[1])} ${step[2]}${"short" in at.dataset ? "" : " ago"}`;
    if (at.textContent !== words) at.textContent = words;
  });
  setInterval(tick, 30000);

  const ready = (root) => all("[data-opens]", root).forEach((at) => { at.hidden = false; });
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt.parentElement || document));
  document.addEventListener("DOMContentLoaded", fade);
  ready(document);
  window.kintsugi = { $, all, say, shut, typing, single: (event) => keysOn() && !quiet(event) };  // for the other scripts
})();
