// Passkeys: shows the forms that need them where the browser can, and fills in what the device answers.
// The bytes travel as base64url text, in the JSON of WebAuthn Level 3; older browsers lack its own functions for that.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withBytes = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

const WAYS = {
  get(options) {
    const asked = { ...options, challenge: bytes(options.challenge), allowCredentials: withBytes(options.allowCredentials) };
    return navigator.credentials.get({ publicKey: asked });
  },
  create(options) {
    const wanted = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
    return navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: withBytes(options.excludeCredentials),
        authenticatorSelection: { ...options.authenticatorSelection, ...wanted },
      },
    });
  },
};

function asJson(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function optionsOf(form) {
  const written = form.querySelector("script[type='application/json']");
  if (written) return JSON.parse(written.textContent).publicKey;
  const answer = await fetch(form.dataset.options, { headers: { "Accept": "application/json", "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  return (await answer.json()).request_options.publicKey;
}

async function ask(event) {
  event.preventDefault();
  const form = event.target;
  const trouble = form.querySelector("[data-trouble]");
  trouble.hidden = true;
  try {
    const credential = await WAYS[form.dataset.passkey](await optionsOf(form));
    form.querySelector("[name=credential]").value = JSON.stringify(asJson(credential));
    form.submit();
  } catch {
    trouble.hidden = false;
  }
}

const able = Boolean(window.PublicKeyCredential && navigator.credentials);
for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = !able;
  form.addEventListener("submit", ask);
}
for (const note of document.querySelectorAll("[data-no-passkeys]")) note.hidden = able;
