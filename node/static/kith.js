// Pages that show what changes fetch themselves again when the node says that something did. What somebody is typing,
// and where they are, stays as it is. Nothing here is needed: without it, a page shows what is new when it is opened.
(() => {
  "use strict";
  const main = document.querySelector("main[data-live]");
  if (!main || !window.EventSource || !window.fetch) return;

  const changed = (field) => {
    if (field.type === "hidden" || field.type === "submit") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.value !== field.defaultValue;
  };

  // Whether somebody is here, has written something here, or has opened something here.
  const held = (part) =>
    (document.activeElement !== main && part.contains(document.activeElement)) ||
    part.matches("details[open]") ||
    part.querySelector("details[open]") !== null ||
    [...part.querySelectorAll("input, textarea, select")].some(changed);

  const same = (one, other) =>
    one.tagName === other.tagName && one.id === other.id && one.className === other.className &&
    one.getAttribute("action") === other.getAttribute("action");

  // Makes the inside of `old` that of `fresh`, around whatever is held.
  const renew = (old, fresh) => {
    const keep = [...old.children].filter(held);
    if (keep.length === 0) {
      old.replaceChildren(...fresh.childNodes);
      return;
    }
    const found = keep.length === 1 && [...fresh.children].find((part) => same(part, keep[0]));
    if (!found) return;
    const [kept] = keep;
    const after = [];
    while (found.nextSibling) after.push(found.nextSibling.parentNode.removeChild(found.nextSibling));
    const before = [...fresh.childNodes].filter((part) => part !== found);
    while (kept.previousSibling) kept.previousSibling.remove();
    while (kept.nextSibling) kept.nextSibling.remove();
    kept.before(...before);
    kept.after(...after);
    // A form is one thing: half of it new would not go with the other half.
    if (kept.tagName !== "FORM") renew(kept, found);
  };

  let asking = false;
  let again = false;
  const refresh = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
      if (!answer.ok || answer.redirected) {
        stop();
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("main[data-live]");
      if (fresh && main.innerHTML !== fresh.innerHTML) {
        renew(main, document.importNode(fresh, true));
        document.title = page.title;
      }
      if (fresh) main.dataset.live = fresh.dataset.live;
    } catch {
      // The node is away for a moment; the stream says so, too, and comes back.
    } finally {
      asking = false;
      if (again) {
        again = false;
        refresh();
      }
    }
  };

  let stream = null;
  const stop = () => {
    if (stream) stream.close();
    stream = null;
  };
  const start = () => {
    if (stream) return;
    stream = new EventSource(main.dataset.live);
    stream.addEventListener("changed", refresh);
  };
  // A browser has few connections for one address: pages that nobody sees have none.
  document.addEventListener("visibilitychange", () => {
    // The stream begins with what changed since the page was made.
    if (document.hidden) stop();
    else start();
  });
  if (!document.hidden) start();
})();
