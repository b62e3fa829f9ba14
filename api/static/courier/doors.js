// A card is a door: one or several stops of the plan, for one recipient at one address. The server says which; it may say
// otherwise later, when one of them passed to another courier. So what was done is known by its pieces, never by a place.
export const positionsOf = (stop) => stop.positions ?? [stop.position]; // a day kept by an edition before has one of each
export const codesOf = (stop) => stop.codes ?? [stop.code];
export const isAt = (stop, position) => positionsOf(stop).includes(position);

// As people call it: "5", or "5+6".
export const numberOf = (stop) => positionsOf(stop).join("+");

// Where these pieces stand on the plan: what is told of them is told once for each of these.
export const placesOf = (stop, pieces) => [...new Set(pieces.map((piece) => piece.position ?? stop.position))];

// Acts of doors by the codes of their pieces, and notes by their place, so that 150 cards are not looked for in each.
const KNOWN = new WeakMap();

function indexed(own) {
  if (KNOWN.has(own)) return KNOWN.get(own);
  const found = new Map();
  for (const act of own) {
    for (const key of act.isNote ? [act.position] : act.codes) found.set(key, [...(found.get(key) ?? []), act]);
  }
  KNOWN.set(own, found);
  return found;
}

const NOTHING = [];

// What this phone told of a door, acts and notes, in the order it was told. `own` is never changed.
export function toldOf(stop, own) {
  const found = indexed(own);
  const some = new Set();
  const take = (key) => found.get(key)?.forEach((act) => some.add(act));
  positionsOf(stop).forEach(take);
  for (const piece of stop.pieces) take(piece.code);
  return some.size ? [...some].sort((one, other) => one.seq - other.seq) : NOTHING;
}
