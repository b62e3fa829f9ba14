// Photos that belong to an act: taken with the phone's own camera, made small, and drawn anew, so that place, device and
// time of the file are gone. They lie sealed beside their act and follow it to the server.
import { copy, notice, say } from "./words.js";
import { small } from "./scan.js";

const LONGEST_SIDE = 1280;
const MOST = 6;

// Puts the field into `box`. Returns a function that tells the photos as blobs.
export function photosIn(box, hint) {
  box.replaceChildren(copy("photos"));
  box.hidden = false;
  box.querySelector("[data-photo-hint]").textContent = hint;
  const taken = [];
  const list = box.querySelector("[data-taken]");
  const input = box.querySelector("input");
  const draw = () => {
    list.replaceChildren(...taken.map((photo, n) => shown(photo, n + 1, () => drop(photo))));
    box.querySelector("[data-take]").hidden = taken.length >= MOST;
  };
  const drop = (photo) => {
    taken.splice(taken.indexOf(photo), 1);
    URL.revokeObjectURL(photo.url);
    draw();
    input.focus();
  };
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    try {
      const blob = await small(file, LONGEST_SIDE);
      taken.push({ blob, url: URL.createObjectURL(blob) });
      notice("");
    } catch {
      notice(say("photo_unreadable"), "danger");
    }
    draw();
  });
  return () => taken.map(({ blob }) => blob);
}

function shown(photo, n, drop) {
  const made = copy("photo").firstElementChild;
  const image = made.querySelector("img");
  image.src = photo.url;
  image.alt = say("photo_n", { n });
  const button = made.querySelector("button");
  button.textContent = say("photo_drop", { n });
  button.addEventListener("click", drop);
  return made;
}
