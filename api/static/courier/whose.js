// Whose phone this is. A phone that passes to another courier may still hold acts of the one before: each row says whose
// it is, and only the cookie of that courier sends it.
import { all, get, put } from "./store.js";

const OWNER = "owner";
const FORMER = "former";

// The code of the courier; undefined where no edition that asked for it has enrolled yet, "" while another enrols.
export const owner = () => get("vault", OWNER);

// Whose cookie still hands in what was not sent before this enrolment.
export const former = () => get("vault", FORMER);

export const isOf = (row, courier) => row.of === undefined || row.of === courier;

// As its round told it, of an edition that had not asked before.
export async function learnOwner(courier) {
  if (!(await owner())) await put("vault", courier, OWNER);
}

// While another enrols, nothing is sent until it is known whose the cookie is. Returns whose phone it was.
export async function enrolling() {
  const before = await owner();
  if (!before) return "";
  for (const row of await all("acts")) if (row.of === undefined) await put("acts", { ...row, of: before });
  await put("vault", "", OWNER);
  return before;
}

// `courier` is the one before where the code enrolled nobody.
export async function enrolled(courier, before) {
  if (before && before !== courier) await put("vault", before, FORMER);
  if (courier) await put("vault", courier, OWNER);
}
