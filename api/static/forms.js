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

// Each page of a long list keeps its own rows: the query of the form's address tells them apart.
const keyOf = (form) => {
  const { pathname, search } = new URL(form.action);
  return PREFIX + ticketOf(form)[0] + pathname + search;
};
const fieldsOf = (form) =>
  [...form.elements].filter((one) => one.name && !["hidden", "password", "file", "submit"].includes(one.type));
const isBox = (field) => ["checkbox", "radio"].includes(field.type);
const valueOf = (field) => (isBox(field) ? field.checked : field.value);

function forget(isGone) {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && isGone(JSON.parse(sessionStorage[key]))) sessionStorage.removeItem(key);
  }
}

function keep(form, sent = "") {
  const values = fieldsOf(form).map((field) => [field.name, field.type, isBox(field) ? field.value : "", valueOf(field)]);
  try {
    sessionStorage[keyOf(form)] = JSON.stringify({ values, sent });
  } catch {
    // The browser's room is full: what is typed stays on the page and is sent from there.
  }
}

function restore(form) {
  const kept = JSON.parse(sessionStorage[keyOf(form)] || "null");
  if (!kept) return;
  const known = new Map(kept.values.map(([name, type, choice, value]) => [`${name} ${type} ${choice}`, value]));
  let isChanged = false;
  for (const field of fieldsOf(form)) {
    const value = known.get(`${field.name} ${field.type} ${isBox(field) ? field.value : ""}`);
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
if (done) forget((kept) => kept.sent === done);
const isFilled = Boolean(document.getElementById("faults")); // by the server, which knows what was sent last
for (const form of document.querySelectorAll("form[data-keep]")) {
  if (!isFilled) restore(form);
  for (const event of ["input", "change"]) {
    document.addEventListener(event, ({ target }) => target.form === form && target.name && keep(form));
  }
  form.addEventListener("submit", () => keep(form, ticketOf(form)[1]));
}
if (isFilled) document.getElementById("faults").focus();
