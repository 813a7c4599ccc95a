/* What only people who work on incidents need: walking through lists by key. Every page works without this file. */
"use strict";
(() => {
  const { $, all, single } = window.kintsugi;

  /* lists: j and k go from row to row */
  const row = (step) => {
    const links = all(".rows .go");
    const at = links.indexOf(document.activeElement?.closest?.("tr")?.querySelector(".go"));
    const next = links[Math.min(Math.max(at + step, 0), links.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (single(event) && (event.key === "j" || event.key === "k") && $(".rows .go")) row(event.key === "j" ? 1 : -1);
  });
})();
