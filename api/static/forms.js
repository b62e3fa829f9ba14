// What every form of a page has with scripts: pressed twice it is sent once, and a long one that is half filled in
// survives a reload in this tab. Without this script forms work too; the server takes one sent twice once.

const PREFIX = "form:";
const SENDING_MS = 8000; // a paper is answered without leaving the page: then the button comes back by itself

const buttonsOf = (form) => [...form.elements].filter((one) => one.type === "submit");
const ticketOf = (form) => (form.elements.form_ticket?.value || "").split(".");

function free(form) {
  delete form.dataset.sending;
  for (const button of buttonsOf(form)) button.disabled = false;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  if (new URL(form.action).pathname.endsWith("/sign-out")) forget(() => true);
  form.dataset.sending = "1";
  // Not before the form is on its way: a disabled button's own value would not be sent.
  setTimeout(() => buttonsOf(form).forEach((button) => (button.disabled = true)));
  setTimeout(free, SENDING_MS, form);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) free(form);
});

// --- Half-filled forms: <form data-keep="what is said when it comes back"> ---

// All pages of a long list keep into one place: rows move from page to page, and their fields bear the row's id.
const keyOf = (form) => {
  const { pathname, searchParams } = new URL(form.action);
  searchParams.delete("start");
  return PREFIX + ticketOf(form)[0] + pathname + searchParams;
};
const fieldsOf = (form) =>
  [...form.elements].filter((one) => one.name && !["hidden", "password", "file", "submit"].includes(one.type));
const isBox = (field) => ["checkbox", "radio"].includes(field.type);
const valueOf = (field) => (isBox(field) ? field.checked : field.value);

const nameOf = (field) => `${field.name} ${field.type} ${isBox(field) ? field.value : ""}`;
// Each kept field by its name: its value, and the number of the sending it went with, "" for none.
const keptAt = (key) => Object.entries(JSON.parse(sessionStorage[key] || "{}"));

function forget(isGone) {
  for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith(PREFIX))) {
    const left = keptAt(key).filter(([, [, sent]]) => !isGone(sent));
    if (left.length) sessionStorage[key] = JSON.stringify(Object.fromEntries(left));
    else sessionStorage.removeItem(key);
  }
}

function keep(form, sent = "") {
  const shown = fieldsOf(form).map((field) => [nameOf(field), [valueOf(field), sent]]);
  try {
    sessionStorage[keyOf(form)] = JSON.stringify(Object.fromEntries([...keptAt(keyOf(form)), ...shown]));
  } catch {
    // The browser's room is full: what is typed stays on the page and is sent from there.
  }
}

function restore(form) {
  const known = new Map(keptAt(keyOf(form)));
  let isChanged = false;
  for (const field of fieldsOf(form)) {
    const [value] = known.get(nameOf(field)) || [];
    if (value === undefined || value === valueOf(field)) continue;
    if (isBox(field)) field.checked = value;
    else field.value = value;
    isChanged = true;
  }
  if (!isChanged || !form.dataset.keep) return;
  const said = document.createElement("p");
  said.className = "notice";
  said.setAttribute("role", "status");
  said.textContent = form.dataset.keep;
  form.before(said);
}

const done = document.body.dataset.done;
if (done) forget((sent) => sent === done);
const isFilled = Boolean(document.getElementById("faults")); // by the server, which knows what was sent last
for (const form of document.querySelectorAll("form[data-keep]")) {
  if (!isFilled) restore(form);
  for (const event of ["input", "change"]) {
    document.addEventListener(event, ({ target }) => target.form === form && target.name && keep(form));
  }
  form.addEventListener("submit", () => keep(form, ticketOf(form)[1]));
}
if (isFilled) document.getElementById("faults").focus();
