/* What people type: kept until it is saved, sent once, never overwritten by an answer. */
/* Every page works without this file. */
"use strict";
(() => {
  const { $, all, say, shut, typing } = window.kintsugi;

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
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-afresh]")) afresh(event.target.form); });
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (writing !== form) settle();
    if (!form?.dataset.draft) return;
    clearTimeout(waiting);
    writing = form;
    waiting = setTimeout(settle, 300);
  });
  window.addEventListener("pagehide", settle);

  /* sent once: the same button again, while the first press is being answered, sends nothing */
  const pressed = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target, by = event.submitter, before = pressed.get(form);
    const going = form.matches("[hx-post]") ? form.matches(".htmx-request") : before?.gone;
    if (!going || before?.by !== by) return pressed.set(form, { by, at: Date.now() });
    event.preventDefault();
    event.stopImmediatePropagation();
    if (Date.now() - before.at > 1000) say("It is still being sent.");
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target, press = pressed.get(form);
    if (event.defaultPrevented || form.method !== "post") return;
    press.gone = true;
    setTimeout(() => { press.gone = false; }, 10000);  // the answer may be a file, which leaves the page as it is
    addEventListener("pageshow", () => { press.gone = false; }, { once: true });
  });

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

  /* what an answer does to the form that was sent: what was typed since then stays, everything else is done with */
  const sent = new WeakMap();  // form -> its texts when it was sent
  const texts = (form) => [...form.elements].filter((at) => kept(at) && at.matches("textarea, input:not([type=checkbox], [type=radio])"));
  const since = (form) => texts(form).filter((at) => sent.get(form)?.has(at) && at.value !== sent.get(form).get(at));
  const rest = (text, before) => text.startsWith(before) ? text.slice(before.length).trimStart() : text;
  const empty = (form) => {
    const more = since(form).map((at) => [at, rest(at.value, sent.get(form).get(at))]);
    const refused = $(".finding", form);  // what came back with a finding is no value to go back to
    if (!more.length) form.reset();
    all("[type=file]", form).forEach((at) => { at.value = ""; });
    texts(form).forEach((at) => { at.value = refused ? "" : at.defaultValue; at.removeAttribute("aria-invalid"); });
    all(".finding", form).forEach((at) => at.remove());
    more.forEach(([at, text]) => { at.value = text; });
    if (more.length && form.dataset.draft) keep(form);
    else forget(form);
  };
  document.addEventListener("htmx:beforeSend", (event) => {
    const { elt, xhr } = event.detail;
    if (elt.matches("form[hx-post]")) sent.set(elt, new Map(texts(elt).map((at) => [at, at.value])));
    xhr.addEventListener("readystatechange", () => {  // who asked is gone from the page: the page still hears of it
      if (xhr.readyState !== 4 || elt.isConnected) return;
      Object.entries(JSON.parse(xhr.getResponseHeader("HX-Trigger") || "{}")).forEach(([name, value]) => window.htmx.trigger(document.body, name, { value }));
    });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches?.("form") || event.detail.requestConfig?.verb === "get") return;
    sessionStorage.removeItem("sent");
    const panel = event.detail.successful && form.closest("details.drop[open]");
    if (panel) shut(panel);
    if (event.detail.successful && event.detail.xhr.status === 204) empty(form);
    else if (event.detail.successful) forget(form);
    else if (form.dataset.draft) keep(form);
  });
  let newer;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig.elt;
    newer = sent.has(form) && event.detail.shouldSwap ? { id: form.id, texts: since(form).map((at) => [at.name, at.value]) } : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const form = newer?.id && document.getElementById(newer.id);
    if (form) newer.texts.forEach(([name, text]) => texts(form).filter((at) => at.name === name).forEach((at) => { at.value = text; }));
  });

  /* where one stands after an answer */
  const toFinding = (root) => {
    const finding = root && $(".finding", root);
    const field = finding?.closest(".field, form")?.querySelector("[aria-invalid=true]") || finding;
    finding?.scrollIntoView({ block: "center" });
    field?.focus?.({ preventScroll: true });
  };
  const elsewhere = () => typing(document.activeElement) && !document.activeElement.autofocus;  // whoever writes stays there
  document.addEventListener("htmx:afterSwap", (event) => {
    if (elsewhere()) return;
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
  ["incident-changed", "steps-changed", "joined", "voted"].forEach((name) => document.addEventListener(name, () =>
    all(`.htmx-request[hx-trigger*="${name}"]`).forEach((at) => window.htmx.trigger(at, "htmx:abort")), true));
  const lost = (event) => {  // of a part that tells itself anew nothing is said: nobody asked for it
    const { elt, target } = event.detail.requestConfig;
    if (elt.matches("form:not([hx-trigger])")) say("The desk cannot be reached. What you typed is kept here; send it again in a moment.");
    else if (elt !== target && !elt.hidden) say("The desk cannot be reached. Try it again in a moment.");
  };
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);

  /* a part that tells itself anew waits while somebody types in it, has a panel of it open, or sends a form of it */
  const late = new Set();
  const busy = (part) => $("details.drop[open], form.htmx-request", part)
    || (part.contains(document.activeElement) && typing(document.activeElement) && !document.activeElement.closest("[hx-preserve]"));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (requestConfig.verb !== "get" || requestConfig.elt !== target || !busy(target)) return;
    event.detail.shouldSwap = false;
    late.add(target);
  });
  const catchUp = () => setTimeout(() => late.forEach((part) => {
    if (part.isConnected && busy(part)) return;
    late.delete(part);
    if (part.isConnected) window.htmx.ajax("GET", part.getAttribute("hx-get"), { source: part, target: part, swap: "outerHTML" }).catch(() => {});
  }));
  ["focusout", "toggle", "htmx:afterRequest"].forEach((name) => document.addEventListener(name, catchUp, true));

  const ready = (root) => all("form[data-draft]", root).forEach(restore);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt.parentElement || document));
  document.addEventListener("DOMContentLoaded", () => { tidy(); if (document.body.dataset.status === "422" && !elsewhere()) toFinding($("main")); });
  arrived();
  ready(document);
})();
