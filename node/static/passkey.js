// Passkeys: asks the node for a challenge, lets the browser make or use a passkey, and sends what it says as a form. The
// buttons are shown only where this runs, the browser can, and the page is at the address that passkeys belong to.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials || !window.fetch) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer || [])))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const ask = async (form) => {
    const body = new URLSearchParams({ token: form.elements.token.value });
    const answer = await fetch(form.dataset.passkey, { method: "POST", body, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const asked = await answer.json();
    asked.challenge = bytes(asked.challenge);
    if (asked.user) asked.user.id = bytes(asked.user.id);
    for (const known of asked.excludeCredentials || []) known.id = bytes(known.id);
    return asked;
  };

  const make = async (publicKey) => {
    const { response } = await navigator.credentials.create({ publicKey });
    return { client: response.clientDataJSON, attestation: response.attestationObject };
  };

  const use = async (publicKey) => {
    const { rawId, response } = await navigator.credentials.get({ publicKey });
    return {
      credential: rawId,
      client: response.clientDataJSON,
      data: response.authenticatorData,
      signature: response.signature,
      user: response.userHandle,
    };
  };

  const send = (form, said) => {
    for (const [name, buffer] of Object.entries(said)) {
      const field = form.elements[name] || document.createElement("input");
      Object.assign(field, { type: "hidden", name, value: text(buffer) });
      form.append(field);
    }
    form.submit();
  };

  // What a person reads when it came to nothing: they stopped, or the device has one, or something else is wrong.
  const why = (error) => ({ NotAllowedError: "stopped", AbortError: "stopped", InvalidStateError: "known" })[error.name] || "failed";

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (form.dataset.site !== location.origin) continue;
    const status = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    for (let part = form; part; part = part.parentElement && part.parentElement.closest("[hidden]")) part.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-disabled")) return;
      button.setAttribute("aria-disabled", "true");
      status.textContent = "";
      try {
        const asked = await ask(form);
        send(form, await (asked.user ? make(asked) : use(asked)));
      } catch (error) {
        status.textContent = form.dataset[why(error)];
        button.removeAttribute("aria-disabled");
      }
    });
  }
  // Whoever comes back to a page finds its button as it was.
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("form[data-passkey] button")) button.removeAttribute("aria-disabled");
  });
})();
