// Photos on the disk of the phone: sealed beside their act, sent after it, gone once the server keeps them.
import { all, get, put, remove } from "./store.js";
import { envelope } from "./envelopes.js";
import { keyOfActs, unsealBytes } from "./keys.js";
import { sendEnvelope, sendPicture } from "./server.js";

export async function sealedPictures(actId, photos) {
  const rows = [];
  for (const [n, photo] of photos.entries()) {
    const id = `${actId}-p${n}`;
    rows.push({ id, envelope: await envelope(id, new Uint8Array(await photo.arrayBuffer())) });
  }
  return rows;
}

// Sends the photos of every act the server knows by now. Returns null when all are there, else why the rest has to wait.
export async function sendPictures(isOwn) {
  const waiting = (await all("acts")).filter((act) => act.isTold && act.state === "unsent" && isOwn(act));
  for (const act of waiting) {
    const stopped = await sendOf(act);
    if (stopped) return stopped;
  }
  return null;
}

async function sendOf(act) {
  for (const id of act.pictures) {
    const row = await get("pictures", id);
    if (!row) continue; // sent before the phone was switched off
    const answer = await sendRow(id, row);
    if (!answer) return "later";
    if (answer.status === 401 || answer.status === 403) return "revoked";
    if (answer.status === 200) await remove("pictures", id);
    else if ([400, 409, 413, 415, 422].includes(answer.status)) return park(act, answer.body ?? {});
    else return "later";
  }
  await put("acts", { ...(await get("acts", act.seq)), state: "sent", sentAt: Date.now() });
  return null;
}

async function sendRow(id, { envelope: sealed, sealed: before }, held) {
  if (sealed) return sendEnvelope(id, sealed, held);
  return sendPicture(id, await unsealBytes(await keyOfActs(), before), held); // of an edition before envelopes
}

// The photos of an act that a revoked phone hands in. Returns "all" when none is left here, "some" when the server did not
// take one, which stays as the evidence it is, and "later" when it takes nothing now.
export async function handInPictures(act, isFormer) {
  let outcome = "all";
  for (const id of act.pictures ?? []) {
    const row = await get("pictures", id);
    if (!row) continue; // taken before the phone was switched off
    const answer = await sendRow(id, row, { isHeld: true, isFormer });
    if (!answer || answer.status >= 500 || answer.status === 429) return "later";
    if (answer.status === 200) await remove("pictures", id);
    else outcome = "some";
  }
  return outcome;
}

async function park(act, { code, detail, detail_en }) {
  await put("acts", { ...(await get("acts", act.seq)), state: "parked", reason: { code, detail, detail_en } });
  return null;
}
