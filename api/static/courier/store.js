// What lies on the phone, in IndexedDB: the vault (keys), the sealed round, and every act with its photos until the server
// took it.
const NAME = "tannha-courier";
let opening = null;

// Another edition of the app owns the store now: this one reads and writes nothing of it any more.
export class NewerEdition extends Error {}

function open() {
  opening ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 2);
    asked.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        asked.result.createObjectStore("vault");
        asked.result.createObjectStore("round");
        const acts = asked.result.createObjectStore("acts", { keyPath: "seq", autoIncrement: true });
        // Two taps, or two tabs, are one act: the second finds its place taken.
        acts.createIndex("once", "once", { unique: true });
      }
      // Apart from the acts, which are read whole at every look.
      asked.result.createObjectStore("pictures", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => {
        asked.result.close();
        opening = Promise.reject(new NewerEdition());
        opening.catch(() => {}); // told to whoever asks next
      };
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error?.name === "VersionError" ? new NewerEdition() : asked.error);
  });
  return opening;
}

// Resolves when the change is on disk, not when it was asked for.
async function work(store, mode, ask) {
  const database = await open();
  return new Promise((done, failed) => {
    const change = database.transaction(store, mode, { durability: "strict" });
    const asked = ask(...[store].flat().map((name) => change.objectStore(name)));
    change.oncomplete = () => done(asked.result);
    change.onabort = () => failed(change.error ?? asked.error);
  });
}

export const get = (store, key) => work(store, "readonly", (rows) => rows.get(key));
export const all = (store) => work(store, "readonly", (rows) => rows.getAll());
export const put = (store, value, key) =>
  work(store, "readwrite", (rows) => (key === undefined ? rows.put(value) : rows.put(value, key)));
export const add = (store, value) => work(store, "readwrite", (rows) => rows.add(value));
// An act, its photos and which numbers are given by then: all of it is on disk, or nothing.
export const addWithPictures = (value, pictures, numbers = null) =>
  work(["acts", "pictures", "vault"], "readwrite", (acts, photos, vault) => {
    for (const picture of pictures) photos.add(picture);
    if (numbers) vault.put(numbers, "numbers");
    return acts.add(value);
  });
// A row as it is on disk now, made anew by `anew` in the same transaction, so that no other tab comes in between. Of no row
// nothing is made. Returns what is there then.
export async function change(store, key, anew) {
  let made;
  await work(store, "readwrite", (rows) => {
    const asked = rows.get(key);
    asked.onsuccess = () => {
      made = asked.result === undefined ? undefined : anew(asked.result);
      if (made !== undefined) rows.put(made, key);
    };
    return asked;
  });
  return made;
}
// The vault with `own` in place of the one before, undefined for none: what that one opened goes with it, or nothing does.
export const putVault = (own) =>
  work(["vault", "round"], "readwrite", (vault, round) => {
    round.clear();
    return own ? vault.put(own, "own") : vault.delete("own");
  });
export const remove = (store, key) => work(store, "readwrite", (rows) => rows.delete(key));

// Storage the browser may not empty on its own; false where it does not promise that.
export async function askToBeKept() {
  return (await navigator.storage?.persist?.()) ?? false;
}
