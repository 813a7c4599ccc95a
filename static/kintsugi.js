/* What everybody needs: keys, drafts, times, the choice of theme. Every page works without this file. */
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
  window.kintsugi = { $, all, single: (event) => keysOn() && !quiet(event) };  // for the other scripts
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
    if (event.target.closest?.("[data-afresh]")) afresh(event.target.form);
    const theme = event.target.closest?.("[data-theme-choice]")?.dataset.themeChoice;
    if (theme === undefined) return;
    document.documentElement.dataset.theme = theme;
    all("[data-theme-choice]").forEach((at) => { at.ariaPressed = String(at.dataset.themeChoice === theme); });
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches("details.drop[open]")) return;
    all("details.drop[open]").forEach((other) => other.contains(event.target) || (other.open = false));
    $(".panel :is(input:not([type=hidden]), select, textarea)", event.target)?.focus();
  }, true);

  /* drafts: what is typed into a form with data-draft survives a lost connection, an ended sign-in, a closed tab */
  const owner = document.body.dataset.person || "nobody";
  const place = (form) => `draft:${owner}:${form.dataset.draft}`;
  const kept = (field) => field.name && !["hidden", "password", "file", "submit"].includes(field.type);
  const values = (form) => [...form.elements].filter(kept).map((field) =>
    [field.name, ["checkbox", "radio"].includes(field.type) ? (field.checked ? field.value : null) : field.value]);
  let waiting, writing, leaving;
  const keep = (form) => leaving || localStorage.setItem(place(form), JSON.stringify({ at: Date.now(), values: values(form) }));
  const forget = (form) => {
    if (writing === form) writing = null;
    localStorage.removeItem(place(form));
    $(".restored", form)?.remove();
  };
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const restore = (form) => {
    if (form.dataset.restored) return;
    form.dataset.restored = "yes";
    const draft = read(place(form));
    if (!draft || document.body.dataset.status === "422" || document.body.dataset.status === "409") return;
    const empty = JSON.stringify(values(form));
    draft.values.forEach(([name, value]) => {
      const fields = [...form.elements].filter((field) => field.name === name && kept(field));
      fields.forEach((field) => {
        if (["checkbox", "radio"].includes(field.type)) field.checked = field.checked || field.value === value;
        else if (!field.value || field.matches("select")) field.value = value ?? field.value;
      });
    });
    if (JSON.stringify(values(form)) === empty) return;
    form.insertAdjacentHTML("afterbegin", '<p class="restored small"><span>What you had typed here is back.</span> <button type="button" class="plain" data-afresh>Begin afresh</button></p>');
  };
  const afresh = (form) => {
    form.reset();
    forget(form);
    $("input:not([type=hidden]), textarea", form).focus();
  };
  /* a draft is given up only on the page that saving leads to; whatever else comes next, it stays */
  const arrived = () => {
    const sent = sessionStorage.getItem("sent"), way = performance.getEntriesByType("navigation")[0];
    sessionStorage.removeItem("sent");
    const saved = document.body.dataset.status === "200" && way?.type === "navigate" && way.redirectCount > 0;
    if (sent && saved) localStorage.removeItem(sent);
  };
  const tidy = () => Object.keys(localStorage).filter((name) => name.startsWith("draft:")).forEach((name) => {
    if (Date.now() - (read(name)?.at || 0) > 14 * 86400000) localStorage.removeItem(name);
  });
  const settle = () => {
    const form = writing;
    clearTimeout(waiting);
    writing = null;
    if (form) keep(form);
  };
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (writing !== form) settle();
    if (!form?.dataset.draft) return;
    clearTimeout(waiting);
    writing = form;
    waiting = setTimeout(settle, 300);
  });
  window.addEventListener("pagehide", settle);
  document.addEventListener("submit", (event) => {  // a second click while the first is answered sends nothing again
    if (!event.target.matches("[hx-post].htmx-request")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("forgets" in form.dataset) { /* who signs out leaves nothing for whoever comes next */
      leaving = true;
      Object.keys(localStorage).filter((name) => name.startsWith(`draft:${owner}:`)).forEach((name) => localStorage.removeItem(name));
    }
    if (writing !== form) settle();
    if (!form.dataset.draft) return;
    writing = form;
    settle();
    sessionStorage.setItem("sent", place(form));
  });

  /* what the server says about a form, and what happens after it */
  const fade = () => all("#notices > p.notice").forEach((line) => setTimeout(() => line.remove(), 8000));
  const say = (text) => {
    const line = document.createElement("p");
    line.className = "notice";
    line.textContent = text;
    notices()?.replaceChildren(line);
    fade();
  };
  document.addEventListener("notice", (event) => event.detail?.value && say(event.detail.value));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches?.("form") || event.detail.requestConfig?.verb === "get") return;
    sessionStorage.removeItem("sent");
    if (event.detail.successful) {
      forget(form);
      if (event.detail.xhr.status === 204) form.reset();
    } else if (form.dataset.draft) keep(form);
  });
  const toFinding = (root) => {
    const finding = root && $(".finding", root);
    const field = finding?.closest(".field, form")?.querySelector("[aria-invalid=true]") || finding;
    finding?.scrollIntoView({ block: "center" });
    field?.focus?.({ preventScroll: true });
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.xhr.status === 422) return toFinding(document.getElementById(event.detail.target.id));
    const beside = event.detail.target.id === "beside" && $("#resolve, #suggestions", event.detail.target);
    if (!beside || beside.id !== "resolve") return;
    if (matchMedia("(max-width: 900px)").matches) beside.scrollIntoView();
    $("textarea, input:not([type=hidden])", beside)?.focus({ preventScroll: true });
  });

  /* what replaces the place where somebody is gets the focus: the same control there, or the part of the page itself */
  let left;
  const homes = (at) => at ? [...(at.id ? [at.id] : []), ...homes(at.parentElement)] : [];
  const heir = ({ at, ids }) => {
    const place = ids.map((id) => document.getElementById(id)).find(Boolean);
    const same = place && all(at.tagName, place).find((one) => one.textContent === at.textContent && one.name === at.name);
    const next = same || place;
    const heir = next?.closest("details:not([open])")?.querySelector("summary") || next;
    if (heir && heir === place) heir.tabIndex = -1;
    return heir;
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const at = document.activeElement;
    left = event.detail.target.contains(at) ? { at, ids: homes(at) } : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (left && document.activeElement === document.body) heir(left)?.focus({ preventScroll: true });
  });
  /* a part that is still being fetched when the next change is told is fetched anew: its answer would be old */
  ["incident-changed", "joined", "voted"].forEach((name) => document.addEventListener(name, () =>
    all(`.htmx-request[hx-trigger*="${name}"]`).forEach((at) => window.htmx.trigger(at, "htmx:abort")), true));
  const lost = () => say("The desk cannot be reached. What you typed is kept here; send it again in a moment.");
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);

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

  const ready = (root) => {
    all("form[data-draft]", root).forEach(restore);
    all("[data-opens]", root).forEach((at) => { at.hidden = false; });
  };
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt.parentElement || document));
  document.addEventListener("DOMContentLoaded", () => { tidy(); fade(); if (document.body.dataset.status === "422") toFinding($("main")); });
  arrived();
  ready(document);
})();
