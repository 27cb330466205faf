// What a form answers: hints for what was typed, the picture that was chosen or dropped, the offer to split what was pasted,
// the question before it is left. <contact-form> fetches it with the first.
import { toast } from "kith/announce";
import { HINTED } from "kith/contact_form";

const PAUSE = 150;
const changed = new Set();

// The place for what is said of a field stands below it.
function makePlace(field) {
  const id = `${field.id}-hint`;
  if (document.getElementById(id)) return;
  const place = Object.assign(document.createElement("div"), { id, ariaLive: "polite" });
  place.dataset.hint = "";
  (field.closest("combo-box") ?? field).after(place);
  field.setAttribute("aria-describedby", id);
}

/** Answer that `field` of the form in `host` was changed. */
export function change(host, field) {
  // At most one value of a kind is preferred.
  if (field.dataset.prefer && field.checked)
    host.querySelectorAll(`[data-prefer="${field.dataset.prefer}"]`).forEach((box) => {
      box.checked = box === field;
    });
  if (field.type === "file") show(host, field.files[0]);
  if (!field.matches(HINTED) || !host.dataset.hints) return;
  makePlace(field);
  changed.add(field.name);
  clearTimeout(host.hinting);
  host.hinting = setTimeout(() => askAbout(host), PAUSE);
}

// The element itself asks, not the form: a picture need not go along.
function send(host, address, target, values) {
  const { value } = host.form.elements.csrfmiddlewaretoken;
  const fields = { ...values, csrfmiddlewaretoken: value };
  return window.htmx.ajax("POST", address, { source: host, target, swap: "innerHTML", values: fields });
}

/** Offer to split a pasted text into fields. */
export const offerToSplit = (host, text) => send(host, host.dataset.pasted, "#form-offer", { pasted: text });

/** Return a promise of whether what is typed into the form in `host` is left. */
export function ask(host) {
  const dialog = host.querySelector("dialog");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "leave"), { once: true }));
}

async function askAbout(host) {
  if (!host.isConnected) return;
  const values = Object.fromEntries([...new FormData(host.form)].filter(([, value]) => typeof value === "string"));
  const asked = send(host, host.dataset.hints, "#form-hints", { ...values, changed: [...changed].join(" ") });
  changed.clear();
  host.querySelectorAll(".look-below").forEach((place) => place.remove()); // it is said of the field changed last
  await asked;
  // What is wrong with a field is said of it as well.
  for (const { parentElement } of host.querySelectorAll("[data-hint] > .error")) {
    const field = document.getElementById(parentElement.id.slice(0, -5));
    field?.setAttribute("aria-invalid", "true");
    field?.setAttribute("aria-describedby", parentElement.id);
  }
}

/** Follow what an answer of the form in `host` offers: a way to a field, a better spelling, or to keep what was pasted. */
export function follow(host, control) {
  if (control.hash) goTo(document.getElementById(control.hash.slice(1)));
  else if (control.name === "use") {
    const field = document.getElementById(control.dataset.for);
    field.value = control.dataset.use;
    field.focus();
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  } else {
    document.getElementById("form-offer").replaceChildren();
    host.querySelector("#f-first_name")?.focus();
  }
}

// Not by the address: the way back would then lead to the same form.
function goTo(place) {
  place.scrollIntoView();
  (place.matches("input, textarea, select") ? place : place.querySelector("a, button"))?.focus();
}

function show(host, file) {
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const picture = Object.assign(document.createElement("img"), { src: reader.result, alt: "" });
    host.querySelector("[data-picture]")?.replaceChildren(picture);
  });
  reader.readAsDataURL(file);
}

/** Take the picture that was dropped on `place`. */
export function drop(place, files) {
  const input = place.querySelector("input[type=file]");
  if (files.length !== 1 || !input.accept.split(",").includes(files[0].type)) return toast(place.dataset.refuses);
  input.files = files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
