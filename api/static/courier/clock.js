// The server's clock as this phone last heard it: kept over restarts, and with each act.
import { get, put } from "./store.js";

let offsetMs = null;
let heardAt = null;

export async function loadClock() {
  offsetMs = (await get("vault", "clock")) ?? null;
  heardAt = (await get("vault", "heard")) ?? null;
}

export async function noteClock(serverNow) {
  if (!serverNow) return;
  offsetMs = Date.parse(serverNow) - Date.now();
  heardAt = serverNow;
  await put("vault", offsetMs, "clock");
  await put("vault", heardAt, "heard");
}

export const serverTime = () => Date.now() + (offsetMs ?? 0);

// Never before what the server said last: a phone whose clock fell back to the day it was made forgets no round for it.
export const surely = () => Math.max(serverTime(), heardAt ? Date.parse(heardAt) : 0);

export const known = () => ({ offsetMs, heardAt });
