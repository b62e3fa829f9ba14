// Envelopes: what is sealed to the server's public key, and this phone itself can never open again.
// P-256 with a key made for the one envelope, HKDF-SHA-256, AES-256-GCM, bound to the name of what lies in it.
import { get, put } from "./store.js";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const PURPOSE = new TextEncoder().encode("tannha envelopes");

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// As the round told it; the server keeps opening what was sealed to the one before.
export async function learnKey({ key_id, point }) {
  ready.length = 0;
  const known = await get("vault", "envelopes");
  if (known?.key_id !== key_id || known.point !== point) await put("vault", { key_id, point }, "envelopes");
}

// The app's page brings the key of its own time: this edition may have reached the phone before any round that told one.
function ofPage() {
  const { dataset, content } = document.querySelector("meta[name=envelope-key]");
  return { key_id: dataset.id, point: content };
}

// Secrets for envelopes to come, each for one alone: made while a form is filled, so that nobody waits for them after.
const ready = [];

export async function prepare(n) {
  while (ready.length < n) ready.push(await freshSecret());
}

async function freshSecret() {
  const known = (await get("vault", "envelopes")) ?? ofPage();
  const theirs = bytesOf(known.point);
  const server = await crypto.subtle.importKey("raw", theirs, CURVE, false, []);
  const own = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, own.privateKey, 256);
  const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: joined(point, theirs), info: PURPOSE };
  const key = await crypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  return { to: known.key_id, point, key };
}

// `inside` is bytes, or a value that goes as JSON. Returns {to, data}, fit for the disk.
export async function envelope(name, inside) {
  const { to, point, key } = ready.shift() ?? (await freshSecret());
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = inside instanceof Uint8Array ? inside : new TextEncoder().encode(JSON.stringify(inside));
  const bound = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) };
  return { to, data: joined(point, iv, new Uint8Array(await crypto.subtle.encrypt(bound, key, plain))) };
}

// An envelope as it is sent; when it was, and what was known of the server's clock, stand on it.
export function addressed(id, { at: happened_at, offsetMs = null, heardAt: heard_at = null, seq }, { to, data }) {
  let text = "";
  for (let n = 0; n < data.length; n += 8192) text += String.fromCharCode(...data.subarray(n, n + 8192));
  const offset_ms = offsetMs === null ? null : Math.round(offsetMs);
  return { id, happened_at, offset_ms, heard_at, seq, key_id: to, sealed: btoa(text) };
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
