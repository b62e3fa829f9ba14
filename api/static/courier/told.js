// What is told besides scans: a call, trouble, a pin put right, why a stop stayed open. It waits on disk like an act,
// counts as unsent until the server has it, and needs no PIN to be sent.
import { known } from "./clock.js";
import { toldOf } from "./doors.js";
import { addressed, envelope } from "./envelopes.js";
import { keyOfActs, unseal } from "./keys.js";
import { sendNotes } from "./server.js";
import { add, all, get, put } from "./store.js";
import { owner } from "./whose.js";

const AT_ONCE = 50;

// Notes with the same `once` are one, also of two taps or two tabs.
// `card` is the number of a paper left at the door: it is looked for again before another one is.
export async function tellNote({ round = null, position = null, kind, once, card, ...says }) {
  const id = crypto.randomUUID();
  const note = { kind, round_id: round, position, ...says };
  const envelopes = [await envelope(id, note)];
  const row = { id, round: round ?? 0, position: position ?? 0, act: kind, isNote: true, codes: [id], envelopes };
  const of = await owner();
  if (of) row.of = of;
  if (card) row.card = card;
  const told = { ...row, ...(once ? { once } : {}), at: new Date().toISOString(), ...known(), state: "unsent" };
  try {
    await add("acts", told);
  } catch (failure) {
    if (failure?.name !== "ConstraintError") throw failure;
    return; // told before
  }
  dispatchEvent(new Event(RECORDED));
}

// Told to the window once something new is on disk.
export const RECORDED = "tannha-recorded";

// When the number of a stop was called from this phone: instants by the phone's clock, as those of acts are.
export function calledAt(own, stop) {
  return toldOf(stop, own).filter((act) => act.act === "called").map((act) => act.at);
}

// Returns null when all are told, else why the rest has to wait.
export async function sendTold(isOwn) {
  for (;;) {
    const waiting = (await all("acts")).filter((act) => act.isNote && act.state === "unsent" && isOwn(act)).slice(0, AT_ONCE);
    if (!waiting.length) return null;
    const stopped = await sendSome(waiting);
    if (stopped) return stopped;
  }
}

async function sendSome(waiting) {
  waiting = [...waiting.filter((row) => !row.envelopes), ...waiting.filter((row) => row.envelopes)];
  const notes = [];
  const sealed = [];
  for (const row of waiting) {
    if (row.envelopes) sealed.push(addressed(row.id, row, row.envelopes[0]));
    else notes.push({ ...(await unseal(await keyOfActs(), row.sealed)), happened_at: row.at });
  }
  const answer = await sendNotes(notes, sealed);
  if (!answer) return "later";
  if (answer.status === 401 || answer.status === 403) return "revoked";
  if (answer.status === 200 && answer.body.scans.length === waiting.length) {
    for (const [n, row] of waiting.entries()) await settle(row, answer.body.scans[n]);
    return null;
  }
  if (![400, 413, 422].includes(answer.status)) return "later";
  if (waiting.length > 1) {
    for (const row of waiting) {
      const stopped = await sendSome([row]);
      if (stopped) return stopped;
    }
    return null;
  }
  await settle(waiting[0], { status: "refused", ...answer.body });
  return null;
}

async function settle(row, { status, code, detail, detail_en }) {
  const kept = await get("acts", row.seq);
  if (!kept) return;
  const { envelopes, sealed, ...rest } = kept;
  const { once, ...anew } = kept; // without `once`: it may be told anew
  if (status === "refused") await put("acts", { ...anew, state: "parked", reason: { code, detail, detail_en } });
  else await put("acts", { ...rest, state: "sent", sentAt: Date.now() });
}
