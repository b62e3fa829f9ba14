// What a phone asks the server. An answer that never came is null; nothing is kept by the browser.
const plain = { cache: "no-store", credentials: "same-origin", redirect: "error" };
const HOW_LONG_MS = 30_000;

// A phone of before 2022 has no AbortSignal.timeout.
function within(howLongMs) {
  if (AbortSignal.timeout) return AbortSignal.timeout(howLongMs);
  const giveUp = new AbortController();
  setTimeout(() => giveUp.abort(), howLongMs);
  return giveUp.signal;
}

export async function ask(path, options = {}, howLongMs = HOW_LONG_MS) {
  try {
    const answer = await fetch(path, { ...plain, signal: within(howLongMs), ...options });
    const isJson = /json/.test(answer.headers.get("Content-Type") ?? "");
    // The page of whoever stands between, such as a network's own sign-in: neither takes an act nor ends a phone.
    if (!isJson && (answer.ok || answer.status === 401 || answer.status === 403)) return null;
    return { status: answer.status, headers: answer.headers, body: isJson ? await answer.json() : null };
  } catch {
    return null;
  }
}

function post(path, body, more = {}) {
  const headers = { "Content-Type": "application/json", ...more };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export const enrol = (code) => post("/v1/courier/phones", { code });

// What lies in the clear and what lies in envelopes; a list that is empty is left out.
function sendAll(path, name, plain, sealed) {
  const lists = { ...(plain.length ? { [name]: plain } : {}), ...(sealed.length ? { sealed } : {}) };
  return post(path, { ...lists, sent_at: new Date().toISOString() });
}

export const sendScans = (scans, sealed) => sendAll("/v1/scans", "scans", scans, sealed);

export const sendNotes = (notes, sealed) => sendAll("/v1/courier/notes", "notes", notes, sealed);

// A phone that is good no more hands in what it still had; `isFormer` by the cookie of the courier before, which lies
// beside that of the one now.
export function handIn(scans, notes, isFormer) {
  const lists = { ...(scans.length ? { scans } : {}), ...(notes.length ? { notes } : {}) };
  return post("/v1/courier/held", { ...lists, sent_at: new Date().toISOString() }, ofFormer(isFormer));
}

const ofFormer = (isFormer) => (isFormer ? { "X-Former-Phone": "1" } : {});

export function askRound(key, etag) {
  return ask("/v1/courier/round", { headers: { "X-Phone-Key": key, ...(etag ? { "If-None-Match": etag } : {}) } });
}

// What only an opened phone may do: told with the key that its PIN opens.
export function tell(path, key, body, howLongMs = HOW_LONG_MS) {
  const headers = { "Content-Type": "application/json", "X-Phone-Key": key };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) }, howLongMs);
}

// A photo of an act, under the phone's own id for it: sent again it is the same photo. `held` as for what is handed in.
export const sendPicture = (id, photo, held) => sendFile(`picture_id=${id}`, "image/jpeg", photo, held);

// The same, sealed to the server.
export const sendEnvelope = (id, { to, data }, held) =>
  sendFile(`picture_id=${id}&key_id=${to}`, "application/octet-stream", data, held);

function sendFile(query, type, body, { isHeld = false, isFormer = false } = {}) {
  const headers = { "Content-Type": type, ...ofFormer(isFormer) };
  return ask(`${isHeld ? "/v1/courier/held/pictures" : "/v1/pictures"}?${query}`, { method: "POST", headers, body });
}

// The codes on a photo.
export function readPhoto(photo) {
  return ask("/v1/pictures/code", { method: "POST", headers: { "Content-Type": photo.type }, body: photo });
}

const QUICKLY_MS = 5_000;

// What a code lets its courier do, by what the server knows now.
export function askNext(key, code) {
  return tell("/v1/courier/next", key, { code }, QUICKLY_MS);
}
