// Keys of members' own: made here, kept here, never sent. Forms that say what is to be signed are signed on the way out, if
// this device has the key. Whoever has none, or no scripts, agrees as ever.
(() => {
  "use strict";
  if (!window.crypto || !crypto.subtle || !window.indexedDB) return;

  const STORE = "keys";
  const opened = () =>
    new Promise((done, failed) => {
      const asked = indexedDB.open("kith", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  const within = async (mode, work) => {
    const base = await opened();
    try {
      return await new Promise((done, failed) => {
        const deal = base.transaction(STORE, mode);
        const asked = work(deal.objectStore(STORE));
        deal.oncomplete = () => done(asked.result);
        deal.onerror = () => failed(deal.error);
      });
    } finally {
      base.close();
    }
  };
  const kept = (name) => within("readonly", (store) => store.get(name));

  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  // The secret half cannot leave the browser: nothing that runs here can read it, only use it.
  const make = async () => {
    const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    const name = hex(await crypto.subtle.exportKey("raw", pair.publicKey));
    await within("readwrite", (store) => store.put(pair.privateKey, name));
    return name;
  };

  // Takes over from the form: does its work once, then lets it go as it was pressed.
  const before = (form, steps, work) => {
    let ready = false;
    form.addEventListener("submit", async (event) => {
      const button = event.submitter;
      if (ready || !button || !steps.includes(button.value)) return;
      event.preventDefault();
      try {
        await work();
      } catch {
        // Without a signature the page says what to do.
      }
      ready = true;
      form.requestSubmit(button);
    });
  };

  for (const form of document.querySelectorAll("form[data-sign]")) {
    const fields = [...form.querySelectorAll("input[data-signed-by]")];
    const sign = async () => {
      for (const field of fields) {
        const secret = field.value === "" && (await kept(field.dataset.signedBy));
        if (secret) field.value = hex(await crypto.subtle.sign("Ed25519", secret, bytes(form.dataset.sign)));
      }
    };
    before(form, ["send"], sign);
    Promise.all(fields.map((field) => kept(field.dataset.signedBy)))
      .then((secrets) => {
        const here = form.querySelector(".signing .here");
        if (here && secrets.length > 0 && secrets.every(Boolean)) here.hidden = false;
      })
      .catch(() => {});
  }

  for (const mark of document.querySelectorAll("[data-here]")) {
    kept(mark.dataset.here).then((secret) => (mark.hidden = !secret), () => {});
  }

  const maker = document.querySelector("form[data-make]");
  if (maker) {
    // Some browsers know the rest and not this kind of key.
    crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]).then(
      () => {
        maker.hidden = false;
        for (const instead of document.querySelectorAll("[data-unless-make]")) instead.hidden = true;
        before(maker, ["check"], async () => {
          maker.elements.key.value = await make();
        });
      },
      () => {},
    );
  }
})();
