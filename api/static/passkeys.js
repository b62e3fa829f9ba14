// Passkeys (WebAuthn): a button with data-passkey="create" or "get" asks the browser, puts its answer into the field
// named by data-into and sends the form. Without this script the buttons stay hidden.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function forBrowser(options) {
  const asked = { ...options, challenge: bytes(options.challenge) };
  if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) asked.excludeCredentials = named(options.excludeCredentials);
  if (options.allowCredentials) asked.allowCredentials = named(options.allowCredentials);
  return asked;
}

function forServer(credential) {
  const said = credential.response;
  const response = { clientDataJSON: words(said.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (said[name]) response[name] = words(said[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: words(credential.rawId), type: credential.type, response });
}

async function ask(button) {
  button.disabled = true;
  try {
    const publicKey = forBrowser(JSON.parse(button.dataset.options));
    const credential = await navigator.credentials[button.dataset.passkey]({ publicKey });
    button.form.elements[button.dataset.into].value = forServer(credential);
    button.form.submit();
  } catch {
    button.disabled = false; // closed or refused by its owner: the form is still there
  }
}

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", () => ask(button));
  }
}
