// Keys that never leave the browser. The PIN, through a slow derivation, unwraps the day's key, which opens the round
// and the phone's key for the server. Acts are sealed to the server (envelopes.js) and can be sent without a PIN.
import { change, get, putVault } from "./store.js";

export const TRIES = 5;
const ROUNDS = 600_000; // OWASP's advice for PBKDF2 with SHA-256: most of a second on an old phone
const AES = { name: "AES-GCM", length: 256 };
const bytes = (n) => crypto.getRandomValues(new Uint8Array(n));

export async function seal(key, value) {
  const iv = bytes(12);
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) };
}

export function unsealBytes(key, { iv, data }) {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data);
}

export async function unseal(key, sealed) {
  return JSON.parse(new TextDecoder().decode(await unsealBytes(key, sealed)));
}

async function ofPin(pin, salt) {
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const slow = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(slow, typed, AES, false, ["wrapKey", "unwrapKey"]);
}

// Returns the day's key and what was put under it.
export async function makeVault(pin, secret) {
  const device = await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);
  const salt = bytes(16);
  const wrapping = await ofPin(pin, salt);
  const fresh = await crypto.subtle.generateKey(AES, true, ["encrypt", "decrypt"]);
  const iv = bytes(12);
  const wrapped = new Uint8Array(await crypto.subtle.wrapKey("raw", fresh, wrapping, { name: "AES-GCM", iv }));
  // Under the device's key as well: a copy of the PIN's half alone is of no use elsewhere.
  const locked = await seal(device, Array.from(wrapped));
  const sealed = await seal(fresh, secret);
  await putVault({ device, salt, iv, locked, sealed, tries: 0 });
  return openVault(pin);
}

// Returns {key, secret}, or {left} after a wrong PIN; at none left the vault and the round are gone.
export async function openVault(pin) {
  // Counted before it is looked at: neither a phone switched off in between nor another tab has a try more.
  const vault = await change("vault", "own", (own) => ({ ...own, tries: own.tries + 1 }));
  if (!vault) return { left: 0 };
  if (vault.tries <= TRIES) {
    try {
      const wrapped = new Uint8Array(await unseal(vault.device, vault.locked));
      const wrapping = await ofPin(pin, vault.salt);
      const how = { name: "AES-GCM", iv: vault.iv };
      const key = await crypto.subtle.unwrapKey("raw", wrapped, wrapping, how, AES, false, ["encrypt", "decrypt"]);
      const secret = await unseal(key, vault.sealed);
      await change("vault", "own", (own) => ({ ...own, tries: 0 }));
      return { key, secret };
    } catch {
      // wrong
    }
  }
  const left = Math.max(TRIES - vault.tries, 0);
  if (!left) await wipe();
  return { left };
}

export async function hasVault() {
  return (await get("vault", "own")) !== undefined;
}

// The stops go; what was not sent stays.
export const wipe = () => putVault(undefined);

// What an edition before envelopes sealed acts with: they still have to be sent.
export const keyOfActs = () => get("vault", "acts");
