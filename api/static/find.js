// The search in the head of every page of the desk: "/" goes to it, as long as nobody is typing elsewhere.

const field = document.getElementById("find");
const isTyped = (one) => one.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(one.tagName);

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
  event.preventDefault(); // or the stroke itself is typed
  field.focus();
  field.select();
});
