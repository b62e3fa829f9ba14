// The three things a phone asks the server. An answer that never came is null; nothing is kept by the browser.
const plain = { cache: "no-store", credentials: "same-origin", redirect: "error" };
const HOW_LONG_MS = 30_000;

async function ask(path, options = {}) {
  try {
    const signal = AbortSignal.timeout(HOW_LONG_MS);
    const answer = await fetch(path, { ...plain, signal, ...options });
    const isJson = /json/.test(answer.headers.get("Content-Type") ?? "");
    return { status: answer.status, headers: answer.headers, body: isJson ? await answer.json() : null };
  } catch {
    return null;
  }
}

function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export const enrol = (code) => post("/v1/courier/phones", { code });

export const sendScans = (scans) => post("/v1/scans", { scans, sent_at: new Date().toISOString() });

export function askRound(key, etag) {
  return ask("/v1/courier/round", { headers: { "X-Phone-Key": key, ...(etag ? { "If-None-Match": etag } : {}) } });
}
